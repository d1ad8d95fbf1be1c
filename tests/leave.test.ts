/** How players go: by leaving, by losing the line, and when the server goes. */
import { expect, test } from 'vitest';
import { openLine } from './support/broken-line.ts';
import { type Guest, roomiest, seated, ticksPass } from './support/guest.ts';
import { cut, nativeGuest, socketIoGuest, textGuest } from './support/ways-in.ts';
import { openYard, until } from './support/yard.ts';

/** Longer than any test here: a seat that is freed was not waited for. */
const LONG_GRACE_MS = 10 * 60_000;

const isGone = (watcher: Guest, gone: Guest): Promise<void> =>
  until(`${gone.kind} is gone from what ${watcher.kind} sees`, () => !watcher.memory.sees(gone.memory.you));

async function inOneRoom<G extends readonly Guest[]>(...guests: G): Promise<G> {
  await Promise.all(guests.map(seated));
  for (const { kind, memory } of guests) {
    await until(`${kind} sees all`, () => guests.every((other) => memory.sees(other.memory.you)));
  }
  return guests;
}

test('a native player that leaves is gone at once, its ground with it, however long the grace', async () => {
  const { server, url } = await openYard({ graceMs: LONG_GRACE_MS });
  const [leaver, watcher] = await inOneRoom(await nativeGuest(url), textGuest(url));
  const colour = watcher.memory.state?.players[leaver.memory.you]?.colour;
  await leaver.leave();
  await leaver.leave();
  expect(leaver.room.connection).toBe('closed');
  await until('its seat is free', () => server.rooms.all[0]?.taken === 1);
  await isGone(watcher, leaver);
  // A bot may sit on the freed seat by now, with one cell of its own.
  expect(watcher.memory.state?.tiles.cells.filter((cell) => cell === colour).length).toBeLessThan(5);
});

test('a player whose line broke is held for the grace: others still see it, standing still', async () => {
  const { server, url, port } = await openYard({ graceMs: LONG_GRACE_MS });
  const line = await openLine(port);
  const [lost, watcher] = await inOneRoom(
    await nativeGuest(line.url),
    textGuest(url),
    textGuest(url),
    socketIoGuest(url),
  );
  const { state, you } = lost.memory;
  if (state === null) throw new Error('it has no state');
  const start = watcher.memory.placeOf(you);
  lost.hold({ dir: roomiest(state, you)[0] });
  await until('it is on its way', () => {
    const { x, y } = watcher.memory.placeOf(you);
    return x !== start.x || y !== start.y;
  });
  line.cut();
  await until('its client has noticed', () => lost.room.connection === 'returning');
  await ticksPass(watcher);
  const place = watcher.memory.placeOf(you);
  await ticksPass(watcher);
  await ticksPass(watcher);
  expect(watcher.memory.placeOf(you)).toEqual(place);
  expect(server.rooms.all[0]?.taken).toBe(4);
});

test('a player whose line broke is gone when the grace is over', async () => {
  const { server, url, port } = await openYard({ graceMs: 200 });
  const line = await openLine(port);
  const [lost, watcher] = await inOneRoom(await nativeGuest(line.url), textGuest(url));
  line.cut();
  await isGone(watcher, lost);
  await until('its seat is free', () => server.rooms.all[0]?.taken === 1);
});

test('a player whose line broke, and whose client cannot come back, is gone at once, however long the grace', async () => {
  const { server, url } = await openYard({ graceMs: LONG_GRACE_MS });
  const text = textGuest(url);
  const sio = socketIoGuest(url);
  const [, , watcher] = await inOneRoom(text, sio, textGuest(url), await nativeGuest(url));
  await cut(text.socket);
  sio.socket.io.engine.close();
  await isGone(watcher, text);
  await isGone(watcher, sio);
  await until('both seats are free', () => server.rooms.all[0]?.taken === 2);
});

test('a player who closes the line is gone at once, where its client cannot come back', async () => {
  const { server, url } = await openYard({ graceMs: LONG_GRACE_MS });
  const [text, sio, watcher] = await inOneRoom(textGuest(url), socketIoGuest(url), await nativeGuest(url));
  await text.leave();
  await sio.leave();
  await isGone(watcher, text);
  await isGone(watcher, sio);
  await until('both seats are free', () => server.rooms.all[0]?.taken === 1);
});

test('when the last person has left, bots keep the open room at play', async () => {
  const { server, url } = await openYard();
  const guest = await nativeGuest(url);
  await guest.leave();
  await until('four bots play', () => {
    const [room] = server.rooms.all;
    return room?.listing.taken === 0 && room.listing.bots === 4;
  });
});

test('when the server stops, everybody is told why: 1012 on a WebSocket, game_error on Socket.IO; who can comes back', async () => {
  const { server, url } = await openYard();
  const [text, sio, native] = await inOneRoom(textGuest(url), socketIoGuest(url), await nativeGuest(url));
  const connections: string[] = [];
  native.room.onConnection((connection) => connections.push(connection));
  await server.stop();
  await server.stop();
  await until('all lines are closed', () => text.closed !== null && !sio.socket.connected && connections.length > 0);
  expect(text.closed).toEqual({ code: 1012, reason: 'SERVER_STOPPING' });
  expect(text.memory.heard.at(-1)).toMatchObject({ type: 'error', code: 'SERVER_STOPPING' });
  expect(sio.memory.heard.at(-1)).toMatchObject({ type: 'error', code: 'SERVER_STOPPING' });
  expect(connections).toEqual(['returning']);
});
