/**
 * Leaderboards of a million players, in the embedded database and, where DATABASE_URL names an empty one, in PostgreSQL: how long a caller
 * waits for one question at a time. No peer has leaderboards that could stand beside them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@madang/core';
import { openPostgresSql } from '@madang/postgres';
import type { Store } from '@madang/server';
import type { Sql } from '@madang/server/sql';
import { openSqlite } from '../../packages/server/src/node/sqlite/sqlite-database.ts';
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { median, p99 } from '../measure.ts';
import { type Row, toRow } from '../rows.ts';
import { BOARD, filledStore } from './filled.ts';

const PLAYERS = 1_000_000;
const REPETITIONS = 5_000;
const ROWS = 20;

/** Filling a board is no question: it may take its time. */
const FILLING_MS = 60_000;

/** Nobody is to wait longer for a rank. */
const RANK_MS = 10;

export const boardsBench: Bench = {
  async run(options: BenchOptions): Promise<BenchResult> {
    const folder = mkdtempSync(join(tmpdir(), 'madang-bench-boards-'));
    try {
      const rows = await measured(
        'sqlite',
        await openSqlite(join(folder, 'store.sqlite'), { limits: { timeoutMs: FILLING_MS } }),
        options,
      );
      const url = process.env.DATABASE_URL ?? '';
      if (url === '') return { rows, charts: [] };
      const sql = openPostgresSql({ connectionString: url, timeoutMs: FILLING_MS });
      return { rows: [...rows, ...(await measured('postgres', sql, options))], charts: [] };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

async function measured(name: string, sql: Sql, { haste, progress }: BenchOptions): Promise<readonly Row[]> {
  const players = Math.ceil(PLAYERS / haste);
  progress(`${name}: ${players.toLocaleString('en')} players come`);
  const store = await filledStore(sql, players);
  const rows: Row[] = [];
  for (const [what, ask] of Object.entries(questionsTo(store, players))) {
    progress(`${name}: ${what}`);
    const took = new Float64Array(Math.ceil(REPETITIONS / haste));
    for (let i = 0; i < 200; i++) await ask();
    for (let i = 0; i < took.length; i++) {
      const startMs = performance.now();
      await ask();
      took[i] = performance.now() - startMs;
    }
    const figure = { bench: 'boards', case: name, unit: 'ms', peer: null, peerName: null };
    rows.push(toRow({ ...figure, metric: `${what}, p50`, ours: median(took) }));
    const slow = { ...figure, metric: `${what}, p99`, ours: p99(took) };
    // What a score takes is mostly what a disk takes.
    rows.push(toRow(what.startsWith('submit') ? slow : { ...slow, goal: RANK_MS, goalOn: 'ours' }));
  }
  await store.close();
  return rows;
}

function questionsTo({ leaderboards }: Store, players: number): Readonly<Record<string, () => Promise<unknown>>> {
  const random = seededRandom(20261122);
  const anybody = (): string => `player ${1 + random.below(players)}`;
  const submit = (user: string, score: number): Promise<unknown> =>
    leaderboards.submit(BOARD, 'latest', { user, name: user, score, atMs: 0 });
  return {
    rank: () => leaderboards.standing(BOARD, anybody()),
    'around me': () => leaderboards.around(BOARD, anybody(), ROWS),
    top: () => leaderboards.top(BOARD, ROWS),
    'submit, to any place': () => submit(anybody(), random.below(100_000)),
    'submit, to the top': () => submit(anybody(), 100_000 + random.below(1_000)),
  };
}
