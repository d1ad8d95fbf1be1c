/**
 * Live connections by user, and what ends them: the token's end, a revocation, a ban. Every connection enters here once
 * it is known whose it is, and whoever may not play is refused here, however good the token.
 *
 *   entered -> left                        the connection ended by itself
 *   entered -> SESSION_EXPIRED             at most 60 s after the token's end by the wall clock, or revoked
 *   entered -> BANNED                      at once
 */
import { GameError } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Sanction } from '../ports/store.ts';
import { type Ban, type BanList, type BanTarget, banKey, checkedTarget } from './bans.ts';
import { CLOCK_SKEW_MS } from './claims.ts';
import { badOption, sessionExpired, unauthenticated } from './refusals.ts';
import type { Sanctions } from './sanctions.ts';
import { isMoment, type User } from './user.ts';

/**
 * Ends of tokens are looked for this often rather than each waited for: the wall clock may be set, and a far end does
 * not fit a timer.
 */
const SWEEP_MS = 15_000;

/** Revocations that are remembered; the oldest is forgotten first. */
const REVOCATIONS_MAX = 100_000;

/**
 * What clients are told to wait where all connections of their user are taken: one of them may be about to be found
 * dead.
 */
const RETRY_AFTER_MS = 5_000;

const REASON_LENGTH_MAX = 200;

/** Who acts where nobody is named: the server's own code. */
const SERVER = 'server';

export interface SessionsOptions {
  readonly clock: Clock;
  readonly bans: BanList;
  /** Where revocations are kept, and who did what is written down. Nowhere: what was revoked comes back with the next start. */
  readonly sanctions?: Pick<Sanctions, 'revoke' | 'note'>;
  readonly log: Logger;
  /** Connections one user may have at a time. */
  readonly connectionsPerUser: number;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

interface Session {
  readonly user: User | null;
  readonly address: string;
  readonly end: (error: GameError) => void;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #live = new Set<Session>();
  readonly #ofUser = new Map<string, Set<Session>>();
  /** When each user was revoked last, milliseconds since the epoch, the longest ago first. */
  readonly #revokedAtMs = new Map<string, number>();
  #cancelSweep: (() => void) | null = null;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Connections that have entered and not left. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Lets a connection in; `user` is null for somebody who showed no token. Answers what to call when it ends by itself;
   * calling it again is fine. Until then `end` is called at most once, with the reason for which the connection has to
   * go. Throws BANNED, SESSION_EXPIRED, UNAUTHENTICATED for a token that was revoked, TOO_MANY_CONNECTIONS.
   */
  enter(user: User | null, address: string, end: (error: GameError) => void): () => void {
    this.check(user, address);
    const session = { user, address, end };
    if (user !== null) this.#count(user, session);
    this.#live.add(session);
    this.#sweepLater();
    return () => this.#leave(session);
  }

  /** As `enter` for a request that is no connection. Throws BANNED, SESSION_EXPIRED, UNAUTHENTICATED. */
  check(user: User | null, address: string): void {
    const ban = this.#banOf(user, address);
    if (ban !== null) throw banned(ban);
    if (user === null) return;
    if (this.#isOver(user)) throw sessionExpired();
    const revokedAtMs = this.#revokedAtMs.get(user.id);
    if (revokedAtMs !== undefined && user.issuedAtMs <= revokedAtMs) throw unauthenticated('the token was revoked');
  }

  /**
   * Ends a user's connections at once and refuses the tokens and the devices of until now. `by` says to the audit log who did it.
   */
  revoke(userId: string, by = SERVER): void {
    const untilMs = this.#options.wallNowMs();
    this.#revoked(userId, untilMs, () => true);
    this.#options.sanctions?.revoke(userId, untilMs);
    this.#options.sanctions?.note({ by, action: 'revoke', target: banKey({ userId }) });
  }

  /**
   * Keeps a user or an address out, for good where `untilMs` (milliseconds since the epoch) is left out, and ends their
   * connections at once. An IPv6 address stands for its network of 64 bits. `by` says to the audit log who did it. Throws BAD_OPTION for
   * what is no address, for an end that is no moment to come and for a reason of over 200 characters or with half of one.
   */
  ban(
    whom: BanTarget,
    { untilMs = null, reason, by = SERVER }: { untilMs?: number | null; reason: string; by?: string },
  ): void {
    const target = checkedTarget(whom);
    if (untilMs !== null && !(isMoment(untilMs) && untilMs > this.#options.wallNowMs())) {
      throw badOption('untilMs', 'it must be a moment to come');
    }
    if (reason.length > REASON_LENGTH_MAX || !reason.isWellFormed())
      throw badOption('reason', `it is longer than ${REASON_LENGTH_MAX} characters, or no text`);
    const ban = { target, untilMs, reason };
    this.#options.bans.put(ban);
    this.#endBanned(ban);
    this.#options.sanctions?.note({ by, action: 'ban', target: banKey(target), details: { untilMs, reason } });
  }

  /**
   * Lets a user or an address in again, on every server. Answers whether this one knew them to be banned. `by` says to the audit log who
   * did it. Throws BAD_OPTION for what is no address.
   */
  unban(whom: BanTarget, by = SERVER): boolean {
    const target = checkedTarget(whom);
    const wasBanned = this.#options.bans.remove(target);
    this.#options.sanctions?.note({ by, action: 'unban', target: banKey(target) });
    return wasBanned;
  }

  /** Another server, or this one before, has decided so: whom it is about goes, where they came in before. */
  heard(sanction: Sanction): void {
    // Who signed in since then stays.
    const { kind } = sanction;
    if (kind === 'revoked') {
      this.#revoked(sanction.user, sanction.untilMs, ({ issuedAtMs }) => issuedAtMs <= sanction.untilMs);
    }
    if (kind === 'ban' && this.#isInForce(sanction.ban)) this.#endBanned(sanction.ban);
  }

  /** Bans that are not over. */
  get bans(): readonly Ban[] {
    return this.#options.bans.all.filter((ban) => this.#isInForce(ban));
  }

  #revoked(userId: string, untilMs: number, isMeant: (user: User) => boolean): void {
    const latestMs = Math.max(untilMs, this.#revokedAtMs.get(userId) ?? 0);
    this.#revokedAtMs.delete(userId);
    this.#revokedAtMs.set(userId, latestMs);
    const [oldest] = this.#revokedAtMs.keys();
    if (this.#revokedAtMs.size > REVOCATIONS_MAX && oldest !== undefined) this.#revokedAtMs.delete(oldest);
    const sessions = [...(this.#ofUser.get(userId) ?? [])];
    this.#endAll(
      sessions.filter(({ user }) => user !== null && isMeant(user)),
      sessionExpired(),
    );
  }

  #endBanned(ban: Ban): void {
    const { target } = ban;
    const isMeant = ({ user, address }: Session): boolean =>
      'userId' in target ? user?.id === target.userId : address === target.address;
    this.#endAll([...this.#live].filter(isMeant), banned(ban));
  }

  #count(user: User, session: Session): void {
    const { connectionsPerUser: limit } = this.#options;
    const sessions = this.#ofUser.get(user.id) ?? new Set();
    if (sessions.size >= limit) {
      throw new GameError('TOO_MANY_CONNECTIONS', `You are connected ${limit} times already: close one of them.`, {
        limit,
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.#ofUser.set(user.id, sessions.add(session));
  }

  #leave(session: Session): void {
    this.#live.delete(session);
    const id = session.user?.id;
    const sessions = id === undefined ? undefined : this.#ofUser.get(id);
    sessions?.delete(session);
    if (id !== undefined && sessions?.size === 0) this.#ofUser.delete(id);
    if (this.#live.size > 0) return;
    this.#cancelSweep?.();
    this.#cancelSweep = null;
  }

  /** They leave before they are told, so that one that fails to end holds none of the others. */
  #endAll(sessions: readonly Session[], error: GameError): void {
    for (const session of sessions) this.#leave(session);
    for (const session of sessions) {
      try {
        session.end(error);
      } catch (err) {
        this.#options.log.error({ err }, 'a connection could not be ended');
      }
    }
  }

  #sweepLater(): void {
    this.#cancelSweep ??= this.#options.clock.after(SWEEP_MS, () => {
      this.#cancelSweep = null;
      const isOver = ({ user }: Session): boolean => user !== null && this.#isOver(user);
      this.#endAll([...this.#live].filter(isOver), sessionExpired());
      if (this.#live.size > 0) this.#sweepLater();
    });
  }

  /** As long as a token lets somebody in it keeps them in, or they would come and go by turns. */
  #isOver({ expiresAtMs }: User): boolean {
    return expiresAtMs !== null && expiresAtMs + CLOCK_SKEW_MS <= this.#options.wallNowMs();
  }

  #banOf(user: User | null, address: string): Ban | null {
    const { bans } = this.#options;
    const found = [user === null ? null : bans.find({ userId: user.id }), bans.find({ address })];
    return found.find((ban) => ban !== null && this.#isInForce(ban)) ?? null;
  }

  #isInForce({ untilMs }: Ban): boolean {
    return untilMs === null || untilMs > this.#options.wallNowMs();
  }
}

function banned({ reason, untilMs }: Ban): GameError<'BANNED'> {
  const until = untilMs === null ? '' : ` until ${new Date(untilMs).toISOString()}`;
  return new GameError('BANNED', `You are banned${until}: ${reason}`, { reason, untilMs });
}
