/** The colours that the yard's cells and stones are drawn with: the eight hues of Land Grab, each full and pale. */

const HUES = ['#d2281b', '#1e46c8', '#067f74', '#e9ee4c', '#64155f', '#55a6f7', '#1b1920', '#ffc2f2'] as const;
const PALE_HUES = ['#e9978f', '#93a6e6', '#82bfb9', '#f4f6a8', '#b28aaf', '#aed5fb', '#8d8c8f', '#a86f9b'] as const;
const EARTH = '#cb9a60';

const CHALKS: readonly string[] = [...HUES, ...PALE_HUES];

/** `colour` counts from 1; anything outside the box of chalks is bare earth. */
export function chalkOf(colour: number): string {
  return CHALKS[colour - 1] ?? EARTH;
}
