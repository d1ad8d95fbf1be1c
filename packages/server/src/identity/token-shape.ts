/**
 * What a token says of itself before anybody has vouched for it. It decides who is asked to verify it and nothing else:
 * every verifier checks all of it again.
 */

/** Longer tokens are refused unread. */
const TOKEN_LENGTH_MAX = 3 * 1024;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** What is read of a token that is meant for a JWT. */
export interface TokenShape {
  /** Null where it names none. */
  readonly issuer: string | null;
  readonly algorithm: string | null;
  /** Null where it names no key. */
  readonly keyId: string | null;
  /** False for one that no honest issuer writes so, however it may be read. */
  readonly isSound: boolean;
}

/** True for text short enough to look at, of characters that tokens are made of. */
export function isToken(token: unknown): token is string {
  return typeof token === 'string' && token.length <= TOKEN_LENGTH_MAX && VISIBLE_ASCII.test(token);
}

/**
 * Reads a JWT; null for what nobody could take for one. Broken ones are read too, as far as they go: they are refused
 * by the verifier they name rather than tried on another.
 */
export function readTokenShape(token: string): TokenShape | null {
  const parts = token.split('.');
  const [head, claims] = parts.slice(0, 2).map(readObject);
  if (!head || !claims) return null;
  const { alg, kid } = head;
  const isNamed = typeof alg === 'string' && (kid === undefined || typeof kid === 'string');
  return {
    issuer: textOf(claims.iss),
    algorithm: textOf(alg),
    keyId: textOf(kid),
    isSound: isNamed && parts.length === 3 && parts.every(isCanonical),
  };
}

/** Decoders skip what they do not know and drop loose bits, so that many texts would pass for the same token. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

function readObject(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
