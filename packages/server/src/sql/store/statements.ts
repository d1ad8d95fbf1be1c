/** The two things that are asked of a database: what there is, and that something changes. */
import type { Sql, SqlResult, SqlStatement } from '../sql.ts';

export type Row = SqlResult['rows'][number];

/** The rows of one statement that only reads. */
export async function rowsOf(sql: Sql, statement: SqlStatement): Promise<readonly Row[]> {
  const { results } = await sql.transact([statement], { isRead: true });
  return results[0]?.rows ?? [];
}

/** Its first row, or null. */
export async function rowOf(sql: Sql, statement: SqlStatement): Promise<Row | null> {
  return (await rowsOf(sql, statement))[0] ?? null;
}

/** Does all of it, durably, or nothing where the first changes nothing; answers which. */
export async function change(sql: Sql, first: SqlStatement, ...others: readonly SqlStatement[]): Promise<boolean> {
  const { failedAt } = await sql.transact([{ ...first, mustChange: true }, ...others], { isSynced: true });
  return failedAt === null;
}

/** Does all of it, durably, whether it changes anything or not. */
export async function write(sql: Sql, ...statements: readonly SqlStatement[]): Promise<void> {
  await sql.transact(statements, { isSynced: true });
}
