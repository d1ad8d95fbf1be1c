import { expect, test } from 'vitest';
import { apiWorld, DAY_MS } from './stored-api.test-support.ts';

test('a guest gets a token and nothing else unless a device asks for a secret', async () => {
  const { ask, calls } = apiWorld();
  const { status, body } = await ask('/api/guest', { method: 'POST' });
  expect(status).toBe(200);
  expect(body).toEqual({ token: expect.any(String), user: { id: expect.stringMatching(/^guest:/u), name: null } });
  expect(calls).toEqual([]);
});

test('a device whose token has ended is the same guest by its secret [AU12]', async () => {
  const { ask, guest, clock } = apiWorld();
  const first = await guest({ device: true });
  expect(first.device).toMatch(/^[\w-]{43}$/u);
  clock.advance(181 * DAY_MS);
  expect((await guest({ token: first.token })).code).toBe('SESSION_EXPIRED');
  const again = await guest({ token: first.token, device: first.device ?? '' });
  expect([again.status, again.id, again.device]).toEqual([200, first.id, undefined]);
  expect((await ask('/api/me', { token: again.token })).body).toMatchObject({ user: { id: first.id } });
  // A device that has lost its token shows its secret alone.
  expect((await guest({ device: first.device ?? '' })).id).toBe(first.id);
});

test('a token that is good counts, whatever secret comes with it', async () => {
  const { guest, calls } = apiWorld();
  const [one, other] = [await guest({ device: true }), await guest({ device: true })];
  calls.length = 0;
  expect((await guest({ token: one.token, device: other.device ?? '' })).id).toBe(one.id);
  expect((await guest({ token: one.token, device: 'no secret' })).id).toBe(one.id);
  expect(calls).toEqual([]);
});

test('a guest of before devices were known gets a secret with the next token', async () => {
  const { guest } = apiWorld();
  const before = await guest();
  const after = await guest({ token: before.token, device: true });
  expect(after.id).toBe(before.id);
  expect((await guest({ device: after.device ?? '' })).id).toBe(before.id);
});

test('the store never sees a secret, and neither does the log [AU25]', async () => {
  const { guest, kept, logged } = apiWorld();
  const seen: unknown[] = [];
  const { accounts } = kept;
  const add = accounts.addDevice.bind(accounts);
  accounts.addDevice = (...all) => {
    seen.push(all);
    return add(...all);
  };
  const { device = '', id } = await guest({ device: true });
  await guest({ device });
  await guest({ device: 'x'.repeat(43) });
  expect(seen).toEqual([
    [{ digest: expect.stringMatching(/^[0-9a-f]{64}$/u), user: id, createdAtMs: expect.any(Number) }, null],
  ]);
  expect(logged.join('')).not.toContain(device);
});

test('secrets that are guessed prove nothing, and whoever goes on guessing has to wait [AU10]', async () => {
  const { guest, calls } = apiWorld();
  for (const wrong of ['', 'short', '__proto__', "' OR 1=1; --", 'x'.repeat(3_000)]) {
    expect([(await guest({ device: wrong })).code, calls]).toEqual(['UNAUTHENTICATED', []]);
  }
  const codes = new Set<string | undefined>();
  for (let tries = 0; tries < 40; tries++) codes.add((await guest({ device: `${tries}`.padEnd(43, 'x') })).code);
  expect([...codes]).toEqual(['UNAUTHENTICATED', 'RATE_LIMITED']);
  expect((await guest({ device: 'y'.repeat(43), address: '198.51.100.7' })).code).toBe('UNAUTHENTICATED');
});

test('a revocation reaches tokens and secrets of until then, and neither is renewed [AU06]', async () => {
  const { guest, sessions, clock } = apiWorld();
  const { id, token, device = '' } = await guest({ device: true });
  clock.advance(5_000);
  sessions.revoke(id);
  expect((await guest({ token })).code).toBe('UNAUTHENTICATED');
  expect((await guest({ token, device })).code).toBe('UNAUTHENTICATED');
  expect((await guest({ device })).code).toBe('UNAUTHENTICATED');
  expect((await guest({ device: true })).status).toBe(200);
});

test('who is banned gets no token, by whatever they show', async () => {
  const { guest, sessions } = apiWorld();
  const { id, token, device = '' } = await guest({ device: true });
  sessions.ban({ userId: id }, { reason: 'cheating' });
  expect([await guest({ token }), await guest({ device })].map(({ status, code }) => [status, code])).toEqual([
    [403, 'BANNED'],
    [403, 'BANNED'],
  ]);
});

test('while the store is down there are new guests, without a device, and known ones come back later [ST08]', async () => {
  const { ask, guest, failsAs } = apiWorld();
  const { device = '' } = await guest({ device: true });
  failsAs('gone');
  const fresh = await guest({ device: true });
  expect([fresh.status, fresh.device]).toEqual([200, undefined]);
  const { status, headers, body, text } = await ask('/api/guest', { method: 'POST', body: JSON.stringify({ device }) });
  expect([status, headers.get('retry-after'), body]).toMatchObject([503, '5', { code: 'STORE_DOWN' }]);
  expect(text).not.toMatch(/sqlite|secret/u);
});

test('an address cannot fill the store with devices', async () => {
  const { guest, calls } = apiWorld();
  const devices: (string | undefined)[] = [];
  for (let count = 0; count < 40; count++) devices.push((await guest({ device: true })).device);
  expect(devices.filter((device) => device !== undefined)).toHaveLength(20);
  expect(calls.filter((call) => call === 'accounts.addDevice')).toHaveLength(20);
  expect((await guest({ device: true, address: '198.51.100.7' })).device).toBeDefined();
});

test('bodies that are no object are refused', async () => {
  const { ask } = apiWorld();
  for (const body of ['[]', 'null', '"a"', '{', '{"__proto__":1}', '1']) {
    const { status, body: told } = await ask('/api/guest', { method: 'POST', body });
    expect([body, status, told]).toMatchObject([body, 400, { code: 'BAD_MESSAGE' }]);
  }
  expect(
    (await ask('/api/guest', { method: 'POST', body: JSON.stringify({ name: '\u202eevil' }) })).body,
  ).toMatchObject({
    code: 'BAD_NAME',
  });
  const named = await ask('/api/guest', { method: 'POST', body: JSON.stringify({ name: '지민' }) });
  expect(named.body).toMatchObject({ user: { name: '지민' } });
});

test('a body that is too large is refused as that, and is no error of the server', async () => {
  const { ask, logged } = apiWorld();
  const { status, body } = await ask('/api/guest', {
    method: 'POST',
    body: JSON.stringify({ name: 'x'.repeat(5_000) }),
  });
  expect([status, body]).toMatchObject([413, { code: 'MESSAGE_TOO_LARGE' }]);
  expect(logged).toEqual([]);
});

test('an address that is banned gets no new guest, and sees nothing without a token either', async () => {
  const { ask, guest, sessions } = apiWorld({ boards: { best: { order: 'highest', keep: 'best', period: 'ever' } } });
  const { device = '' } = await guest({ device: true });
  sessions.ban({ address: '192.0.2.1' }, { reason: 'flooding' });
  expect([(await guest()).code, (await guest({ device })).code]).toEqual(['BANNED', 'BANNED']);
  expect((await ask('/api/boards/best')).status).toBe(403);
  expect((await guest({ address: '198.51.100.7' })).status).toBe(200);
  expect((await ask('/api/boards/best', { address: '198.51.100.7' })).status).toBe(200);
});

test('an address is given so many guests and no more', async () => {
  const { guest } = apiWorld();
  const codes: (string | undefined)[] = [];
  for (let count = 0; count < 80; count++) codes.push((await guest()).code);
  expect(codes.filter((code) => code === undefined)).toHaveLength(60);
  expect(codes.at(-1)).toBe('RATE_LIMITED');
  expect((await guest({ address: '198.51.100.7' })).status).toBe(200);
});
