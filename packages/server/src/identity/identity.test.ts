import { inspect } from 'node:util';
import { GameError } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { assembled, claimsAt, ecPair, ISSUER, START_MS, signed, worldOf } from './identity.test-support.ts';
import type { VerifiedUser } from './user.ts';

const REFUSED = { code: 'UNAUTHENTICATED' };
const BUSY = { code: 'SERVER_BUSY', details: { retryAfterMs: 5_000 } };

const ec = ecPair();
const ecPem = ec.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const tokens = {
  issuer: ISSUER,
  audience: 'madang.example',
  keys: { publicKeys: [ecPem], algorithms: ['ES256'] as const },
};

describe('who shows no token', () => {
  test.each([undefined, null, ''])('%j plays as nobody', async (token) => {
    expect(await worldOf({ guests: true }).identity.verify(token, '')).toBeNull();
    expect(await worldOf({}).identity.verify(token, '')).toBeNull();
  });

  test.each([undefined, null, ''])('%j is refused where a token is required', async (token) => {
    const { identity } = worldOf({ guests: true, required: true });
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('a wrong token is refused even where none is required', async () => {
    await expect(worldOf({}).identity.verify('wrong', '')).rejects.toMatchObject(REFUSED);
  });
});

describe("the operator's own check", () => {
  test('says who shows a token that is neither a guest nor of the provider', async () => {
    const seen: string[] = [];
    const verify = async (token: string): Promise<VerifiedUser | undefined> => {
      seen.push(token);
      return token === 'session-7'
        ? { id: 'seven', name: '일곱', roles: ['admin'], expiresAtMs: START_MS + 5 }
        : undefined;
    };
    const { identity } = worldOf({ guests: true, tokens, verify });
    expect(await identity.verify('session-7', '')).toEqual({
      id: 'seven',
      name: '일곱',
      roles: ['admin'],
      issuedAtMs: START_MS,
      expiresAtMs: START_MS + 5,
    });
    const other = assembled({ alg: 'RS256' }, { iss: 'https://other.example' });
    await expect(identity.verify(other, '')).rejects.toMatchObject(REFUSED);
    expect(seen).toEqual(['session-7', other]);
  });

  test('[AU01] [AU02] is never asked about a token that names the provider or is a guest, however wrong', async () => {
    const seen: string[] = [];
    const verify = async (token: string): Promise<VerifiedUser> => {
      seen.push(token);
      return { id: 'anybody' };
    };
    const { identity } = worldOf({ guests: true, tokens, verify });
    const forged = [
      assembled({ alg: 'none' }, claimsAt(START_MS)),
      await signed(claimsAt(START_MS), { alg: 'ES256' }, ecPair().privateKey),
      await signed(claimsAt(START_MS, { aud: 'other' }), { alg: 'ES256' }, ec.privateKey),
      assembled({ alg: 'none' }, { ...claimsAt(START_MS), iss: 'madang-guest' }),
      await signed({ ...claimsAt(START_MS), iss: 'madang-guest' }, { alg: 'ES256' }, ec.privateKey),
    ];
    const honest = await signed(claimsAt(START_MS), { alg: 'ES256' }, ec.privateKey);
    forged.push(`${honest}.`, `${honest}==`, honest.slice(0, honest.lastIndexOf('.')), honest.replace('.', '.~'));
    forged.push(assembled({ alg: 'ES256', kid: 7 }, claimsAt(START_MS)), assembled({}, claimsAt(START_MS)));
    for (const token of forged) await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    expect(seen).toEqual([]);
  });

  test('is asked about no token that is longer than 3 KiB or holds what tokens do not', async () => {
    const seen: string[] = [];
    const verify = async (token: string): Promise<VerifiedUser> => {
      seen.push(token);
      return { id: 'somebody' };
    };
    const { identity } = worldOf({ verify });
    const longest = 'x'.repeat(3072);
    for (const token of [`${longest}x`, 'a b', 'a\n', '\u0000', '한']) {
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    }
    expect(await identity.verify(longest, '')).toMatchObject({ id: 'somebody' });
    expect(seen).toEqual([longest]);
  });

  test('may refuse with an error of its own', async () => {
    const banned = new GameError('BANNED', 'You are banned.', { reason: 'cheating', untilMs: null });
    const { identity, logged } = worldOf({ verify: () => Promise.reject(banned) });
    await expect(identity.verify('token', '')).rejects.toBe(banned);
    expect(logged).toEqual([]);
  });

  test.each<[string, () => Promise<VerifiedUser>]>([
    ['fails', () => Promise.reject(new Error('no database'))],
    [
      'throws at once',
      () => {
        throw new Error('no database');
      },
    ],
    ['gives an empty id', async () => ({ id: '' })],
    ['gives the id of a guest', async () => ({ id: 'guest:AAAAAAAAAAAAAAAAAAAAAA' })],
    ['gives too many roles', async () => ({ id: 'x', roles: Array.from({ length: 33 }, String) })],
    ['gives an end that never comes', async () => ({ id: 'x', expiresAtMs: Infinity })],
    ['gives an end that is no number', async () => ({ id: 'x', expiresAtMs: Number.NaN })],
  ])('lets nobody in where it %s, and the operator reads why', async (_, verify) => {
    const { identity, logged } = worldOf({ verify });
    await expect(identity.verify('token', '')).rejects.toMatchObject(BUSY);
    expect(logged.length).toBe(1);
  });

  test('is given three seconds', async () => {
    const { identity, clock } = worldOf({ verify: () => new Promise(() => {}) });
    const told = identity.verify('token', '').catch((error: unknown) => error);
    clock.advance(2_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await told).toMatchObject(BUSY);
    expect(clock.pending).toBe(0);
  });
});

describe('[AU10] [AU22] who shows wrong tokens again and again', () => {
  const guess = (i: number): string => `guess-${i}`;

  async function wrong(
    identity: ReturnType<typeof worldOf>['identity'],
    times: number,
    address: string,
  ): Promise<string[]> {
    const codes: string[] = [];
    for (let i = 0; i < times; i++) {
      const error: unknown = await identity.verify(guess(i), address).catch((caught: unknown) => caught);
      codes.push(error instanceof GameError ? error.code : String(error));
    }
    return codes;
  }

  test('waits: of a thousand at once thirty are looked at, then one a second', async () => {
    const seen: string[] = [];
    const verify = async (token: string): Promise<null> => {
      seen.push(token);
      return null;
    };
    const { identity, clock } = worldOf({ verify });
    const codes = await wrong(identity, 1_000, '192.0.2.1');
    expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBe(30);
    expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBe(970);
    expect(seen.length).toBe(30);
    clock.advance(10_000);
    await wrong(identity, 1_000, '192.0.2.1');
    expect(seen.length).toBe(40);
  });

  test('makes nobody else wait, and is let in again after a while', async () => {
    const { identity, clock } = worldOf({ guests: true });
    const { token, user } = await identity.newGuest();
    await wrong(identity, 100, '192.0.2.1');
    expect(await identity.verify(token, '192.0.2.2')).toEqual(user);
    await expect(identity.verify(token, '192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(identity.renewGuest(token, '192.0.2.1')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    clock.advance(1_000);
    expect(await identity.verify(token, '192.0.2.1')).toEqual(user);
  });

  test('five thousand honest players of one address come back at once, some with a session that is over', async () => {
    const { identity, clock } = worldOf({ guests: true });
    const { token: old } = await identity.newGuest();
    clock.advance(181 * 24 * 3_600_000);
    const { token, user } = await identity.newGuest();
    for (let i = 0; i < 100; i++) {
      await expect(identity.verify(old, '192.0.2.1')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    }
    const all = await Promise.all(Array.from({ length: 5_000 }, () => identity.verify(token, '192.0.2.1')));
    expect(all).toEqual(all.map(() => user));
  });

  test('costs a bounded memory: the address that was wrong longest ago of ten thousand is forgotten', async () => {
    const { identity } = worldOf({});
    await wrong(identity, 30, 'first');
    await wrong(identity, 29, 'second');
    for (let i = 0; i < 9_998; i++) await wrong(identity, 1, `address ${i}`);
    expect(await wrong(identity, 2, 'second')).toEqual(['UNAUTHENTICATED', 'RATE_LIMITED']);
    expect(await wrong(identity, 1, 'first')).toEqual(['RATE_LIMITED']);
    await wrong(identity, 1, 'one more');
    expect(await wrong(identity, 1, 'first')).toEqual(['UNAUTHENTICATED']);
    expect(await wrong(identity, 1, 'second')).toEqual(['RATE_LIMITED']);
  });
});

describe('[AU25] [AU26] what is refused and logged', () => {
  const secret = 'canary-of-the-secret-that-signs-guests';
  const shared = 'canary-of-the-secret-shared-with-a-provider';

  test('holds no secret, no token, no claim and no trace of our code', async () => {
    const provider = {
      issuer: ISSUER,
      audience: 'madang.example',
      keys: { secret: shared, algorithm: 'HS256' } as const,
    };
    const { identity, logged } = worldOf({ guests: { secret }, tokens: provider, verify: async () => null });
    const { token } = await identity.newGuest('canary-of-the-name');
    const claims = { ...claimsAt(START_MS, { aud: 'canary-of-the-audience' }), email: 'canary-of-the-claim' };
    const told: unknown[] = [inspect(identity, { depth: 9 }), String(identity), JSON.stringify(identity)];
    const wrong = [
      `${token.slice(0, -3)}AAA`,
      await signed(claims, { alg: 'HS256' }, Buffer.from(shared)),
      await signed(claimsAt(START_MS, { exp: 1 }), { alg: 'HS256' }, Buffer.from(shared)),
      assembled({ alg: 'none' }, claims),
      'canary-of-a-token',
    ];
    for (const one of wrong) {
      const error: unknown = await identity.verify(one, '192.0.2.1').catch((caught: unknown) => caught);
      if (!(error instanceof GameError)) throw error;
      expect(error.cause).toBeUndefined();
      const sent = JSON.stringify({ code: error.code, message: error.message, details: error.details });
      expect(sent).not.toMatch(/\.ts|node_modules|jose|\bat /);
      told.push(sent);
    }
    for (const option of ['canary-short', '-----BEGIN canary-of-a-private-key-of-more-than-32-bytes']) {
      expect(() => worldOf({ guests: { secret: option } })).toThrow(expect.not.objectContaining({ message: /canary/ }));
      try {
        worldOf({ guests: { secret: option } });
      } catch (error) {
        told.push(inspect(error));
      }
    }
    expect(logged.length).toBeGreaterThan(0);
    const everything = [...told, ...logged].join('\n');
    expect(everything).not.toContain('canary');
    for (const one of [token, ...wrong]) {
      for (const part of one.split('.')) if (part.length > 20) expect(everything).not.toContain(part);
    }
  });
});
