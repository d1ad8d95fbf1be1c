/**
 * A provider's public keys, from the one address the operator names (a JWKS). Nothing a token says leads to another
 * address. They are asked for when they have grown old and when a token names one that is not known, with pauses in
 * between; keys once known stay in use while the provider cannot be reached.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import { algorithmOf, checkAlgorithms, type KeySource, type PublicAlgorithm, type VerifyingKey } from './keys.ts';
import { badOption, cannotCheck } from './refusals.ts';
import { withinTime } from './within-time.ts';

/** Keys older than this are asked for anew before they are used: a key that was withdrawn is used no longer. */
const FRESH_MS = 10 * 60_000;

/** The least time between two questions, whatever tokens name. */
const PAUSE_MS = 10_000;

/** How long an answer may take: whoever waits for it has a few seconds to join. */
const TIMEOUT_MS = 3_000;

/** The largest answer; those of the big providers have under 20 KiB. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Keys of one answer that are looked at. */
const KEYS_MAX = 64;

/** What makes up a public key. Private parts are never read. */
const PUBLIC_PARTS = ['kty', 'n', 'e', 'crv', 'x', 'y'];

/** As the runtime's own `fetch`, of which this is all that is asked. */
export type Fetch = (
  url: string,
  init: { readonly redirect: 'error'; readonly signal: AbortSignal },
) => Promise<{ readonly status: number; readonly body: ReadableStream<Uint8Array> | null }>;

export interface RemoteKeysOptions {
  readonly url: string;
  readonly algorithms: readonly PublicAlgorithm[];
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly log: Logger;
}

export class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions;
  #keys: readonly VerifyingKey[] = [];
  /** On the monotonic clock. */
  #fetchedAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #hasFailed = false;
  #asking: Promise<void> | null = null;

  /** Throws BAD_OPTION for an address that others could answer for. */
  constructor(options: RemoteKeysOptions) {
    this.#options = options;
    checkAlgorithms(options.algorithms);
    const url = URL.canParse(options.url) ? new URL(options.url) : null;
    const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '');
    if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))) {
      throw badOption('identity.tokens.keys.jwksUrl', 'it must begin with https://');
    }
    if (url.username !== '' || url.password !== '') {
      throw badOption('identity.tokens.keys.jwksUrl', 'it must not hold a password');
    }
  }

  async find(keyId: string | null): Promise<readonly VerifyingKey[]> {
    const { clock } = this.#options;
    const isFresh = clock.nowMs() - this.#fetchedAtMs < FRESH_MS;
    const isPaused = clock.nowMs() - this.#askedAtMs < PAUSE_MS;
    const known = this.#named(keyId);
    if (known.length > 0 && isFresh) return known;
    if (this.#asking !== null || !isPaused) await this.#ask();
    const found = this.#named(keyId);
    if (found.length === 0 && this.#hasFailed) throw cannotCheck(PAUSE_MS);
    return found;
  }

  #named(keyId: string | null): readonly VerifyingKey[] {
    return keyId === null ? this.#keys : this.#keys.filter(({ id }) => id === keyId);
  }

  /** Never rejects: what goes wrong is logged. Those who ask at once share one question. */
  #ask(): Promise<void> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    const { url, algorithms, clock, fetch, log } = this.#options;
    this.#askedAtMs = clock.nowMs();
    try {
      const answer = await withinTime(clock, TIMEOUT_MS, async (signal) => {
        const { status, body } = await fetch(url, { redirect: 'error', signal });
        if (status !== 200) throw new Error(`it answered with status ${status}`);
        return await readText(body);
      });
      const keys = keysOf(parseJson(answer), algorithms);
      if (keys.length === 0) throw new Error('it holds no key that can be used');
      this.#keys = keys;
      this.#fetchedAtMs = clock.nowMs();
      this.#hasFailed = false;
    } catch (err) {
      this.#hasFailed = true;
      log.warn({ err, known: this.#keys.length }, 'the keys of the identity provider could not be had');
    }
  }
}

async function readText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    sizeBytes += value.byteLength;
    if (sizeBytes > ANSWER_BYTES_MAX) {
      // Whoever sends too much may also never let go; nobody waits for that.
      reader.cancel().catch(() => {});
      throw new Error(`its answer is larger than ${ANSWER_BYTES_MAX} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function keysOf(answer: JsonValue, algorithms: readonly PublicAlgorithm[]): readonly VerifyingKey[] {
  if (!isJsonObject(answer) || !Array.isArray(answer.keys)) return [];
  const listed: readonly JsonValue[] = answer.keys.slice(0, KEYS_MAX);
  return listed.filter(isJsonObject).flatMap((jwk) => {
    if (jwk.use !== undefined && jwk.use !== 'sig') return [];
    const key = readJwk(jwk);
    // A key that says its own algorithm has that one or none.
    const allowed = jwk.alg === undefined ? algorithms : algorithms.filter((algorithm) => algorithm === jwk.alg);
    const algorithm = key === null ? null : algorithmOf(key, allowed);
    if (key === null || algorithm === null) return [];
    return [{ id: typeof jwk.kid === 'string' ? jwk.kid : null, algorithm, key }];
  });
}

function readJwk(jwk: JsonObject): KeyObject | null {
  try {
    const parts = PUBLIC_PARTS.filter((part) => jwk[part] !== undefined).map((part) => [part, jwk[part]]);
    return createPublicKey({ key: Object.fromEntries(parts), format: 'jwk' });
  } catch {
    return null;
  }
}
