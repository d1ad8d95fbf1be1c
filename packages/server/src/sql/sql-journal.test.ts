import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../node/sqlite/sqlite-database.ts';
import { aCommit } from '../ports/journal.contract.test-support.ts';
import type { Sql, SqlOutcome } from './sql.ts';
import { openSqlJournal, type SqlJournal } from './sql-journal.ts';

const ENTRY_BYTES = 10_000;

interface Looked {
  readonly journal: SqlJournal;
  /** Bytes of each answer since the journal was opened. */
  readonly answers: number[];
  /** Called after each answer. */
  world: { answered: () => Promise<unknown> };
}

/** A journal whose database's answers are looked at. */
async function lookedAt(): Promise<Looked> {
  const folder = mkdtempSync(join(tmpdir(), 'madang-sql-journal-'));
  const database = await openSqlite(join(folder, 'a.sqlite'));
  const answers: number[] = [];
  const world: Looked['world'] = { answered: async () => {} };
  const sql: Sql = {
    dialect: database.dialect,
    transact: async (statements, options) => {
      const outcome = await database.transact(statements, options);
      answers.push(bytesIn(outcome));
      await world.answered();
      return outcome;
    },
    close: () => database.close(),
  };
  const journal = await openSqlJournal(sql);
  onTestFinished(async () => {
    await journal.close();
    rmSync(folder, { recursive: true });
  });
  answers.length = 0;
  return { journal, answers, world };
}

function bytesIn({ results }: SqlOutcome): number {
  const values = results.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)));
  return values.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);
}

/** A recording of so many entries; the first is a snapshot. */
async function record(journal: SqlJournal, entries: number, from = 1): Promise<void> {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const made = Array.from({ length: entries }, (_, at) => ({ roomId: 'a', seq: from + at, bytes }));
  await journal.commit(aCommit(made));
}

test('a long recording is read in pieces, between which other rooms are written', async () => {
  const { journal, answers, world } = await lookedAt();
  await record(journal, 300);
  answers.length = 0;
  let commits = 0;
  world.answered = async () => {
    world.answered = async () => {};
    const { lost } = await journal.commit(aCommit([{ roomId: 'b', seq: 1 }]));
    commits += 1 - lost.length;
  };
  expect(await journal.read('a', 'start')).toHaveLength(300);
  expect(Math.max(...answers)).toBeLessThanOrEqual(64 * ENTRY_BYTES);
  expect([answers.length, commits]).toEqual([5 + 2, 1]);
});

test('a piece has a large entry or about a megabyte, and a short journal is one piece', async () => {
  const { journal, answers } = await lookedAt();
  const bytes = new Uint8Array(700_000);
  await journal.commit(aCommit([1, 2, 3, 4, 5].map((seq) => ({ roomId: 'a', seq, bytes }))));
  await record(journal, 3, 6);
  answers.length = 0;
  await journal.read('a', 'start');
  expect(answers).toEqual([1_400_000, 1_400_000, 700_000 + 3 * ENTRY_BYTES, 0]);
  await journal.commit(aCommit([{ roomId: 'c', seq: 1 }]));
  answers.length = 0;
  await journal.read('c', 'start');
  expect(answers).toEqual([3]);
});

test('of a recording that is removed while it is read there is nothing, and not a part', async () => {
  const { journal, world } = await lookedAt();
  await record(journal, 200);
  world.answered = async () => {
    world.answered = async () => {};
    await journal.remove('a');
  };
  expect(await journal.read('a', 'start')).toEqual([]);
});

test('a room that is written while it is read is read on to its end', async () => {
  const { journal, world } = await lookedAt();
  await record(journal, 100);
  world.answered = async () => {
    world.answered = async () => {};
    await record(journal, 100, 101);
  };
  expect(await journal.read('a', 'last-snapshot')).toHaveLength(200);
});
