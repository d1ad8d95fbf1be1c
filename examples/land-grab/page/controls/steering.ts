/**
 * Which way the player wants to go, from every key, thumb and swipe at once.
 * The latest one pressed wins; letting it go returns to the one pressed before; nothing held means stop.
 */
import type { Heading } from '../yard/world.ts';

export class Steering {
  readonly #held: { source: string; heading: Heading }[] = [];
  readonly #changed: (heading: Heading) => void;
  #last: Heading = 'none';

  constructor(changed: (heading: Heading) => void) {
    this.#changed = changed;
  }

  get heading(): Heading {
    return this.#last;
  }

  /** `source` names the key or finger; pressing it again with another heading turns it. */
  press(source: string, heading: Heading): void {
    this.#drop(source);
    this.#held.push({ source, heading });
    this.#tell();
  }

  release(source: string): void {
    this.#drop(source);
    this.#tell();
  }

  /** For lost focus: a key let go in another window never says so here. */
  releaseAll(): void {
    this.#held.length = 0;
    this.#tell();
  }

  #drop(source: string): void {
    const at = this.#held.findIndex((one) => one.source === source);
    if (at !== -1) this.#held.splice(at, 1);
  }

  #tell(): void {
    const heading = this.#held.at(-1)?.heading ?? 'none';
    if (heading === this.#last) return;
    this.#last = heading;
    this.#changed(heading);
  }
}
