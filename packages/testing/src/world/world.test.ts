import { expect, test } from 'vitest';
import { pond } from '../pond.test-support.ts';
import { openWorld } from './world.ts';
import type { WorldOptions } from './world-options.ts';

const opened = (options: Partial<WorldOptions<typeof pond>> = {}) => openWorld({ game: pond, clients: 3, ...options });

test('after a crash everybody comes back to the server that starts then', async () => {
  const world = await opened({ network: { roundTripMs: 60 } });
  await world.advance(2_000);
  const before = world.server;
  expect(world.clients.map(({ now }) => now.state)).toEqual(['playing', 'playing', 'playing']);
  world.crash();
  await world.advance(1_000);
  expect(world.clients.map(({ now }) => now)).toEqual(new Array(3).fill({ state: 'returning' }));
  world.start();
  await world.advance(3_000);
  expect(world.server).not.toBe(before);
  expect(world.clients.map(({ now, joined, ended }) => [now.state, joined, ended])).toEqual(
    new Array(3).fill(['playing', 2, 1]),
  );
  await world.recover();
  await world.close();
});

test('one’s own network is one’s own: the others play on', async () => {
  const world = await opened();
  await world.advance(1_000);
  const [one, other] = world.clients;
  one?.network.set({ isDown: true });
  await world.advance(2_000);
  expect((other?.room?.tick ?? 0) - (one?.room?.tick ?? 0)).toBeGreaterThan(30);
  world.heal();
  await world.advance(100);
  expect(one?.room?.tick).toBe(other?.room?.tick);
  await world.close();
});

test('who leaves is away until it joins again; who vanishes keeps its seat for the grace', async () => {
  const world = await opened({ server: { graceMs: 1_000 } });
  await world.advance(1_000);
  const taken = (): number => world.server.rooms.all.reduce((sum, room) => sum + room.taken, 0);
  world.clients[0]?.leave();
  await world.advance(500);
  expect([world.clients[0]?.now, taken()]).toEqual([{ state: 'away' }, 2]);
  world.clients[1]?.vanish();
  world.network.heal();
  await world.advance(500);
  expect([world.clients[1]?.now, taken()]).toEqual([{ state: 'away' }, 2]);
  await world.advance(1_000);
  expect(taken()).toBe(1);
  for (const client of world.clients) client.join();
  await world.advance(500);
  expect([world.clients.map(({ now }) => now.state), taken()]).toEqual([['playing', 'playing', 'playing'], 3]);
  await world.recover();
  await world.close();
});

test('a line that was cut is returned from within the grace: same room, same seat, no other join', async () => {
  const world = await opened({ network: { roundTripMs: 60 } });
  await world.advance(1_000);
  const before = world.clients.map(({ room }) => [room, room?.seat]);
  for (const client of world.clients) client.network.cut();
  await world.advance(10);
  expect(world.clients.map(({ now }) => now.state)).toEqual(new Array(3).fill('returning'));
  await world.advance(2_000);
  expect(world.clients.map(({ room }) => [room, room?.seat])).toEqual(before);
  expect(world.clients.map(({ joined, ended, returned }) => [joined, ended, returned])).toEqual(
    new Array(3).fill([1, 0, 1]),
  );
  await world.recover();
  await world.close();
});

test('a page that is loaded again has its seat back, and so has a tab that was duplicated; the older page is told', async () => {
  const world = await opened();
  await world.advance(1_000);
  const [one, other] = world.clients;
  const rooms = [one?.room, other?.room];
  const reasons: string[] = [];
  other?.room?.onClose(({ code }) => reasons.push(code));
  one?.reload();
  other?.duplicate();
  await world.advance(1_000);
  expect([one?.now.state, other?.now.state, reasons]).toEqual(['playing', 'playing', ['REPLACED']]);
  expect([one?.room === rooms[0], other?.room === rooms[1]]).toEqual([false, false]);
  expect([one?.room?.seat, other?.room?.seat]).toEqual([rooms[0]?.seat, rooms[1]?.seat]);
  expect(world.clients.map(({ returned }) => returned)).toEqual([1, 1, 0]);
  expect(world.server.rooms.all.reduce((sum, room) => sum + room.taken, 0)).toBe(3);
  await world.recover();
  await world.close();
});

test('a token that was used up is good for nothing', async () => {
  const world = await opened();
  await world.advance(500);
  const [client] = world.clients;
  for (let i = 0; i < 4; i++) {
    client?.network.cut();
    await world.advance(2_000);
  }
  const { network } = world.clients[0] ?? {};
  const lines = network?.opened ?? 0;
  client?.replayToken();
  await world.advance(1_000);
  expect([network?.opened, client?.returned, client?.now.state]).toEqual([lines + 1, 4, 'playing']);
  await world.recover();
  await world.close();
});

test('a client that sleeps hears nothing meanwhile, and is up to date soon after', async () => {
  const world = await opened();
  await world.advance(1_000);
  const [sleeper] = world.clients;
  const tick = sleeper?.room?.tick;
  sleeper?.sleep(3_000);
  await world.advance(2_900);
  expect(sleeper?.room?.tick).toBe(tick);
  await world.recover();
  expect(sleeper?.isPlaying).toBe(true);
  await world.close();
});

test('one that sleeps while its reader stalls hears nothing until both are over', async () => {
  const world = await opened();
  await world.advance(1_000);
  const [client] = world.clients;
  const tick = client?.room?.tick;
  client?.sleep(3_000);
  const readAgain = client?.network.pause();
  client?.sleep(500);
  await world.advance(1_000);
  readAgain?.();
  await world.advance(1_900);
  expect([client?.room?.tick, client?.network.isPaused]).toEqual([tick, true]);
  await world.advance(200);
  expect(client?.room?.tick).toBeGreaterThan(tick ?? 0);
  await world.recover();
  await world.close();
});

test('a server that is put to sleep again, for a shorter while, reads nothing until the later end', async () => {
  const world = await opened();
  await world.advance(1_000);
  world.node.sleep(1_500);
  world.node.sleep(100);
  await world.advance(1_000);
  expect(world.node.transport.isPaused).toBe(true);
  await world.advance(1_000);
  expect(world.node.transport.isPaused).toBe(false);
  await world.recover();
  await world.close();
});

test('a world without clients is one for players of one’s own', async () => {
  const world = await opened({ clients: 0 });
  await world.recover();
  await world.close();
});

test('a page behind another is not played, and is up to date soon after it is seen again', async () => {
  let frames = 0;
  const player = (_: unknown, { client }: { readonly client: number }): void => {
    if (client === 0) frames++;
  };
  const world = await opened({ player, network: { roundTripMs: 40 } });
  await world.advance(1_000);
  const [hidden, seen] = world.clients;
  hidden?.hide(true);
  const before = frames;
  await world.advance(3_000);
  expect(frames).toBe(before);
  hidden?.hide(false);
  await world.advance(1_000);
  expect(frames - before).toBeGreaterThan(50);
  expect(hidden?.room?.state.weather.rain).toBe(seen?.room?.state.weather.rain);
  await world.recover();
  await world.close();
});

test('a server that sleeps for a while catches up or slips, and nobody is lost', async () => {
  const world = await opened({ network: { roundTripMs: 40 } });
  await world.advance(1_000);
  world.node.sleep(1_500);
  await world.advance(2_000);
  expect(world.server.rooms.all[0]?.slippedTicks).toBeGreaterThan(0);
  await world.recover();
  expect(world.clients.map(({ joined }) => joined)).toEqual([1, 1, 1]);
  await world.close();
});

test('the directory’s faults cost no room and no player anything', async () => {
  const world = await opened({ faults: ['directory'], seed: 4 });
  for (let i = 0; i < 10; i++) {
    await world.advance(1_000);
    world.clients[i % 3]?.leave();
    await world.advance(1_000);
    for (const client of world.clients) client.join();
  }
  expect(world.counts.faults.directory).toBeGreaterThan(0);
  await world.recover();
  await world.close();
});
