/** Tokens (JWT) of the operator's own provider: issuer, audience, signature and times all have to be right. */
import type { Logger } from 'pino';
import { timesOf, verifiedClaims } from './claims.ts';
import type { KeySource, VerifyingKey } from './keys.ts';
import { tokenRefused } from './refusals.ts';
import type { TokenShape } from './token-shape.ts';
import { GUEST_PREFIX, isUserId, rolesOf, shownName, type User } from './user.ts';

/** Keys that a token which names none is tried with: each costs a verification. */
const TRIES_MAX = 4;

export interface ProviderSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  readonly log: Logger;
  wallNowMs(): number;
}

export class Provider {
  readonly #options: ProviderSettings;

  constructor(options: ProviderSettings) {
    this.#options = options;
  }

  get issuer(): string {
    return this.#options.issuer;
  }

  /** Throws UNAUTHENTICATED, SESSION_EXPIRED, and SERVER_BUSY where the keys cannot be had. */
  async verify(token: string, shape: TokenShape): Promise<User> {
    const { issuer, audience, keys, log, wallNowMs } = this.#options;
    const claims = await verifiedClaims(token, await keysFor(keys, shape), {
      issuer,
      audience,
      nowMs: wallNowMs(),
      refused: (why) => log.debug({ why }, 'a token of the identity provider was refused'),
    });
    const { sub: id, name, roles: asked } = claims;
    const roles = rolesOf(asked);
    if (!isUserId(id) || id.startsWith(GUEST_PREFIX) || roles === null) throw tokenRefused();
    return { id, name: shownName(name), roles, ...timesOf(claims) };
  }
}

async function keysFor(source: KeySource, { keyId, algorithm }: TokenShape): Promise<readonly VerifyingKey[]> {
  const keys = await source.find(keyId);
  return keys.filter((key) => key.algorithm === algorithm).slice(0, TRIES_MAX);
}
