import { seededRandom } from '@madang/core';
import pino from 'pino';
import { expect, test } from 'vitest';
import { failingStore } from '../memory/failing-store.test-support.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { Store } from '../ports/store.ts';
import { Sanctions } from './sanctions.ts';
import { Sessions } from './sessions.ts';
import type { User } from './user.ts';

const START_MS = Date.UTC(2026, 0, 1);
const minji: User = { id: 'minji', name: null, roles: [], issuedAtMs: START_MS - 1_000, expiresAtMs: null };
const jihun: User = { ...minji, id: 'jihun' };

/** Several servers that share a clock and a store. */
function nodes(store: Store = new MemoryStore()) {
  const clock = new VirtualClock();
  const wallNowMs = (): number => START_MS + clock.nowMs();
  let seed = 1;
  const node = async () => {
    const logged: { msg: string }[] = [];
    const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
    const sanctions = new Sanctions({ store, clock, random: seededRandom(seed++), log, wallNowMs });
    const sessions = new Sessions({ clock, bans: sanctions, sanctions, log, connectionsPerUser: 8, wallNowMs });
    await sanctions.start((sanction) => sessions.heard(sanction));
    const ended: string[] = [];
    const enter = (user: User, address = '192.0.2.1') =>
      sessions.enter(user, address, (error) => ended.push(`${user.id} ${error.code}`));
    return { sanctions, sessions, logged, ended, enter };
  };
  return { clock, store, node };
}

const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const BANNED = expect.objectContaining({ code: 'BANNED' });

test('a ban holds after a restart, and so does that it was lifted', async () => {
  const { node } = nodes();
  const first = await node();
  first.sessions.ban({ userId: 'minji' }, { reason: 'cheating' });
  first.sessions.ban({ address: '192.0.2.9' }, { reason: 'flood', untilMs: START_MS + 60_000 });
  first.sessions.ban({ userId: 'jihun' }, { reason: 'by mistake' });
  first.sessions.unban({ userId: 'jihun' });
  await first.sanctions.stop();
  const second = await node();
  expect(() => second.enter(minji)).toThrow(BANNED);
  expect(() => second.enter(jihun, '192.0.2.9')).toThrow(BANNED);
  second.enter(jihun);
  expect(second.sessions.bans.map(({ reason }) => reason).sort()).toEqual(['cheating', 'flood']);
});

test('a revocation holds after a restart, for what was given out until then [AU06]', async () => {
  const { clock, node } = nodes();
  const first = await node();
  first.enter(minji);
  first.sessions.revoke('minji');
  expect(first.ended).toEqual(['minji SESSION_EXPIRED']);
  await first.sanctions.stop();
  clock.advance(10_000);
  const second = await node();
  expect(() => second.enter(minji)).toThrow(UNAUTHENTICATED);
  second.enter({ ...minji, issuedAtMs: START_MS + 5_000 });
});

test('what one server decides reaches the connections of the others within 15 seconds', async () => {
  const { clock, node } = nodes();
  const [one, other] = [await node(), await node()];
  other.enter(minji);
  other.enter(jihun);
  other.enter({ ...jihun, issuedAtMs: START_MS + 5_000 });
  one.sessions.ban({ userId: 'minji' }, { reason: 'cheating' });
  one.sessions.revoke('jihun');
  await clock.advanceAsync(15_000);
  expect(other.ended).toEqual(['minji BANNED', 'jihun SESSION_EXPIRED']);
  one.sessions.unban({ userId: 'minji' });
  await clock.advanceAsync(15_000);
  other.enter(minji);
  expect(one.ended).toEqual([]);
});

test('a ban counts at once while the store is down, and is written when it is back, in order [ST01]', async () => {
  const { store, failsAs, kept } = failingStore();
  const { clock, node } = nodes(store);
  const { sessions, sanctions, enter, ended } = await node();
  enter(minji);
  failsAs('gone');
  sessions.ban({ userId: 'minji' }, { reason: 'first' });
  expect(ended).toEqual(['minji BANNED']);
  sessions.unban({ userId: 'minji' });
  sessions.ban({ userId: 'minji' }, { reason: 'second' });
  await clock.advanceAsync(60_000);
  expect((await kept.sanctions.since(0, 10)).sanctions).toEqual([]);
  expect(() => enter(minji)).toThrow(BANNED);
  failsAs(null);
  await clock.advanceAsync(31_000);
  expect((await kept.sanctions.since(0, 10)).sanctions).toMatchObject([{ kind: 'ban', ban: { reason: 'second' } }]);
  expect((await kept.audit.list(10)).map(({ action }) => action)).toEqual(['ban', 'unban', 'ban']);
  await sanctions.stop();
});

test('what another server has banned just now can be taken back here, before this one has heard of it', async () => {
  const { clock, store, node } = nodes();
  const [one, other] = [await node(), await node()];
  one.sessions.ban({ userId: 'minji' }, { reason: 'by mistake' });
  await clock.advanceAsync(10);
  expect(other.sessions.unban({ userId: 'minji' })).toBe(false);
  await clock.advanceAsync(30_000);
  one.enter(minji);
  other.enter(minji);
  expect((await store.sanctions.since(0, 10)).sanctions).toMatchObject([{ kind: 'lifted' }]);
});

test('a ban of an IPv6 address that was stored as it was given keeps its network out', async () => {
  const { store, node, clock } = nodes();
  const ban = (address: string) => ({ target: { address }, untilMs: null, reason: 'flood' });
  await store.sanctions.put({ kind: 'ban', ban: ban('2001:db8::7') });
  await store.sanctions.put({ kind: 'ban', ban: ban('no address') });
  const { enter, sessions, ended } = await node();
  expect(() => enter(minji, '2001:db8:0:0::/64')).toThrow(BANNED);
  enter(minji, '192.0.2.1');
  await store.sanctions.put({ kind: 'ban', ban: ban('::ffff:192.0.2.1') });
  await clock.advanceAsync(15_000);
  expect(ended).toEqual(['minji BANNED']);
  expect(sessions.unban({ address: '2001:db8::9' })).toBe(true);
  enter(minji, '2001:db8:0:0::/64');
});

test('what is decided here and not written yet is not undone by what is heard', async () => {
  const { store, failsAs, kept } = failingStore();
  const { clock, node } = nodes(store);
  const { sessions, enter } = await node();
  failsAs('busy');
  sessions.ban({ userId: 'minji' }, { reason: 'just now' });
  await clock.advanceAsync(10);
  await kept.sanctions.put({ kind: 'lifted', target: { userId: 'minji' } });
  // The next look at the store is before the next try to write.
  await clock.advanceAsync(14_500);
  failsAs(null);
  await clock.advanceAsync(490);
  expect(() => enter(minji)).toThrow(BANNED);
  await clock.advanceAsync(60_000);
  expect(() => enter(minji)).toThrow(BANNED);
  expect((await kept.sanctions.since(0, 10)).sanctions).toMatchObject([{ kind: 'ban' }]);
});

test('a server whose store is down at the start starts, says so, and hears of bans when it is back', async () => {
  const { store, failsAs, kept } = failingStore();
  await kept.sanctions.put({ kind: 'ban', ban: { target: { userId: 'minji' }, untilMs: null, reason: 'old' } });
  failsAs('timeout');
  const { clock, node } = nodes(store);
  const { enter, ended, logged, sanctions } = await node();
  expect(logged.map(({ msg }) => msg)).toEqual(['bans and revocations could not be read']);
  enter(minji);
  failsAs(null);
  await clock.advanceAsync(15_000);
  expect(ended).toEqual(['minji BANNED']);
  await sanctions.stop();
  expect(clock.pending).toBe(0);
});

test('stopping writes what waits, and ends where the store does not take it', async () => {
  const { store, failsAs, kept } = failingStore();
  const { clock, node } = nodes(store);
  const one = await node();
  failsAs('full');
  one.sessions.ban({ userId: 'minji' }, { reason: 'lost' });
  await one.sanctions.stop();
  expect(clock.pending).toBe(0);
  failsAs(null);
  expect((await kept.sanctions.since(0, 10)).sanctions).toEqual([]);
  const other = await node();
  other.sessions.ban({ userId: 'minji' }, { reason: 'kept' });
  await other.sanctions.stop();
  expect((await kept.sanctions.since(0, 10)).sanctions).toHaveLength(1);
});

test('stopping asks a store that fails once more, and says how much was not written; a start goes on with it', async () => {
  const { store, calls, failsAs, kept } = failingStore();
  const { clock, node } = nodes(store);
  const { sanctions, sessions, logged } = await node();
  failsAs('timeout');
  for (let number = 0; number < 50; number++) sessions.revoke(`user${number}`);
  await clock.advanceAsync(10);
  calls.length = 0;
  await sanctions.stop();
  expect(calls).toEqual(['sanctions.put']);
  expect(logged.at(-1)).toMatchObject({ unwritten: 100 });
  failsAs(null);
  await sanctions.start(() => {});
  await sanctions.stop();
  expect((await kept.sanctions.since(0, 100)).sanctions).toHaveLength(50);
});

test('stopping waits for a store that never answers for a second or two, and writes nothing afterwards', async () => {
  const kept = new MemoryStore();
  const { promise: answer, resolve } = Promise.withResolvers<void>();
  const asked: unknown[] = [];
  const hanging: Store = Object.create(kept, {
    sanctions: {
      value: {
        put: (sanction: unknown) => {
          asked.push(sanction);
          return answer;
        },
        since: kept.sanctions.since.bind(kept.sanctions),
      },
    },
  });
  const { clock, node } = nodes(hanging);
  const { sanctions, sessions, logged } = await node();
  sessions.revoke('minji');
  sessions.revoke('jihun');
  let isStopped = false;
  const stopped = sanctions.stop().then(() => {
    isStopped = true;
  });
  await clock.advanceAsync(1_000);
  expect(isStopped).toBe(false);
  await clock.advanceAsync(1_000);
  await stopped;
  expect(logged.at(-1)).toMatchObject({ unwritten: 4 });
  resolve();
  await clock.advanceAsync(60_000);
  expect([asked.length, clock.pending]).toEqual([1, 0]);
});

test('the audit log says who did what to whom, when and why', async () => {
  const { clock, store, node } = nodes();
  const { sessions, sanctions } = await node();
  sessions.ban({ userId: 'minji' }, { reason: 'cheating', by: 'operator:kim' });
  clock.advance(5);
  sessions.revoke('jihun');
  expect(sessions.unban({ address: '::1' })).toBe(false);
  expect(sessions.unban({ userId: 'minji' }, 'operator:lee')).toBe(true);
  await sanctions.stop();
  const records = await store.audit.list(10);
  expect(records.map(({ id, number, ...record }) => record)).toEqual([
    { atMs: START_MS + 5, by: 'operator:lee', action: 'unban', target: 'user minji', details: null },
    { atMs: START_MS + 5, by: 'server', action: 'unban', target: 'address 0:0:0:0::/64', details: null },
    { atMs: START_MS + 5, by: 'server', action: 'revoke', target: 'user jihun', details: null },
    {
      atMs: START_MS,
      by: 'operator:kim',
      action: 'ban',
      target: 'user minji',
      details: { untilMs: null, reason: 'cheating' },
    },
  ]);
});
