/** What others are told of a store that fails: one code, whatever went wrong, and nothing of what it said. */
import { GameError, isGameError } from '@madang/core';
import type { Logger } from 'pino';

/** About what a database takes to come back. */
const RETRY_AFTER_MS = 5_000;

/** What `work` resolves to. Rejects with what the store refuses, and with STORE_DOWN where it fails; that is logged. */
export async function askStore<T>(log: Logger, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    if (isGameError(err)) throw err;
    log.warn({ err }, 'the store failed');
    const sentence = 'What this server keeps cannot be reached just now; try again later.';
    throw new GameError('STORE_DOWN', sentence, { retryAfterMs: RETRY_AFTER_MS }, { cause: err });
  }
}
