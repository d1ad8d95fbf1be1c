/** What every store refuses, in the same words. */
import { GameError } from '@madang/core';
import { banKey } from '../identity/bans.ts';
import type { DocumentPlace, KeptScore, Sanction, Score } from './store.ts';
import { StoreError } from './store-error.ts';

/** Characters of a key. Databases have a limit of their own for what they find things by, in bytes. */
export const KEY_LENGTH_MAX = 256;

/** Documents of one player in one collection. */
export const DOCUMENTS_MAX = 256;

/** Rows that one question is answered with. */
export const ROWS_MAX = 1_000;

/** Throws BAD_MESSAGE for text that could not be told from another, or is too long to be found by. */
export function checkKeys(...keys: readonly string[]): void {
  for (const key of keys) {
    // Some databases end text at a zero, and have no half characters.
    if (key.length > KEY_LENGTH_MAX || !key.isWellFormed() || key.includes('\0')) {
      const reason = `a key is longer than ${KEY_LENGTH_MAX} characters, or holds what is no text`;
      throw new GameError('BAD_MESSAGE', `Nothing can be stored so: ${reason}.`, { reason });
    }
  }
}

/** How a place is called in a refusal. */
export function nameOf({ owner, collection, key }: DocumentPlace): string {
  return `${owner}/${collection}/${key}`;
}

/** What every store throws when somebody else saved first. */
export function staleVersion(key: string, expected: number, actual: number): GameError<'STALE_VERSION'> {
  return new GameError(
    'STALE_VERSION',
    `Document ${key} is at version ${actual}, not ${expected}: load it again and decide anew.`,
    { key, expected, actual },
  );
}

export function documentsFull({ collection }: DocumentPlace): GameError<'DOCUMENTS_FULL'> {
  return new GameError('DOCUMENTS_FULL', `The collection ${collection} holds ${DOCUMENTS_MAX} documents already.`, {
    collection,
    limit: DOCUMENTS_MAX,
  });
}

/** At most so many rows, whatever is asked for. */
export function rowsAtMost(limit: number): number {
  return Math.min(ROWS_MAX, Math.max(0, Math.trunc(limit) || 0));
}

/** How many of those around somebody stand above; the others stand below. */
export function rowsAbove(limit: number): number {
  return Math.max(0, Math.floor((rowsAtMost(limit) - 1) / 2));
}

/** What a player's score is after another; null where it stays. Throws BAD_SCORE. */
export function scoreAfter(
  before: number | null,
  { score }: Score,
  keep: KeptScore,
  order: 'highest' | 'lowest',
): number | null {
  if (!Number.isSafeInteger(score)) throw badScore('it is no whole number up to 2^53 - 1');
  if (before === null) return score + 0;
  switch (keep) {
    case 'best':
      return (order === 'highest' ? score > before : score < before) ? score + 0 : null;
    case 'latest':
      return score === before ? null : score + 0;
    case 'sum':
      if (!Number.isSafeInteger(before + score)) throw badScore('the sum would be above 2^53 - 1');
      return score === 0 ? null : before + score;
  }
}

/** What a sanction is about: the latest one of a key counts. */
export function sanctionKey(sanction: Sanction): string {
  switch (sanction.kind) {
    case 'ban':
      return `ban ${banKey(sanction.ban.target)}`;
    case 'lifted':
      return `ban ${banKey(sanction.target)}`;
    case 'revoked':
      return `revoked ${sanction.user}`;
  }
}

export function closedStore(): StoreError {
  return new StoreError('closed', 'the store is closed');
}

function badScore(reason: string): GameError<'BAD_SCORE'> {
  return new GameError('BAD_SCORE', `This score cannot be counted: ${reason}.`, { reason });
}

/** Devices of one user; another takes the place of the oldest. */
export const DEVICES_MAX = 16;
