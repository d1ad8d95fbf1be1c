/** What is kept in a PostgreSQL is kept once, wherever the line breaks and whatever the clocks say. */
import { openPostgres, type PostgresDatabase } from '@madang/postgres';
import type { StoredMatch } from '@madang/server';
import type { JournalCommit, JournalEntry } from '@madang/server/sql';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Cluster, NO_POSTGRES, POSTGRES, startCluster } from '../support/postgres.ts';
import { type Cut, type FragileLine, openFragileLine } from '../support/postgres-line.ts';

let cluster: Cluster;
let url: string;

async function opened(connectionString: string): Promise<PostgresDatabase> {
  const database = await openPostgres({ connectionString, maxConnections: 3 });
  onTestFinished(() => database.close());
  return database;
}

async function openedOverLine(): Promise<{ readonly line: FragileLine; readonly database: PostgresDatabase }> {
  const line = await openFragileLine(cluster.port);
  return { line, database: await opened(url.replace(`:${cluster.port}/`, `:${line.port}/`)) };
}

function entry(seq: number, more: Partial<JournalEntry> = {}): JournalEntry {
  const said = {
    roomId: 'room',
    game: 'duel',
    epoch: 1,
    seq,
    tick: seq * 10,
    isSnapshot: seq === 1,
    begins: seq === 1,
    keepsHistory: true,
  };
  return { ...said, wallMs: 1_000 * seq, bytes: new TextEncoder().encode(`${more.epoch ?? 1}:${seq}`), ...more };
}

const commitOf = (...entries: readonly JournalEntry[]): JournalCommit => ({ entries, ends: [], isSynced: true });

async function wordsIn({ journal }: PostgresDatabase): Promise<readonly string[]> {
  return (await journal.read('room', 'start')).map((bytes) => new TextDecoder().decode(bytes));
}

/** Repeats what has an unknown outcome until it has one; answers it, and how often it was asked. */
async function settled<T>(ask: () => Promise<T>): Promise<{ readonly answer: T; readonly asked: number }> {
  for (let asked = 1; ; asked++) {
    try {
      return { answer: await ask(), asked };
    } catch (error) {
      expect(error).toMatchObject({ kind: 'unknown-outcome' });
    }
  }
}

describe.skipIf(POSTGRES === null)(`kept in a PostgreSQL${POSTGRES === null ? `: ${NO_POSTGRES}` : ''}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.remove());
  beforeEach(async () => {
    url = await cluster.newDatabase();
  });

  test('a journal whose line breaks around its commits has every entry once and in order [ST13]', async () => {
    const { line, database } = await openedOverLine();
    const patterns: readonly (readonly Cut[])[] = [[], ['after'], ['before'], ['after', 'after'], ['before', 'after']];
    let asked = 0;
    for (let seq = 1; seq <= 20; seq += 2) {
      line.cutNext(...(patterns[(seq >> 1) % patterns.length] ?? []));
      const commit = commitOf(entry(seq), entry(seq + 1));
      const done = await settled(() => database.journal.commit(commit));
      expect(done.answer).toEqual({ lost: [] });
      asked += done.asked;
    }
    expect(asked).toBe(10 + line.cuts);
    expect(line.cuts).toBe(12);
    expect(await wordsIn(database)).toEqual(Array.from({ length: 20 }, (_, index) => `1:${index + 1}`));
  });

  test('a room that ends as its line breaks has ended, and stays a recording of what it was [ST13]', async () => {
    const { line, database } = await openedOverLine();
    await database.journal.commit(commitOf(entry(1)));
    line.cutNext('after', 'before');
    const last = { ...commitOf(entry(2)), ends: [{ roomId: 'room', epoch: 1, isKept: true, wallMs: 5_000 }] };
    expect((await settled(() => database.journal.commit(last))).answer).toEqual({ lost: [] });
    expect(await database.journal.unfinished()).toEqual([]);
    expect(await database.journal.recordings(9)).toMatchObject([{ roomId: 'room', seq: 2, endedWallMs: 5_000 }]);
    expect(await wordsIn(database)).toEqual(['1:1', '1:2']);
  });

  test('a match whose line breaks is kept once, and a document tells which version it has [ST13]', async () => {
    const { line, database } = await openedOverLine();
    const team = { place: 1, players: [{ user: 'ann', hasLeft: false }] };
    const match: StoredMatch = { id: 'm1', game: 'duel', roomId: 'room', endedAtMs: 1, teams: [team] };
    line.cutNext('after');
    expect(await settled(() => database.store.matches.add(match))).toEqual({ answer: false, asked: 2 });
    expect(await database.store.matches.ofPlayer('ann', 9)).toEqual([match]);
    line.cutNext('after');
    await expect(database.store.save('a', { n: 1 }, 0)).rejects.toMatchObject({ kind: 'unknown-outcome' });
    await expect(database.store.save('a', { n: 1 }, 0)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    expect(await database.store.load('a')).toEqual({ value: { n: 1 }, version: 1 });
  });

  test('whose room it is does not depend on clocks: the one an hour behind took it over last, and has it [ST19]', async () => {
    const [early, late] = [await opened(url), await opened(url)];
    const hourMs = 60 * 60_000;
    await early.journal.commit(commitOf(entry(1, { wallMs: 2 * hourMs })));
    const epoch = await late.journal.claim('room');
    expect(epoch).toBe(2);
    const theirs = entry(2, { epoch: 2, wallMs: hourMs });
    expect(await late.journal.commit(commitOf(theirs))).toEqual({ lost: [] });
    expect(await early.journal.commit(commitOf(entry(2, { wallMs: 3 * hourMs })))).toEqual({ lost: ['room'] });
    expect(await wordsIn(late)).toEqual(['1:1', '2:2']);
  });

  test('nothing here asks what time it is by the wall: a clock that jumps an hour changes nothing [ST19]', async () => {
    const database = await opened(url);
    const wall = vi.spyOn(Date, 'now').mockImplementation(() => (Math.random() < 0.5 ? 0 : 2 ** 42));
    onTestFinished(() => wall.mockRestore());
    await database.journal.commit(commitOf(entry(1), entry(2)));
    expect(await database.journal.claim('room')).toBe(2);
    await database.store.save('a', 1, 0);
    expect(await wordsIn(database)).toEqual(['1:1', '1:2']);
    expect(wall).not.toHaveBeenCalled();
  });
});
