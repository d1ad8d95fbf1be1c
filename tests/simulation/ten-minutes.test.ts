import { defineGame, table, u8 } from '@madang/core';
import { openWorld, type Player, replay, type World } from '@madang/testing';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';
import { expect, test } from 'vitest';

const DIRECTIONS = ['none', 'left', 'right', 'up', 'down'] as const;
const MINUTE_MS = 60_000;

/** Decides anew about once in a second and a half. */
const wandering: Player<typeof landGrab> = (room, { random }) => {
  if (random.chance(1 / 15)) room.input({ dir: random.pick(DIRECTIONS) });
};

async function play(seed: number, durationMs: number) {
  let slipped = 0;
  const result = await replay(seed, {
    game: landGrab,
    clients: 16,
    durationMs,
    network: { roundTripMs: 40 },
    player: wandering,
    frameRateHz: 10,
    check: ({ room }) => {
      slipped = room.slippedTicks;
    },
  });
  return { ...result, slipped };
}

test('ten minutes of sixteen players: all mirrors agree at every tick, and none is late', async () => {
  const { clients, slipped, ticks, compared } = await play(1, 10 * MINUTE_MS);
  expect(clients).toEqual(new Array(16).fill({ state: 'playing' }));
  expect(slipped).toBe(0);
  expect(ticks).toBeGreaterThanOrEqual(10 * 60 * 10);
  // Bots and players are always on the move, so nearly every tick reached every mirror.
  expect(compared).toBeGreaterThan(0.9 * 16 * ticks);
});

test('[GA18] the same seed gives the same world, another seed another', async () => {
  const [first, second, other] = [await play(1, MINUTE_MS), await play(1, MINUTE_MS), await play(2, MINUTE_MS)];
  expect(second).toEqual(first);
  expect(other.eventHash).not.toBe(first.eventHash);
});

test('a room whose step throws every tick costs another room on the same server no tick', async () => {
  const broken = defineGame({
    name: 'broken',
    tickRateHz: 10,
    seats: 4,
    state: { rows: table({ x: u8 }) },
    input: { x: u8 },
    step() {
      throw new Error('a bug');
    },
  });
  const log = pino({ level: 'silent' });
  const server = { games: [broken], alwaysOpen: ['broken', 'land-grab'], log };
  const world = await openWorld({ game: landGrab, clients: 1, network: { roundTripMs: 10 }, server });
  await world.advance(1_000);
  const [bystander] = world.clients;
  const yard = world.server.rooms.get(bystander?.room?.id ?? '');
  const ticks: number[] = [];
  bystander?.room?.onState((tick) => ticks.push(tick));
  const [tickBefore, beforeMs] = [yard?.tick ?? 0, world.nowMs];
  await world.advance(30_000);
  expect(yard?.tick).toBe(tickBefore + Math.round((world.nowMs - beforeMs) / 100));
  expect(yard?.slippedTicks).toBe(0);
  // Bots are always on the move, so every tick changed something and reached the player.
  expect(ticks.every((tick, index) => index === 0 || tick - (ticks[index - 1] ?? 0) <= 2)).toBe(true);
  expect(world.server.rooms.all.filter((room) => room.game.name === 'broken').length).toBeLessThanOrEqual(1);
  await world.close();
});

test('two servers in one process share nothing: not their rooms, their clocks or their chance', async () => {
  const open = () => openWorld({ game: landGrab, clients: 1, network: { roundTripMs: 10 } });
  const [one, other]: readonly World<typeof landGrab>[] = [await open(), await open()];
  await one?.advance(5_000);
  await other?.advance(1_000);
  const [ann, ben] = [one?.clients[0]?.room, other?.clients[0]?.room];
  expect(ben?.tick).toBeLessThan(ann?.tick ?? 0);
  await one?.close();
  await other?.advance(1_000);
  expect([ann?.connection, ben?.connection]).toEqual(['returning', 'open']);
  await other?.close();
});
