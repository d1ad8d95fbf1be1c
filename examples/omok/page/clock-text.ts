/** Times as people read them. */

/** Below this a clock shows tenths: there every one of them counts, and is a tick of the server. */
const TENTHS_BELOW_MS = 20_000;

/** `4:05` while there is time, `9.3` at the end. Rounds up, so that zero means over. */
export function clockText(leftMs: number): string {
  const tenths = Math.max(0, Math.ceil(leftMs / 100));
  if (tenths * 100 < TENTHS_BELOW_MS) return `${Math.floor(tenths / 10)}.${tenths % 10}`;
  return minutesText(Math.ceil(tenths / 10));
}

export function minutesText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function isHurried(leftMs: number): boolean {
  return leftMs < TENTHS_BELOW_MS;
}
