/**
 * Who is let in to play, and for how long: what every gateway asks before a connection takes a seat. Addresses are counted as
 * `addressKey` has it, so that nobody with a network of its own is many.
 */
import { GameError } from '@madang/core';
import { addressKey } from '../http/client-address.ts';
import type { Identity } from '../identity/identity.ts';
import type { Lockout } from '../identity/lockout.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { User } from '../identity/user.ts';
import type { Clock } from '../ports/clock.ts';
import type { Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Who opened rooms lately, at most; who was the first of them is forgotten first. */
const OPENERS_MAX = 10_000;

const SECONDS_PER_MINUTE = 60;

/** Users of one address may open as many rooms as so many would of several. */
const USERS_OF_ADDRESS = 4;

export interface DoorOptions {
  readonly identity: Identity;
  /** True where only those play who show an identity. */
  readonly isIdentityRequired: boolean;
  readonly sessions: Sessions;
  /** Addresses that tried out too many codes, tickets and tokens. */
  readonly guesses: Lockout;
  readonly limits: Pick<Limits, 'roomsPerMinute'>;
  readonly clock: Clock;
  /** How long who wants to join is to wait; null where it may join now. */
  mayJoin(isReturn: boolean): number | null;
}

export class Door {
  readonly #options: DoorOptions;
  readonly #openers = new Map<string, TokenBucket>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Throws SERVER_BUSY where the server takes nobody in just now, RATE_LIMITED for an address that guesses. */
  checkJoin(address: string, isReturn = false): void {
    this.#options.guesses.check(addressKey(address));
    const retryAfterMs = this.#options.mayJoin(isReturn);
    if (retryAfterMs === null) return;
    throw new GameError('SERVER_BUSY', 'This server has much to do just now; come back in a moment.', { retryAfterMs });
  }

  /**
   * Pays for a room that somebody opens: a user or, where it is nobody, all such of an address; and everybody of the address
   * together, since who wants to be many guests is. Throws RATE_LIMITED.
   */
  checkOpening(user: User | null, address: string): void {
    const key = addressKey(address);
    const { roomsPerMinute } = this.#options.limits;
    this.#pay(user?.id ?? key, roomsPerMinute);
    this.#pay(`everybody of ${key}`, roomsPerMinute * USERS_OF_ADDRESS);
  }

  #pay(opener: string, perMinute: number): void {
    const perSecond = perMinute / SECONDS_PER_MINUTE;
    const bucket = this.#openers.get(opener) ?? new TokenBucket(this.#options.clock, perSecond, perMinute);
    this.#openers.set(opener, bucket);
    if (!bucket.take(1)) {
      throw new GameError('RATE_LIMITED', `Too many rooms: at most ${perMinute} a minute.`, {
        what: 'rooms',
        perSecond,
      });
    }
    if (this.#openers.size <= OPENERS_MAX) return;
    for (const oldest of this.#openers.keys()) {
      this.#openers.delete(oldest);
      return;
    }
  }

  /** A join from this address was refused: one that tries out what others are told in private is to wait. */
  refused(address: string, { code }: GameError): void {
    if (code === 'ROOM_GONE' || code === 'SEAT_GONE' || code === 'TICKET_GONE')
      this.#options.guesses.wrong(addressKey(address));
  }

  /** Who a token is of; null at once for who shows none and need not. Rejects as `Identity.verify` does. */
  identify(token: unknown, address: string): Promise<User | null> | null {
    const isNone = token === undefined || token === null || token === '';
    if (isNone && !this.#options.isIdentityRequired) return null;
    return this.#options.identity.verify(token, addressKey(address));
  }

  /** Lets a connection in until `end` is called or what this answers is. Throws as `Sessions.enter` does. */
  enter(user: User | null, address: string, end: (error: GameError) => void): () => void {
    return this.#options.sessions.enter(user, addressKey(address), end);
  }
}
