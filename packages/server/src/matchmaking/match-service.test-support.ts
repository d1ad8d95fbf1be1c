/** Games with matches, and people who look for them. */
import { choice, defineGame, type Game, record } from '@madang/core';
import { type Caller, type TestLobby, type TestLobbyOptions, testLobby } from '../lobby/lobby.test-support.ts';
import { Witness } from '../room/room.test-support.ts';
import type { SeatHandle } from '../room/viewer.ts';

export const duel = defineGame({
  name: 'duel',
  tickRateHz: 10,
  seats: 2,
  state: { rules: record({ mode: choice('plain', 'wild') }) },
  input: {},
  options: 'rules',
  match: { teams: 2, teamSize: 1, criteria: { mode: choice('plain', 'wild') } },
  commands: { win: {}, again: {} },
  on: {
    win: (room, winner) => room.report([[[winner]], [room.seats.filter((seat) => seat !== winner)]]),
    again: (room, loser) => room.report([[room.seats.filter((seat) => seat !== loser)], [[loser]]]),
  },
});

export const asked = defineGame({
  ...duel,
  name: 'asked',
  match: { teams: 2, teamSize: 1, acceptMs: 10_000 },
});

export const pairs = defineGame({
  name: 'pairs',
  tickRateHz: 10,
  seats: 8,
  state: {},
  input: {},
  match: { teams: 2, teamSize: 2 },
  commands: { win: {} },
  on: {
    win(room, winner) {
      const teamOf = (is: boolean) => room.seats.filter((seat) => (seat.team === winner.team) === is);
      room.report([[teamOf(true)], [teamOf(false)]]);
    },
  },
});

export const friendly = defineGame({ ...duel, name: 'friendly', match: { teams: 2, teamSize: 1, rated: false } });

export const alone = defineGame({ name: 'alone', tickRateHz: 10, seats: 2, state: {}, input: {} });

export const lobby = (options: TestLobbyOptions = {}): TestLobby =>
  testLobby([duel, asked, pairs, friendly, alone], options);

export async function queue(made: TestLobby, game: Game, ...users: (string | undefined)[]): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (const user of users) {
    const caller = await made.enter(user);
    caller.ask({ type: 'queue', game: game.name });
    callers.push(caller);
    await made.pass(0);
  }
  return callers;
}

export function claim({ rooms }: TestLobby, game: Game, caller: Caller): { seat: SeatHandle; witness: Witness } {
  const witness = new Witness();
  const id = caller.last('hello')?.user;
  const user = typeof id === 'string' ? { id, name: null, roles: [] } : null;
  const seat = rooms.join({ way: 'claim', game: game.name, room: caller.last('matched')?.ticket, user }, witness);
  return { seat, witness };
}
