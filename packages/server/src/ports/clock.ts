/** The only source of time on the server. Monotonic: it never jumps with the wall clock. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes back. */
  nowMs(): number;
  /** Calls `run` once, at the earliest after `delayMs`. Answers a function that cancels it; cancelling twice is fine. */
  after(delayMs: number, run: () => void): () => void;
}
