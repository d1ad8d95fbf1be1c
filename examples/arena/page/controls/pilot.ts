/**
 * What the player asks for right now, whatever hands it comes from: keys and mouse, two thumbs, a gamepad. Whichever
 * was used last counts; a trigger that was pulled and let go between two ticks still fires once.
 */
import type { Sticks } from '../../solo.ts';

/** Longer than a tick: a click within one is not lost. */
const PULLED_MS = 50;

export type Trigger = 'fire' | 'bolt';

export class Pilot {
  moveX = 0;
  moveY = 0;
  aim = 0;
  readonly #held: Record<Trigger, Set<string>> = { fire: new Set(), bolt: new Set() };
  readonly #pulledUntilMs: Record<Trigger, number> = { fire: 0, bolt: 0 };

  /** A stick that flies: a direction and how far it is pushed, at most 1. */
  fly(x: number, y: number): void {
    const push = Math.hypot(x, y);
    this.moveX = push > 1 ? x / push : x;
    this.moveY = push > 1 ? y / push : y;
  }

  /** `by` names the finger or button, so that one does not let go of what another holds. */
  pull(trigger: Trigger, by: string, nowMs: number): void {
    this.#held[trigger].add(by);
    this.#pulledUntilMs[trigger] = nowMs + PULLED_MS;
  }

  letGo(trigger: Trigger, by: string): void {
    this.#held[trigger].delete(by);
  }

  /** Hands off, as when the page is left. */
  release(): void {
    this.fly(0, 0);
    for (const trigger of ['fire', 'bolt'] as const) {
      this.#held[trigger].clear();
      this.#pulledUntilMs[trigger] = 0;
    }
  }

  sticks(nowMs: number): Sticks {
    const { moveX, moveY, aim } = this;
    const isPulled = (trigger: Trigger): boolean =>
      this.#held[trigger].size > 0 || nowMs < this.#pulledUntilMs[trigger];
    return { moveX, moveY, aim, fire: isPulled('fire'), bolt: isPulled('bolt') };
  }
}
