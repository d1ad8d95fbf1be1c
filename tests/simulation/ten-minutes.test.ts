import { defineGame, type Game, hashState, seededRandom, table, u8 } from '@madang/core';
import { expect, test } from 'vitest';
import { virtualYard, type YardRoom } from './virtual-yard.ts';

const DIRECTIONS = ['none', 'left', 'right', 'up', 'down'] as const;
const MINUTES = 10;

/** Sixteen scripted players for ten minutes. Answers the server's state and how every mirror compares with it. */
async function playTenMinutes(seed: number) {
  const { clock, server, join } = await virtualYard(seed, 20);
  const chance = seededRandom(seed ^ 0x5eed);
  const players: YardRoom[] = [];
  for (let i = 0; i < 16; i++) players.push(await join(`player ${i}`));
  for (let second = 0; second < MINUTES * 60; second++) {
    for (const player of players) if (chance.chance(0.7)) player.input({ dir: chance.pick(DIRECTIONS) });
    clock.advance(1_000);
  }
  for (const player of players) player.input({ dir: 'none' });
  clock.advance(1_000);
  const [room] = server.rooms.all;
  if (room === undefined) throw new Error('the room is gone');
  const seen = players.map((player) => player.hash() === hashState(room.state, player.seat));
  const result = { hash: room.hash(), tick: room.tick, faulty: room.faultyTicks, slipped: room.slippedTicks, seen };
  await server.stop();
  return result;
}

test('ten minutes of sixteen players: the same seed gives the same world, another seed another, and all mirrors agree', async () => {
  const [first, second, other] = [await playTenMinutes(1), await playTenMinutes(1), await playTenMinutes(2)];
  expect(second).toEqual(first);
  expect(other.hash).not.toBe(first.hash);
  for (const run of [first, other]) {
    expect(run.seen).toEqual(new Array(16).fill(true));
    expect(run).toMatchObject({ faulty: 0, slipped: 0 });
    expect(run.tick).toBeGreaterThanOrEqual(MINUTES * 60 * 10);
  }
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
  const { landGrab } = await import('@madang-examples/land-grab/game');
  const games: readonly Game[] = [landGrab, broken];
  const { clock, server, join } = await virtualYard(3, 5, games, { alwaysOpen: ['broken', 'land-grab'] });
  const player = await join('bystander');
  const ticks: number[] = [];
  player.onState((tick) => ticks.push(tick));
  const yard = server.rooms.get(player.id);
  const [tickBefore, nowBefore] = [yard?.tick ?? 0, clock.nowMs()];
  await clock.advanceAsync(30_000);
  expect(yard?.tick).toBe(tickBefore + Math.round((clock.nowMs() - nowBefore) / 100));
  expect(yard?.slippedTicks).toBe(0);
  // Bots are always on the move, so every tick changed something and reached the player.
  expect(ticks.every((tick, index) => index === 0 || tick - (ticks[index - 1] ?? 0) <= 2)).toBe(true);
  expect(server.rooms.all.filter((room) => room.game.name === 'broken').length).toBeLessThanOrEqual(1);
  await server.stop();
});

test('two servers in one process share nothing: not their rooms, their clocks or their chance', async () => {
  const [one, other] = [await virtualYard(1, 5), await virtualYard(1, 5)];
  const ann = await one.join('Ann');
  one.clock.advance(5_000);
  const ben = await other.join('Ben');
  expect([...ann.state.players].map((player) => player.name)).not.toContain('Ben');
  expect(ben.tick).toBeLessThan(ann.tick);
  await one.server.stop();
  for (const { clock } of [one, other]) clock.advance(1_000);
  expect([ann.connection, ben.connection]).toEqual(['closed', 'open']);
  await other.server.stop();
});
