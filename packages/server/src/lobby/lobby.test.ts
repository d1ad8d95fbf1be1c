import { defineGame, f32, type JsonValue, quantized, record, text, u8, u16 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../gateways/limits.ts';
import { Witness } from '../room/room.test-support.ts';
import { type Caller, testLobby } from './lobby.test-support.ts';

const chess = defineGame({
  name: 'chess',
  tickRateHz: 10,
  seats: 2,
  state: {
    table: record({
      title: text(32),
      level: u8,
      stake: quantized({ min: 0, max: 10, step: 0.1 }),
      turn: f32,
      secret: u16.visibleTo('nobody'),
    }),
  },
  input: {},
  listed: 'table',
  commands: { rename: { title: text(32), level: u8 } },
  on: {
    rename(room, _seat, { title, level }) {
      Object.assign(room.state.table, { title, level });
    },
  },
});

const go = defineGame({ name: 'go', tickRateHz: 10, seats: 2, state: {}, input: {} });

const lobby = (options = {}) => testLobby([chess, go], options);

describe('hello', () => {
  test('is answered with who one is and where the server is', async () => {
    const { connect, enter, pass } = lobby({ region: 'seoul' });
    const jimin = await enter('jimin');
    expect(jimin.told).toEqual([{ type: 'hello', user: 'jimin', name: 'The jimin', region: 'seoul' }]);
    const nobody = await enter();
    expect(nobody.told).toEqual([{ type: 'hello', user: null, name: 'Guest 2', region: 'seoul' }]);
    const named = connect();
    named.ask({ type: 'hello', name: '한\u202e' });
    await pass(0);
    expect(named.closed).toEqual({ code: 4400, reason: 'BAD_NAME' });
  });

  test('that never comes ends the connection', async () => {
    const { connect, pass } = lobby();
    const silent = connect();
    await pass(DEFAULT_LIMITS.joinTimeoutMs);
    expect(silent.closed).toEqual({ code: 4408, reason: 'JOIN_TIMEOUT' });
  });

  test('[PR10] comes first, and once: anything else ends the connection', async () => {
    const { connect, enter, pass, clock } = lobby();
    const hasty = connect();
    hasty.ask({ type: 'hello', identity: 'jimin' });
    hasty.ask({ type: 'watch', id: 1 });
    // Nothing is found out meanwhile.
    clock.advance(0);
    const twice = await enter();
    twice.ask({ type: 'hello' });
    await pass(0);
    expect(hasty.closed).toEqual({ code: 4400, reason: 'NOT_JOINED' });
    expect(hasty.all('hello')).toEqual([]);
    expect(twice.closed).toEqual({ code: 4400, reason: 'ALREADY_JOINED' });
  });

  test('of somebody who may not come in ends the connection with the reason', async () => {
    const { connect, pass } = lobby({ door: { identity: { verify: async () => null } } });
    const stranger = connect();
    stranger.ask({ type: 'hello', identity: 'stranger' });
    await pass(0);
    expect(stranger.told).toMatchObject([{ type: 'error', code: 'UNAUTHENTICATED', re: null }]);
    expect(stranger.closed).toEqual({ code: 4401, reason: 'UNAUTHENTICATED' });
  });

  test('is refused while the server takes nobody in', async () => {
    const { connect, pass } = lobby({ door: { mayJoin: () => 700 } });
    const early = connect();
    early.ask({ type: 'hello' });
    await pass(0);
    expect(early.told).toMatchObject([{ type: 'error', code: 'SERVER_BUSY', details: { retryAfterMs: 700 } }]);
    expect(early.closed).toEqual({ code: 1013, reason: 'SERVER_BUSY' });
  });
});

describe('a message', () => {
  test.each<[string, JsonValue | string]>([
    ['that is no JSON', '{"type":"ping",'],
    ['that is no object', [1]],
    ['of no type', { n: 1 }],
    ['of an unknown type', { type: 'shutdown' }],
    ['with a field too many', { type: 'ping', n: 1, m: 2 }],
    ['with a field too few', { type: 'ping' }],
    ['with a number that is none', '{"type":"ping","n":1e999}'],
    ['[PR05] with a key that every object has', '{"type":"watch","id":1,"where":{"__proto__":1}}'],
    ['[PR05] with a key that would shadow a method', { type: 'watch', id: 1, game: 'chess', where: { toString: 1 } }],
    ['[PR06] with endless nesting', `{"type":"watch","id":1,"where":${'['.repeat(5_000)}`],
    ['with a negative number of a list', { type: 'watch', id: -1 }],
    ['with a sort that does not exist', { type: 'watch', id: 1, sort: 'title' }],
    ['that asks for too many rooms', { type: 'watch', id: 1, limit: 101 }],
    ['[GA21] with an operator', { type: 'watch', id: 1, game: 'chess', where: { level: { $gt: '' } } }],
    ['[GA21] with a list of values', { type: 'watch', id: 1, game: 'chess', where: { level: [1, 2] } }],
    ['[GA21] with a value of another type', { type: 'watch', id: 1, game: 'chess', where: { level: '1' } }],
    ['[GA21] with a value out of range', { type: 'watch', id: 1, game: 'chess', where: { level: 256 } }],
    ['with a field that rooms do not have', { type: 'watch', id: 1, game: 'chess', where: { id: 'x' } }],
    ['with a field of no game', { type: 'watch', id: 1, where: { level: 1 } }],
    ['with a field of a game that lists nothing', { type: 'watch', id: 1, game: 'go', where: { level: 1 } }],
    ['[GA19] with a field that nobody may see', { type: 'watch', id: 1, game: 'chess', where: { secret: 0 } }],
    ['with a party code that is none', { type: 'party', do: 'join', code: '' }],
    ['with a code for opening a party', { type: 'party', do: 'open', code: 'abc' }],
    ['with a latency that cannot be', { type: 'queue', game: 'chess', latencies: { seoul: -1 } }],
    ['with too many regions', { type: 'queue', game: 'chess', latencies: Object.fromEntries(range(40)) }],
  ])('%s is refused whole, and the connection stays open', async (_, message) => {
    const { enter, pass, watches } = lobby();
    const caller = await enter();
    caller.link.send(typeof message === 'string' ? message : JSON.stringify(message));
    await pass(1_000);
    expect(caller.last('error')).toMatchObject({ code: 'BAD_MESSAGE' });
    expect(caller.closed).toBeNull();
    expect(watches.size).toBe(0);
    caller.ask({ type: 'ping', n: 7 });
    await pass(0);
    expect(caller.last('pong')).toEqual({ type: 'pong', n: 7 });
  });

  test('that is refused is named in the refusal', async () => {
    const { enter, pass } = lobby();
    const caller = await enter();
    caller.ask({ type: 'watch', id: 5, sort: 'title' });
    caller.link.send('no JSON');
    await pass(0);
    expect(caller.all('error').map(({ re }) => re)).toEqual([{ type: 'watch', id: 5 }, null]);
  });

  test('[PR09] of bytes is refused', async () => {
    const { enter, pass } = lobby();
    const caller = await enter();
    caller.link.send(new TextEncoder().encode('{"type":"ping","n":1}'));
    await pass(0);
    expect(caller.last('error')).toMatchObject({ code: 'BAD_MESSAGE' });
  });

  test('for a game that is not here ends the connection', async () => {
    const { enter, pass } = lobby();
    const caller = await enter();
    caller.ask({ type: 'watch', id: 1, game: 'poker' });
    await pass(0);
    expect(caller.closed).toEqual({ code: 4404, reason: 'GAME_UNKNOWN' });
  });

  test('too many, or too many refused ones, end the connection', async () => {
    const { enter, pass } = lobby();
    const flood = await enter();
    const wrong = await enter();
    for (let n = 0; n <= 2 * DEFAULT_LIMITS.messagesPerSecond; n++) flood.ask({ type: 'ping', n });
    for (let n = 0; n <= DEFAULT_LIMITS.refusalsBurst; n++) wrong.ask({ type: 'ping' });
    await pass(0);
    expect(flood.closed).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
    expect(wrong.closed).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
  });
});

function range(count: number): [string, number][] {
  return Array.from({ length: count }, (_, index) => [`region-${index}`, 1]);
}

describe('a list of rooms', () => {
  /** A room of chess that is called so. */
  const open = ({ rooms, clock }: ReturnType<typeof lobby>, title: string, level = 1) => {
    const seat = rooms.join({ way: 'create', game: 'chess' }, new Witness());
    clock.advance(100);
    seat.command('rename', { title, level });
    return { id: seat.roomId, seat };
  };
  const titles = (caller: Caller, id = 1): unknown[] => {
    const listed = new Map<string, unknown>();
    let order: string[] = [];
    for (const news of caller.all('rooms')) {
      if (news.id !== id) continue;
      for (const room of news.rooms as { id: string; about: { title: string } }[])
        listed.set(room.id, room.about.title);
      order = news.order as string[];
    }
    return order.map((one) => listed.get(one));
  };

  test('is told whole at first, and what changes from then on', async () => {
    const made = lobby();
    open(made, 'one');
    await made.pass(2_000);
    const caller = await made.enter();
    caller.ask({ type: 'watch', id: 1, game: 'chess', sort: 'oldest' });
    await made.pass(0);
    expect(titles(caller)).toEqual(['one']);
    expect(caller.last('rooms')).toMatchObject({ rooms: [{ about: { title: 'one', level: 1, stake: 0, turn: 0 } }] });
    const { seat } = open(made, 'two');
    await made.pass(2_000);
    expect(titles(caller)).toEqual(['one', 'two']);
    expect(caller.last('rooms')).toMatchObject({ rooms: [{ about: { title: 'two' } }], gone: [] });
    seat.leave();
    await made.pass(20_000);
    expect(titles(caller)).toEqual(['one']);
    caller.ask({ type: 'unwatch', id: 1 });
    open(made, 'three');
    const before = caller.told.length;
    await made.pass(5_000);
    expect(caller.told.length).toBe(before);
  });

  test('holds what was asked for: by value, by room for one more, the fullest first, so many', async () => {
    const made = lobby();
    open(made, 'easy', 1);
    open(made, 'hard', 9);
    const full = open(made, 'full', 9);
    made.rooms.join({ game: 'chess', room: full.id }, new Witness());
    await made.pass(2_000);
    const caller = await made.enter();
    caller.ask({ type: 'watch', id: 1, game: 'chess', where: { level: 9 }, sort: 'fullest' });
    caller.ask({ type: 'watch', id: 2, game: 'chess', where: { level: 9 }, isOpen: true });
    caller.ask({ type: 'watch', id: 3, game: 'chess', sort: 'fullest', limit: 1 });
    caller.ask({ type: 'watch', id: 4, game: 'chess', where: { title: 'easy', stake: 0.04 } });
    await made.pass(0);
    expect([1, 2, 3, 4].map((id) => titles(caller, id))).toEqual([['full', 'hard'], ['hard'], ['full'], ['easy']]);
  });

  test('never shows a private room', async () => {
    const made = lobby();
    const caller = await made.enter();
    caller.ask({ type: 'watch', id: 1 });
    made.rooms.join({ way: 'create', game: 'chess', isPrivate: true }, new Witness());
    await made.pass(2_000);
    expect(caller.all('rooms')).toEqual([{ type: 'rooms', id: 1, rooms: [], gone: [], order: [] }]);
  });

  test('of the same number takes the place of the one before', async () => {
    const made = lobby();
    open(made, 'one');
    await made.pass(2_000);
    const caller = await made.enter();
    caller.ask({ type: 'watch', id: 1, game: 'chess' });
    caller.ask({ type: 'watch', id: 1, game: 'go' });
    await made.pass(1_000);
    expect(caller.all('rooms')).toEqual([{ type: 'rooms', id: 1, rooms: [], gone: [], order: [] }]);
    expect(made.watches.size).toBe(1);
  });

  test('[PR15] is one of eight: the ninth ends the connection, and no list is kept up', async () => {
    const { enter, pass, watches, clock } = lobby();
    const caller = await enter();
    for (let id = 1; id <= 8; id++) caller.ask({ type: 'watch', id, limit: id });
    await pass(0);
    expect([caller.closed, watches.size]).toEqual([null, 8]);
    caller.ask({ type: 'watch', id: 9, limit: 9 });
    await pass(0);
    expect(caller.closed).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
    expect(watches.size).toBe(0);
    // The log waits for more of the kind.
    await pass(1_000);
    expect(clock.pending).toBe(0);
  });

  test('waits for a reader that is slow, and is whole once it reads; one that never reads is given up', async () => {
    const made = lobby();
    const slow = await made.enter();
    const dead = await made.enter();
    for (const caller of [slow, dead]) {
      caller.ask({ type: 'watch', id: 1, game: 'chess' });
      await made.pass(0);
      caller.link.isPaused = true;
    }
    const rooms = Array.from({ length: 90 }, (_, index) => open(made, `room ${index}`));
    for (let round = 0; round < 40; round++) {
      for (const [index, { seat }] of rooms.entries()) {
        // What changed while it was full must not be lost on it.
        if (index > 0 || round < 18) seat.command('rename', { title: `${round} ${index}`, level: 1 });
      }
      await made.pass(1_000);
      // More than the pipe holds has come by then, and not for so long that it would be given up.
      if (round === 18) slow.link.isPaused = false;
    }
    await made.pass(2_000);
    dead.link.isPaused = false;
    await made.pass(0);
    expect(dead.closed).toEqual({ code: 4508, reason: 'TOO_SLOW' });
    expect(JSON.stringify(dead.told).length).toBeLessThan(2 * DEFAULT_LIMITS.outboxSoftBytes);
    expect(slow.closed).toBeNull();
    expect(new Set(titles(slow))).toEqual(new Set(rooms.map((_, index) => (index > 0 ? `39 ${index}` : '17 0'))));
  });
});

test('a connection that ends leaves nothing behind: no list, no party, no session, no timer', async () => {
  const { enter, pass, watches, clock, connect } = lobby();
  const [one, two] = [await enter('one'), await enter('two')];
  one.ask({ type: 'watch', id: 1 });
  one.ask({ type: 'party', do: 'open' });
  await pass(0);
  two.ask({ type: 'party', do: 'join', code: String(one.last('party')?.code) });
  await pass(0);
  const silent = connect();
  await pass(0);
  for (const caller of [one, two, silent]) caller.vanish();
  await pass(20_000);
  expect([watches.size, clock.pending]).toEqual([0, 0]);
});

test('a connection that is gone before it is known whose it is does not come in', async () => {
  const { promise, resolve } = Promise.withResolvers<{ id: string }>();
  const { connect, pass, clock } = lobby({ door: { identity: { verify: () => promise } } });
  const hasty = connect();
  hasty.ask({ type: 'hello', identity: 'jimin' });
  await pass(0);
  hasty.vanish();
  await pass(0);
  resolve({ id: 'jimin' });
  await pass(20_000);
  expect([hasty.told, clock.pending]).toEqual([[], 0]);
});

describe('a party', () => {
  test('is open to whoever has its code, and everybody is told who is in it', async () => {
    const { enter, pass } = lobby();
    const [jimin, sora] = [await enter('jimin'), await enter('sora')];
    jimin.ask({ type: 'party', do: 'open' });
    await pass(0);
    const code = String(jimin.last('party')?.code);
    expect(jimin.last('party')).toEqual({ type: 'party', code, members: ['The jimin'], leader: true });
    sora.ask({ type: 'party', do: 'join', code });
    await pass(0);
    const members = ['The jimin', 'The sora'];
    expect(jimin.last('party')).toEqual({ type: 'party', code, members, leader: true });
    expect(sora.last('party')).toEqual({ type: 'party', code, members, leader: false });
    jimin.vanish();
    await pass(0);
    expect(sora.last('party')).toEqual({ type: 'party', code, members: ['The sora'], leader: true });
    sora.ask({ type: 'party', do: 'leave' });
    await pass(0);
    expect(sora.last('party')).toEqual({ type: 'party', code: null, members: [], leader: false });
    sora.ask({ type: 'party', do: 'join', code });
    await pass(0);
    expect(sora.last('error')).toMatchObject({ code: 'REFUSED', re: { type: 'party' } });
  });

  test('is one at a time, and has room for sixteen', async () => {
    const { enter, pass } = lobby();
    const jimin = await enter('jimin');
    jimin.ask({ type: 'party', do: 'open' });
    jimin.ask({ type: 'party', do: 'open' });
    await pass(0);
    expect(jimin.all('error')).toMatchObject([{ code: 'REFUSED' }]);
    const code = String(jimin.last('party')?.code);
    const friends = await Promise.all(Array.from({ length: 16 }, (_, index) => enter(`friend-${index}`)));
    for (const friend of friends) friend.ask({ type: 'party', do: 'join', code });
    await pass(0);
    expect(friends.flatMap((friend) => friend.all('error'))).toMatchObject([{ code: 'REFUSED' }]);
    expect(jimin.last('party')?.members).toHaveLength(16);
  });
});
