/** Events that a player's own rules emit: told at once and once, confirmed in silence, or rejected. */
import { defineGame } from '@madang/core';
import { seededRandom } from '@madang/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyWorld, sitDown } from './netcode-player.test-support.ts';
import { yard } from './netcode-yard.test-support.ts';

/** What a player heard, by kind, of the events that a shot and a wave make. */
function listen({ room }: Awaited<ReturnType<typeof seated>>['me']) {
  const heard = { told: [] as unknown[], unforeseen: [] as unknown[], rejected: [] as unknown[] };
  room.on('shot', ({ ammo }, { isPredicted }) => (isPredicted ? heard.told : heard.unforeseen).push(ammo));
  room.on('waved', ({ hand }, { isPredicted }) => (isPredicted ? heard.told : heard.unforeseen).push(`hand ${hand}`));
  room.onReject('shot', ({ ammo }) => heard.rejected.push(ammo));
  room.onReject('waved', ({ hand }) => heard.rejected.push(`hand ${hand}`));
  return heard;
}

async function seated(network = { roundTripMs: 150 }, seed = 1) {
  const world = await emptyWorld(yard, { network, seed });
  const me = await sitDown(world, yard);
  await world.advance(1_000);
  return { world, me };
}

test('a shot is heard within a tick and a picture, once, and confirmed in silence', async () => {
  const { world, me } = await seated();
  const heard = listen(me);
  me.room.input({ fire: true });
  me.room.input({ fire: false });
  await world.advance(51);
  expect(heard).toEqual({ told: [199], unforeseen: [], rejected: [] });
  await world.advance(2_000);
  expect(heard).toEqual({ told: [199], unforeseen: [], rejected: [] });
  expect(me.room.me?.ammo).toBe(199);
  await world.close();
});

test('whoever hears of an event may ask for a picture, an input and the end', async () => {
  const { world, me } = await seated();
  const seen: unknown[] = [];
  me.room.on('shot', () => {
    seen.push(me.room.view.runners.size, me.room.frame().runners.size);
    me.room.input({ fire: false });
    void me.room.leave();
  });
  me.room.input({ fire: true });
  await world.advance(51);
  expect(seen).toEqual([1, 1]);
  await world.advance(1_000);
  expect(me.room.connection).toBe('closed');
  await world.close();
});

test('several events of a name in one tick are each told once, others’ of that tick between them', async () => {
  const { world, me } = await seated();
  const heard = listen(me);
  me.room.input({ wave: true });
  me.room.input({ wave: false });
  await world.advance(2_000);
  expect(heard).toEqual({ told: ['hand 1', 255, 'hand 2'], unforeseen: [], rejected: [] });
  await world.close();
});

test('a shot in each tick is a shot for each tick', async () => {
  const { world, me } = await seated();
  const heard = listen(me);
  me.room.input({ fire: true });
  await world.advance(2_000);
  me.room.input({ fire: false });
  await world.advance(1_000);
  expect(heard.told).toEqual(Array.from({ length: 200 - (me.room.me?.ammo ?? 0) }, (_, i) => 199 - i));
  expect(heard.told.length).toBeGreaterThan(55);
  expect([heard.unforeseen, heard.rejected]).toEqual([[], []]);
  await world.close();
});

test('what another player’s rules emit is never taken for one’s own', async () => {
  const { world, me } = await seated();
  const other = await sitDown(world, yard);
  const [mine, others] = [listen(me), listen(other)];
  me.room.input({ fire: true });
  other.room.input({ fire: true });
  await world.advance(1_000);
  me.room.input({ fire: false });
  other.room.input({ fire: false });
  await world.advance(1_000);
  for (const [heard, own, theirs] of [
    [mine, me, other],
    [others, other, me],
  ] as const) {
    expect(heard.told.length).toBe(200 - (own.room.me?.ammo ?? 0));
    expect(heard.unforeseen.length).toBe(200 - (theirs.room.me?.ammo ?? 0));
    expect(heard.rejected).toEqual([]);
  }
  await world.close();
});

test('a shot that the server refused is rejected within a round trip and some ticks', async () => {
  const { world, me } = await seated({ roundTripMs: 200 });
  const heard = listen(me);
  me.room.send('rob', {});
  me.room.input({ fire: true });
  me.room.input({ fire: false });
  await world.advance(60);
  expect(heard).toEqual({ told: [199], unforeseen: [], rejected: [] });
  await world.advance(200 + 300);
  expect(heard).toEqual({ told: [199], unforeseen: [], rejected: [199] });
  await world.close();
});

test('a rejection comes also in a room where nothing else happens', async () => {
  const shy = defineGame({
    ...yard,
    control(runner, { wave }, { emit }) {
      // Only a client has no ammunition: the server knows of some that nobody is told of.
      if (wave && runner.tired === 0) emit('waved', { hand: 3 });
    },
    join(room, seat) {
      room.state.runners.add({ x: 512, y: 512, tired: 1 }, { owner: seat });
    },
  });
  const world = await emptyWorld(shy, { network: { roundTripMs: 100 } });
  const me = await sitDown(world, shy);
  const heard: string[] = [];
  me.room.on('waved', (_, { isPredicted }) => heard.push(`told ${isPredicted}`));
  me.room.onReject('waved', () => heard.push('rejected'));
  await world.advance(5_000);
  me.room.input({ wave: true });
  me.room.input({ wave: false });
  await world.advance(1_000);
  expect(heard).toEqual(['told true', 'rejected']);
  await world.close();
});

test('a client that draws nothing, or seldom, hears of each event once too', async () => {
  for (const screenHz of [0, 2, 7]) {
    const world = await emptyWorld(yard, { network: { roundTripMs: 100 } });
    const me = await sitDown(world, yard, { screenHz });
    await world.advance(1_000);
    const heard = listen(me);
    me.room.input({ fire: true });
    await world.advance(2_000);
    me.room.input({ fire: false });
    await world.advance(2_000);
    expect(heard.told.length + heard.unforeseen.length).toBe(200 - (me.room.me?.ammo ?? 0));
    expect(heard.rejected).toEqual([]);
    await world.close();
  }
});

test('whatever the network does: of what was told, all that was not rejected happened', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        roundTripMs: fc.integer({ min: 0, max: 300 }),
        jitterMs: fc.integer({ min: 0, max: 100 }),
        stalls: fc.constantFrom(null, { everyMs: 1_100, forMs: 300 }),
      }),
      fc.integer(),
      async (network, seed) => {
        const { world, me } = await seated(network, seed);
        const heard = listen(me);
        const random = seededRandom(seed);
        me.play = () => {
          if (random.chance(0.15)) me.room.input({ fire: random.chance(0.3), dx: random.below(3) - 1 });
        };
        await world.advance(6_000);
        me.play = () => {};
        me.room.input({ fire: false, dx: 0 });
        world.network.set({ roundTripMs: 50, jitterMs: 0, stalls: null });
        await world.advance(4_000);
        const happened = 200 - (me.room.me?.ammo ?? 0);
        expect(heard.told.length + heard.unforeseen.length - heard.rejected.length).toBe(happened);
        await world.close();
      },
    ),
    { numRuns: 15 },
  );
});

test('a server that stood still for a quarter of a second and catches up rejects nothing that happened', async () => {
  const { world, me } = await seated({ roundTripMs: 100 });
  const heard = listen(me);
  for (let i = 0; i < 20; i++) {
    me.room.input({ fire: true });
    await world.advance(300);
    world.node.sleep(250);
    await world.advance(400);
    me.room.input({ fire: false });
    await world.advance(500);
  }
  await world.advance(1_000);
  expect(heard.told.length).toBeGreaterThan(100);
  const happened = new Set([...heard.told, ...heard.unforeseen]);
  // Whoever hears of something twice was told that it did not happen in between.
  expect(heard.rejected.filter((ammo) => Number(ammo) >= (me.room.me?.ammo ?? 0))).toEqual([]);
  expect(happened.size).toBe(heard.told.length + heard.unforeseen.length);
  await world.close();
});
