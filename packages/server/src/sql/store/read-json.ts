/** What was written as JSON, read again: another program may have written to the same database. */
import { isJsonObject, type JsonValue } from '@madang/core';
import type { BanTarget } from '../../identity/bans.ts';
import type { Sanction, StoredTeam } from '../../ports/store.ts';
import { StoreError } from '../../ports/store-error.ts';

/** Throws StoreError `corrupt`. */
export function readTeams(value: JsonValue): readonly StoredTeam[] {
  if (!Array.isArray(value)) throw corrupt('a match');
  return value.map((team: JsonValue) => {
    if (!isJsonObject(team) || !Array.isArray(team.players)) throw corrupt('a match');
    const players = team.players.map((player: JsonValue) => {
      if (!isJsonObject(player)) throw corrupt('a match');
      return { user: typeof player.user === 'string' ? player.user : null, hasLeft: player.hasLeft === true };
    });
    return { place: typeof team.place === 'number' ? team.place : null, players };
  });
}

/** Throws StoreError `corrupt`. */
export function readSanction(value: JsonValue): Sanction {
  if (!isJsonObject(value)) throw corrupt('a sanction');
  const { kind, ban, target, user, untilMs } = value;
  if (kind === 'lifted') return { kind, target: readTarget(target) };
  if (kind === 'revoked' && typeof user === 'string' && typeof untilMs === 'number') return { kind, user, untilMs };
  if (kind !== 'ban' || !isJsonObject(ban)) throw corrupt('a sanction');
  return {
    kind,
    ban: {
      target: readTarget(ban.target),
      untilMs: typeof ban.untilMs === 'number' ? ban.untilMs : null,
      reason: String(ban.reason),
    },
  };
}

function readTarget(value: JsonValue | undefined): BanTarget {
  if (isJsonObject(value) && typeof value.userId === 'string') return { userId: value.userId };
  if (isJsonObject(value) && typeof value.address === 'string') return { address: value.address };
  throw corrupt('a sanction');
}

function corrupt(what: string): StoreError {
  return new StoreError('corrupt', `${what} in the database cannot be read`);
}
