/**
 * Who shows a token: guests of this server, users of the operator's own provider, or whoever the operator's own check
 * knows.
 *
 * A token goes to one verifier, chosen by the issuer it names, and what that one refuses nobody else is asked about.
 * What a token says of algorithms, keys and where to find them counts for nothing. Whether a user is banned or revoked
 * is known to `Sessions`, which every connection enters.
 */
import { GameError, isGameError } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { playerName } from '../room/player-name.ts';
import { GUEST_ISSUER, type Guest, Guests } from './guests.ts';
import { type KeySource, type PublicAlgorithm, publicKeys, type SecretAlgorithm, secretKey } from './keys.ts';
import type { Lockout } from './lockout.ts';
import { Provider } from './provider.ts';
import { badOption, cannotCheck, tokenRefused, unauthenticated } from './refusals.ts';
import { type Fetch, RemoteKeys } from './remote-keys.ts';
import { isToken, readTokenShape } from './token-shape.ts';
import { GUEST_PREFIX, isMoment, isUserId, rolesOf, shownName, type User, type VerifiedUser } from './user.ts';
import { withinTime } from './within-time.ts';

/** How long an operator's own check may take: whoever waits for it has a few seconds to join. */
const VERIFY_TIMEOUT_MS = 3_000;

/** What clients are told to wait where who they are cannot be checked. */
const RETRY_AFTER_MS = 5_000;

/** Tokens (JWT) of the operator's own provider. They name who they are of (`sub`) and when they end (`exp`). */
export interface TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where the provider publishes its keys, or the keys themselves, or the secret shared with it. */
  readonly keys: RemoteKeyOptions | PublicKeyOptions | SecretKeyOptions;
}

export interface RemoteKeyOptions {
  /** With `https://`. */
  readonly jwksUrl: string;
  /** What tokens may be signed with. A key that does not say its algorithm has the first of these that fits it. */
  readonly algorithms: readonly PublicAlgorithm[];
}

export interface PublicKeyOptions {
  /** PEM texts. */
  readonly publicKeys: readonly string[];
  /** Each key has the first of these that fits it. */
  readonly algorithms: readonly PublicAlgorithm[];
}

export interface SecretKeyOptions {
  /** At least 32 bytes; 48 for HS384, 64 for HS512. */
  readonly secret: string | Uint8Array;
  readonly algorithm: SecretAlgorithm;
}

export interface IdentityOptions {
  /** Whether the server knows guests. `true`: until it restarts; with a secret of 32 bytes or more they stay. */
  readonly guests?: true | { readonly secret: string | Uint8Array };
  /** Tokens of the operator's own provider. They hold `name` and `roles` where users have them. */
  readonly tokens?: TokenOptions;
  /**
   * Asked about every other token: who it is of, or nothing for nobody. A GameError it throws reaches the client;
   * anything else is logged, and the client comes back later.
   */
  readonly verify?: (token: string) => Promise<VerifiedUser | null | undefined>;
  /** Whether only those play who show a token. False. */
  readonly required?: boolean;
}

export interface IdentityContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly lockout: Lockout;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

export class Identity {
  readonly #options: IdentityOptions;
  readonly #context: IdentityContext;
  readonly #guests: Guests | null;
  readonly #provider: Provider | null;

  /** Throws BAD_OPTION for settings that cannot be safe. */
  constructor(options: IdentityOptions, context: IdentityContext) {
    this.#options = options;
    this.#context = context;
    const { guests, tokens } = options;
    const { random } = context;
    const secret = guests === true ? Uint8Array.from({ length: 64 }, () => random.u32()) : guests?.secret;
    this.#guests = secret === undefined ? null : new Guests({ ...context, secret });
    this.#provider = tokens === undefined ? null : providerOf(tokens, context);
  }

  /**
   * Who a token is of; null for who shows none where none is required. Throws UNAUTHENTICATED, SESSION_EXPIRED,
   * RATE_LIMITED for an address that showed too many wrong ones, SERVER_BUSY where nobody can tell just now, and what
   * the operator's own check throws.
   */
  async verify(token: unknown, address: string): Promise<User | null> {
    if (token === undefined || token === null || token === '') {
      if (this.#options.required === true) throw unauthenticated('a token is required');
      return null;
    }
    return this.#countingWrongs(address, () => this.#userOf(token));
  }

  /** Makes somebody new, with an id that nobody chose. Throws BAD_NAME, and FORBIDDEN where there are no guests. */
  async newGuest(name?: unknown): Promise<Guest> {
    return this.#known().newGuest(playerName(name, '') || null);
  }

  /**
   * The same guest with a token that lasts anew. Throws as `verify` does, FORBIDDEN where there are no guests, and what `check` throws of who
   * the token is of.
   */
  async renewGuest(token: unknown, address: string, check: (user: User) => void = () => {}): Promise<Guest> {
    const guests = this.#known();
    return this.#countingWrongs(address, async () => {
      if (!isToken(token) || readTokenShape(token)?.isSound !== true) throw tokenRefused();
      const user = await guests.verify(token);
      check(user);
      return guests.renew(user);
    });
  }

  /** A guest whom something else than a token proves, with a token. Throws UNAUTHENTICATED for nobody, counted as a wrong token is. */
  async provenGuest(address: string, prove: () => Promise<Pick<User, 'id' | 'name'> | null>): Promise<Guest> {
    const guests = this.#known();
    return this.#countingWrongs(address, async () => {
      const proven = await prove();
      if (proven === null) throw tokenRefused();
      return guests.renew(proven);
    });
  }

  async #countingWrongs<T>(address: string, work: () => Promise<T>): Promise<T> {
    const { lockout } = this.#context;
    lockout.check(address);
    try {
      return await work();
    } catch (error) {
      if (isGameError(error, 'UNAUTHENTICATED')) lockout.wrong(address);
      throw error;
    }
  }

  async #userOf(token: unknown): Promise<User> {
    if (!isToken(token)) throw tokenRefused();
    const shape = readTokenShape(token);
    const isGuest = shape?.issuer === GUEST_ISSUER;
    if (shape === null || !(isGuest || shape.issuer === this.#provider?.issuer)) return this.#verifiedByOperator(token);
    const verifier = isGuest ? this.#guests : this.#provider;
    if (verifier === null || !shape.isSound) throw tokenRefused();
    return verifier.verify(token, shape);
  }

  async #verifiedByOperator(token: string): Promise<User> {
    const { verify } = this.#options;
    if (verify === undefined) throw tokenRefused();
    const { clock, log, wallNowMs } = this.#context;
    // What the operator vouches for later than this has been asked about after any revocation until now.
    const issuedAtMs = wallNowMs();
    try {
      const verified = await withinTime(clock, VERIFY_TIMEOUT_MS, () => verify(token));
      if (!verified) throw tokenRefused();
      return { ...checkedUser(verified), issuedAtMs };
    } catch (err) {
      if (isGameError(err)) throw err;
      log.error({ err }, "the operator's own check of tokens failed");
      throw cannotCheck(RETRY_AFTER_MS);
    }
  }

  #known(): Guests {
    if (this.#guests !== null) return this.#guests;
    throw new GameError('FORBIDDEN', 'This server takes no guests: sign in.', { reason: 'no guests' });
  }
}

function providerOf({ issuer, audience, keys }: TokenOptions, context: IdentityContext): Provider {
  if (issuer === '' || issuer === GUEST_ISSUER) throw badOption('identity.tokens.issuer', 'it must name the provider');
  if (audience === '') throw badOption('identity.tokens.audience', 'it must name this server');
  return new Provider({ ...context, issuer, audience, keys: keySource(keys, context) });
}

function keySource(keys: TokenOptions['keys'], { clock, fetch, log }: IdentityContext): KeySource {
  if ('secret' in keys) return secretKey(keys.secret, keys.algorithm);
  if ('publicKeys' in keys) return publicKeys(keys.publicKeys, keys.algorithms);
  return new RemoteKeys({ url: keys.jwksUrl, algorithms: keys.algorithms, clock, fetch, log });
}

/**
 * A mistake here would give one person what another is allowed: it is the operator's to mend, and nobody gets in by it.
 */
function checkedUser({ id, name, roles: asked, expiresAtMs = null }: VerifiedUser): Omit<User, 'issuedAtMs'> {
  const roles = rolesOf(asked);
  if (!isUserId(id) || id.startsWith(GUEST_PREFIX)) throw new Error('`verify` gave a user without an id it may have');
  if (roles === null) throw new Error('`verify` gave roles that are no list of texts');
  if (expiresAtMs !== null && !isMoment(expiresAtMs)) throw new Error('`verify` gave an end that is no moment');
  return { id, name: shownName(name), roles, expiresAtMs };
}
