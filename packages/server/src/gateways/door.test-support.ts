/** A door that lets in who shows no token, and guests. */
import { seededRandom } from '@madang/core';
import type { Logger } from 'pino';
import { MemoryBanList } from '../identity/bans.ts';
import { Identity, type IdentityOptions } from '../identity/identity.ts';
import { Lockout } from '../identity/lockout.ts';
import { Sessions } from '../identity/sessions.ts';
import type { Clock } from '../ports/clock.ts';
import { Door, type DoorOptions } from './door.ts';
import { DEFAULT_LIMITS } from './limits.ts';

export interface OpenDoorOptions extends Partial<Pick<DoorOptions, 'isIdentityRequired' | 'mayJoin'>> {
  readonly identity?: IdentityOptions;
}

export function openDoor(
  clock: Clock,
  log: Logger,
  { identity = { guests: true }, ...options }: OpenDoorOptions = {},
): Door {
  const wallNowMs = (): number => Date.UTC(2026, 0, 1) + clock.nowMs();
  const lockout = new Lockout(clock);
  const fetch = (): never => {
    throw new Error('no provider is asked here');
  };
  return new Door({
    identity: new Identity(identity, { clock, random: seededRandom(1), fetch, lockout, log, wallNowMs }),
    isIdentityRequired: false,
    sessions: new Sessions({ clock, bans: new MemoryBanList(), log, connectionsPerUser: 8, wallNowMs }),
    guesses: new Lockout(clock),
    mayJoin: () => null,
    limits: DEFAULT_LIMITS,
    clock,
    ...options,
  });
}
