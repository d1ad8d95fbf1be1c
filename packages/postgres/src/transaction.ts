/**
 * One transaction on one connection, in three journeys: BEGIN, all statements at once, COMMIT. The statements go without waiting for each
 * other's answers, but never before BEGIN is answered: where that failed, each of them would be a transaction of its own.
 */
import type { SqlOutcome, SqlResult, SqlStatement } from '@madang/server/sql';
import type { PoolClient, QueryResult } from 'pg';
import type { Progress } from './failure.ts';

type Row = SqlResult['rows'][number];

/** Answers of these say how many rows changed; that of SELECT how many there are. */
const CHANGING: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

export interface TransactionOptions {
  readonly isSynced: boolean;
  readonly isRead: boolean;
}

/** The name under which a connection keeps a statement prepared; undefined where it should not. */
export type NameOf = (sql: string) => string | undefined;

/** Rejects with what `pg` rejects with; `progress` then says how far it came. */
export async function runTransaction(
  client: PoolClient,
  statements: readonly SqlStatement[],
  { isSynced, isRead }: TransactionOptions,
  nameOf: NameOf,
  progress: Progress,
): Promise<SqlOutcome> {
  // One statement that reads sees one moment by itself; more of them need to be told.
  if (isRead && statements.length === 1) return outcomeOf(statements, await answersOf(client, statements, nameOf));
  await client.query(
    isRead
      ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
      : `BEGIN; SET LOCAL synchronous_commit TO ${isSynced ? 'on' : 'off'}`,
  );
  const answers = await answersOf(client, statements, nameOf);
  const rollBack = (): Promise<unknown> => client.query('ROLLBACK').catch(() => {}); // where the line broke, PostgreSQL does it by itself
  let outcome: SqlOutcome;
  try {
    outcome = outcomeOf(statements, answers);
  } catch (error) {
    await rollBack();
    throw error;
  }
  if (outcome.failedAt !== null) {
    await rollBack();
    return outcome;
  }
  progress.isCommitSent = true;
  const { command } = await client.query('COMMIT');
  // PostgreSQL does not call it an error to be asked for the COMMIT of what it has given up.
  if (command !== 'COMMIT') throw new Error(`PostgreSQL answered COMMIT with ${command}`);
  return outcome;
}

function answersOf(
  client: PoolClient,
  statements: readonly SqlStatement[],
  nameOf: NameOf,
): Promise<PromiseSettledResult<QueryResult<Row>>[]> {
  return Promise.allSettled(
    statements.map(({ sql, params }) => {
      if (params === undefined) return client.query<Row>(sql);
      const name = nameOf(sql);
      return client.query<Row>({ text: sql, values: [...params], ...(name !== undefined && { name }) });
    }),
  );
}

/** Throws the first error, unless a statement before it already failed to change what it had to. */
function outcomeOf(
  statements: readonly SqlStatement[],
  answers: readonly PromiseSettledResult<QueryResult<Row>>[],
): SqlOutcome {
  const results: SqlResult[] = [];
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') throw answer.reason;
    const { command, rowCount, rows } = answer.value;
    const changes = CHANGING.has(command) ? (rowCount ?? 0) : 0;
    if (changes === 0 && statements[index]?.mustChange === true) return { results, failedAt: index };
    results.push({ rows, changes });
  }
  return { results, failedAt: null };
}
