/** What a list of rooms may be asked for: fields that everyone sees, each with one value of its own type and no operators. */
import { type AnyField, type Game, GameError, type JsonValue } from '@madang/core';
import type { RoomQuery } from '../ports/room-query.ts';
import type { RoomsAsked } from './lobby-asks.ts';

/** The list as a directory is asked for it. `gameOf` throws GAME_UNKNOWN; throws BAD_MESSAGE for fields and values of no room. */
export function roomQueryOf(asked: RoomsAsked, gameOf: (name: string) => Game): RoomQuery {
  const { game: name, where = {}, isOpen = false, sort, limit } = asked;
  const game = name === undefined ? null : gameOf(name);
  const filters = Object.entries(where).map(([field, value]) => [field, listedValue(game, field, value)] as const);
  // In one order, so that those who ask for the same share a list.
  filters.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(game === null ? {} : { game: game.name }),
    ...(filters.length === 0 ? {} : { where: Object.fromEntries(filters) }),
    isOpen,
    ...(sort === undefined ? {} : { sort }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The value as rooms of the game would list it, rounded as theirs is. Throws BAD_MESSAGE. */
export function listedValue(game: Game | null, field: string, value: JsonValue): JsonValue {
  const part = game?.listed === undefined ? undefined : game.state[game.listed];
  const type = part?.type === 'record' && Object.hasOwn(part.fields, field) ? part.fields[field] : undefined;
  if (type === undefined || type.visibility !== 'everyone') throw badFilter('rooms of this game list no such field');
  const listed = asListed(type, value);
  if (listed === undefined) throw badFilter(`${field} must be ${type.signature}`);
  return listed;
}

function asListed({ codec }: AnyField, value: JsonValue): JsonValue | undefined {
  const raw: unknown = codec.quantise(value);
  if (raw === null || Number.isNaN(raw)) return undefined;
  const listed: unknown = codec.store === 'boxed' ? codec.toValue(raw) : codec.toValue(Number(raw));
  return typeof listed === 'string' || typeof listed === 'number' || typeof listed === 'boolean' ? listed : undefined;
}

function badFilter(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', `Rooms cannot be looked for like this: ${reason}.`, { reason });
}
