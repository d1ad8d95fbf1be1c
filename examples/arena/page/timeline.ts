/**
 * What happened, at the moment it is seen: others are drawn a little in the past, and a shot must leave a ship where
 * the ship is drawn. Waits no longer than a while, or a picture that stands still would hold everything up.
 */

const WAIT_MOST_MS = 500;

export class Timeline {
  #waiting: { readonly tick: number; readonly sinceMs: number; readonly run: () => void }[] = [];

  at(tick: number, nowMs: number, run: () => void): void {
    this.#waiting.push({ tick, sinceMs: nowMs, run });
  }

  /** Runs what has been reached, in the order it came. */
  play(viewTick: number, nowMs: number): void {
    if (this.#waiting.length === 0) return;
    const isDue = ({ tick, sinceMs }: { tick: number; sinceMs: number }): boolean =>
      tick <= viewTick || nowMs - sinceMs > WAIT_MOST_MS;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((one) => !isDue(one));
    for (const { run } of due) run();
  }

  clear(): void {
    this.#waiting = [];
  }
}
