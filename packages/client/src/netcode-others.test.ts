/** How others are drawn: between two states, a little in the past, and never beyond what is known for long. */
import { angle, axis, defineGame, flag, quantized, table } from '@madang/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyWorld, sitDown } from './netcode-player.test-support.ts';
import { yard } from './netcode-yard.test-support.ts';

const place = quantized({ min: 0, max: 4096, step: 1 / 16 });
const TURN = 2 * Math.PI;

/** Per tick. */
const SPEED = 8;

/** Things that move by themselves, in each of the ways there are. */
const definition = {
  name: 'fair',
  tickRateHz: 30,
  seats: 4,
  state: {
    riders: table({ x: place, step: place.drawn('step') }),
    wheels: table({
      heading: angle({ bits: 12 }),
      x: place.drawn({ velocity: 'vx' }),
      vx: quantized({ min: -1024, max: 1024, step: 1 / 16 }),
      far: place.drawn({ jumpAbove: 100 }),
    }),
    slow: table({ x: place }, { sendEvery: 3 }),
  },
  input: { dx: axis, come: flag },
  avatars: 'riders',
} as const;

const fair = defineGame({
  ...definition,
  predict: 'none',
  create(room) {
    room.state.wheels.add({});
    room.state.slow.add({});
  },
  join(room, seat) {
    room.state.riders.add({ x: 100 }, { owner: seat });
  },
  control(rider, { dx }) {
    rider.x += dx * SPEED;
    rider.step = rider.x;
  },
  step({ state }, { tick, dt }) {
    for (const wheel of state.wheels) {
      wheel.heading = (wheel.heading + 0.3) % TURN;
      const speed = 300 * Math.cos(tick * dt * 3);
      wheel.vx = speed;
      wheel.x = 1_000 + 100 * Math.sin(tick * dt * 3);
      wheel.far = tick % 30 < 15 ? 100 : 3_000;
    }
    for (const one of state.slow) one.x = (one.x + SPEED) % 4096;
  },
});

const anyNetwork = fc.record({
  roundTripMs: fc.integer({ min: 0, max: 300 }),
  jitterMs: fc.integer({ min: 0, max: 60 }),
});
const anySendRate = fc.constantFrom(30, 15, 10);

test('time as others are drawn in never goes back, and is 1.5 sendings and two sigma behind', async () => {
  await fc.assert(
    fc.asyncProperty(anyNetwork, anySendRate, fc.integer(), async (network, sendRateHz, seed) => {
      const game = defineGame({ ...fair, sendRateHz });
      const world = await emptyWorld(game, { network, seed });
      const me = await sitDown(world, game);
      let last = Number.NEGATIVE_INFINITY;
      me.drawn = () => {
        const { viewTick } = me.room.net;
        expect(viewTick).toBeGreaterThanOrEqual(last);
        last = viewTick;
      };
      await world.advance(5_000);
      const { interpolationDelayMs, jitterMs } = me.room.net;
      expect(interpolationDelayMs).toBeCloseTo(1500 / sendRateHz + 2 * jitterMs, 6);
      await world.close();
    }),
    { numRuns: 10 },
  );
});

test('what moves evenly is drawn moving evenly, also what is sent seldom', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), anySendRate, async (roundTripMs, sendRateHz) => {
      const game = defineGame({ ...fair, sendRateHz });
      const world = await emptyWorld(game, { network: { roundTripMs } });
      const me = await sitDown(world, game);
      const other = await sitDown(world, game);
      await world.advance(3_000);
      other.room.input({ dx: 1 });
      await world.advance(2_000);
      const seen = { rider: Number.NaN, slow: Number.NaN };
      const ways = { rider: [] as number[], slow: [] as number[] };
      me.drawn = () => {
        const rider = me.room.view.riders.ownedBy({ number: other.room.seat })?.x ?? 0;
        const slow = [...me.room.view.slow][0]?.x ?? 0;
        ways.rider.push(rider - seen.rider);
        ways.slow.push((slow - seen.slow + 4096) % 4096);
        seen.rider = rider;
        seen.slow = slow;
      };
      await world.advance(2_000);
      // Half a tick for each picture of 60 a second; the clock itself may be a tenth off while it is steered.
      for (const all of [ways.rider, ways.slow]) {
        for (const way of all.slice(1)) expect(Math.abs(way - SPEED / 2)).toBeLessThan(SPEED / 2 / 9);
      }
      await world.close();
    }),
    { numRuns: 8 },
  );
});

test('what stopped stays where it stopped, and is not drawn beyond', async () => {
  await fc.assert(
    fc.asyncProperty(anyNetwork, anySendRate, fc.integer(), async (network, sendRateHz, seed) => {
      const game = defineGame({ ...fair, sendRateHz, create: () => {}, step: () => {} });
      const world = await emptyWorld(game, { network, seed });
      const me = await sitDown(world, game);
      const other = await sitDown(world, game);
      await world.advance(2_000);
      other.room.input({ dx: 1 });
      let most = 0;
      me.drawn = () => {
        most = Math.max(most, me.room.view.riders.ownedBy({ number: other.room.seat })?.x ?? 0);
      };
      await world.advance(1_000);
      other.room.input({ dx: 0 });
      await world.advance(3_000);
      const stopped = other.room.me?.x ?? 0;
      expect(me.room.view.riders.ownedBy({ number: other.room.seat })?.x).toBe(stopped);
      // Only where the word of the stop is late does it go on, as long as it might have.
      if (network.jitterMs === 0) expect(most).toBeLessThanOrEqual(stopped);
      expect(most - stopped).toBeLessThanOrEqual(SPEED * 3);
      await world.close();
    }),
    { numRuns: 12 },
  );
});

test('when news stops while it moves it is drawn on for 100 ms, and then waits', async () => {
  const world = await emptyWorld(fair, { network: { roundTripMs: 50 } });
  const me = await sitDown(world, fair);
  const other = await sitDown(world, fair);
  other.room.input({ dx: 1 });
  await world.advance(2_000);
  me.network.set({ isDown: true });
  await world.advance(1_500);
  const known = me.room.state.riders.ownedBy({ number: other.room.seat })?.x ?? 0;
  const drawn = me.room.view.riders.ownedBy({ number: other.room.seat })?.x ?? 0;
  expect(drawn - known).toBeCloseTo(3 * SPEED, 6);
  await world.close();
});

test('each field is drawn its own way: the shorter way round, on a curve, in steps, in jumps', async () => {
  const world = await emptyWorld(fair, { network: { roundTripMs: 100 } });
  const me = await sitDown(world, fair);
  await world.advance(2_000);
  let heading = Number.NaN;
  const far = new Set<number>();
  me.drawn = () => {
    const wheel = [...me.room.view.wheels][0];
    if (wheel === undefined) return;
    if (!Number.isNaN(heading)) {
      const turned = (wheel.heading - heading + 2 * TURN) % TURN;
      expect(turned).toBeGreaterThan(0.1);
      expect(turned).toBeLessThan(0.2);
    }
    heading = wheel.heading;
    far.add(wheel.far);
    // A curve through ends and slopes is far nearer to the circle than a line between them.
    const seconds = me.room.net.viewTick / 30;
    expect(Math.abs(wheel.x - (1_000 + 100 * Math.sin(3 * seconds)))).toBeLessThan(0.2);
  };
  await world.advance(3_000);
  me.drawn = () => {};
  expect([...far].sort((a, b) => a - b)).toEqual([100, 3_000]);
  await world.close();
});

test('fields drawn in steps have no fractions, and the view is there before the first picture', async () => {
  const world = await emptyWorld(fair, { network: { roundTripMs: 100 } });
  const me = await sitDown(world, fair, { screenHz: 0 });
  expect(me.room.view.wheels.size).toBe(1);
  expect(me.room.view.riders.ownedBy({ number: me.room.seat })?.x).toBe(100);
  me.room.input({ dx: 1 });
  await world.advance(1_000);
  me.draw();
  await world.advance(100);
  const steps = new Set<number>();
  me.drawn = () => steps.add(((me.room.view.riders.ownedBy({ number: me.room.seat })?.step ?? 0) - 100) % SPEED);
  await world.advance(1_000);
  expect([...steps]).toEqual([0]);
  await world.close();
});

test('rows come and go with the moment that is drawn, and their place is another row’s then', async () => {
  const world = await emptyWorld(fair, { network: { roundTripMs: 100, jitterMs: 10 } });
  const me = await sitDown(world, fair);
  const gone = await sitDown(world, fair);
  await world.advance(1_000);
  const seen: string[] = [];
  me.drawn = () => {
    const ids = [...me.room.view.riders].map(({ id, x }) => `${id % 65_536}.${id >>> 16}@${Math.round(x)}`).join(' ');
    if (ids !== seen.at(-1)) seen.push(ids);
  };
  void gone.room.leave();
  await world.advance(1_000);
  await sitDown(world, fair);
  await world.advance(1_000);
  expect(seen).toEqual(['1.0@100 2.0@100', '1.0@100', '1.0@100 2.1@100']);
  await world.close();
});

test('a room in which nothing happens for an hour is played and seen at the right time all the while', async () => {
  const quiet = defineGame({
    name: 'quiet',
    tickRateHz: 30,
    seats: 2,
    state: { riders: table({ x: place }) },
    input: { dx: axis },
    avatars: 'riders',
    join: (room, seat) => void room.state.riders.add({ x: 2_000 }, { owner: seat }),
    control(rider, { dx }) {
      rider.x += dx * SPEED;
    },
  });
  const world = await emptyWorld(quiet, { network: { roundTripMs: 80, jitterMs: 5 } });
  const me = await sitDown(world, quiet, { screenHz: 1 });
  await world.advance(5_000);
  const { lateInputs } = me.room.net;
  // Its clock is wrong by four seconds a day.
  me.clock.rate = 1 + 50e-6;
  await world.advance(3_600_000);
  const server = world.server.rooms.get(me.room.id);
  expect((server?.position ?? 0) - me.room.net.viewTick).toBeGreaterThan(1.5);
  expect((server?.position ?? 0) - me.room.net.viewTick).toBeLessThan(4.5);
  for (let i = 0; i < 30; i++) {
    me.room.input({ dx: i % 2 === 0 ? 1 : -1 });
    await world.advance(100);
  }
  expect(me.room.net).toMatchObject({ corrections: 0, lateInputs });
  await world.close();
}, 120_000);

test('what oneself throws takes nothing of others from the screen while it is there', async () => {
  const world = await emptyWorld(yard, { network: { roundTripMs: 100, jitterMs: 20 } });
  const me = await sitDown(world, yard);
  const other = await sitDown(world, yard);
  await world.advance(2_000);
  const pictures: ReadonlySet<number>[] = [];
  me.drawn = () => {
    const theirs = [...me.room.view.bullets].filter(({ owner }) => owner === other.room.seat);
    pictures.push(new Set(theirs.map(({ id }) => id)));
  };
  for (let i = 0; i < 40; i++) {
    for (const { room } of [me, other]) room.input({ fire: i % 3 !== 2 });
    await world.advance(100);
  }
  const seen = new Set(pictures.flatMap((picture) => [...picture]));
  expect(seen.size).toBeGreaterThan(40);
  // Drawn, then not, then drawn again.
  const holes = [...seen].filter((id) => {
    const first = pictures.findIndex((picture) => picture.has(id));
    const last = pictures.findLastIndex((picture) => picture.has(id));
    return pictures.slice(first, last).some((picture) => !picture.has(id));
  });
  expect(holes).toEqual([]);
  await world.close();
});
