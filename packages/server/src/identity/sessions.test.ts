import { GameError } from '@madang/core';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { MemoryBanList } from './bans.ts';
import { Sessions } from './sessions.ts';
import type { User } from './user.ts';

const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 3_600_000;
const EXPIRED = { code: 'SESSION_EXPIRED' };
const BANNED = { code: 'BANNED' };

const minji: User = { id: 'minji', name: null, roles: [], issuedAtMs: START_MS, expiresAtMs: null };
const jihun: User = { ...minji, id: 'jihun' };

/** Sessions whose wall clock can be set while the other goes on. */
function world(bans = new MemoryBanList()) {
  const clock = new VirtualClock();
  const wall = { aheadMs: START_MS };
  const logged: string[] = [];
  const sessions = new Sessions({
    clock,
    bans,
    log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    connectionsPerUser: 3,
    wallNowMs: () => wall.aheadMs + clock.nowMs(),
  });
  const ended: string[] = [];
  const enter = (user: User | null, name: string, address = '192.0.2.1'): (() => void) =>
    sessions.enter(user, address, (error) => ended.push(`${name} ${error.code}`));
  return { sessions, clock, wall, logged, ended, enter };
}

describe('[AU06] a token that ends', () => {
  test('ends its connections within a minute, not before, and only those', () => {
    const { sessions, clock, ended, enter } = world();
    enter({ ...minji, expiresAtMs: START_MS + 100_000 }, 'first');
    enter({ ...jihun, expiresAtMs: START_MS + 1_000_000 }, 'later');
    enter(minji, 'never');
    enter(null, 'nobody');
    clock.advance(100_000);
    expect(ended).toEqual([]);
    clock.advance(60_000);
    expect(ended).toEqual(['first SESSION_EXPIRED']);
    expect(sessions.size).toBe(3);
    clock.advance(DAY_MS);
    expect(ended).toEqual(['first SESSION_EXPIRED', 'later SESSION_EXPIRED']);
  });

  test('ends them within a minute whenever it falls', () => {
    const { clock, ended, enter } = world();
    for (let s = 60; s < 120; s++) enter({ ...minji, id: `${s}`, expiresAtMs: START_MS + s * 1000 }, `${s}`);
    clock.advance(59_999);
    for (let s = 60; s < 120; s++) {
      expect(ended.length).toBeLessThanOrEqual(s - 60);
      clock.advance(1_000);
    }
    for (let s = 60; s < 120; s++) {
      expect(ended.length).toBeGreaterThanOrEqual(s - 60);
      clock.advance(1_000);
    }
    expect(ended.length).toBe(60);
  });

  test('lets nobody in who would be sent away at once', () => {
    const { clock, enter, ended } = world();
    const user = { ...minji, expiresAtMs: START_MS + 1_000 };
    clock.advance(30_999);
    enter(user, 'within the skew')();
    clock.advance(1);
    expect(() => enter(user, 'over')).toThrow(expect.objectContaining(EXPIRED));
    expect(ended).toEqual([]);
  });

  test('ends them too when the wall clock is set on, or the machine slept', () => {
    const { clock, wall, ended, enter } = world();
    enter({ ...minji, expiresAtMs: START_MS + DAY_MS }, 'player');
    clock.advance(60_000);
    wall.aheadMs += DAY_MS;
    clock.advance(60_000);
    expect(ended).toEqual(['player SESSION_EXPIRED']);
  });

  test.each([2 ** 31, 2 ** 32 + 1, 8.64e15 - START_MS])('[RX15] %d ms ahead is not over at once', (aheadMs) => {
    const { sessions, clock, ended, enter } = world();
    enter({ ...minji, expiresAtMs: START_MS + aheadMs }, 'player');
    clock.advance(DAY_MS);
    expect(ended).toEqual([]);
    expect(sessions.size).toBe(1);
  });

  test('[RX15] every wait fits a timer', () => {
    const clock = new VirtualClock();
    const waits: number[] = [];
    const watched = {
      nowMs: () => clock.nowMs(),
      after: (delayMs: number, run: () => void) => {
        waits.push(delayMs);
        return clock.after(delayMs, run);
      },
    };
    const log = pino({ level: 'silent' });
    const options = {
      clock: watched,
      bans: new MemoryBanList(),
      log,
      connectionsPerUser: 1,
      wallNowMs: () => START_MS,
    };
    new Sessions(options).enter({ ...minji, expiresAtMs: 8.64e15 }, '', () => {});
    clock.advance(DAY_MS);
    expect(waits.length).toBeGreaterThan(1);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  });

  test('nothing is waited for once nobody is connected', () => {
    const { clock, enter } = world();
    const leave = enter(minji, 'player');
    enter(null, 'nobody')();
    expect(clock.pending).toBe(1);
    leave();
    expect(clock.pending).toBe(0);
  });
});

describe('[AU06] a revocation', () => {
  test('ends all connections of the user at once, and nobody else', () => {
    const { sessions, ended, enter } = world();
    enter(minji, 'phone');
    enter(minji, 'desk');
    enter(jihun, 'other');
    sessions.revoke('minji');
    expect(ended).toEqual(['phone SESSION_EXPIRED', 'desk SESSION_EXPIRED']);
  });

  test('refuses tokens made before it and takes those made after', () => {
    const { sessions, clock, enter } = world();
    clock.advance(5_000);
    sessions.revoke('minji');
    const revoked = expect.objectContaining({ code: 'UNAUTHENTICATED' });
    expect(() => enter(minji, 'old')).toThrow(revoked);
    expect(() => enter({ ...minji, issuedAtMs: 0 }, 'of no date')).toThrow(revoked);
    expect(() => enter({ ...minji, issuedAtMs: START_MS + 5_000 }, 'of that moment')).toThrow(revoked);
    enter({ ...minji, issuedAtMs: START_MS + 5_001 }, 'new');
    enter(jihun, 'other');
    expect(sessions.size).toBe(2);
  });

  test('is remembered for the last hundred thousand users', () => {
    const { sessions } = world();
    sessions.revoke('minji');
    sessions.revoke('jihun');
    for (let i = 0; i < 99_998; i++) sessions.revoke(`user ${i}`);
    expect(() => sessions.check(jihun, '')).toThrow();
    sessions.revoke('minji');
    sessions.revoke('one more');
    sessions.check(jihun, '');
    expect(() => sessions.check(minji, '')).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });
});

describe('a ban', () => {
  test('of a user ends their connections at once and keeps them out, from wherever', () => {
    const { sessions, ended, enter } = world();
    enter(minji, 'phone', '192.0.2.1');
    enter(minji, 'desk', '192.0.2.2');
    enter(jihun, 'other', '192.0.2.1');
    sessions.ban({ userId: 'minji' }, { reason: 'cheating' });
    expect(ended).toEqual(['phone BANNED', 'desk BANNED']);
    expect(() => enter(minji, 'again', '192.0.2.9')).toThrow(expect.objectContaining(BANNED));
    enter(null, 'nobody', '192.0.2.9');
  });

  test('of an address ends the connections from it, with or without a user', () => {
    const { sessions, ended, enter } = world();
    enter(minji, 'minji', '192.0.2.1');
    enter(null, 'nobody', '192.0.2.1');
    enter(jihun, 'elsewhere', '192.0.2.2');
    sessions.ban({ address: '192.0.2.1' }, { reason: 'flooding' });
    expect(ended).toEqual(['minji BANNED', 'nobody BANNED']);
    expect(() => enter(null, 'again', '192.0.2.1')).toThrow(expect.objectContaining(BANNED));
    enter(minji, 'minji elsewhere', '192.0.2.2');
  });

  test('says why and until when, and is over then', () => {
    const { sessions, clock, enter } = world();
    const untilMs = START_MS + DAY_MS;
    sessions.ban({ userId: 'minji' }, { untilMs, reason: 'cheating' });
    const told = {
      code: 'BANNED',
      details: { reason: 'cheating', untilMs },
      message: expect.stringContaining('2026-01-02'),
    };
    expect(() => enter(minji, 'player')).toThrow(expect.objectContaining(told));
    clock.advance(DAY_MS - 1);
    expect(sessions.bans.length).toBe(1);
    expect(() => enter(minji, 'player')).toThrow(expect.objectContaining(BANNED));
    clock.advance(1);
    expect(sessions.bans).toEqual([]);
    enter(minji, 'player');
  });

  test('can be taken back, and one of a user is not one of an address of the same name', () => {
    const { sessions, enter } = world();
    const same = '192.0.2.7';
    sessions.ban({ userId: same }, { reason: 'a' });
    sessions.ban({ address: same }, { reason: 'b' });
    expect(sessions.bans.map(({ reason }) => reason)).toEqual(['a', 'b']);
    expect(sessions.unban({ userId: same })).toBe(true);
    expect(sessions.unban({ userId: same })).toBe(false);
    enter({ ...minji, id: same }, 'player');
    expect(() => enter(null, 'nobody', same)).toThrow(expect.objectContaining(BANNED));
  });

  test.each([
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['2001:0DB8:0:0:1::', '2001:db8:0:0::/64'],
    ['2001:db8::/64', '2001:db8:0:0::/64'],
    ['2001:db8:0:0::/64', '2001:db8:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
  ])(
    'of the address %s is of the connections that are counted as %s, and is taken back by any of its names',
    (address, key) => {
      const { sessions, ended, enter } = world();
      enter(minji, 'minji', key);
      sessions.ban({ address }, { reason: 'flooding' });
      expect(ended).toEqual(['minji BANNED']);
      expect(() => enter(null, 'nobody', key)).toThrow(expect.objectContaining(BANNED));
      expect(sessions.unban({ address: key })).toBe(true);
      sessions.ban({ address: key }, { reason: 'flooding' });
      expect(sessions.unban({ address })).toBe(true);
      enter(null, 'nobody', key);
    },
  );

  test.each([
    '',
    'x',
    'localhost',
    '192.0.2.0/24',
    '192.0.2.1:80',
    '2001:db8::/32',
    '2001:db8::/64/64',
    '::ffff:192.0.2.1/64',
    '/64',
  ])('[RX15] of %j, which is no address, is refused, and so is to take it back', (address) => {
    const { sessions } = world();
    const bad = expect.objectContaining({ code: 'BAD_OPTION' });
    expect(() => sessions.ban({ address }, { reason: '' })).toThrow(bad);
    expect(() => sessions.unban({ address })).toThrow(bad);
    expect(sessions.bans).toEqual([]);
  });

  test.each([
    ['in the past', START_MS - 1],
    ['now', START_MS],
    ['never', Infinity],
    ['no number', Number.NaN],
    ['before time', -1],
    ['later than dates go', 8.65e15],
  ])('[RX15] with an end that is %s is refused, and nobody is sent away', (_, untilMs) => {
    const { sessions, ended, enter } = world();
    enter(minji, 'player');
    const bad = expect.objectContaining({ code: 'BAD_OPTION' });
    expect(() => sessions.ban({ userId: 'minji' }, { untilMs, reason: '' })).toThrow(bad);
    expect(() => sessions.ban({ userId: 'minji' }, { reason: 'x'.repeat(201) })).toThrow(bad);
    expect([sessions.bans, ended]).toEqual([[], []]);
  });

  test('of before is in force from the start where the list of bans outlives the server', () => {
    const bans = new MemoryBanList();
    world(bans).sessions.ban({ userId: 'minji' }, { reason: 'cheating' });
    expect(() => world(bans).enter(minji, 'player')).toThrow(expect.objectContaining(BANNED));
  });
});

describe('connections of one user', () => {
  test('are so many and no more; one that left makes room for one', () => {
    const { sessions, enter } = world();
    const leave = enter(minji, '1');
    enter(minji, '2');
    enter(minji, '3');
    const details = { limit: 3, retryAfterMs: 5_000 };
    const tooMany = expect.objectContaining({ code: 'TOO_MANY_CONNECTIONS', details });
    expect(() => enter(minji, '4')).toThrow(tooMany);
    enter(jihun, 'other');
    leave();
    leave();
    enter(minji, '5');
    expect(() => enter(minji, '6')).toThrow(tooMany);
    expect(sessions.size).toBe(4);
  });

  test('without a user are not counted here', () => {
    const { sessions, enter } = world();
    for (let i = 0; i < 10; i++) enter(null, String(i));
    expect(sessions.size).toBe(10);
  });

  test('are ended once, by whatever comes first', () => {
    const { sessions, clock, ended, enter } = world();
    const leave = enter({ ...minji, expiresAtMs: START_MS + 1 }, 'player');
    sessions.revoke('minji');
    sessions.ban({ userId: 'minji' }, { reason: '' });
    clock.advance(DAY_MS);
    leave();
    enter(jihun, 'other')();
    sessions.revoke('jihun');
    expect(ended).toEqual(['player SESSION_EXPIRED']);
    expect(clock.pending).toBe(0);
  });

  test('that fail to end keep none of the others', () => {
    const { sessions, ended, logged, enter } = world();
    sessions.enter(minji, '', () => {
      throw new GameError('LEFT', 'gone', { roomId: '' });
    });
    enter(minji, 'second');
    sessions.revoke('minji');
    expect(ended).toEqual(['second SESSION_EXPIRED']);
    expect(logged.length).toBe(1);
    expect(sessions.size).toBe(0);
  });
});
