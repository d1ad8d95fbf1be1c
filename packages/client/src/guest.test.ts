import { expect, test } from 'vitest';
import { guest } from './guest.ts';

/** A server that makes guests and renews those it knows, and the storage of one device. */
function device(known: readonly string[] = []) {
  const tokens = new Map<string, string>();
  const asked: (string | null)[] = [];
  let made = 0;
  let isReachable = true;
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    expect(url).toBe('http://play.example/api/guest');
    if (!isReachable) throw new TypeError('no network');
    const shown = new Headers(init.headers).get('authorization')?.replace('Bearer ', '') ?? null;
    asked.push(shown);
    if (shown !== null && !known.includes(shown)) return new Response('{}', { status: 401 });
    return Response.json({ token: shown === null ? `new ${++made}` : `${shown} renewed` });
  };
  return {
    tokens,
    asked,
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
