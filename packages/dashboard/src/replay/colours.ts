/** Who has which colour: seats and numbers of cells share them, as games that paint the ground with their players do. */

const HUES = [
  '#b3291b',
  '#2150a8',
  '#0b7a6b',
  '#c98a00',
  '#6a2a78',
  '#3f86c4',
  '#26262c',
  '#c65d8f',
  '#5d7a1e',
  '#8a4b1f',
  '#17808f',
  '#a06bc0',
  '#4a5a6b',
  '#d0623a',
  '#2f8f4e',
  '#8c7a3a',
] as const;

/** What belongs to nobody. */
export const NOBODYS = '#8d7a5c';

/** The colour of a seat, or of a cell's number; 0 is nobody's. Beyond sixteen they come again. */
export function colourOf(number: number): string {
  if (number <= 0) return NOBODYS;
  return HUES[(Math.floor(number) - 1) % HUES.length] ?? NOBODYS;
}

/** The colour of an event's name, in the order of its game's events. */
export function eventColour(names: readonly string[], name: string): string {
  return HUES[Math.max(0, names.indexOf(name)) % HUES.length] ?? NOBODYS;
}
