import { expect, test } from 'vitest';
import { guest } from './guest.ts';

/** A server that makes guests and renews those it knows, and the storage of one device. */
function device(known: readonly string[] = [], knownSecrets: readonly string[] = []) {
  const tokens = new Map<string, string>();
  const asked: (string | null)[] = [];
  const shownSecrets: unknown[] = [];
  let made = 0;
  let isReachable = true;
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    expect(url).toBe('http://play.example/api/guest');
    if (!isReachable) throw new TypeError('no network');
    const shown = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? null;
    asked.push(shown);
    const { device: secret } = JSON.parse(String(init.body));
    shownSecrets.push(secret);
    const gives = secret === true ? { device: 'a new secret' } : {};
    if (shown !== null && known.includes(shown)) return Response.json({ token: `${shown} renewed`, ...gives });
    if (knownSecrets.includes(secret)) return Response.json({ token: `token of ${secret}` });
    if (shown !== null || secret !== true) return new Response('{}', { status: 401 });
    return Response.json({ token: `new ${++made}`, ...gives });
  };
  return {
    tokens,
    asked,
    shownSecrets,
    cut: () => {
      isReachable = false;
    },
    page: () =>
      guest('ws://play.example', {
        fetch,
        kept: { load: (key) => tokens.get(key) ?? null, save: (key, token) => tokens.set(key, token) },
      }),
  };
}
const KEY = 'madang guest http://play.example/api/guest';
const DEVICE_KEY = 'madang device http://play.example/api/guest';

test('somebody new gets a token, once for each page, and keeps it', async () => {
  const { page, tokens, asked } = device();
  const identity = page();
  expect(await Promise.all([identity(), identity()])).toEqual(['new 1', 'new 1']);
  expect(await identity()).toBe('new 1');
  expect(asked).toEqual([null]);
  expect(tokens.get(KEY)).toBe('new 1');
});

test('somebody known has the token renewed', async () => {
  const { page, tokens } = device(['old']);
  tokens.set(KEY, 'old');
  expect(await page()()).toBe('old renewed');
  expect(tokens.get(KEY)).toBe('old renewed');
});

test('whom the server knows no more is somebody new', async () => {
  const { page, tokens, asked } = device();
  tokens.set(KEY, 'forgotten');
  expect(await page()()).toBe('new 1');
  expect(asked).toEqual(['forgotten', null]);
});

test('while the server cannot be asked, what is kept is shown, and where nothing is it is asked again', async () => {
  const one = device();
  one.cut();
  const identity = one.page();
  await expect(identity()).rejects.toThrow('no network');
  await expect(identity()).rejects.toThrow('no network');
  one.tokens.set(KEY, 'kept');
  expect(await identity()).toBe('kept');
});

test('a device is given a secret once, and shows it from then on', async () => {
  const { page, tokens, shownSecrets } = device(['new 1']);
  await page()();
  expect(tokens.get(DEVICE_KEY)).toBe('a new secret');
  await page()();
  expect(shownSecrets).toEqual([true, 'a new secret']);
});

test('a device whose token has ended is the same guest by its secret, and one that has lost its token too', async () => {
  const { page, tokens, asked } = device([], ['my secret']);
  tokens.set(DEVICE_KEY, 'my secret');
  expect(await page()()).toBe('token of my secret');
  tokens.set(KEY, 'ended');
  expect(await page()()).toBe('token of my secret');
  expect(asked).toEqual([null, 'ended']);
  expect(tokens.get(KEY)).toBe('token of my secret');
});

test('a device whose secret is known no more is somebody new, with a new secret', async () => {
  const { page, tokens } = device([], []);
  tokens.set(DEVICE_KEY, 'forgotten');
  tokens.set(KEY, 'forgotten, too');
  expect(await page()()).toBe('new 1');
  expect(tokens.get(DEVICE_KEY)).toBe('a new secret');
});
