import { expect, test } from 'vitest';
import type { VirtualClock } from '../memory/virtual-clock.ts';
import {
  AUDIENCE,
  claimsAt,
  ecPair,
  ISSUER,
  JWKS_URL,
  JwksServer,
  type Pair,
  published,
  START_MS,
  signed,
  worldOf,
} from './identity.test-support.ts';
import type { Identity } from './identity.ts';
import type { Fetch } from './remote-keys.ts';

const REFUSED = { code: 'UNAUTHENTICATED' };
const BUSY = { code: 'SERVER_BUSY', details: { retryAfterMs: 10_000 } };

const first = ecPair();
const second = ecPair();

function world(jwks: { readonly fetch: Fetch }): {
  identity: Identity;
  clock: VirtualClock;
  logged: readonly string[];
} {
  const keys = { jwksUrl: JWKS_URL, algorithms: ['ES256' as const] };
  return worldOf({ tokens: { issuer: ISSUER, audience: AUDIENCE, keys } }, jwks);
}

const DAY_S = 24 * 3600;
const by = (kid: string, { privateKey }: Pair): Promise<string> =>
  signed(claimsAt(START_MS, { exp: START_MS / 1000 + DAY_S }), { alg: 'ES256', kid }, privateKey);

const OTHERS = { keys: [published(second, { kid: '2' })] };

/** Answers that are no set of keys. */
const FAILURES: readonly [string, () => Promise<Response>][] = [
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
  ['answers with an error', async () => Response.json(OTHERS, { status: 503 })],
  ['answers with a page', async () => new Response('<html>')],
  ['answers with nothing', async () => new Response(null)],
  ['answers with no keys', async () => Response.json({ keys: [] })],
  ['answers with a text for keys', async () => Response.json({ keys: 'none' })],
  ['answers with keys that are none', async () => Response.json({ keys: [null, 7, {}, { kty: 'EC', x: [] }] })],
  ['answers with what is not UTF-8', async () => new Response(Uint8Array.of(0xff, 0xfe))],
  ['answers with a megabyte', async () => new Response(JSON.stringify(OTHERS) + ' '.repeat(1024 * 1024))],
];

test('a provider is asked once, by however many tokens at once, and not again while its keys are fresh', async () => {
  const jwks = new JwksServer(published(first, { kid: '1' }));
  const { identity, clock } = world(jwks);
  const token = await by('1', first);
  await Promise.all(Array.from({ length: 20 }, () => identity.verify(token, '')));
  expect(clock.pending).toBe(0);
  clock.advance(599_999);
  await identity.verify(token, '');
  expect(jwks.asked).toEqual([JWKS_URL]);
});

test('a new key is known with its first token, and one that was withdrawn is refused ten minutes later', async () => {
  const jwks = new JwksServer(published(first, { kid: '1' }));
  const { identity, clock } = world(jwks);
  const old = await by('1', first);
  await identity.verify(old, '');
  clock.advance(60_000);
  jwks.publish(published(second, { kid: '2' }));
  expect(await identity.verify(old, '')).toMatchObject({ id: 'minji' });
  expect(await identity.verify(await by('2', second), '')).toMatchObject({ id: 'minji' });
  await expect(identity.verify(old, '')).rejects.toMatchObject(REFUSED);

  jwks.publish(published(first, { kid: '1' }));
  clock.advance(600_000);
  await expect(identity.verify(await by('2', second), '')).rejects.toMatchObject(REFUSED);
});

test('[AU03] tokens that name keys nobody has make the server ask once in ten seconds', async () => {
  const jwks = new JwksServer(published(first, { kid: '1' }));
  const { identity, clock } = world(jwks);
  for (let i = 0; i < 25; i++) {
    await expect(identity.verify(await by(`unknown ${i}`, first), '')).rejects.toMatchObject(REFUSED);
    clock.advance(1_000);
  }
  expect(jwks.asked.length).toBe(3);
});

test.each(FAILURES)('a provider that %s locks nobody out whose key is known', async (_, answer) => {
  const jwks = new JwksServer(published(first, { kid: '1' }));
  const { identity, clock, logged } = world(jwks);
  const token = await by('1', first);
  await identity.verify(token, '');
  jwks.answer = answer;
  for (let hour = 0; hour < 20; hour++) {
    clock.advance(3_600_000);
    expect(await identity.verify(token, '')).toMatchObject({ id: 'minji' });
    expect(logged.length).toBe(hour + 1);
  }
  expect(jwks.asked.length).toBe(21);
});

test.each(FAILURES)(
  'while a provider %s from the start, players are told to come back, and then can',
  async (_, answer) => {
    const jwks = new JwksServer(published(first, { kid: '1' }));
    const { identity, clock } = world(jwks);
    const healthy = jwks.answer;
    jwks.answer = answer;
    const token = await by('1', first);
    await expect(identity.verify(token, '')).rejects.toMatchObject(BUSY);
    await expect(identity.verify(token, '')).rejects.toMatchObject(BUSY);
    expect(jwks.asked.length).toBe(1);
    jwks.answer = healthy;
    clock.advance(10_000);
    expect(await identity.verify(token, '')).toMatchObject({ id: 'minji' });
  },
);

test.each<[string, () => Promise<Response>]>([
  ['never answers', () => new Promise(() => {})],
  [
    'begins to answer and stops',
    async () => new Response(new ReadableStream({ start: (to) => to.enqueue(Uint8Array.of(0x7b)) })),
  ],
])('a provider that %s is given three seconds', async (_, answer) => {
  const jwks = new JwksServer();
  jwks.answer = answer;
  const { identity, clock } = world(jwks);
  const told = identity.verify(await by('1', first), '').catch((error: unknown) => error);
  await clock.settle();
  await expect.poll(() => jwks.asked.length).toBe(1);
  clock.advance(2_999);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect(await told).toMatchObject(BUSY);
  expect(clock.pending).toBe(0);
});

test('a fetch that is given up is told so, and follows to no other address', async () => {
  const seen: { redirect: string; signal: AbortSignal }[] = [];
  const fetch: Fetch = (_, init) => {
    seen.push(init);
    return new Promise(() => {});
  };
  const { identity, clock } = world({ fetch });
  const told = identity.verify(await by('1', first), '').catch((error: unknown) => error);
  await expect.poll(() => seen.length).toBe(1);
  clock.advance(3_000);
  await told;
  expect(seen.map(({ redirect, signal }) => [redirect, signal.aborted])).toEqual([['error', true]]);
});
