/**
 * Time in which the process runs. A timer that was due during a stall (a long turn of the event loop, a process that was
 * stopped, a machine that slept) fires before what came in meanwhile is read; who judges others by such a timer would throw
 * everybody out for a fault of its own.
 */
import type { Clock } from '../ports/clock.ts';

/** What one stall counts for at most. */
const STEP_MS = 500;

/**
 * Calls `run` once this process has run for `delayMs`: as `clock.after`, in steps, between which what came in is read, and each
 * of which counts for no more than its length however late it ends. Answers a function that cancels it.
 */
export function afterAwake(clock: Clock, delayMs: number, run: () => void): () => void {
  let leftMs = delayMs;
  const step = (): (() => void) => {
    const stepMs = Math.min(STEP_MS, leftMs);
    return clock.after(stepMs, () => {
      leftMs -= stepMs;
      if (leftMs > 0) cancel = step();
      else run();
    });
  };
  let cancel = step();
  return () => cancel();
}
