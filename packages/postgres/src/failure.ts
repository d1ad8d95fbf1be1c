/**
 * What a failed call means. PostgreSQL's own errors carry a SQLSTATE; everything else is a line that broke.
 * Source: PostgreSQL's documentation, appendix "PostgreSQL Error Codes".
 */
import { StoreError, type StoreErrorKind } from '@madang/server/sql';
import pg from 'pg';

export interface Failure {
  readonly error: StoreError;
  /** True where PostgreSQL is there and said so. */
  readonly isAnswer: boolean;
  /** True where the connection cannot be used any more. */
  readonly isLineSpent: boolean;
  /** `always`: nothing was done, and trying again helps. `reads`: what only reads may be done again. */
  readonly repeat: 'always' | 'reads' | 'never';
}

/** How far a call came before it failed. */
export interface Progress {
  /** True once its time was up, so that we broke the line ourselves. */
  isLate: boolean;
  /** True once COMMIT was sent: from then on only an answer tells whether it was done. */
  isCommitSent: boolean;
}

/** By the whole SQLSTATE, or by what it begins with: classes are its first two characters. */
const KINDS: ReadonlyMap<string, StoreErrorKind> = new Map([
  ['08', 'gone'],
  ['25006', 'read-only'],
  ['25P03', 'gone'], // idle_in_transaction_session_timeout: it has ended the session
  ['25P04', 'timeout'],
  ['40001', 'busy'],
  ['40P01', 'busy'],
  ['53', 'busy'],
  ['53100', 'full'],
  ['55P03', 'busy'],
  ['57014', 'timeout'],
  ['57P', 'gone'],
  ['58', 'io'],
  ['XX001', 'corrupt'],
  ['XX002', 'corrupt'],
]);

/** A table was changed under a prepared statement; a prepared statement is not there any more. A new connection prepares it anew. */
const BADLY_PREPARED: ReadonlySet<string> = new Set(['0A000', '26000']);
/** These, and serialization failure, deadlock, too many connections. */
const NOTHING_DONE: ReadonlySet<string> = new Set([...BADLY_PREPARED, '40001', '40P01', '53300']);

/** After these the next connection may be to another server, or to one that was mended. */
const SPENT: ReadonlySet<StoreErrorKind> = new Set(['read-only', 'io', 'corrupt']);

export function failureOf(error: unknown, { isLate, isCommitSent }: Progress): Failure {
  const code = isLate ? null : sqlStateOf(error);
  const kind = code === null ? (isLate ? 'timeout' : 'gone') : kindOf(code);
  // After these PostgreSQL says no more on this line, nor perhaps on any other.
  const isAnswer = code !== null && kind !== 'gone';
  if (isCommitSent && (!isAnswer || kind === 'io' || kind === 'corrupt')) {
    const told = new StoreError('unknown-outcome', 'the line to PostgreSQL broke before COMMIT was answered', {
      cause: error,
    });
    return { error: told, isAnswer, isLineSpent: true, repeat: 'never' };
  }
  return {
    error: new StoreError(kind, messageOf(kind, code, error), { cause: error }),
    isAnswer,
    isLineSpent: !isAnswer || SPENT.has(kind) || BADLY_PREPARED.has(code ?? ''),
    repeat: NOTHING_DONE.has(code ?? '') ? 'always' : kind === 'gone' ? 'reads' : 'never',
  };
}

function kindOf(code: string): StoreErrorKind {
  return KINDS.get(code) ?? KINDS.get(code.slice(0, 3)) ?? KINDS.get(code.slice(0, 2)) ?? 'refused';
}

function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

function messageOf(kind: StoreErrorKind, code: string | null, error: unknown): string {
  const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
  if (kind === 'timeout') return `PostgreSQL did not answer in time: ${reason}`;
  if (code === null) return `PostgreSQL cannot be reached: ${reason}`;
  return `PostgreSQL: ${reason} (${code})`;
}
