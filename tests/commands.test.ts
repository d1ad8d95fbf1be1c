/** The demo server as a process, and the command that starts it: what an operator sees and what scripts rely on. */
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '@madang/server';
import { expect, onTestFinished, test } from 'vitest';
import { seated } from './support/guest.ts';
import { freshFolder, occupyPort, type RunningServer, startDemo, startLikeNpm } from './support/process.ts';
import { nativeGuest, socketIoGuest, textGuest } from './support/ways-in.ts';
import { until } from './support/yard.ts';

/** A configuration that cannot work: see sysexits.h. */
const EXIT_CONFIG = 78;

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const withoutIpv6 = hasIpv6 ? '' : ' (skipped: this machine has no IPv6 loopback)';

/** Run by hand, the command might first install dependencies under the feet of everything else here. */
const isPrepared = process.env.MADANG_HAVE_PYTHON !== undefined;
const unprepared = isPrepared ? '' : ' (skipped: run by hand, where dependencies may have to be installed first)';

async function expectConfigError(server: RunningServer, sentence: RegExp): Promise<void> {
  expect(await server.ended(30_000)).toBe(EXIT_CONFIG);
  expect(server.stdout()).not.toContain('ready');
  const lines = server.stderr().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(sentence);
}

test('once it serves, the server prints one line with its address and nothing else', async () => {
  const server = startDemo({ PORT: '0' });
  const port = await server.ready();
  const { memory } = await seated(textGuest(`http://127.0.0.1:${port}`));
  await until('it plays', () => memory.ofType('state').length > 2);
  expect(server.stdout()).toBe(`Madang is ready: http://localhost:${port}/\n`);
  // On a busy machine a room falls behind while the process starts, and says so: that is the machine's.
  const complaints = server.stderr().split('\n');
  expect(complaints.filter((line) => !line.includes('the room fell behind')).join('')).toBe('');
});

test('the API answers: health, rooms, games, and no record yet', async () => {
  const server = startDemo({ PORT: '0' });
  const url = `http://127.0.0.1:${await server.ready()}`;
  const health = await fetch(`${url}/healthz`);
  expect(health.status).toBe(200);
  expect(await health.json()).toEqual({ status: 'ok', rooms: 2 });

  await seated(textGuest(url));
  const rooms = await fetch(`${url}/api/rooms`);
  expect(rooms.headers.get('content-type')).toMatch(/^application\/json/u);
  const listed = (await rooms.json()) as { rooms: { game: string }[] };
  const id = expect.stringMatching(/^[2-9a-z]{8}$/u);
  const standing = { id, seats: 16, spectators: 0, isLocked: false, about: {} };
  expect(listed.rooms.sort((a, b) => (a.game > b.game ? -1 : 1))).toEqual([
    { ...standing, game: 'land-grab', taken: 1, bots: 3, serial: 0 },
    { ...standing, game: 'arena', taken: 0, bots: 6, serial: 1 },
  ]);

  const games = await fetch(`${url}/api/games`);
  expect(await games.json()).toEqual({
    games: [
      {
        name: 'land-grab',
        title: { ko: '땅따먹기', en: 'Land Grab' },
        seats: 16,
        tickRateHz: 10,
        words: ['좌', '우', '상', '하', 'left', 'right', 'up', 'down'],
      },
      {
        name: 'arena',
        title: { ko: '별마당', en: 'Star Arena' },
        seats: 16,
        tickRateHz: 30,
        words: ['좌', '우', '상', '하', '쏴', 'left', 'right', 'up', 'down', 'fire'],
      },
      { name: 'omok', title: { ko: '오목', en: 'Omok' }, seats: 2, tickRateHz: 10, words: [] },
    ],
  });

  const record = await fetch(`${url}/api/record`);
  expect([record.status, await record.json()]).toEqual([200, { best: null }]);
  expect((await fetch(`${url}/nothing-here`)).status).toBe(404);
});

test.skipIf(!hasIpv6)(`it answers on both loopback addresses, for every way in${withoutIpv6}`, async () => {
  const port = await startDemo({ PORT: '0' }).ready();
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    const url = `http://${host}:${port}`;
    expect((await fetch(`${url}/healthz`)).status, url).toBe(200);
    await seated(textGuest(url));
    await seated(socketIoGuest(url));
    await seated(await nativeGuest(url));
  }
});

test.skipIf(!hasIpv6)(`HOST chooses the one address it listens on${withoutIpv6}`, async () => {
  const port = await startDemo({ PORT: '0', HOST: '127.0.0.1' }).ready();
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await expect(fetch(`http://[::1]:${port}/healthz`)).rejects.toThrow();
});

test('a taken port is one clear line and exit code 78', async () => {
  const port = await occupyPort('127.0.0.1');
  await expectConfigError(startDemo({ PORT: String(port) }), new RegExp(`${port} is taken`, 'u'));
});

test.skipIf(!hasIpv6)(`a port taken on IPv6 alone is as taken as any${withoutIpv6}`, async () => {
  const port = await occupyPort('::1');
  await expectConfigError(startDemo({ PORT: String(port) }), new RegExp(`${port} is taken`, 'u'));
});

test.each(['eight', '70000', '-1', '80.5', '8888 ', '0x50'])(
  'PORT=%j is one clear line and exit code 78',
  async (PORT) => {
    await expectConfigError(startDemo({ PORT }), /PORT/u);
  },
);

test('a log level or an origin that cannot be is one clear line and exit code 78', async () => {
  await expectConfigError(startDemo({ PORT: '0', LOG_LEVEL: 'loud' }), /LOG_LEVEL/u);
  await expectConfigError(startDemo({ PORT: '0', ORIGINS: 'https://good.example/' }), /good\.example/u);
});

test('a HOST that is not this machine is one clear line and exit code 78', async () => {
  // An address that documents use and no machine has: RFC 5737.
  await expectConfigError(startDemo({ PORT: '0', HOST: '192.0.2.1' }), /192\.0\.2\.1/u);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s tells every client and ends the server cleanly within 5 s',
  async (signal) => {
    const server = startDemo({ PORT: '0' });
    const port = await server.ready();
    const url = `http://127.0.0.1:${port}`;
    const text = textGuest(url);
    const deaf = textGuest(url);
    const sio = socketIoGuest(url);
    const polling = socketIoGuest(url, {}, { transports: ['polling'] });
    const native = await nativeGuest(url);
    await Promise.all([text, deaf, sio, polling, native].map(seated));
    // The SDK does not give up: a server that is restarted is back soon.
    onTestFinished(() => native.room.leave());
    // One that never answers the goodbye, and one that has not even asked for anything.
    deaf.socket.pause();
    const silent = createConnection({ port, host: '127.0.0.1' });
    silent.on('error', () => {});
    await until('the silent one is connected', () => !silent.connecting);

    server.process.kill(signal);
    expect(await server.ended()).toBe(0);
    expect(server.process.signalCode).toBeNull();
    silent.destroy();

    await until('everybody knows', () => {
      return (
        text.closed !== null &&
        native.room.connection === 'returning' &&
        !sio.socket.connected &&
        !polling.socket.connected
      );
    });
    expect(text.closed?.code).toBe(1012);
    expect(sio.memory.ofType('error')).toEqual([
      { type: 'error', code: 'SERVER_STOPPING', message: expect.any(String) },
    ]);
    expect(server.stdout()).toBe(`Madang is ready: http://localhost:${port}/\n`);
    expect(server.stderr()).toBe('');
  },
);

test('the record survives a restart on the same DATA', async () => {
  const DATA = freshFolder();
  const best = { name: '도토리', score: 321, round: 7 };
  const store = await openSqliteStore(join(DATA, 'madang.sqlite'));
  await store.save('land-grab/record', best, 0);
  await store.close();

  for (let run = 1; run <= 2; run++) {
    const server = startDemo({ PORT: '0', DATA });
    const record = await fetch(`http://127.0.0.1:${await server.ready()}/api/record`);
    expect(await record.json(), `run ${run}`).toEqual({ best });
    server.process.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  }
});

test('DATA may be a folder that does not exist yet', async () => {
  const server = startDemo({ PORT: '0', DATA: join(freshFolder(), 'not', 'yet') });
  expect((await fetch(`http://127.0.0.1:${await server.ready()}/healthz`)).status).toBe(200);
});

test.skipIf(!isPrepared)(`the start command serves, hands signals on and ends with 0${unprepared}`, async () => {
  const server = startLikeNpm({ PORT: '0' });
  const port = await server.ready(60_000);
  const url = `http://127.0.0.1:${port}`;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const page = await fetch(`${url}/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/u)]);
  const guest = await seated(textGuest(url));

  server.process.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
  await until('its player was told', () => guest.memory.ofType('error').length > 0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test.skipIf(!isPrepared)(`the start command ends with 78 when the port is taken${unprepared}`, async () => {
  const port = await occupyPort('127.0.0.1');
  const server = startLikeNpm({ PORT: String(port) });
  expect(await server.ended(60_000)).toBe(EXIT_CONFIG);
  expect(server.stderr()).toMatch(new RegExp(`${port} is taken`, 'u'));
});
