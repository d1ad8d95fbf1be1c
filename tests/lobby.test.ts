/** The lobby with real sockets: what goes over the wire, and what a client that is cut off leaves behind. */
import { connect } from '@madang/client';
import { openLobby } from '@madang/client/lobby';
import { defineGame, isJsonObject, type JsonObject, type JsonValue } from '@madang/core';
import { createServer, type ServerOptions, type Store } from '@madang/server';
import { MemoryStore } from '@madang/server/memory';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { until } from './support/yard.ts';

const duel = defineGame({
  name: 'duel',
  tickRateHz: 20,
  seats: 2,
  state: {},
  input: {},
  match: { teams: 2, teamSize: 1 },
  commands: { win: {} },
  on: {
    win: (room, winner) => room.report([[[winner]], [room.seats.filter((seat) => seat !== winner)]]),
  },
});

async function serve(options: Partial<ServerOptions> = {}) {
  const server = createServer({ games: [duel], port: 0, hosts: ['127.0.0.1'], ...options });
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  const guest = async (): Promise<string> => {
    const { token } = (await (await fetch(`${url}/api/guest`, { method: 'POST' })).json()) as { token: string };
    return token;
  };
  return { server, url, guest };
}

/** A socket as the protocol has it, and what it hears. */
async function open(url: string) {
  const socket = new WebSocket(url.replace(/^http/u, 'ws').concat('/lobby'), 'madang.lobby.v1');
  onTestFinished(() => socket.terminate());
  const told: { readonly type: string; readonly [key: string]: unknown }[] = [];
  let closeCode: number | null = null;
  socket.on('message', (data, isBinary) => told.push(isBinary ? { type: 'binary' } : JSON.parse(String(data))));
  socket.on('close', (code) => {
    closeCode = code;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    socket,
    told,
    ask: (message: object) => socket.send(JSON.stringify(message)),
    heard: (type: string) => until(`"${type}" is told`, () => told.some((one) => one.type === type)),
    get closeCode() {
      return closeCode;
    },
  };
}

test('the lobby speaks text over its own subprotocol, and only WebSocket', async () => {
  const { url } = await serve({ region: 'seoul' });
  const { socket, told, ask, heard } = await open(url);
  expect(socket.protocol).toBe('madang.lobby.v1');
  ask({ type: 'hello', name: '지민' });
  await heard('hello');
  expect(told).toEqual([{ type: 'hello', user: null, name: '지민', region: 'seoul' }]);
  expect((await fetch(`${url}/lobby`)).status).toBe(426);
});

test('long messages are taken from those who are in, and from nobody else', async () => {
  const { url } = await serve();
  const long = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`filter-${index}`, 'x'.repeat(200)]));
  const insider = await open(url);
  insider.ask({ type: 'hello' });
  await insider.heard('hello');
  insider.ask({ type: 'watch', id: 1, game: 'duel', where: long });
  await insider.heard('error');
  expect([insider.told.at(-1), insider.closeCode]).toMatchObject([{ code: 'BAD_MESSAGE' }, null]);
  const outsider = await open(url);
  outsider.ask({ type: 'hello', ...long });
  await until('the line is closed', () => outsider.closeCode !== null);
  expect(outsider.closeCode).toBe(1009);
});

test('two guests are matched by the queue, play, and keep what they won', async () => {
  const memory = new MemoryStore();
  const kept: string[] = [];
  const store: Store = {
    ...memory,
    load: (key) => memory.load(key),
    save: async (key, value, baseVersion) => {
      const version = await memory.save(key, value, baseVersion);
      kept.push(key);
      return version;
    },
    close: () => memory.close(),
  };
  const { server, url, guest } = await serve({ store });
  const players = await Promise.all(
    [await guest(), await guest()].map(async (identity) => {
      const lobby = await openLobby(url, { identity });
      const { ticket, team } = await lobby.queue(duel).matched;
      const room = await connect(url, { identity }).join(duel, { ticket });
      lobby.close();
      return { user: lobby.user, team, room };
    }),
  );
  expect(players.map(({ team }) => team).sort()).toEqual([1, 2]);
  expect(new Set(players.map(({ room }) => room.id)).size).toBe(1);
  expect(server.rooms.all).toHaveLength(1);
  const [winner, loser] = players;
  winner?.room.send('win', {});
  await until('both results are kept', () => kept.length === 2);
  const muOf = async (user: string | null | undefined): Promise<unknown> =>
    toJsonObject((await memory.load(`rating:duel:${user}`))?.value).mu;
  expect(await muOf(winner?.user)).toBeGreaterThan(Number(await muOf(loser?.user)));
});

function toJsonObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

test('whoever is cut off is in no queue any more', async () => {
  const { url, server } = await serve();
  const ghost = await open(url);
  ghost.ask({ type: 'hello' });
  await ghost.heard('hello');
  ghost.ask({ type: 'queue', game: 'duel' });
  await ghost.heard('progress');
  ghost.socket.terminate();
  const lobby = await openLobby(url);
  onTestFinished(() => lobby.close());
  const counts: number[] = [];
  const search = lobby.queue(duel);
  search.onProgress(({ waiting }) => counts.push(waiting));
  await until('the other waits alone', () => counts.at(-1) === 1);
  expect(server.rooms.all).toEqual([]);
});

test('a server that stops tells everybody to come back later', async () => {
  const { url, server } = await serve();
  const lobby = await openLobby(url);
  const states: string[] = [];
  lobby.onConnection((connection) => states.push(connection));
  const search = lobby.queue(duel);
  await server.stop();
  await expect(search.matched).rejects.toMatchObject({ code: expect.stringMatching(/^(REFUSED|LINK_LOST)$/u) });
  await until('the line is gone', () => states.includes('returning'));
  lobby.close();
  expect(states).toEqual(['returning', 'closed']);
});
