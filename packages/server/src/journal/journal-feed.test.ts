import { seededRandom } from '@madang/core';
import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { StoreErrorKind } from '../ports/store-error.ts';
import { SlowJournal } from './journal.test-support.ts';
import { JournalFeed, type LaneOptions } from './journal-feed.ts';

function feeding(journal: Journal = new SlowJournal()) {
  const clock = new VirtualClock();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const feed = new JournalFeed({ journal, clock, wallNowMs: () => 5, random: seededRandom(1), log });
  const lane = (roomId: string, more: Partial<LaneOptions> = {}) => {
    const told: (number | string)[] = [];
    const opened = feed.open({
      roomId,
      game: 'town',
      epoch: 1,
      seq: 0,
      isStrict: false,
      keepsHistory: false,
      durable: (tick) => told.push(tick),
      restart: () => told.push('restart'),
      lost: () => told.push('lost'),
      ...more,
    });
    return { ...opened, told };
  };
  return { feed, clock, logged, lane, journal: journal as SlowJournal };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('what rooms hand over', () => {
  test('is committed together, 75 ms apart, one commit at a time', async () => {
    const { journal, clock, lane } = feeding();
    const [a, b] = [lane('a'), lane('b')];
    a.put(bytes(1), 0, true);
    expect(journal.commits.length).toBe(1);
    a.put(bytes(2), 1, false);
    b.put(bytes(3), 0, true);
    a.put(bytes(4), 2, false);
    clock.advance(500);
    expect(journal.commits.length).toBe(1);
    await journal.done();
    clock.advance(75);
    expect(journal.last?.entries.map((one) => [one.roomId, one.seq, one.tick, [...one.bytes]])).toEqual([
      ['a', 2, 2, [2, 4]],
      ['b', 1, 0, [3]],
    ]);
    expect(a.told).toEqual([0]);
    await journal.done();
    expect([a.told, b.told]).toEqual([[0, 2], [0]]);
    a.put(bytes(5), 3, false);
    clock.advance(74);
    expect(journal.commits.length).toBe(3);
  });

  test('of a strict room is committed at once, and must be on the disk', async () => {
    const { journal, lane } = feeding();
    const strict = lane('s', { isStrict: true });
    strict.put(bytes(1), 0, true);
    await journal.done();
    strict.put(bytes(2), 1, false);
    expect(journal.commits.map(({ isSynced }) => isSynced)).toEqual([true, true]);
    await journal.done();
    expect(strict.told).toEqual([0, 1]);
  });

  test('begins an entry with each snapshot', async () => {
    const { journal, lane, clock } = feeding();
    const a = lane('a', { keepsHistory: true });
    a.put(bytes(1), 0, true);
    await journal.done();
    a.put(bytes(2), 1, false);
    a.put(bytes(3), 1, true);
    a.put(bytes(4), 2, false);
    clock.advance(100);
    expect(journal.last?.entries.map((one) => [one.isSnapshot, [...one.bytes]])).toEqual([
      [false, [2]],
      [true, [3, 4]],
    ]);
  });

  test('goes with the end of the room, and nothing comes after that', async () => {
    const { journal, lane, clock, feed } = feeding();
    const a = lane('a', { keepsHistory: true });
    a.put(bytes(1), 0, true);
    await journal.done();
    a.put(bytes(2), 1, false);
    a.end(true);
    a.put(bytes(3), 2, false);
    clock.advance(100);
    expect(journal.last).toMatchObject({ entries: [{ seq: 2 }], ends: [{ roomId: 'a', isKept: true, wallMs: 5 }] });
    const flushed = feed.flush(1_000);
    await journal.done();
    expect(await flushed).toBe(true);
    expect((await journal.recordings(5)).map(({ roomId }) => roomId)).toEqual(['a']);
  });

  test('that another process has taken over is refused, and only that', async () => {
    const { journal, lane, clock } = feeding();
    const [a, b] = [lane('a'), lane('b')];
    a.put(bytes(1), 0, true);
    await journal.done();
    await journal.claim('a');
    a.put(bytes(2), 1, false);
    b.put(bytes(1), 1, true);
    clock.advance(100);
    await journal.done();
    expect([a.told, b.told]).toEqual([[0, 'lost'], [1]]);
    a.put(bytes(3), 2, false);
    clock.advance(1_000);
    expect(journal.commits.length).toBe(2);
  });
});

describe('a room', () => {
  test('[ST16] that is gone is not begun again by what it still had to say', async () => {
    const { journal, lane, clock, feed } = feeding();
    const a = lane('a');
    a.put(bytes(1), 0, true);
    await journal.done();
    await journal.remove('a');
    a.put(bytes(2), 1, false);
    clock.advance(100);
    a.put(bytes(3), 2, true);
    a.end(true);
    await journal.done();
    expect([a.told, feed.pendingBytes]).toEqual([[0, 'lost'], 0]);
    expect(await feed.flush(1_000)).toBe(true);
    expect([journal.commits.length, await journal.unfinished(), await journal.recordings(9)]).toEqual([2, [], []]);
  });

  test('may be begun by its snapshots until a commit was answered; one that is gone on with, by none', async () => {
    const { journal, lane, clock } = feeding();
    const a = lane('a', { restart: () => a.put(bytes(2), 1, true) });
    const b = lane('b', { epoch: 2, seq: 5 });
    const begins = () => journal.last?.entries.map((one) => [one.roomId, one.begins]);
    a.put(bytes(1), 0, true);
    expect(begins()).toEqual([['a', true]]);
    await journal.fail('io');
    clock.advance(100);
    expect(begins()).toEqual([['a', true]]);
    a.put(bytes(3), 2, false);
    await journal.fail('unknown-outcome');
    clock.advance(1_000);
    expect(begins()).toEqual([['a', true]]);
    a.put(bytes(4), 3, true);
    b.put(bytes(1), 0, true);
    await journal.done();
    clock.advance(100);
    expect(begins()).toEqual([
      ['a', false],
      ['b', false],
    ]);
  });
});

describe('[ST01] a journal that fails', () => {
  for (const kind of ['busy', 'timeout', 'gone', 'full', 'read-only', 'unknown-outcome'] as const) {
    test(`for now (${kind}) is asked for the same again, and heals by itself`, async () => {
      const { journal, lane, clock, feed, logged } = feeding();
      const a = lane('a', { isStrict: true });
      a.put(bytes(1), 0, true);
      for (let tries = 0; tries < 12; tries++) {
        await journal.fail(kind);
        expect([feed.isDegraded, a.told]).toEqual([true, []]);
        clock.advance(2_100);
      }
      expect(journal.commits.length).toBe(13);
      expect(new Set(journal.commits).size).toBe(1);
      await journal.done();
      expect([feed.isDegraded, a.told]).toEqual([false, [0]]);
      expect(logged.map(({ msg }) => msg)).toEqual(['the journal cannot be written', 'the journal is written again']);
    });
  }

  for (const kind of ['io', 'corrupt', 'refused'] as const) {
    test(`[ST03] for good (${kind}) is not asked for the same again: rooms begin anew, under new numbers`, async () => {
      const { journal, lane, clock, feed } = feeding();
      const again = (room: ReturnType<typeof lane>, byte: number): void => {
        room.told.push('restart');
        room.put(bytes(byte), 0, true);
      };
      const a = lane('a', { isStrict: true, restart: () => again(a, 2) });
      const b = lane('b', { restart: () => again(b, 8) });
      a.put(bytes(1), 0, true);
      b.put(bytes(9), 0, true);
      await journal.fail(kind);
      b.put(bytes(7), 1, false);
      expect([a.told, b.told]).toEqual([[], []]);
      clock.advance(100);
      expect([a.told, b.told]).toEqual([['restart'], ['restart']]);
      expect(journal.last?.entries.map(({ roomId, seq, bytes: [first] }) => [roomId, seq, first])).toEqual([
        ['a', 2, 2],
        ['b', 1, 8],
      ]);
      await journal.done();
      expect([feed.isDegraded, a.told, b.told]).toEqual([false, ['restart', 0], ['restart', 0]]);
    });
  }

  test('never has more waiting than is agreed: rooms are asked to begin anew, the latest of each is what is written', async () => {
    const { journal, lane, clock, feed } = feeding();
    const snapshot = new Uint8Array(1_000_000);
    const a = lane('a', { restart: () => a.put(snapshot, -1, true) });
    a.put(snapshot, 0, true);
    for (let tick = 1; tick < 300; tick++) {
      a.put(new Uint8Array(1_000_000), tick, false);
      expect(feed.pendingBytes).toBeLessThan(36 * 1024 * 1024);
    }
    expect(feed.restarts).toBe(1);
    await journal.done();
    clock.advance(100);
    expect(journal.last?.entries.map(({ isSnapshot, tick }) => [isSnapshot, tick])).toEqual([[true, -1]]);
  });

  test('has room for what all rooms were last, however much that is, also where the disk fails over it', async () => {
    const { journal, clock, lane, feed } = feeding();
    const rooms = Array.from({ length: 60 }, (_, index) => lane(`r${index}`));
    rooms[0]?.put(bytes(1), 0, true);
    for (const [index, room] of rooms.entries()) {
      room.put(new Uint8Array(1_000_000).fill(index), 9, true);
      room.leave();
    }
    const flushed = feed.flush(5_000);
    await journal.done();
    await journal.fail('io');
    clock.advance(100);
    await journal.done();
    expect(await flushed).toBe(true);
    for (const [index] of rooms.entries()) {
      const [last] = await journal.read(`r${index}`, 'last-snapshot');
      expect([last?.length, last?.[0]]).toEqual([1_000_000, index]);
    }
    expect(rooms.flatMap(({ told }) => told)).not.toContain('restart');
  });

  test('while the server stops does not hold it up', async () => {
    const { journal, lane, clock, feed } = feeding();
    lane('a').put(bytes(1), 0, true);
    await journal.fail('gone');
    const flushed = feed.flush(1_500);
    clock.advance(1_500);
    expect(await flushed).toBe(false);
    feed.stop();
    expect(clock.pending).toBe(0);
  });
});

test('whatever fails and however, each record of a room is in its journal once, in order, from the last snapshot on', async () => {
  const anyStep = fc.oneof(
    { weight: 6, arbitrary: fc.constant('put' as const) },
    { weight: 5, arbitrary: fc.constant('done' as const) },
    { weight: 1, arbitrary: fc.constantFrom<StoreErrorKind>('busy', 'unknown-outcome', 'io', 'full') },
    { weight: 4, arbitrary: fc.constant('wait' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const { journal, lane, clock } = feeding();
      let next = 0;
      // Each record is its own number; a snapshot says that all up to it is known.
      const a = lane('a', { restart: () => a.put(bytes(next, 255), next, true) });
      a.put(bytes(0, 255), 0, true);
      for (const step of steps) {
        if (step === 'put') a.put(bytes(++next), next, false);
        else if (step === 'done') await journal.done();
        else if (step === 'wait') clock.advance(80);
        else await journal.fail(step);
        const read = (await journal.read('a', 'last-snapshot')).flatMap((entry) => [...entry]);
        const [first, mark, ...rest] = read;
        if (first === undefined) continue;
        expect(mark).toBe(255);
        expect(rest).toEqual(Array.from(rest, (_, index) => first + 1 + index));
      }
      for (let turn = 0; turn < 20; turn++) {
        await journal.done();
        clock.advance(2_100);
      }
      const [first = 0, , ...rest] = (await journal.read('a', 'last-snapshot')).flatMap((entry) => [...entry]);
      expect(rest.at(-1) ?? first).toBe(next);
    }),
    { numRuns: 300 },
  );
});
