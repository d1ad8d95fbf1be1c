/** What the way between a client and its server is like. Plain data, so that it can be printed and read back. */

export interface Conditions {
  /** There and back, without jitter and losses: what players call ping. */
  readonly roundTripMs: number;
  /** By how much a round trip may be longer or shorter. Each packet draws half of it, evenly, for its own way. */
  readonly jitterMs: number;
  /**
   * Of a hundred packets, how many are lost; below 100. On a line, which is as TCP is, a loss holds up everything behind
   * it until the packet was sent again. On a datagram lane what is lost is gone.
   */
  readonly lossPercent: number;
  /** What goes through each way; null for no limit. What must wait on the server's side is `Peer.bufferedBytes`. */
  readonly bytesPerSecond: number | null;
  /** Times in which nothing arrives, as on a crowded radio channel; null for none. */
  readonly stalls: { readonly everyMs: number; readonly forMs: number } | null;
  /** Of a hundred datagrams, how many arrive twice. Lines have no duplicates. */
  readonly duplicatePercent: number;
  /** Nothing passes and new lines are refused. Lines that are open stay so, and go on when it is over. */
  readonly isDown: boolean;
}

/** No time, no limit, no fault. */
export const PERFECT: Conditions = Object.freeze({
  roundTripMs: 0,
  jitterMs: 0,
  lossPercent: 0,
  bytesPerSecond: null,
  stalls: null,
  duplicatePercent: 0,
  isDown: false,
});

/** Throws RangeError for conditions that cannot be. */
export function checkConditions(conditions: Conditions): void {
  const { roundTripMs, jitterMs, lossPercent, bytesPerSecond, stalls, duplicatePercent } = conditions;
  const problem =
    (!(roundTripMs >= 0 && roundTripMs < Number.POSITIVE_INFINITY) && 'roundTripMs must be a time from 0') ||
    (!(jitterMs >= 0 && jitterMs < Number.POSITIVE_INFINITY) && 'jitterMs must be a time from 0') ||
    (!(lossPercent >= 0 && lossPercent < 100) && 'lossPercent must be from 0 and below 100') ||
    (!(duplicatePercent >= 0 && duplicatePercent <= 100) && 'duplicatePercent must be from 0 to 100') ||
    (bytesPerSecond !== null && !(bytesPerSecond > 0) && 'bytesPerSecond must be above 0, or null for no limit') ||
    (stalls !== null && !(stalls.forMs >= 0 && stalls.everyMs > stalls.forMs) && 'stalls must end before the next') ||
    '';
  if (problem !== '') throw new RangeError(`these conditions cannot be: ${problem}`);
}
