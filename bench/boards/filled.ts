/** A leaderboard of a million, as if it had been played on for long. */
import type { BoardKey } from '@madang/server';
import { migrate, type Sql, SqlStore, storeMigrations } from '@madang/server/sql';

export const BOARD: BoardKey = { name: 'bench', period: 'ever', order: 'highest' };

/** Every score is had by some ten players of a million. */
const SCORES = 100_000;

/** No statement is to take longer than a server's own may. */
const ROWS_AT_ONCE = 10_000;

/** The store of an empty database, with scores of the players `player 1` to `player COUNT`. */
export async function filledStore(sql: Sql, count: number): Promise<SqlStore> {
  await migrate(sql, 'store', storeMigrations(sql.dialect));
  const store = new SqlStore(sql);
  await store.leaderboards.submit(BOARD, 'best', { user: 'player 1', name: 'Player 1', score: 1, atMs: 0 });
  for (let from = 2; from <= count; from += ROWS_AT_ONCE) {
    const to = Math.min(count, from + ROWS_AT_ONCE - 1);
    await sql.transact([
      {
        sql: `WITH RECURSIVE players(n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM players WHERE n < $2)
          INSERT INTO madang_scores (board, user_id, name, height, came, at_ms)
          SELECT b.id, 'player ' || p.n, 'Player ' || p.n, -((p.n * 7919 * 31) % ${SCORES}), p.n, p.n
          FROM players p, madang_boards b`,
        params: [from, to],
      },
      { sql: 'UPDATE madang_score_buckets SET size = $1', params: [to] },
      { sql: 'UPDATE madang_boards SET changes = $1', params: [to] },
    ]);
  }
  // The next score puts the one bucket there is in order.
  await store.leaderboards.submit(BOARD, 'best', { user: 'player 1', name: 'Player 1', score: 2, atMs: 1 });
  return store;
}
