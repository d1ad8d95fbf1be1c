/** Game code, run so that whatever it throws stays in its room. */
import { GameError, isGameError } from '@madang/core';
import { isPromise } from '@madang/core/netcode';
import type { Logger } from 'pino';

/** Where a fault happened: the fields of its log line. */
export interface FaultPlace {
  readonly room: string;
  readonly tick: number;
  readonly hook: string;
}

/**
 * Runs game code. Answers null, or what went wrong: logged with its place, and safe to show to a player. What the code refuses
 * with `refuse` went right, and is answered as it is.
 */
export function runGameCode(log: Logger, place: FaultPlace, code: () => unknown): GameError | null {
  const { hook } = place;
  let problem: unknown;
  try {
    const answer = code();
    if (!isPromise(answer)) return null;
    // Nobody awaits it, and a rejection that nobody handles would end the process.
    answer.then(undefined, () => {});
    problem = new TypeError(`${hook} answered a promise; rules must be done when they return`);
  } catch (error) {
    if (isGameError(error, 'REFUSED')) return error;
    problem = error;
  }
  logFault(log, place, problem);
  return new GameError('GAME_FAULT', `The game failed in ${hook}; its author finds the details in the log.`, { hook });
}

/** What game code throws may be anything, also something that throws when it is looked at. */
function logFault(log: Logger, place: FaultPlace, err: unknown): void {
  try {
    log.error({ ...place, err }, 'game code failed');
  } catch {
    log.error({ ...place, err: 'it cannot be read' }, 'game code failed');
  }
}
