/**
 * What players write to each other: one line, one spelling, nothing invisible, nothing that reaches over its
 * neighbours. What follows is plain text: a page shows it as text, isolated from the direction of the text around it
 * (`<bdi>`).
 */
import { GameError } from '@madang/core';

/** Code points of a line. */
export const CHAT_LENGTH_MAX = 200;

/**
 * UTF-16 units before letters are composed: four for one, as in Vietnamese and Korean typed in parts. Putting marks
 * in order takes square time, 70 ms for 16 KiB of them, so nothing longer is composed.
 */
const UNITS_MAX = 4 * CHAT_LENGTH_MAX;

/** One picture of an emoji, known to this runtime's Unicode or not yet. */
const PICTURE = '\\p{Extended_Pictographic}[\\p{Emoji_Modifier}\ufe0f]?';

/** Joiners, variation selectors and tags belong inside an emoji, and nowhere else but where `JOINERS` has them. */
const EMOJI = new RegExp(
  `${PICTURE}(?:\u200d${PICTURE})+|\\p{RGI_Emoji}|\\p{Extended_Pictographic}[\ufe0e\ufe0f]?`,
  'gv',
);

/** Signs that take a letter's own vowel away, in the scripts of India and Sri Lanka. */
const VIRAMA = '[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]';

/**
 * Joiners and non-joiners that change what is read: beside a virama, and between letters of Arabic writing, as in
 * Persian. Source: RFC 5892, appendix A, and what Bengali, Kannada and Malayalam are typed with.
 */
const JOINERS = new RegExp(
  `(?<=${VIRAMA})[\u200c\u200d]|(?<=\\p{L})\u200d(?=${VIRAMA})|(?<=\\p{sc=Arabic}\\p{M}*)\u200c(?=\\p{sc=Arabic})`,
  'gu',
);

/**
 * Controls, formats (bidi overrides, zero width), unassigned, private, line ends, fillers, and what fonts draw as
 * nothing.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** More marks over and under one letter than any language writes: five that take no room of their own. */
const STACK = /(?:[\p{Mn}\p{Me}]\p{Mc}*){5}/u;

/**
 * The text as it is passed on: NFC, one line without white space around it, runs of white space made one space;
 * taking it again changes nothing. Throws BAD_CHAT for one that is not text, is empty or too long, hides something,
 * or piles up marks.
 */
export function chatText(asked: unknown): string {
  if (typeof asked !== 'string' || !asked.isWellFormed()) throw badChat('it is not well-formed text');
  const line = asked.replace(/\s+/gu, ' ').trim();
  if (line === '') throw badChat('it is empty');
  if (line.length > UNITS_MAX) throw tooLong();
  const text = line.normalize('NFC');
  if ([...text].length > CHAT_LENGTH_MAX) throw tooLong();
  const [hidden] = INVISIBLE.exec(text.replace(EMOJI, ' ').replace(JOINERS, '')) ?? [];
  if (hidden !== undefined) throw badChat(`it holds a character that cannot be seen: ${nameOf(hidden)}`);
  if (/^\p{M}/u.test(text)) throw badChat('it begins with a mark that belongs to no letter');
  if (STACK.test(text.replace(/[\u200c\u200d]/gu, ''))) throw badChat('it piles up marks on one letter');
  return text;
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function tooLong(): GameError<'BAD_CHAT'> {
  return badChat(`it is longer than ${CHAT_LENGTH_MAX} characters`);
}

/** The refusal of a line, with a reason that follows a colon. */
export function badChat(reason: string): GameError<'BAD_CHAT'> {
  return new GameError('BAD_CHAT', `This line cannot be said: ${reason}.`, { reason });
}
