import { isJsonObject, type JsonValue } from '@madang/core';
import { describe, expect, test } from 'vitest';
import type { BoardOptions } from '../boards/boards.ts';
import { apiWorld, DAY_MS } from './stored-api.test-support.ts';

const GROUND: BoardOptions = { order: 'highest', keep: 'best', period: 'ever' };
const LAPS: BoardOptions = { order: 'lowest', keep: 'best', period: 'week' };

const world = () => apiWorld({ boards: { ground: GROUND, laps: LAPS } });

/** Rank, name, score and whether it is the asker, of each row. */
function rowsOf(body: JsonValue): readonly unknown[] {
  const rows = isJsonObject(body) ? body.rows : undefined;
  if (!Array.isArray(rows)) throw new Error(`no rows: ${JSON.stringify(body)}`);
  return rows.map((row: JsonValue) => (isJsonObject(row) ? [row.rank, row.name, row.score, row.isMe] : row));
}

describe('a leaderboard', () => {
  test('shows names and scores from the top, and never who is behind a name', async () => {
    const { ask, boards, guest } = world();
    const { id, token } = await guest();
    await boards.submit('ground', id, 50, { name: '도토리' });
    await boards.submit('ground', 'guest:someone-else', 70, { name: 'Ann' });
    const answer = await ask('/api/boards/ground');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      board: 'ground',
      period: 'ever',
      size: 2,
      rows: [
        { rank: 1, name: 'Ann', score: 70, atMs: expect.any(Number), isMe: false },
        { rank: 2, name: '도토리', score: 50, atMs: expect.any(Number), isMe: false },
      ],
    });
    const mine = await ask('/api/boards/ground?limit=100', { token });
    expect(rowsOf(mine.body)).toEqual([
      [1, 'Ann', 70, false],
      [2, '도토리', 50, true],
    ]);
    expect(answer.text + mine.text).not.toContain('guest:');
    expect((await ask('/api/boards')).body).toEqual({
      boards: [
        { name: 'ground', ...GROUND },
        { name: 'laps', ...LAPS },
      ],
    });
  });

  test('shows who stands around me, and nobody to who is not there', async () => {
    const { ask, boards, guest } = world();
    const { id, token } = await guest();
    expect(rowsOf((await ask('/api/boards/ground?around=me', { token })).body)).toEqual([]);
    for (let other = 0; other < 20; other++)
      await boards.submit('ground', `user ${other}`, other, { name: `${other}` });
    await boards.submit('ground', id, 10, { name: 'me' });
    const { body } = await ask('/api/boards/ground?around=me&limit=3', { token });
    expect(rowsOf(body)).toEqual([
      [10, '10', 10, false],
      [11, 'me', 10, true],
      [12, '9', 9, false],
    ]);
  });

  test('begins anew with its period, and shows the one before', async () => {
    const { ask, boards, clock } = world();
    await boards.submit('laps', 'ann', 61_000, { name: 'Ann' });
    await boards.submit('laps', 'bob', 60_500, { name: 'Bob' });
    clock.advance(7 * DAY_MS);
    await boards.submit('laps', 'ann', 59_000, { name: 'Ann' });
    expect((await ask('/api/boards/laps')).body).toMatchObject({ period: '2026-W48', size: 1 });
    const last = (await ask('/api/boards/laps?period=last')).body;
    expect(last).toMatchObject({ period: '2026-W47', size: 2 });
    expect(rowsOf(last).map((row) => (Array.isArray(row) ? row[1] : row))).toEqual(['Bob', 'Ann']);
    expect((await ask('/api/boards/ground?period=last')).body).toMatchObject({ period: null, size: 0, rows: [] });
    expect(await boards.standing('laps', 'bob', { period: 'last' })).toMatchObject({ rank: 1 });
    expect(await boards.standing('laps', 'bob')).toBeNull();
  });

  test('answers what it is not asked rightly with a code [AU20]', async () => {
    const { ask } = world();
    for (const [query, status, code] of [
      ['ground?around=ann', 400, 'BAD_MESSAGE'],
      ['ground?around=me', 401, 'UNAUTHENTICATED'],
      ['ground?limit=all', 400, 'BAD_MESSAGE'],
      ['ground?limit=-1', 400, 'BAD_MESSAGE'],
      ['ground?limit=1;DROP', 400, 'BAD_MESSAGE'],
      ['ground?period=2026', 400, 'BAD_MESSAGE'],
      ['ground?order=lowest', 400, 'BAD_MESSAGE'],
      ['ground?__proto__=1', 400, 'BAD_MESSAGE'],
      ['nothing', 404, 'BOARD_UNKNOWN'],
      ['__proto__', 404, 'BOARD_UNKNOWN'],
      ['constructor', 404, 'BOARD_UNKNOWN'],
      ["ground'%20OR%201=1", 404, 'BOARD_UNKNOWN'],
    ] as const) {
      const answer = await ask(`/api/boards/${query}`);
      expect([query, answer.status, answer.body]).toMatchObject([query, status, { code }]);
    }
    expect((await ask('/api/boards/ground', { token: 'forged' })).status).toBe(401);
    expect((await ask('/api/boards/ground?limit=0')).status).toBe(200);
    expect((await ask('/api/boards/ground?limit=999999')).status).toBe(200);
  });

  test('is asked so often by one address and no more often', async () => {
    const { ask } = world();
    const statuses = new Set<number>();
    for (let count = 0; count < 120; count++) statuses.add((await ask('/api/boards/ground')).status);
    expect([...statuses]).toEqual([200, 429]);
    expect((await ask('/api/boards/ground', { address: '198.51.100.7' })).status).toBe(200);
  });

  test('of a store that fails is shown later, and says nothing of the store [ST01] [AU26]', async () => {
    const { ask, boards, failsAs } = world();
    for (const kind of ['timeout', 'busy', 'gone', 'full', 'corrupt', 'io', 'unknown-outcome'] as const) {
      failsAs(kind);
      const { status, headers, body, text } = await ask('/api/boards/ground');
      expect([status, headers.get('retry-after'), body]).toMatchObject([503, '5', { code: 'STORE_DOWN' }]);
      expect(text).not.toMatch(/secret|sqlite/u);
      await expect(boards.submit('ground', 'ann', 1)).rejects.toMatchObject({
        code: 'STORE_DOWN',
        details: { retryAfterMs: 5_000 },
      });
    }
    failsAs(null);
    expect((await ask('/api/boards/ground')).status).toBe(200);
  });
});

describe('a score', () => {
  test('that cannot be counted is refused, and so are names that cannot be shown', async () => {
    const { boards } = world();
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY, 0.1, 2 ** 60]) {
      await expect(boards.submit('ground', 'ann', bad)).rejects.toMatchObject({ code: 'BAD_SCORE' });
    }
    for (const user of ['', 'x'.repeat(129), '\ud800']) {
      await expect(boards.submit('ground', user, 1)).rejects.toMatchObject({ code: 'BAD_SCORE' });
    }
    for (const name of ['x'.repeat(33), '\u202eevil', 'a\0b', 'x'.repeat(1_000_000)]) {
      await expect(boards.submit('ground', 'ann', 1, { name })).rejects.toMatchObject({ code: 'BAD_NAME' });
    }
    await expect(boards.submit('__proto__', 'ann', 1)).rejects.toMatchObject({ code: 'BOARD_UNKNOWN' });
    expect((await boards.top('ground')).size).toBe(0);
  });

  test('of a user called like something else is that user’s', async () => {
    const { boards } = world();
    const users = ['__proto__', "'; DROP TABLE madang_scores; --", 'constructor', '%'];
    for (const [index, user] of users.entries()) await boards.submit('ground', user, index, { name: 'same name' });
    expect((await boards.top('ground')).rows.map(({ user }) => user)).toEqual(users.toReversed());
  });
});

test('boards that cannot be are refused before the server starts', () => {
  for (const [name, board] of [
    ['', GROUND],
    ['two words', GROUND],
    ['a/b', GROUND],
    ['x'.repeat(65), GROUND],
    ['ground', { ...GROUND, order: 'random' }],
    ['ground', { ...GROUND, keep: 'worst' }],
    ['ground', { ...GROUND, period: 'hour' }],
    ['ground', {}],
  ] as const) {
    expect(() => apiWorld({ boards: JSON.parse(JSON.stringify({ [name]: board })) })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  }
});
