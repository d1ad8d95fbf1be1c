import { createHmac, hkdfSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { assembled, claimsAt, START_MS, signed, worldOf } from './identity.test-support.ts';

const REFUSED = { code: 'UNAUTHENTICATED' };

const secret = 'a secret of thirty-two bytes, or more';
const DAY_MS = 24 * 3_600_000;

test('a guest is the same person on every connection that shows the token', async () => {
  const { identity } = worldOf({ guests: true });
  const { token, user } = await identity.newGuest(' 지민 ');
  expect(user).toMatchObject({ name: '지민', roles: ['guest'] });
  expect(user.id).toMatch(/^guest:[A-Za-z0-9_-]{22}$/);
  expect(await identity.verify(token, '')).toEqual(user);
  expect(await identity.verify(token, '')).toEqual(user);
});

test('a guest without a name has none; a name that hides something is refused', async () => {
  const { identity } = worldOf({ guests: true });
  const { token } = await identity.newGuest();
  expect(await identity.verify(token, '')).toMatchObject({ name: null });
  await expect(identity.newGuest('a\u202eb')).rejects.toMatchObject({ code: 'BAD_NAME' });
});

test('a token lasts half a year and can be had anew for as long as it does, for the same guest', async () => {
  const { identity, clock } = worldOf({ guests: true });
  const { token, user } = await identity.newGuest('Minji');
  clock.advance(179 * DAY_MS);
  const renewed = await identity.renewGuest(token, '');
  expect(renewed.user).toMatchObject({ id: user.id, name: 'Minji', issuedAtMs: START_MS + 179 * DAY_MS });
  clock.advance(2 * DAY_MS);
  await expect(identity.renewGuest(token, '')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  await expect(identity.verify(token, '')).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
  expect(await identity.verify(renewed.token, '')).toMatchObject({ id: user.id });
});

test('[AU12] nobody chooses who they are: every new guest has an id of the server', async () => {
  const { identity } = worldOf({ guests: true });
  const wished = JSON.parse('{"id":"guest:mine","sub":"guest:mine"}');
  await expect(identity.newGuest(wished)).rejects.toMatchObject({ code: 'BAD_NAME' });
  const ids = new Set<string>();
  for (let i = 0; i < 100; i++) ids.add((await identity.newGuest('guest:mine')).user.id);
  expect(ids.size).toBe(100);
});

describe('[AU14] tokens of other environments', () => {
  test('a guest of another secret is nobody here, and servers that share theirs know each other', async () => {
    const production = worldOf({ guests: { secret } }, { seed: 1 }).identity;
    const second = worldOf({ guests: { secret: Buffer.from(secret) } }, { seed: 2 }).identity;
    const staging = worldOf({ guests: { secret: `${secret}!` } }).identity;
    const { token, user } = await production.newGuest();
    expect(await second.verify(token, '')).toEqual(user);
    await expect(staging.verify(token, '')).rejects.toMatchObject(REFUSED);
    await expect(staging.renewGuest(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('a server started anew with `guests: true` knows none of before', async () => {
    const { token } = await worldOf({ guests: true }, { seed: 1 }).identity.newGuest();
    const restarted = worldOf({ guests: true }, { seed: 2 }).identity;
    await expect(restarted.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('a server that takes no guests takes no token of any and gives none', async () => {
    const { token } = await worldOf({ guests: { secret } }).identity.newGuest();
    const { identity } = worldOf({ verify: async () => ({ id: 'somebody' }) });
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    await expect(identity.newGuest()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(identity.renewGuest(token, '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a guest cannot be forged', () => {
  const header = { alg: 'HS256', typ: 'madang-guest+jwt' };
  const claims = { ...claimsAt(START_MS), iss: 'madang-guest', sub: 'guest:AAAAAAAAAAAAAAAAAAAAAA' };
  /** What a reader of our source and of the secret would sign with: the checks below it are then all there is. */
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'madang guest tokens', 32));

  async function honest(): Promise<Record<string, unknown>> {
    return { ...decodeJwt((await worldOf({ guests: { secret } }).identity.newGuest()).token) };
  }

  test('[AU01] without a signature', async () => {
    const { identity } = worldOf({ guests: { secret } });
    for (const alg of ['none', 'None', 'HS256']) {
      const token = assembled({ ...header, alg }, await honest());
      await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
    }
  });

  test('[AU02] with the secret itself, which signs something else elsewhere', async () => {
    const { identity } = worldOf({ guests: { secret } });
    const token = await signed(await honest(), header, Buffer.from(secret));
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('[AU02] with another algorithm of the right key', async () => {
    const { identity } = worldOf({ guests: { secret } });
    const sign = (input: Buffer): Buffer => createHmac('sha512', key).update(input).digest();
    const token = assembled({ ...header, alg: 'HS512' }, await honest(), sign);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['of another kind', {}, { typ: 'JWT' }],
    ['of no kind', {}, { typ: undefined }],
    ['for another audience', { aud: 'madang:0000000000000000' }, {}],
    ['without an end', { exp: undefined }, {}],
    ['whose id is no guest', { sub: 'admin' }, {}],
  ])('[AU04] a token %s is refused, though its signature is right', async (_, change, headerChange) => {
    const { identity } = worldOf({ guests: { secret } });
    const base = await honest();
    expect(await identity.verify(await signed(base, header, key), '')).toMatchObject({ id: base.sub });
    const token = await signed({ ...base, ...change }, { ...header, ...headerChange }, key);
    await expect(identity.verify(token, '')).rejects.toMatchObject(REFUSED);
  });

  test('by the provider, even one with the same secret', async () => {
    const tokens = {
      issuer: 'https://login.example',
      audience: 'madang.example',
      keys: { secret, algorithm: 'HS256' },
    } as const;
    const { identity } = worldOf({ guests: { secret }, tokens });
    const asGuest = await signed(claims, { alg: 'HS256' }, Buffer.from(secret));
    await expect(identity.verify(asGuest, '')).rejects.toMatchObject(REFUSED);
    const named = await signed({ ...claims, iss: 'https://login.example' }, { alg: 'HS256' }, Buffer.from(secret));
    await expect(identity.verify(named, '')).rejects.toMatchObject(REFUSED);
  });

  test.each(['', 'thirty-one bytes are not enough'])('the secret %j is refused when the server is made', (weak) => {
    expect(() => worldOf({ guests: { secret: weak } })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
