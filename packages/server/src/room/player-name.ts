/** Names from outside: one spelling per name, nothing invisible, short enough to draw. */
import { GameError } from '@madang/core';

/** Code points of a name. */
export const NAME_LENGTH_MAX = 32;

/** An emoji made of several, held together by joiners: the only place where something invisible belongs in a name. */
const JOINED_EMOJI = /\p{Extended_Pictographic}\uFE0F?(\u200D\p{Extended_Pictographic}\uFE0F?)+/gu;

/** Controls, formats (which include bidi overrides and zero-width characters), unassigned, private and line ends. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * The name as it is kept: NFC, white space around it removed and runs of it made one space. `fallback` for a name that
 * is absent or empty. Throws BAD_NAME for one that is not text, is too long, or hides something.
 */
export function playerName(asked: unknown, fallback: string): string {
  if (asked === undefined || asked === null || asked === '') return fallback;
  if (typeof asked !== 'string' || !asked.isWellFormed()) throw badName('it is not well-formed text');
  const name = asked.normalize('NFC').replace(/ +/gu, ' ').trim();
  if (name === '') return fallback;
  if ([...name].length > NAME_LENGTH_MAX) throw badName(`it is longer than ${NAME_LENGTH_MAX} characters`);
  if (INVISIBLE.test(name.replace(JOINED_EMOJI, ''))) throw badName('it holds characters that cannot be seen');
  return name;
}

function badName(reason: string): GameError {
  return new GameError('BAD_NAME', `This name cannot be taken: ${reason}.`, { reason });
}
