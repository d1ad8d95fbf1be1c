/** How the process fares on its machine: what tells whether more may join. */
export interface Machine {
  /** Begins to watch. */
  start(): void;
  /** Watches no more. Calling twice is fine. */
  stop(): void;
  /** The share of the memory it may have that it uses, 0 to 1. */
  usedMemoryShare(): number;
  /** By how much half of the event loop's turns were late, at least, since this was asked last. */
  loopDelayMs(): number;
}
