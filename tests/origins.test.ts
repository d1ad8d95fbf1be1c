/** Pages of other sites: those that are allowed play by every way in, all others by none. */
import { expect, test } from 'vitest';
import { openYard } from './support/yard.ts';

const GOOD = 'https://good.example';
const polling = (url: string, origin: string): Promise<Response> =>
  fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });

test('[V16] a page of an allowed origin may poll, and is told so in the headers browsers ask for', async () => {
  const { url } = await openYard({ allowedOrigins: [GOOD] });
  const good = await polling(url, GOOD);
  expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([200, GOOD]);
  const evil = await polling(url, 'https://evil.example');
  expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test('[V16] where no other origin is allowed there are no such headers, not even for the own one', async () => {
  const { url } = await openYard();
  const own = await polling(url, url);
  expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  expect((await polling(url, 'null')).status).toBe(403);
});
