/** A server that stops does stop, whatever its connections are up to, and holds on to none that it refused. */
import { readdirSync } from 'node:fs';
import { connect as dial, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openYard, until } from './support/yard.ts';

const upgrade = (path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');

function dialled(port: number, text: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('error', reject);
    socket.write(text);
    socket.once('data', () => resolve(socket));
  });
}

const openFiles = (): number => readdirSync('/proc/self/fd').length;

test.runIf(process.platform === 'linux')('refused upgrades leave no connection behind', async () => {
  const { port } = await openYard();
  const before = openFiles();
  for (let i = 0; i < 50; i++) (await dialled(port, `${upgrade('/nowhere')}x`)).destroy();
  await until('the descriptors are given back', () => openFiles() <= before + 2);
});

test('stop resolves while clients of every kind say nothing, read nothing and close nothing', async () => {
  const { port, server } = await openYard();
  const sockets = await Promise.all(
    ['/nowhere', '/play', '/websocket', '/socket.io/?EIO=4&transport=websocket'].map((path) =>
      dialled(port, upgrade(path)),
    ),
  );
  for (const socket of sockets) socket.pause();
  sockets.push(dial({ port, host: '127.0.0.1' }));
  await server.stop();
  for (const socket of sockets) socket.destroy();
  expect(server.rooms.all).toEqual([]);
});
