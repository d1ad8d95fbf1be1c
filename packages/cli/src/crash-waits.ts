/** How long to wait before what crashed is started again: longer each time, and short again after a minute of health. */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const HEALTHY_MS = 60_000;

export class CrashWaits {
  #crashes = 0;

  /** It crashed after running for so long: how long to wait now. */
  afterCrash(ranMs: number): number {
    if (ranMs >= HEALTHY_MS) this.#crashes = 0;
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#crashes++, 16));
  }
}
