/**
 * Guests: people who are known by a token on their device and nothing else. The server makes the id and signs the
 * token, so nobody chooses who they are, and every node with the same secret knows them.
 */
import { createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Logger } from 'pino';
import type { Random } from '../ports/random.ts';
import { timesOf, verifiedClaims } from './claims.ts';
import { secretBytes } from './keys.ts';
import { tokenRefused } from './refusals.ts';
import { unguessable } from './unguessable.ts';
import { GUEST_PREFIX, isUserId, shownName, type User } from './user.ts';

/** Who issues the tokens of guests; no provider may be called so. */
export const GUEST_ISSUER = 'madang-guest';

const TYPE = 'madang-guest+jwt';
const ALGORITHM = 'HS256';
const SECRET_BYTES_MIN = 32;

/** Half a year on, a device that was not seen shows its secret, or is somebody new. */
const LIFETIME_S = 180 * 24 * 60 * 60;

/** 128 bits. */
const ID_WORDS = 4;

export interface GuestsOptions {
  /** At least 32 bytes, the same on every node. */
  readonly secret: string | Uint8Array;
  readonly random: Random;
  readonly log: Logger;
  wallNowMs(): number;
}

/** A guest and what their device keeps to come back as the same one. */
export interface Guest {
  readonly token: string;
  readonly user: User;
}

export class Guests {
  readonly #options: GuestsOptions;
  readonly #key: KeyObject;
  readonly #audience: string;

  /** Throws BAD_OPTION for a secret that is too short. */
  constructor(options: GuestsOptions) {
    this.#options = options;
    const secret = secretBytes('identity.guests', options.secret, SECRET_BYTES_MIN);
    // A key of its own: a secret that also signs something else does not make that a guest's token.
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'madang guest tokens', 32));
    this.#key = createSecretKey(key);
    // Servers that share the secret are one audience, and no others.
    this.#audience = `madang:${createHash('sha256').update(key).digest('base64url').slice(0, 16)}`;
  }

  /** Somebody new. */
  newGuest(name: string | null): Promise<Guest> {
    return this.#sign(`${GUEST_PREFIX}${unguessable(this.#options.random, ID_WORDS)}`, name);
  }

  /** The same guest with a token that lasts anew. */
  renew({ id, name }: Pick<User, 'id' | 'name'>): Promise<Guest> {
    return this.#sign(id, name);
  }

  /** Throws UNAUTHENTICATED, SESSION_EXPIRED. */
  async verify(token: string): Promise<User> {
    const { log, wallNowMs } = this.#options;
    const claims = await verifiedClaims(token, [{ id: null, algorithm: ALGORITHM, key: this.#key }], {
      issuer: GUEST_ISSUER,
      audience: this.#audience,
      type: TYPE,
      nowMs: wallNowMs(),
      refused: (why) => log.debug({ why }, 'the token of a guest was refused'),
    });
    const { sub: id, name } = claims;
    if (!isUserId(id) || !id.startsWith(GUEST_PREFIX)) throw tokenRefused();
    return this.#guest(id, shownName(name), timesOf(claims));
  }

  async #sign(id: string, name: string | null): Promise<Guest> {
    const iat = Math.floor(this.#options.wallNowMs() / 1000);
    const exp = iat + LIFETIME_S;
    const token = await new SignJWT({ iat, exp, ...(name === null ? {} : { name }) })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(GUEST_ISSUER)
      .setAudience(this.#audience)
      .setSubject(id)
      .sign(this.#key);
    return { token, user: this.#guest(id, name, timesOf({ iat, exp })) };
  }

  #guest(id: string, name: string | null, times: Pick<User, 'issuedAtMs' | 'expiresAtMs'>): User {
    return { id, name, roles: ['guest'], ...times };
  }
}
