/**
 * Devices of guests: a secret that a device keeps beside its token leads to the same guest when the token has ended. Only a digest of it is
 * stored. It has 256 random bits, so that the digest needs neither salt nor work, and looking it up tells nothing by the time it takes.
 */
import { createHash } from 'node:crypto';
import type { Random } from '../ports/random.ts';
import type { Accounts } from '../ports/store.ts';
import { unguessable } from './unguessable.ts';
import type { User } from './user.ts';

const SECRET_WORDS = 8;

/** What a secret looks like; nothing else is looked up. */
const SECRET = /^[\w-]{43}$/u;

export interface DevicesOptions {
  readonly accounts: Accounts;
  /** One that nobody can foresee. */
  readonly random: Random;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

export class Devices {
  readonly #options: DevicesOptions;

  constructor(options: DevicesOptions) {
    this.#options = options;
  }

  /** A new secret for a device of this user. Rejects where the store fails. */
  async add({ id, name }: Pick<User, 'id' | 'name'>): Promise<string> {
    const { accounts, random, wallNowMs } = this.#options;
    const secret = unguessable(random, SECRET_WORDS);
    await accounts.addDevice({ digest: digestOf(secret), user: id, createdAtMs: wallNowMs() }, name);
    return secret;
  }

  /**
   * Whose device shows this; null for nobody's. A secret counts as a token that was made when it was: a revocation reaches it. Rejects where
   * the store fails.
   */
  async find(secret: unknown): Promise<User | null> {
    if (typeof secret !== 'string' || !SECRET.test(secret)) return null;
    const device = await this.#options.accounts.findDevice(digestOf(secret));
    if (device === null) return null;
    const { user: id, createdAtMs, account } = device;
    return { id, name: account.name, roles: ['guest'], issuedAtMs: createdAtMs, expiresAtMs: null };
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
