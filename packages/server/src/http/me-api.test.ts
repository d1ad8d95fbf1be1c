import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answered, apiWorld } from './stored-api.test-support.ts';

const PATH = '/api/me/documents/settings/keys';
const NEW = { 'if-none-match': '*' };

function world() {
  const made = apiWorld({ documents: { settings: 'write', inventory: 'read' } });
  const put = (token: string, body: string, headers: Record<string, string> = NEW, path = PATH): Promise<Answered> =>
    made.ask(path, { method: 'PUT', token, body, headers });
  return { ...made, put };
}

const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string } | null)?.code];

describe('a document of mine', () => {
  test('is saved, read, changed from the version I know, and deleted', async () => {
    const { ask, guest, put } = world();
    const { token } = await guest();
    expect(codeOf(await ask(PATH, { token }))).toEqual([404, 'DOCUMENT_UNKNOWN']);
    const saved = await put(token, '{"jump":"space"}');
    expect([saved.status, saved.body, saved.headers.get('etag')]).toEqual([201, { version: 1 }, '"1"']);
    const read = await ask(PATH, { token });
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, { jump: 'space' }, '"1"']);
    const changed = await put(token, '["w"]', { 'if-match': '"1"' });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    expect((await ask('/api/me/documents/settings', { token })).body).toEqual({
      documents: [{ key: 'keys', version: 2 }],
    });
    expect((await ask(PATH, { method: 'DELETE', token, headers: { 'if-match': '"2"' } })).status).toBe(204);
    expect((await ask(PATH, { token })).status).toBe(404);
  });

  test('is not changed or deleted over what somebody else saved meanwhile', async () => {
    const { ask, guest, put } = world();
    const { token } = await guest();
    await put(token, '1');
    await put(token, '2', { 'if-match': '"1"' });
    expect(codeOf(await put(token, '9', { 'if-match': '"1"' }))).toEqual([412, 'STALE_VERSION']);
    expect(codeOf(await put(token, '9'))).toEqual([412, 'STALE_VERSION']);
    const stale = { method: 'DELETE', token, headers: { 'if-match': '"1"' } };
    expect(codeOf(await ask(PATH, stale))).toEqual([412, 'STALE_VERSION']);
    for (const tag of [undefined, '*', '2', '"0"', 'W/"0"', 'w/"2"', '"02"', '""', '"x"', '"99999999999999999"']) {
      const headers = tag === undefined ? {} : { 'if-match': tag };
      expect(codeOf(await put(token, '9', headers))).toEqual([400, 'BAD_MESSAGE']);
      expect(codeOf(await ask(PATH, { ...stale, headers }))).toEqual([400, 'BAD_MESSAGE']);
    }
    expect((await ask(PATH, { token })).body).toBe(2);
    // A proxy that compresses answers has made the tag weak.
    expect((await put(token, '3', { 'if-match': 'W/"2"' })).status).toBe(200);
    expect((await ask(PATH, { method: 'DELETE', token, headers: { 'if-match': 'W/"3"' } })).status).toBe(204);
    expect(codeOf(await put(token, '9', { 'if-match': '"0"' }))).toEqual([400, 'BAD_MESSAGE']);
  });

  test('is nobody else’s, and is nobody’s without a token', async () => {
    const { ask, guest, put } = world();
    const [mine, other] = [await guest(), await guest()];
    await put(mine.token, '"secret"');
    expect((await ask(PATH, { token: other.token })).status).toBe(404);
    expect((await ask('/api/me/documents/settings', { token: other.token })).body).toEqual({ documents: [] });
    for (const token of ['', 'forged']) {
      expect(codeOf(await put(token, '1'))).toEqual([401, 'UNAUTHENTICATED']);
      expect(codeOf(await ask(PATH, { token }))).toEqual([401, 'UNAUTHENTICATED']);
      expect(codeOf(await ask(PATH, { method: 'DELETE', token }))).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  test('is in a collection that the operator opened, and where it is only read it is the server’s to write', async () => {
    const { ask, guest, put, store } = world();
    const { id, token } = await guest();
    const sword = '/api/me/documents/inventory/sword';
    await store.documents.save({ owner: id, collection: 'inventory', key: 'sword' }, { level: 3 }, 0);
    expect((await ask(sword, { token })).body).toEqual({ level: 3 });
    expect(codeOf(await put(token, '{"level":99}', { 'if-match': '"1"' }, sword))).toEqual([403, 'FORBIDDEN']);
    expect(codeOf(await ask(sword, { method: 'DELETE', token, headers: { 'if-match': '"1"' } }))[0]).toBe(403);
    for (const collection of ['other', '__proto__', 'constructor', "settings'--", 'SETTINGS']) {
      const path = `/api/me/documents/${collection}/keys`;
      expect(codeOf(await ask(path, { token }))).toEqual([403, 'FORBIDDEN']);
      expect(codeOf(await put(token, '1', NEW, path))).toEqual([403, 'FORBIDDEN']);
    }
  });

  test('is JSON of at most 16 KiB under a key of letters', async () => {
    const { guest, put, ask } = world();
    const { token } = await guest();
    expect((await put(token, JSON.stringify('x'.repeat(16 * 1024 - 2)))).status).toBe(201);
    expect(codeOf(await put(token, JSON.stringify('x'.repeat(16 * 1024))))).toEqual([413, 'MESSAGE_TOO_LARGE']);
    for (const body of ['', '{', 'undefined', 'NaN', '1e999', '{"__proto__":1}', '"\\ud800"', '['.repeat(100)]) {
      expect([body, ...codeOf(await put(token, body, NEW, '/api/me/documents/settings/bad'))]).toEqual([
        body,
        400,
        'BAD_MESSAGE',
      ]);
    }
    for (const key of ['a%20b', '%00', '..%2F..', 'x'.repeat(65), '%27%3B--']) {
      const answer = await put(token, '1', NEW, `/api/me/documents/settings/${key}`);
      expect([key, answer.status]).toEqual([key, 400]);
    }
    expect((await ask('/api/me/documents/settings', { token })).body).toEqual({
      documents: [{ key: 'keys', version: 1 }],
    });
  });

  test('is saved so often from one address, by however many guests', async () => {
    const { ask, guest } = world();
    const codes: unknown[] = [];
    for (let count = 0; count < 80; count++) {
      // New guests come from elsewhere here: there are not so many for one address.
      const { token } = await guest({ address: `198.51.100.${count}` });
      codes.push(codeOf(await ask(PATH, { method: 'PUT', token, body: '1', headers: NEW }))[1]);
    }
    expect(codes.filter((code) => code === undefined)).toHaveLength(60);
    expect(codes.at(-1)).toBe('RATE_LIMITED');
  });

  test('is saved so often and no more often', async () => {
    const { guest, put } = world();
    const { token } = await guest();
    const codes = new Set<unknown>();
    for (let version = 0; version < 40; version++) {
      codes.add(codeOf(await put(token, `${version}`, version === 0 ? NEW : { 'if-match': `"${version}"` }))[1]);
    }
    expect([...codes]).toEqual([undefined, 'RATE_LIMITED']);
  });

  test('comes back as it was saved, whatever JSON it is', async () => {
    const { ask, guest, put, clock } = world();
    const { token } = await guest();
    let version = 0;
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        const body = JSON.stringify(value);
        clock.advance(1_000);
        const { status } = await put(token, body, version === 0 ? NEW : { 'if-match': `"${version}"` });
        // Keys that every object has, and halves of characters, are refused.
        if (status === 400) return;
        version++;
        expect(status).toBe(version === 1 ? 201 : 200);
        expect((await ask(PATH, { token })).text).toBe(JSON.stringify(JSON.parse(body)));
      }),
      { numRuns: 60 },
    );
  });
});

test('what is mine waits while the store is down, with a code and no word about the store [ST08] [AU26]', async () => {
  const { ask, guest, put, failsAs } = world();
  const { token } = await guest();
  failsAs('busy');
  const answers = [
    await ask('/api/me', { token }),
    await ask('/api/me/matches', { token }),
    await ask('/api/me/documents/settings', { token }),
    await ask(PATH, { token }),
    await put(token, '1'),
    await ask(PATH, { method: 'DELETE', token, headers: { 'if-match': '"1"' } }),
  ];
  for (const answer of answers) {
    expect(codeOf(answer)).toEqual([503, 'STORE_DOWN']);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.text).not.toMatch(/secret|sqlite/u);
  }
});

test('my matches are listed, the newest first, and nobody else’s ids with them', async () => {
  const { ask, guest, store } = world();
  const { id, token } = await guest();
  const player = (user: string | null, hasLeft = false) => ({ user, hasLeft });
  for (const [match, endedAtMs] of [
    ['m1', 10],
    ['m2', 20],
  ] as const) {
    await store.matches.add({
      id: match,
      game: 'duel',
      roomId: 'r',
      endedAtMs,
      teams: [
        { place: 1, players: [player('guest:rival'), player(null)] },
        { place: null, players: [player(id, match === 'm2')] },
      ],
    });
  }
  const { body, text } = await ask('/api/me/matches?limit=5', { token });
  const shown = { game: 'duel', place: null, teams: 2 };
  expect(body).toEqual({
    matches: [
      { ...shown, id: 'm2', endedAtMs: 20, hasLeft: true },
      { ...shown, id: 'm1', endedAtMs: 10, hasLeft: false },
    ],
  });
  expect(text).not.toContain('guest:');
  expect((await ask('/api/me/matches?limit=1', { token })).body).toMatchObject({ matches: [{ id: 'm2' }] });
  for (const limit of ['-5', 'x', '1e9', 'Infinity']) {
    expect((await ask(`/api/me/matches?limit=${limit}`, { token })).status).toBe(200);
  }
  expect((await ask('/api/me/matches')).status).toBe(401);
});

test('who is banned or revoked is told so here, too', async () => {
  const { ask, guest, sessions } = world();
  const [banned, revoked] = [await guest(), await guest()];
  expect((await ask('/api/me', { token: banned.token })).body).toEqual({
    user: { id: banned.id, name: null, roles: ['guest'] },
    createdAtMs: null,
  });
  sessions.ban({ userId: banned.id }, { reason: 'cheating' });
  sessions.revoke(revoked.id);
  expect(codeOf(await ask('/api/me', { token: banned.token }))).toEqual([403, 'BANNED']);
  expect(codeOf(await ask('/api/me', { token: revoked.token }))).toEqual([401, 'UNAUTHENTICATED']);
});

test('collections that cannot be are refused before the server starts', async () => {
  const { createServer } = await import('../create-server.ts');
  const { defineGame } = await import('@madang/core');
  const game = defineGame({ name: 'still', tickRateHz: 1, seats: 1, state: {}, input: {} });
  for (const documents of [{ '': 'read' }, { 'a/b': 'read' }, { settings: 'all' }]) {
    expect(() => createServer({ games: [game], documents: JSON.parse(JSON.stringify(documents)) })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  }
});
