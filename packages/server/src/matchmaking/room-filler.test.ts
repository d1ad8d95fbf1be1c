import { defineGame } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { testLobby } from '../lobby/lobby.test-support.ts';
import { claim, queue } from './match-service.test-support.ts';

/** How long the ticket of a match is good. */
const TICKET_MS = 15_000;
/** How long a room outlives its last person. */
const EMPTY_ROOM_MS = 10_000;

const raid = defineGame({
  name: 'raid',
  tickRateHz: 10,
  seats: 4,
  state: {},
  input: {},
  match: { teams: 2, teamSize: 2, backfill: true },
  commands: { lock: {} },
  on: { lock: (room) => room.lock() },
});

describe('a room that may be filled up', () => {
  const filled = async (users: readonly string[]) => {
    const made = testLobby([raid]);
    const callers = await queue(made, raid, ...users);
    await made.pass(5_000);
    const seats = callers.map((caller) => claim(made, raid, caller).seat);
    await made.pass(200);
    return { made, callers, seats };
  };

  test('takes somebody from the queue for whoever left, in the same team', async () => {
    const { made, callers, seats } = await filled(['a', 'b', 'c', 'd']);
    const [room] = made.rooms.all;
    seats[1]?.leave();
    const [late] = await queue(made, raid, 'late');
    await made.pass(5_000);
    expect(late?.last('matched')).toMatchObject({ roomId: room?.id, team: callers[1]?.last('matched')?.team });
    if (late !== undefined) claim(made, raid, late);
    await made.pass(200);
    expect(room?.taken).toBe(4);
    const [later] = await queue(made, raid, 'later');
    await made.pass(60_000);
    expect(later?.last('matched')).toBeUndefined();
  });

  test('takes somebody for who never came, and again where that one does not come either', async () => {
    const made = testLobby([raid]);
    const callers = await queue(made, raid, 'a', 'b', 'c', 'd');
    await made.pass(5_000);
    const seats = callers.slice(1).map((caller) => claim(made, raid, caller).seat);
    const [idle] = await queue(made, raid, 'idle');
    await made.pass(TICKET_MS + 3_000);
    expect(idle?.last('matched')).toMatchObject({ roomId: seats[0]?.roomId, team: callers[0]?.last('matched')?.team });
    const [keen] = await queue(made, raid, 'keen');
    await made.pass(TICKET_MS + 3_000);
    expect(keen?.last('matched')).toMatchObject({ roomId: seats[0]?.roomId });
  });

  test('does not take somebody who plays there already, or into a locked room, and asks nobody once it is over', async () => {
    const { made, callers, seats } = await filled(['a', 'b', 'c', 'd']);
    seats[0]?.leave();
    const [again, other] = await queue(made, raid, 'b', 'other');
    await made.pass(20_000);
    expect(again?.last('dropped')).toEqual({ type: 'dropped', reason: 'already-playing' });
    expect(other?.last('matched')).toMatchObject({ roomId: seats[0]?.roomId });
    seats[1]?.command('lock', {});
    await made.pass(2_000);
    const [late] = await queue(made, raid, 'late');
    await made.pass(20_000);
    expect(late?.last('matched')).toBeUndefined();
    for (const seat of seats) seat.leave();
    await made.pass(EMPTY_ROOM_MS + 2_000);
    expect(made.rooms.all).toEqual([]);
    for (const caller of [late, again, other, ...callers]) caller?.vanish();
    await made.pass(20_000);
    expect([made.matches.size, made.clock.pending]).toEqual([0, 0]);
  });
});
