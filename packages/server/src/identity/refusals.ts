/** What the checks of identity refuse, in words that tell neither a secret nor which check it was that failed. */
import { GameError } from '@madang/core';

export function unauthenticated(reason: string): GameError<'UNAUTHENTICATED'> {
  return new GameError('UNAUTHENTICATED', `This server does not know who you are: ${reason}.`, { reason });
}

export function tokenRefused(): GameError<'UNAUTHENTICATED'> {
  return unauthenticated('the token is not valid here');
}

export function sessionExpired(): GameError<'SESSION_EXPIRED'> {
  return new GameError('SESSION_EXPIRED', 'Your session has ended: sign in again and come back.', {});
}

export function cannotCheck(retryAfterMs: number): GameError<'SERVER_BUSY'> {
  return new GameError('SERVER_BUSY', 'This server cannot check who you are just now; try again later.', {
    retryAfterMs,
  });
}

export function badOption(option: string, reason: string): GameError<'BAD_OPTION'> {
  return new GameError('BAD_OPTION', `createServer cannot work with this ${option}: ${reason}.`, { option, reason });
}
