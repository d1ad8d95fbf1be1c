/** What a server keeps in its file: there after a restart, and copied while it is played on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineGame, isJsonObject, type JsonValue } from '@madang/core';
import { createServer, openSqliteStore, type ServerOptions } from '@madang/server';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'madang-stored-'));
afterAll(() => rmSync(folder, { recursive: true }));

const still = defineGame({ name: 'still', tickRateHz: 10, seats: 2, state: {}, input: {} });

/** A server on a file, as an operator would run it, and how to stop it. */
async function serve(file: string, options: Partial<ServerOptions> = {}) {
  const store = await openSqliteStore(file);
  const server = createServer({
    games: [still],
    port: 0,
    hosts: ['127.0.0.1'],
    store,
    identity: { guests: { secret: 'a secret of more than thirty-two bytes' } },
    boards: { ground: { order: 'highest', keep: 'best', period: 'ever' } },
    documents: { settings: 'write' },
    ...options,
  });
  const { url } = await server.start();
  const ask = async (path: string, init: RequestInit & { token?: string } = {}) => {
    const { token, ...more } = init;
    const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers };
    const answer = await fetch(`${url}${path}`, { ...more, headers });
    const text = await answer.text();
    const body: JsonValue = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    return { status: answer.status, body: isJsonObject(body) ? body : {}, text };
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await store.close();
  };
  return { server, store, ask, stop };
}

test('guests, documents, leaderboards, bans, revocations and the audit log are there after a restart', async () => {
  const file = join(folder, 'restart.sqlite');
  const first = await serve(file);
  const { body: guest } = await first.ask('/api/guest', { method: 'POST', body: '{"device":true}' });
  const token = String(guest.token);
  const { id } = isJsonObject(guest.user) ? guest.user : {};
  const path = '/api/me/documents/settings/keys';
  const put = { method: 'PUT', token, body: '{"jump":"w"}', headers: { 'if-none-match': '*' } };
  expect((await first.ask(path, put)).status).toBe(201);
  await first.server.boards.submit('ground', String(id), 321, { name: '도토리' });
  first.server.users.ban({ userId: 'cheat' }, { reason: 'cheating', by: 'operator:kim' });
  first.server.users.revoke('guest:stolen');
  await first.stop();

  const second = await serve(file);
  expect((await second.ask(path, { token })).body).toEqual({ jump: 'w' });
  expect((await second.ask('/api/boards/ground?around=me', { token })).body).toMatchObject({
    size: 1,
    rows: [{ rank: 1, name: '도토리', score: 321, isMe: true }],
  });
  const { body: again } = await second.ask('/api/guest', {
    method: 'POST',
    body: JSON.stringify({ device: guest.device ?? null }),
  });
  expect(again.user).toMatchObject({ id });
  expect(second.server.users.bans).toEqual([{ target: { userId: 'cheat' }, untilMs: null, reason: 'cheating' }]);
  expect((await second.server.audit.list()).map(({ action, by, target }) => [action, by, target])).toEqual([
    ['revoke', 'server', 'user guest:stolen'],
    ['ban', 'operator:kim', 'user cheat'],
  ]);
  await second.stop();
});

test('a backup that is made while the server runs is a server’s file, with its guests and their places', async () => {
  const first = await serve(join(folder, 'running.sqlite'));
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => first.server.boards.submit('ground', `user ${index}`, index)),
  );
  const copy = join(folder, 'copy.sqlite');
  const copying = first.store.backup(copy);
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => first.server.boards.submit('ground', `late ${index}`, index)),
  );
  await copying;
  await first.stop();
  const restored = await serve(copy);
  const { size } = await restored.server.boards.top('ground');
  expect(size).toBeGreaterThanOrEqual(300);
  const places = await Promise.all(
    [1, 150, 299].map((user) => restored.server.boards.standing('ground', `user ${user}`)),
  );
  for (const [index, user] of [1, 150, 299].entries()) {
    const above = (
      await restored.store.leaderboards.top({ name: 'ground', period: 'ever', order: 'highest' }, 1_000)
    ).findIndex((one) => one.user === `user ${user}`);
    expect(places[index]?.rank).toBe(above + 1);
  }
  await restored.stop();
});
