/** What is checked of every signed token (JWT), whoever made it: one algorithm per key, issuer, audience, and times. */
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { VerifyingKey } from './keys.ts';
import { sessionExpired, tokenRefused } from './refusals.ts';
import { isMoment } from './user.ts';

/** How far the clocks of this server and of those who issue tokens may lie apart. */
export const CLOCK_SKEW_MS = 30_000;

export interface ClaimChecks {
  readonly issuer: string;
  readonly audience: string;
  /** What kind of token it says it is; any where this is left out. */
  readonly type?: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Told why, in a word that holds nothing of the token. */
  refused(why: string): void;
}

/**
 * What a token claims once its signature by one of `keys`, its issuer, its audience and its times are found right; each
 * key verifies with its own algorithm alone. Throws UNAUTHENTICATED, SESSION_EXPIRED.
 */
export async function verifiedClaims(
  token: string,
  keys: readonly VerifyingKey[],
  { issuer, audience, type, nowMs, refused }: ClaimChecks,
): Promise<JWTPayload> {
  const checks = {
    issuer,
    audience,
    ...(type === undefined ? {} : { typ: type }),
    currentDate: new Date(nowMs),
    clockTolerance: CLOCK_SKEW_MS / 1000,
    requiredClaims: ['exp'],
  };
  let why = 'no key';
  for (const { key, algorithm } of keys) {
    try {
      const { payload } = await jwtVerify(token, key, { ...checks, algorithms: [algorithm] });
      if (haveTimes(payload, nowMs)) return payload;
      why = 'times';
      break;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw sessionExpired();
      // The error itself holds what the token claims: neither logs nor clients get it.
      why = error instanceof errors.JOSEError ? error.code : 'unusable';
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  refused(why);
  throw tokenRefused();
}

/** When a verified token was issued and when it ends, in milliseconds since the epoch. */
export function timesOf({ iat = 0, exp = 0 }: JWTPayload): {
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
} {
  return { issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 };
}

/** The library lets a token end at Infinity, which JSON writes as 1e999, and be issued tomorrow. */
function haveTimes({ iat = 0, exp = Infinity }: JWTPayload, nowMs: number): boolean {
  return isMoment(exp * 1000) && isMoment(iat * 1000) && iat * 1000 <= nowMs + CLOCK_SKEW_MS;
}
