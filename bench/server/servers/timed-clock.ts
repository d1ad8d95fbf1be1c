/** The server's own clock, which also takes the time of those timers in which a tick was played. */
import type { Clock } from '@madang/server';
import { SystemClock } from '../../../packages/server/src/node/system-clock.ts';

export class TimedClock implements Clock {
  readonly #clock = new SystemClock();
  readonly #newestTick: () => number;
  #tickMs: number[] = [];

  /** `newestTick` is that of the room whose ticks are timed. */
  constructor(newestTick: () => number) {
    this.#newestTick = newestTick;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#clock.after(delayMs, () => {
      const tick = this.#newestTick();
      const startedMs = this.nowMs();
      run();
      if (this.#newestTick() !== tick) this.#tickMs.push(this.nowMs() - startedMs);
    });
  }

  /** Of the ticks since this was asked before; null where there were none. */
  takeP99Ms(): number | null {
    const sorted = this.#tickMs.sort((a, b) => a - b);
    this.#tickMs = [];
    return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? null;
  }
}
