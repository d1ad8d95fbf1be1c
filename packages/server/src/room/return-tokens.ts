/**
 * What lets a player come back to a seat. A token is 192 random bits that only its holder knows: the server keeps
 * digests, so that neither its memory nor how long it takes to look one up tells of a token.
 *
 *   one works - used (find, rotate) ----> two work: the one used, and the new one the player may never hear of
 *   two work -- confirm ----------------> only the new one does
 *   two work -- used again -------------> the one used and a newer one
 */
import { createHash } from 'node:crypto';
import { unguessable } from '../identity/unguessable.ts';
import type { Random } from '../ports/random.ts';

const TOKEN_WORDS = 6;
const TOKEN_LENGTH = (TOKEN_WORDS * 32) / 6;

interface Digests {
  readonly current: string;
  /** Works too until the holder has shown that the current one arrived. */
  readonly previous: string | null;
  /** The one the holder was last found by. */
  used: string;
}

export class ReturnTokens<T> {
  readonly #random: Random;
  readonly #digests = new Map<T, Digests>();
  readonly #holders = new Map<string, T>();

  /** `random` must be one that nobody can foresee. */
  constructor(random: Random) {
    this.#random = random;
  }

  /** Whose token this is, or null: it may be anything. */
  find(token: unknown): T | null {
    if (typeof token !== 'string' || token.length !== TOKEN_LENGTH) return null;
    const digest = digestOf(token);
    const holder = this.#holders.get(digest);
    const digests = holder === undefined ? undefined : this.#digests.get(holder);
    if (holder === undefined || digests === undefined) return null;
    digests.used = digest;
    return holder;
  }

  /**
   * A new token for a holder, or the first. The one they were last found by works beside it until `confirm`, and no
   * other does.
   */
  rotate(holder: T): string {
    const previous = this.#digests.get(holder)?.used ?? null;
    this.forget(holder);
    const token = unguessable(this.#random, TOKEN_WORDS);
    const current = digestOf(token);
    this.#digests.set(holder, { current, previous, used: current });
    this.#holders.set(current, holder);
    if (previous !== null) this.#holders.set(previous, holder);
    return token;
  }

  /** The holder has shown that the newest token arrived: it alone works from now on. */
  confirm(holder: T): void {
    const digests = this.#digests.get(holder);
    if (digests === undefined || digests.previous === null) return;
    this.#holders.delete(digests.previous);
    this.#digests.set(holder, { current: digests.current, previous: null, used: digests.current });
  }

  /** Digests of the tokens that work for a holder, to be written down; null where none does. */
  digestsOf(holder: T): { readonly current: string; readonly previous: string | null } | null {
    return this.#digests.get(holder) ?? null;
  }

  /** Tokens work again for a holder, as they did before the process ended. */
  restore(holder: T, current: string, previous: string | null): void {
    this.#digests.set(holder, { current, previous, used: current });
    this.#holders.set(current, holder);
    if (previous !== null) this.#holders.set(previous, holder);
  }

  /** No token of this holder works any more. */
  forget(holder: T): void {
    const digests = this.#digests.get(holder);
    if (digests === undefined) return;
    this.#digests.delete(holder);
    this.#holders.delete(digests.current);
    if (digests.previous !== null) this.#holders.delete(digests.previous);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
