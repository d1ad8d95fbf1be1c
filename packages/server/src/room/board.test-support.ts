/** A board for two, whose rules tests replace, and ways into its rooms. */
import { choice, defineGame, type Game, type RoomScope, record, request, table, text, u8, u16 } from '@madang/core';
import { expect } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { Invited, JoinWish, RoomsOptions } from './rooms.ts';

const state = {
  people: table({ name: text(64) }, { maxRows: 1_000 }),
  setup: record({ size: u8, mode: choice('casual', 'ranked') }),
  shown: record({ round: u16, secret: u16.visibleTo('nobody') }),
};

const board = defineGame({
  name: 'board',
  tickRateHz: 10,
  seats: 2,
  state,
  input: {},
  commands: { go: { where: u8 }, score: request({}, { points: u8 }) },
  avatars: 'people',
  options: 'setup',
  listed: 'shown',
  hostMay: ['kick', 'lock', 'pass'],
  rates: { go: 2 },
  join: (room, seat) => void room.state.people.add({ name: seat.name }, { owner: seat }),
  on: { score: () => ({ points: 7 }) },
});

export type BoardScope = RoomScope<typeof state, Record<never, never>>;

/** The board with other rules. */
export const boardWith = (more: object): Game => ({ ...board, ...more }) as unknown as Game;

export function open(game: Game = boardWith({}), options: Partial<RoomsOptions> = {}) {
  const made = host([game], options);
  const join = (wish: JoinWish = {}, witness = new Witness()) => ({ witness, seat: made.rooms.join(wish, witness) });
  const total = (): number => made.rooms.all.reduce((sum, room) => sum + room.taken, 0);
  return { ...made, game, join, total };
}

export const user = (id: string, name: string | null = null) => ({ id, name, roles: [] });
export const invited = (id: string | null): Invited => ({ user: id, roles: [], rating: null, team: 0 });
export const refused = (code: string, details = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });
export const names = ({ state: told }: Witness): string[] =>
  Object.values(told.people as Record<string, { name: string }>).map(({ name }) => name);
