/** The machine's own monotonic time and timers. */
import type { Clock } from '../ports/clock.ts';

/** Longer delays would overflow the runtime's timers, which then fire at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(DELAY_MAX_MS, Math.max(0, delayMs)));
    return () => clearTimeout(timer);
  },
};

/** Milliseconds since the epoch, which may jump: for what ends at a date, and nothing else. */
export function systemWallNowMs(): number {
  return Date.now();
}
