/** Who is playing, as somebody the server trusts has assured it. */
import { isGameError } from '@madang/core';
import { playerName } from '../room/player-name.ts';

/** Ids of guests begin so, and no others do: a provider cannot make somebody a guest that is already there. */
export const GUEST_PREFIX = 'guest:';

const ID_LENGTH_MAX = 128;
const ROLES_MAX = 32;
const ROLE_LENGTH_MAX = 64;

/** The latest moment that a date can say, in milliseconds since the epoch. */
const DATE_MAX_MS = 8.64e15;

/** A person, the same one on every connection that shows a token of theirs. Times are milliseconds since the epoch. */
export interface User {
  readonly id: string;
  /** Fit to be shown; null where none is known. */
  readonly name: string | null;
  readonly roles: readonly string[];
  /** Connections end soon after. Null: never. */
  readonly expiresAtMs: number | null;
  /** When the token was made; 0 where it does not say. A revocation reaches what was made until then. */
  readonly issuedAtMs: number;
}

/** What an operator's own check says of a user. */
export interface VerifiedUser {
  /** 1 to 128 characters, not beginning with `guest:`. */
  readonly id: string;
  /** Left out, or unfit to be shown: null. */
  readonly name?: string | null;
  /** None. */
  readonly roles?: readonly string[];
  /** Milliseconds since the epoch. Null: never. */
  readonly expiresAtMs?: number | null;
}

/** True for text that can be a user's id. */
export function isUserId(id: unknown): id is string {
  return typeof id === 'string' && id.length > 0 && id.length <= ID_LENGTH_MAX && id.isWellFormed();
}

/** The name where it is one that can be shown, otherwise null: nobody is kept out by what a provider calls them. */
export function shownName(name: unknown): string | null {
  try {
    return playerName(name, '') || null;
  } catch (error) {
    if (isGameError(error, 'BAD_NAME')) return null;
    throw error;
  }
}

/** The roles of a list from outside; null for what is no such list, so that no role is half understood. */
export function rolesOf(roles: unknown): readonly string[] | null {
  if (roles === undefined) return [];
  if (!Array.isArray(roles) || roles.length > ROLES_MAX) return null;
  const known = roles.filter((role) => typeof role === 'string' && role.length <= ROLE_LENGTH_MAX);
  return known.length === roles.length ? known : null;
}

/** True for a moment that a date can say: neither NaN nor an infinity that would never come. */
export function isMoment(atMs: unknown): atMs is number {
  return typeof atMs === 'number' && atMs >= 0 && atMs <= DATE_MAX_MS;
}
