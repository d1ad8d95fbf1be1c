/** Keys that verify tokens. Each has one algorithm, which the operator's settings decide and never a token. */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { badOption } from './refusals.ts';

/** Algorithms of keys that only verify. */
export type PublicAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** Algorithms of keys that sign as well: whoever verifies could also have made the token. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512';

export interface VerifyingKey {
  /** What tokens call it; null where it has no name. */
  readonly id: string | null;
  readonly algorithm: PublicAlgorithm | SecretAlgorithm;
  readonly key: KeyObject;
}

/** Where keys come from. */
export interface KeySource {
  /**
   * Keys that a token which names this key, or none, may be signed with. Throws SERVER_BUSY where they cannot be had
   * just now.
   */
  find(keyId: string | null): Promise<readonly VerifyingKey[]>;
}

interface Fit {
  readonly type: string;
  readonly curve?: string;
}

const RSA: Fit = { type: 'rsa' };

const FITS: Readonly<Record<PublicAlgorithm, Fit>> = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: { type: 'ec', curve: 'prime256v1' },
  ES384: { type: 'ec', curve: 'secp384r1' },
  ES512: { type: 'ec', curve: 'secp521r1' },
  EdDSA: { type: 'ed25519' },
};

/** A shorter modulus can be factored. */
const RSA_BITS_MIN = 2048;

/** A secret shorter than the hash weakens it. Source: RFC 7518, 3.2. */
const SECRET_BYTES_MIN: Readonly<Record<SecretAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

/** Throws BAD_OPTION for a list that is empty or names what no public key is for, such as `none` and HS256. */
export function checkAlgorithms(algorithms: readonly string[]): void {
  if (algorithms.length > 0 && algorithms.every((algorithm) => Object.hasOwn(FITS, algorithm))) return;
  throw badOption('identity.tokens.keys.algorithms', `it must name some of ${Object.keys(FITS).join(', ')}`);
}

/** The one algorithm of a key: the first of `allowed` that fits it; null where none does. */
export function algorithmOf(key: KeyObject, allowed: readonly PublicAlgorithm[]): PublicAlgorithm | null {
  return allowed.find((algorithm) => isFit(key, algorithm)) ?? null;
}

/** Keys that never change. */
export class FixedKeys implements KeySource {
  readonly #keys: readonly VerifyingKey[];

  constructor(keys: readonly VerifyingKey[]) {
    this.#keys = keys;
  }

  async find(): Promise<readonly VerifyingKey[]> {
    return this.#keys;
  }
}

/** Keys from their PEM texts. Throws BAD_OPTION for one that is none, or that no allowed algorithm fits. */
export function publicKeys(pems: readonly string[], allowed: readonly PublicAlgorithm[]): FixedKeys {
  checkAlgorithms(allowed);
  if (pems.length === 0) throw badOption('identity.tokens.keys', 'it holds no key');
  return new FixedKeys(
    pems.map((pem) => {
      const key = readPem(pem);
      const algorithm = key === null ? null : algorithmOf(key, allowed);
      if (key === null || algorithm === null) {
        throw badOption('identity.tokens.keys', `one is no public key (PEM) for ${allowed.join(', ')}`);
      }
      return { id: null, algorithm, key };
    }),
  );
}

/** The one key that both sides know. Throws BAD_OPTION for one that is too short or no secret at all. */
export function secretKey(secret: string | Uint8Array, algorithm: SecretAlgorithm): FixedKeys {
  if (!Object.hasOwn(SECRET_BYTES_MIN, algorithm)) {
    throw badOption('identity.tokens.keys.algorithm', `it must be one of ${Object.keys(SECRET_BYTES_MIN).join(', ')}`);
  }
  const bytes = secretBytes('identity.tokens.keys', secret, SECRET_BYTES_MIN[algorithm]);
  return new FixedKeys([{ id: null, algorithm, key: createSecretKey(bytes) }]);
}

/** The bytes of a secret. Throws BAD_OPTION for one that is shorter, or that is a public key by mistake. */
export function secretBytes(option: string, secret: string | Uint8Array, bytesMin: number): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (bytes.length < bytesMin) throw badOption(option, `the secret is shorter than ${bytesMin} bytes`);
  if (Buffer.from(bytes).includes('-----BEGIN')) throw badOption(option, 'a key file is no secret');
  return bytes;
}

function isFit(key: KeyObject, algorithm: PublicAlgorithm): boolean {
  const { type, curve } = FITS[algorithm];
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== type || namedCurve !== curve) return false;
  return type !== 'rsa' || modulusLength >= RSA_BITS_MIN;
}

function readPem(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem);
  } catch {
    return null;
  }
}
