/** Names from outside: one spelling per name, nothing invisible, short enough to draw. */
import { GameError } from '@madang/core';

/** Code points of a name. */
export const NAME_LENGTH_MAX = 32;

/** A code point that is normalised may have been several, of up to two units each. */
const UNITS_PER_CODE_POINT = 8;

/** An emoji of several code points: joiners, variation selectors and tags belong inside one, and nowhere else. */
const EMOJI = /\p{RGI_Emoji}/gv;

/** Controls, formats (bidi overrides, zero width), unassigned, private, line ends, fillers, and what fonts draw as nothing. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * The name as it is kept: NFC, white space around it removed and runs of it made one space. `fallback` for a name that
 * is absent or empty. Throws BAD_NAME for one that is not text, is too long, or hides something.
 */
export function playerName(asked: unknown, fallback: string): string {
  if (asked === undefined || asked === null || asked === '') return fallback;
  if (typeof asked !== 'string' || !asked.isWellFormed()) throw badName('it is not well-formed text');
  // Before it is normalised, which takes the square of the time that its marks are many.
  if (asked.length > UNITS_PER_CODE_POINT * NAME_LENGTH_MAX) throw tooLong();
  const name = asked.normalize('NFC').replace(/ +/gu, ' ').trim();
  if (name === '') return fallback;
  if ([...name].length > NAME_LENGTH_MAX) throw tooLong();
  if (INVISIBLE.test(name.replace(EMOJI, ''))) throw badName('it holds characters that cannot be seen');
  return name;
}

/**
 * Under what a name counts as the same as another: letters of either case, wide and narrow ones, spaces of every kind
 * and emoji in either style do not tell two people apart. Letters of different scripts that look alike do. Not to be
 * shown.
 */
export function nameKey(name: string): string {
  // Down, up and down again: capitals write out what has none of its own, as in Straße and STRASSE.
  const folded = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  return folded
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The name, or where somebody has the same, the name with the lowest number behind it. `keys` are those of names that are taken. */
export function nameNobodyHas(name: string, keys: ReadonlySet<string>): string {
  for (let number = 2, free = name; ; number++) {
    if (!keys.has(nameKey(free))) return free;
    const suffix = ` ${number}`;
    free = shortened(name, NAME_LENGTH_MAX - suffix.length) + suffix;
  }
}

/** As many of a name's characters, whole ones as people see them, as fit into so many code points. */
function shortened(name: string, codePoints: number): string {
  let short = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name)) {
    if ([...short, ...segment].length > codePoints) break;
    short += segment;
  }
  return short.trim();
}

function tooLong(): GameError {
  return badName(`it is longer than ${NAME_LENGTH_MAX} characters`);
}

function badName(reason: string): GameError {
  return new GameError('BAD_NAME', `This name cannot be taken: ${reason}.`, { reason });
}
