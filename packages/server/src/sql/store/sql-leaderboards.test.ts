import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@madang/core';
import { afterAll, expect, test } from 'vitest';
import { openSqlite } from '../../node/sqlite/sqlite-database.ts';
import { holdAgainstList } from '../../ports/leaderboards.model.test-support.ts';
import type { BoardKey } from '../../ports/store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { migrate } from '../migrate.ts';
import type { Sql } from '../sql.ts';
import * as ask from './leaderboard-statements.ts';
import { storeMigrations } from './schema.ts';
import { SqlLeaderboards } from './sql-leaderboards.ts';

const folder = mkdtempSync(join(tmpdir(), 'madang-boards-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(use: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = await openSqlite(join(folder, `${files++}.sqlite`));
  try {
    await migrate(sql, 'store', storeMigrations(sql.dialect));
    await use(sql);
  } finally {
    await sql.close();
  }
}

/** Buckets in their order, each with what it says that it holds and what it holds. */
async function bucketsOf(sql: Sql, { name, period, order }: BoardKey) {
  const { results } = await sql.transact([
    {
      sql: `SELECT b.size, (
          SELECT COUNT(*) FROM madang_scores s WHERE s.board = b.board AND (s.height, s.came) >= (b.height, b.came) AND NOT EXISTS (
            SELECT 1 FROM madang_score_buckets n
              WHERE n.board = b.board AND (n.height, n.came) > (b.height, b.came) AND (n.height, n.came) <= (s.height, s.came))
        ) AS held
        FROM madang_score_buckets b JOIN madang_boards o ON o.id = b.board
        WHERE o.name = $1 AND o.period = $2 AND o.rank_order = $3 ORDER BY b.height, b.came`,
      params: [name, period, order],
    },
  ]);
  return (results[0]?.rows ?? []).map(({ size, held }) => ({ size: Number(size), held: Number(held) }));
}

test('ranks are exact with buckets of a few scores, which are split and merged all the time', () =>
  opened(async (sql) => {
    let most = 0;
    await holdAgainstList(new SqlLeaderboards(sql, 4), 60, async (board) => {
      const buckets = await bucketsOf(sql, board);
      expect(buckets.map(({ size }) => size)).toEqual(buckets.map(({ held }) => held));
      expect(Math.max(...buckets.map(({ size }) => size))).toBeLessThanOrEqual(4);
      most = Math.max(most, buckets.length);
    });
    expect(most).toBeGreaterThan(4);
  }));

test('buckets that players have left behind go', () =>
  opened(async (sql) => {
    const boards = new SqlLeaderboards(sql, 16);
    const board: BoardKey = { name: 'climb', period: 'ever', order: 'highest' };
    // Everybody climbs past everybody, for ever: what is left behind is empty.
    for (let round = 0; round < 30; round++) {
      for (let user = 0; user < 40; user++) {
        await boards.submit(board, 'sum', { user: `${user}`, name: '', score: 100 - user, atMs: round });
      }
    }
    expect((await bucketsOf(sql, board)).length).toBeLessThanOrEqual(16);
    expect((await boards.standing(board, '0'))?.rank).toBe(1);
    expect((await boards.standing(board, '39'))?.rank).toBe(40);
  }));

test('a board that was filled by other means is put in order by the first score', () =>
  opened(async (sql) => {
    const boards = new SqlLeaderboards(sql, 16);
    const board: BoardKey = { name: 'filled', period: 'ever', order: 'lowest' };
    await boards.submit(board, 'best', { user: 'first', name: '', score: -1, atMs: 0 });
    await sql.transact([
      ...Array.from({ length: 200 }, (_, index) => ({
        sql: `INSERT INTO madang_scores (board, user_id, name, height, came, at_ms) VALUES (1, $1, '', $2, $3, 0)`,
        params: [`user ${index}`, index % 7, index + 2],
      })),
      { sql: 'UPDATE madang_score_buckets SET size = 201' },
      { sql: 'UPDATE madang_boards SET changes = 300' },
    ]);
    expect(await boards.submit(board, 'best', { user: 'last', name: '', score: 7, atMs: 0 })).toMatchObject({
      rank: 202,
    });
    const buckets = await bucketsOf(sql, board);
    expect(buckets.map(({ size }) => size)).toEqual(buckets.map(({ held }) => held));
    expect(Math.max(...buckets.map(({ size }) => size))).toBeLessThanOrEqual(16);
  }));

test('servers that count for the same player at once lose nothing and count nothing twice', () =>
  opened(async (sql) => {
    const servers = [new SqlLeaderboards(sql, 4), new SqlLeaderboards(sql, 4)];
    const board: BoardKey = { name: 'shared', period: 'ever', order: 'highest' };
    const one = { user: 'ann', name: 'Ann', score: 1, atMs: 0 };
    await Promise.all(
      Array.from({ length: 20 }, () => servers.map((boards) => boards.submit(board, 'sum', one))).flat(),
    );
    expect(await servers[0]?.standing(board, 'ann')).toEqual({ rank: 1, ...one, score: 40 });
    const buckets = await bucketsOf(sql, board);
    expect(buckets).toEqual([{ size: 1, held: 1 }]);
  }));

test('a database that fails at any moment, or does not say whether it did it, leaves the ranks exact [ST01] [ST13]', () =>
  opened(async (sql) => {
    const random = seededRandom(20261122);
    const faulty: Sql = {
      dialect: sql.dialect,
      close: () => sql.close(),
      async transact(statements, options) {
        if (random.chance(0.2)) throw new StoreError('busy', 'not done');
        const outcome = await sql.transact(statements, options);
        if (random.chance(0.2)) throw new StoreError('unknown-outcome', 'done, and nobody hears of it');
        return outcome;
      },
    };
    const board: BoardKey = { name: 'faulty', period: 'ever', order: 'highest' };
    const boards = new SqlLeaderboards(faulty, 4);
    const best = new Map<string, number>();
    for (let count = 0; count < 300; count++) {
      const user = `user ${random.below(40)}`;
      const score = random.below(1_000);
      const submitted = (): Promise<unknown> =>
        boards.submit(board, 'best', { user, name: '', score, atMs: 0 }).catch(submitted);
      await submitted();
      best.set(user, Math.max(score, best.get(user) ?? score));
    }
    const buckets = await bucketsOf(sql, board);
    expect(buckets.map(({ size }) => size)).toEqual(buckets.map(({ held }) => held));
    const sound = new SqlLeaderboards(sql, 4);
    const top = await sound.top(board, 100);
    expect(top.map(({ score }) => score)).toEqual([...best.values()].sort((a, b) => b - a));
    for (const one of top) expect(await sound.standing(board, one.user)).toEqual(one);
  }));

test('places are found by score and moment together: a million may have the same score', () =>
  opened(async (sql) => {
    for (const statement of [ask.STANDING, ask.NEIGHBOURS, ask.SPLIT, ask.ONE_LESS, ask.ONE_MORE, ask.BUCKET_ENTERED]) {
      const { results } = await sql.transact([
        { sql: `EXPLAIN QUERY PLAN ${statement}`, params: ['a', 'b', 'c', 1, 2, 3].slice(0, paramsIn(statement)) },
      ]);
      const plan = (results[0]?.rows ?? []).map(({ detail }) => String(detail));
      expect(plan.filter((line) => line.includes('(height,came)')).length).toBeGreaterThan(0);
      expect(plan.filter((line) => /height[<>]/u.test(line) || line.startsWith('SCAN madang'))).toEqual([]);
    }
  }));

/** The highest number of a parameter. */
function paramsIn(statement: string): number {
  return Math.max(...[...statement.matchAll(/\$(\d)/gu)].map(([, number]) => Number(number)));
}
