/** Time as the client knows it: monotonic, and a stand-in for it in tests. */
export interface Timers {
  /** Milliseconds since an arbitrary moment; never goes back. */
  nowMs(): number;
  /** Calls `run` once after `delayMs`. Answers a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};
