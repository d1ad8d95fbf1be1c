/**
 * A server's identity on a virtual clock, a provider of tokens beside it, and tokens of every kind, good and forged.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { seededRandom } from '@madang/core';
import { type JWK, SignJWT } from 'jose';
import pino, { type Logger } from 'pino';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Identity, type IdentityOptions } from './identity.ts';
import { Lockout } from './lockout.ts';
import type { Fetch } from './remote-keys.ts';

export const ISSUER = 'https://login.example';
export const AUDIENCE = 'madang.example';
export const JWKS_URL = 'https://login.example/.well-known/jwks.json';

/** A moment of the wall clock that every test starts at. */
export const START_MS = Date.UTC(2026, 0, 1);

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const ecPair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const rsaPair = (modulusLength = 2048): Pair => generateKeyPairSync('rsa', { modulusLength });

/** A public key as a provider publishes it. */
export function published({ publicKey }: Pair, more: JWK): JWK {
  return { ...publicKey.export({ format: 'jwk' }), ...more };
}

/** The claims of an honest token that lasts for an hour. */
export function claimsAt(nowMs: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  const nowS = Math.floor(nowMs / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: 'minji', iat: nowS, exp: nowS + 3600, ...more };
}

/** A token signed with this key. */
export function signed(
  claims: Record<string, unknown>,
  header: { readonly alg: string; readonly [name: string]: unknown },
  key: KeyObject | Uint8Array,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/** A token of any header and claims, as text where JSON cannot say them, with any signature of what comes before it. */
export function assembled(
  header: unknown,
  claims: unknown,
  sign: (input: Buffer) => Uint8Array | '' = () => '',
): string {
  const part = (value: unknown): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${Buffer.from(sign(Buffer.from(input))).toString('base64url')}`;
}

/** A provider's address for keys: what it answers can be changed, and what was asked is kept. */
export class JwksServer {
  readonly asked: string[] = [];
  answer: () => Promise<Response>;

  constructor(...keys: readonly JWK[]) {
    this.answer = async () => Response.json({ keys });
  }

  publish(...keys: readonly JWK[]): void {
    this.answer = async () => Response.json({ keys });
  }

  readonly fetch: Fetch = (url) => {
    this.asked.push(url);
    return this.answer();
  };
}

export interface World {
  readonly identity: Identity;
  readonly clock: VirtualClock;
  /** Everything that was logged, in lines. */
  readonly logged: readonly string[];
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

/** An identity whose wall clock goes with the virtual one. Without `fetch`, nothing may be fetched. */
export function worldOf(options: IdentityOptions, { fetch = refuseToFetch, seed = 1 } = {}): World {
  const clock = new VirtualClock();
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  const wallNowMs = (): number => START_MS + clock.nowMs();
  const lockout = new Lockout(clock);
  const identity = new Identity(options, { clock, random: seededRandom(seed), fetch, lockout, log, wallNowMs });
  return { identity, clock, logged, log, wallNowMs };
}

const refuseToFetch: Fetch = (url) => {
  throw new Error(`nothing may be fetched, and ${url} was`);
};
