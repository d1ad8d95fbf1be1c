import { isGameError } from '@madang/core';
import { describe, expect, test } from 'vitest';
import type { Caller, TestLobby } from '../lobby/lobby.test-support.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { Witness } from '../room/room.test-support.ts';
import { alone, asked, claim, duel, lobby, pairs, queue } from './match-service.test-support.ts';
import type { Searcher } from './match-service.ts';

/** How long the ticket of a match is good. */
const TICKET_MS = 15_000;
/** How long a room outlives its last person. */
const EMPTY_ROOM_MS = 10_000;

const isOut = (caller: Caller): boolean => caller.last('matched') === undefined;

describe('two who look for a duel', () => {
  test('are put into a room that nobody else finds, each with a ticket and on a team', async () => {
    const made = lobby();
    const [a, b] = await queue(made, duel, 'a', 'b');
    await made.pass(5_000);
    const matched = [a, b].map((one) => one?.last('matched'));
    const [room] = made.rooms.all;
    expect(made.rooms.all).toHaveLength(1);
    for (const one of matched) expect(one).toMatchObject({ game: 'duel', roomId: room?.id });
    expect(matched.map((one) => one?.team).sort()).toEqual([1, 2]);
    expect(matched[0]?.ticket).not.toBe(matched[1]?.ticket);
    expect(await made.directory.list({})).toEqual([]);
    const stranger = made.rooms.join({ game: 'duel' }, new Witness());
    expect(stranger.roomId).not.toBe(room?.id);
    expect(made.matches.size).toBe(0);
  });

  test('take their seats by their tickets, each once', async () => {
    const made = lobby();
    const [a, b] = await queue(made, duel, 'a', 'b');
    await made.pass(5_000);
    if (a === undefined || b === undefined) throw new Error('unreachable');
    const seats = [claim(made, duel, a), claim(made, duel, b)];
    await made.pass(200);
    expect(seats.map(({ witness }) => witness.welcomed?.seat).sort()).toEqual([1, 2]);
    expect(() => claim(made, duel, a)).toThrow(expect.objectContaining({ code: 'TICKET_GONE' }));
  });

  test('hear meanwhile how they stand', async () => {
    const made = lobby();
    const [a] = await queue(made, duel, 'a');
    await made.pass(3_000);
    expect(a?.last('progress')).toEqual({ type: 'progress', position: 1, waiting: 1, estimatedWaitMs: null });
  });

  test('need not be anybody in particular', async () => {
    const made = lobby();
    const callers = await queue(made, duel, undefined, undefined);
    await made.pass(5_000);
    expect(callers.some(isOut)).toBe(false);
  });

  test('play what both asked for, and the room is opened with it', async () => {
    const made = lobby();
    const callers = [await made.enter('a'), await made.enter('b'), await made.enter('c')];
    const modes = ['wild', 'plain', 'wild'];
    for (const [index, caller] of callers.entries()) {
      caller.ask({ type: 'queue', game: 'duel', criteria: { mode: modes[index] ?? '' } });
    }
    await made.pass(5_000);
    expect(callers.map(isOut)).toEqual([false, true, false]);
    expect(made.rooms.all[0]?.state.view).toMatchObject({ rules: { mode: 'wild' } });
  });

  test.each<[string, object]>([
    ['for a criterion that the game does not have', { criteria: { map: 1 } }],
    ['for a value that a criterion does not have', { criteria: { mode: 'odd' } }],
    ['with a region that is not here', { latencies: { mars: 1_000 } }],
  ])('are refused %s, and look for nothing', async (_, wish) => {
    const made = lobby({ region: 'seoul' });
    const caller = await made.enter('a');
    caller.ask({ type: 'queue', game: 'duel', ...wish });
    await made.pass(0);
    expect(caller.last('error')).toMatchObject({ code: 'BAD_MESSAGE', re: { type: 'queue' } });
    expect([made.matches.size, made.queue.size]).toEqual([0, 0]);
  });

  test('are refused where the game has no matches', async () => {
    const made = lobby();
    const [caller] = await queue(made, alone, 'a');
    expect(caller?.last('error')).toMatchObject({ code: 'REFUSED', re: { type: 'queue' } });
  });

  test('wait on while no room can be opened, and play once one can', async () => {
    const made = lobby({ maxRooms: 1 });
    const other = made.rooms.join({ way: 'create', game: 'alone' }, new Witness());
    const callers = await queue(made, duel, 'a', 'b');
    await made.pass(20_000);
    expect(callers.map(isOut)).toEqual([true, true]);
    other.leave();
    await made.pass(40_000);
    expect(callers.map(isOut)).toEqual([false, false]);
  });
});

describe('whoever looks for a match', () => {
  test('looks for one at a time, on all its connections', async () => {
    const made = lobby();
    const [first, second] = await queue(made, duel, 'a', 'a');
    first?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(5_000);
    for (const caller of [first, second]) expect(caller?.last('error')).toMatchObject({ code: 'ALREADY_QUEUED' });
    expect([made.matches.size, first?.closed, second?.closed]).toEqual([1, null, null]);
    second?.vanish();
    await made.pass(0);
    expect(made.matches.size).toBe(1);
  });

  test('may stop, and begin again', async () => {
    const made = lobby();
    const [a] = await queue(made, duel, 'a');
    a?.ask({ type: 'dequeue' });
    a?.ask({ type: 'dequeue' });
    await made.pass(0);
    expect(a?.all('dropped')).toEqual([{ type: 'dropped', reason: 'cancelled' }]);
    expect([made.matches.size, made.queue.size, made.clock.pending]).toEqual([0, 0, 1]);
    a?.ask({ type: 'queue', game: 'duel' });
    const [b] = await queue(made, duel, 'b');
    await made.pass(5_000);
    expect([a, b].map((one) => one?.all('matched').length)).toEqual([1, 1]);
  });

  test('and is gone leaves no ghost in the queue', async () => {
    const made = lobby();
    const [ghost] = await queue(made, duel, 'ghost');
    ghost?.vanish();
    await made.pass(0);
    expect([made.matches.size, made.queue.size]).toEqual([0, 0]);
    const [a] = await queue(made, duel, 'a');
    await made.pass(60_000);
    expect(made.rooms.all).toEqual([]);
    const [b] = await queue(made, duel, 'b');
    await made.pass(5_000);
    expect([a, b].map((one) => one && isOut(one))).toEqual([false, false]);
  });

  test('and is gone before its rating is known leaves none either', async () => {
    const loads: (() => void)[] = [];
    const slow = new MemoryStore();
    const store = {
      ...slow,
      load: (key: string) => new Promise<void>((resolve) => loads.push(resolve)).then(() => slow.load(key)),
      save: slow.save.bind(slow),
      close: () => slow.close(),
    };
    const made = lobby({ store });
    const [ghost, leaver] = await queue(made, duel, 'ghost', 'leaver');
    ghost?.vanish();
    leaver?.ask({ type: 'dequeue' });
    await made.pass(0);
    for (const load of loads) load();
    await made.pass(60_000);
    expect([made.matches.size, made.queue.size, made.rooms.all.length]).toEqual([0, 0, 0]);
    expect(leaver?.all('dropped')).toEqual([{ type: 'dropped', reason: 'cancelled' }]);
  });

  test('is told where the server stops', async () => {
    const made = lobby();
    const [a] = await queue(made, duel, 'a');
    await made.matches.stop();
    await made.pass(0);
    expect(a?.all('dropped')).toEqual([{ type: 'dropped', reason: 'stopping' }]);
  });
});

describe('a match that is to be accepted', () => {
  const propose = async (): Promise<{ made: TestLobby; a: Caller; b: Caller; match: string }> => {
    const made = lobby();
    const [a, b] = await queue(made, asked, 'a', 'b');
    await made.pass(2_000);
    if (a === undefined || b === undefined) throw new Error('unreachable');
    return { made, a, b, match: String(a.last('proposed')?.match) };
  };

  test('is made once all have, who see each other do so', async () => {
    const { made, a, b, match } = await propose();
    expect(b.last('proposed')).toMatchObject({ match, accepted: 0, players: 2 });
    await made.pass(1_000);
    const left = Number(a.last('proposed')?.deadlineMs);
    a.ask({ type: 'accept', match });
    a.ask({ type: 'accept', match });
    b.ask({ type: 'accept', match: 'another' });
    await made.pass(0);
    expect(b.last('proposed')).toMatchObject({ match, accepted: 1 });
    expect(Number(b.last('proposed')?.deadlineMs)).toBeLessThan(left);
    expect(isOut(a)).toBe(true);
    b.ask({ type: 'accept', match });
    await made.pass(0);
    expect([isOut(a), isOut(b)]).toEqual([false, false]);
  });

  test('is not made where one declines: that one is out, the other searches on and is matched', async () => {
    const { made, a, b, match } = await propose();
    a.ask({ type: 'accept', match });
    b.ask({ type: 'decline', match });
    await made.pass(0);
    expect(b.last('dropped')).toEqual({ type: 'dropped', reason: 'declined' });
    expect(a.last('returned')).toEqual({ type: 'returned', match });
    const [c] = await queue(made, asked, 'c');
    await made.pass(2_000);
    const next = String(a.last('proposed')?.match);
    for (const one of [a, c]) one?.ask({ type: 'accept', match: next });
    await made.pass(0);
    expect([a, b, c].map((one) => one && isOut(one))).toEqual([false, true, false]);
  });

  test('is not made where one says nothing: that one is out', async () => {
    const { made, a, b, match } = await propose();
    a.ask({ type: 'accept', match });
    await made.pass(10_000);
    expect(b.last('dropped')).toEqual({ type: 'dropped', reason: 'not-accepted' });
    expect(a.last('returned')).toEqual({ type: 'returned', match });
    expect([made.matches.size, made.rooms.all.length]).toEqual([1, 0]);
  });

  test('is not made where one is gone', async () => {
    const { made, a, b, match } = await propose();
    a.ask({ type: 'accept', match });
    b.vanish();
    await made.pass(0);
    expect(a.last('returned')).toEqual({ type: 'returned', match });
    expect([made.matches.size, made.rooms.all.length]).toEqual([1, 0]);
  });
});

describe('a party', () => {
  const party = async (made: TestLobby, ...users: string[]): Promise<readonly Caller[]> => {
    const callers = await Promise.all(users.map((user) => made.enter(user)));
    const [leader, ...others] = callers;
    leader?.ask({ type: 'party', do: 'open' });
    await made.pass(0);
    for (const one of others) one.ask({ type: 'party', do: 'join', code: String(leader?.last('party')?.code) });
    await made.pass(0);
    return callers;
  };

  test('stays together, and each of it has a ticket of its own', async () => {
    const made = lobby();
    const friends = await party(made, 'a', 'b');
    friends[0]?.ask({ type: 'queue', game: 'pairs' });
    const others = await queue(made, pairs, 'c', 'd');
    await made.pass(5_000);
    const teams = [...friends, ...others].map((one) => one.last('matched')?.team);
    expect(teams[0]).toBe(teams[1]);
    expect(teams[2]).toBe(teams[3]);
    expect(teams[0]).not.toBe(teams[2]);
    expect(new Set([...friends, ...others].map((one) => one.last('matched')?.ticket)).size).toBe(4);
    // It is still a party: it plays again.
    friends[0]?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(2_000);
    expect(made.matches.size).toBe(2);
  });

  test('is looked for a match for by its leader, and does not change meanwhile', async () => {
    const made = lobby();
    const [leader, member] = await party(made, 'a', 'b');
    member?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(0);
    expect(member?.last('error')).toMatchObject({ code: 'REFUSED', re: { type: 'queue' } });
    leader?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(1_500);
    expect(member?.last('progress')).toMatchObject({ position: 1 });
    const late = await made.enter('late');
    late.ask({ type: 'party', do: 'join', code: String(leader?.last('party')?.code) });
    const searching = await queue(made, duel, 'busy');
    searching[0]?.ask({ type: 'party', do: 'open' });
    await made.pass(0);
    expect(late.last('error')).toMatchObject({ code: 'REFUSED', re: { type: 'party' } });
    expect(searching[0]?.last('error')).toMatchObject({ code: 'REFUSED', re: { type: 'party' } });
  });

  test.each(['leave', 'vanish', 'dequeue'])('searches no longer where one of it does this: %s', async (how) => {
    const made = lobby();
    const [leader, member] = await party(made, 'a', 'b');
    leader?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(0);
    if (how === 'vanish') member?.vanish();
    else member?.ask(how === 'leave' ? { type: 'party', do: 'leave' } : { type: 'dequeue' });
    await made.pass(0);
    const reason = how === 'dequeue' ? 'cancelled' : 'player-left';
    expect(leader?.last('dropped')).toEqual({ type: 'dropped', reason });
    expect([made.matches.size, made.queue.size]).toEqual([0, 0]);
  });

  test('hears nothing more once one of it is gone by what it was told', async () => {
    const made = lobby();
    const told: string[] = [];
    const friends: readonly Searcher[] = ['a', 'b'].map((player) => ({
      player,
      user: null,
      tell(news) {
        told.push(`${player} ${news.type}`);
        if (news.type === 'progress') made.matches.leave(this, 'player-left');
      },
    }));
    await made.matches.search(friends, { game: 'pairs' });
    await made.pass(5_000);
    expect(told).toEqual(['a progress', 'a dropped', 'b dropped']);
  });

  test('that is larger than a team is refused, and so is one with somebody in it twice', async () => {
    const made = lobby();
    const [leader] = await party(made, 'a', 'b', 'c');
    leader?.ask({ type: 'queue', game: 'pairs' });
    const [twice] = await party(made, 'd', 'd');
    twice?.ask({ type: 'queue', game: 'pairs' });
    await made.pass(0);
    for (const one of [leader, twice]) expect(one?.last('error')).toMatchObject({ code: 'BAD_MESSAGE' });
    expect([made.matches.size, made.queue.size]).toEqual([0, 0]);
  });
});

describe('[GA12] however many come at once', () => {
  test('everybody is in one match, and each match has its own room', async () => {
    const made = lobby();
    const callers = await Promise.all(Array.from({ length: 101 }, (_, index) => made.enter(`user-${index}`)));
    for (const caller of callers) caller.ask({ type: 'queue', game: 'duel' });
    await made.pass(10_000);
    const matched = callers.flatMap((one) => one.all('matched'));
    expect(matched).toHaveLength(100);
    expect(new Set(matched.map(({ ticket }) => ticket)).size).toBe(100);
    const rooms = made.rooms.all;
    expect(rooms).toHaveLength(50);
    expect(rooms.every(({ taken }) => taken === 2)).toBe(true);
    expect(made.matches.size).toBe(1);
  });

  test('seats of a match are for those who have its tickets, whatever others try', async () => {
    const made = lobby();
    const callers = await queue(made, duel, 'a', 'b');
    await made.pass(5_000);
    const [room] = made.rooms.all;
    const codes: string[] = [];
    for (let n = 0; n < 50; n++) {
      for (const asked of [room?.id, room?.code]) {
        try {
          made.rooms.join({ game: 'duel', room: asked }, new Witness());
        } catch (error) {
          if (isGameError(error)) codes.push(error.code);
        }
      }
    }
    expect(codes).toEqual(new Array(100).fill('ROOM_FULL'));
    const seated = callers.map((caller) => claim(made, duel, caller));
    await made.pass(200);
    expect(seated.every(({ witness }) => witness.welcomed !== null)).toBe(true);
  });
});

test('[GA13] seats that nobody comes for are free again, and their rooms are gone', async () => {
  const made = lobby();
  for (let round = 0; round < 10; round++) {
    const callers = await Promise.all(Array.from({ length: 100 }, (_, index) => made.enter(`user-${index}`)));
    for (const caller of callers) caller.ask({ type: 'queue', game: 'duel' });
    await made.pass(10_000);
    expect(made.rooms.all).toHaveLength(50);
    for (const caller of callers) caller.vanish();
    await made.pass(TICKET_MS);
    expect(made.rooms.all.every(({ taken }) => taken === 0)).toBe(true);
    const [late] = callers;
    if (late !== undefined) expect(() => claim(made, duel, late)).toThrow();
    await made.pass(EMPTY_ROOM_MS);
  }
  expect([made.rooms.all.length, made.matches.size, made.queue.size, made.clock.pending]).toEqual([0, 0, 0, 0]);
});
