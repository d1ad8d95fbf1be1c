/** How long a room's ticks take: what an operator looks at before anything else. */

/** Ticks that the mean is over, roughly. */
const WINDOW = 64;

/** What is left of a maximum with each tick: of a slow one, a tenth after some hundred. */
const FADE = 0.98;

export class TickTime {
  #count = 0;
  #meanMs = 0;
  #maxMs = 0;

  add(tickMs: number): void {
    this.#count = Math.min(this.#count + 1, WINDOW);
    this.#meanMs += (tickMs - this.#meanMs) / this.#count;
    this.#maxMs = Math.max(tickMs, this.#maxMs * FADE);
  }

  /** Milliseconds: over about the last 64 ticks, and the longest of late. */
  get figures(): { readonly mean: number; readonly max: number } {
    return { mean: Math.round(this.#meanMs * 1000) / 1000, max: Math.round(this.#maxMs * 1000) / 1000 };
  }
}
