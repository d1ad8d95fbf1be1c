/** What a player sees of itself: real server, real client, virtual time. */
import { defineGame } from '@madang/core';
import { PROVISIONAL_ID } from '@madang/core/netcode';
import { seededRandom } from '@madang/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyWorld, sitDown } from './netcode-player.test-support.ts';
import { FLY, RUN, STEP, yard, yardDefinition } from './netcode-yard.test-support.ts';

/** The longest way between two pictures of 60 a second, while the player's own time is a tenth too fast. */
const RUN_PER_PICTURE = (RUN / 60) * 1.1 + STEP;

type Yard = typeof yard;
type YardPlayer = Awaited<
  ReturnType<typeof sitDown<Yard['state'], Yard['input'], Yard['commands'], Yard['events'], 'runners'>>
>;

/** Plays by chance. */
function wander(me: YardPlayer, seed: number, chance = 0.08): void {
  const random = seededRandom(seed);
  me.play = () => {
    if (!random.chance(chance)) return;
    me.room.input({
      dx: random.below(3) - 1,
      dy: random.below(3) - 1,
      fire: random.chance(0.2),
      mark: random.chance(0.1),
      wave: random.chance(0.1),
    });
  };
}

/** How far the player's own row was drawn from where it was drawn before, at most. */
function watchSteps(me: YardPlayer): { longest: number } {
  const seen = { longest: 0, x: Number.NaN, y: Number.NaN };
  me.drawn = () => {
    const mine = me.room.view.runners.ownedBy({ number: me.room.seat });
    if (mine === undefined) return;
    const way = Math.max(Math.abs(mine.x - seen.x), Math.abs(mine.y - seen.y));
    if (way > seen.longest) seen.longest = way;
    seen.x = mine.x;
    seen.y = mine.y;
  };
  return seen;
}

const anySteadyNetwork = fc.record({
  roundTripMs: fc.integer({ min: 0, max: 400 }),
  jitterMs: fc.integer({ min: 0, max: 12 }),
});

const anyRates = fc.constantFrom([30, 30], [20, 10], [60, 20], [128, 32], [10, 10]);

describe('one’s own row', () => {
  test('on a link without stalls it is never corrected, whatever the latency, the rates and the inputs', async () => {
    await fc.assert(
      fc.asyncProperty(anySteadyNetwork, anyRates, fc.integer(), async (network, [tickRateHz, sendRateHz], seed) => {
        const game = defineGame({ ...yard, tickRateHz: tickRateHz ?? 30, sendRateHz: sendRateHz ?? 30 });
        const world = await emptyWorld(game, { network, seed });
        const me = await sitDown(world, game);
        wander(me, seed);
        // How much the link sways must be learned first; one that does not is known from the first state on.
        if (network.jitterMs > 0) await world.advance(4_000);
        const { corrections, lateInputs } = me.room.net;
        if (network.jitterMs === 0) expect({ corrections, lateInputs }).toEqual({ corrections: 0, lateInputs: 0 });
        await world.advance(8_000);
        expect(me.room.net).toMatchObject({ corrections, lateInputs });
        await world.close();
      }),
      { numRuns: 12 },
    );
  });

  test('it moves within a tick and a picture of the key, however far away the server is', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 300 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    const before = me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0;
    me.room.input({ dx: 1 });
    await world.advance(1000 / 30 + 1000 / 60 + 1);
    const after = me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0;
    expect(after).toBeGreaterThan(before);
    expect(me.room.me?.x).toBe(before);
    await world.close();
  });

  test('it never moves further from picture to picture than it can run', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 120, jitterMs: 10 }, seed: 3 });
    const me = await sitDown(world, yard);
    wander(me, 3, 0.2);
    const seen = watchSteps(me);
    await world.advance(10_000);
    expect(seen.longest).toBeGreaterThan(0);
    expect(seen.longest).toBeLessThan(RUN_PER_PICTURE);
    await world.close();
  });

  test('what the server does to it is a correction, and is faded in', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 100 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    const seen = watchSteps(me);
    const errors: number[] = [];
    const { drawn } = me;
    me.drawn = () => {
      drawn();
      errors.push(me.room.net.visibleErrorSteps);
    };
    me.room.input({ dy: 1 });
    await world.advance(500);
    me.room.send('push', {});
    await world.advance(1_000);
    expect(me.room.net.corrections).toBeGreaterThan(0);
    expect(me.room.net.predictionErrorSteps).toBe(40 / STEP);
    expect(Math.max(...errors)).toBeGreaterThan(0);
    expect(errors.at(-1)).toBe(0);
    // Of 40 units, what fades within a picture: less than a quarter of them, and the way it runs.
    expect(seen.longest).toBeLessThan(40 / 4 + RUN_PER_PICTURE);
    await world.close();
  });

  test('where it was put by more than `jumpAbove` it is at once, and not on the way', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 100 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    const xs = new Set<number>();
    me.drawn = () => xs.add(me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0);
    me.room.send('jump', {});
    await world.advance(1_000);
    expect([...xs]).toEqual([512, 3_996]);
    await world.close();
  });

  test('after a late input and whatever else a bad network does, both ends agree again once it is calm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          roundTripMs: fc.integer({ min: 0, max: 300 }),
          jitterMs: fc.integer({ min: 0, max: 150 }),
          lossPercent: fc.integer({ min: 0, max: 5 }),
          stalls: fc.constantFrom(null, { everyMs: 900, forMs: 250 }, { everyMs: 3_000, forMs: 1_500 }),
        }),
        anyRates,
        fc.integer(),
        async (network, [tickRateHz, sendRateHz], seed) => {
          const game = defineGame({ ...yard, tickRateHz: tickRateHz ?? 30, sendRateHz: sendRateHz ?? 30 });
          const world = await emptyWorld(game, { network, seed });
          const me = await sitDown(world, game);
          wander(me, seed, 0.2);
          await world.advance(6_000);
          world.network.set({ roundTripMs: 80, jitterMs: 0, lossPercent: 0, stalls: null });
          await world.advance(6_000);
          const { corrections, lateInputs } = me.room.net;
          await world.advance(4_000);
          expect(me.room.net).toMatchObject({ corrections, lateInputs, visibleErrorSteps: 0 });
          me.play = () => {};
          me.room.input({ dx: 0, dy: 0, fire: false, mark: false, wave: false });
          await world.advance(1_000);
          const mine = me.room.view.runners.ownedBy({ number: me.room.seat });
          expect([mine?.x, mine?.y]).toEqual([me.room.me?.x, me.room.me?.y]);
          await world.close();
        },
      ),
      { numRuns: 12 },
    );
  });

  test('after half a minute in which nothing happened at all a key is answered as quickly as ever', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 200 } });
    const me = await sitDown(world, yard);
    await world.advance(30_000);
    expect(me.room.tick).toBeLessThan(100);
    const xOf = (): number => me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0;
    me.room.input({ dx: 1 });
    await world.advance(100);
    expect(xOf()).toBeGreaterThan(512 + STEP);
    const seen = watchSteps(me);
    await world.advance(1_000);
    expect(seen.longest).toBeLessThan(RUN_PER_PICTURE);
    expect(me.room.net.corrections).toBe(0);
    await world.close();
  });

  test('drawn for the first time after long play, it is where it is by now', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 150 } });
    const me = await sitDown(world, yard, { screenHz: 0 });
    me.room.input({ dx: 1 });
    await world.advance(4_000);
    const played = (me.room.net.predictedTick - me.room.tick) / 30;
    const ahead = (me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0) - (me.room.me?.x ?? 0);
    expect(ahead).toBeGreaterThan((played - 1 / 30) * RUN - 2 * STEP);
    expect(ahead).toBeLessThan(played * RUN);
    me.draw();
    const seen = watchSteps(me);
    await world.advance(1_000);
    expect(seen.longest).toBeLessThan(RUN_PER_PICTURE);
    expect(me.room.net.corrections).toBe(0);
    await world.close();
  });

  test('without a word from the server it plays on for two seconds, and no further', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 50 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    me.room.input({ dx: 1 });
    await world.advance(500);
    me.network.set({ isDown: true });
    const xOf = (): number => me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0;
    const before = xOf();
    await world.advance(1_000);
    expect(xOf() - before).toBeGreaterThan(0.9 * RUN);
    await world.advance(9_000);
    const stood = xOf();
    expect(stood - before).toBeLessThan(2.5 * RUN);
    await world.advance(1_000);
    expect(xOf()).toBeCloseTo(stood, 6);
    me.network.set({ isDown: false });
    await world.advance(3_000);
    expect(me.room.net.visibleErrorSteps).toBe(0);
    expect(Math.abs(xOf() - (me.room.me?.x ?? 0))).toBeLessThan(RUN);
    await world.close();
  });

  test('once destroyed it is gone with the very state that says so, and comes back where it is put', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 100 } });
    const me = await sitDown(world, yard);
    me.room.input({ dx: 1 });
    await world.advance(2_000);
    const seen: string[] = [];
    me.drawn = () => {
      const mine = me.room.view.runners.ownedBy({ number: me.room.seat });
      const now = `${me.room.me?.id} ${mine?.id}`;
      if (now !== seen.at(-1)) seen.push(now);
    };
    me.room.send('die', {});
    await world.advance(1_000);
    me.room.input({ dx: 0 });
    await world.advance(1_000);
    me.room.send('live', {});
    await world.advance(1_000);
    const first = me.room.me?.id ?? 0;
    expect(seen).toEqual(['1 1', 'undefined undefined', `${first} ${first}`]);
    expect(me.room.view.runners.ownedBy({ number: me.room.seat })?.x).toBe(3_000);
    await world.close();
  });

  test('what it may not see is not drawn, and what it alone may see is drawn ahead', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 200 } });
    const [me, other] = [await sitDown(world, yard), await sitDown(world, yard)];
    me.room.input({ dx: 1 });
    await world.advance(1_000);
    const mine = me.room.view.runners.ownedBy({ number: me.room.seat });
    expect(mine?.pocket).toBeGreaterThan(me.room.me?.pocket ?? Number.NaN);
    expect(other.room.view.runners.ownedBy({ number: me.room.seat })).toMatchObject({ pocket: undefined });
    expect(Object.keys(JSON.parse(JSON.stringify(mine)))).not.toContain('tired');
    // A hidden field that `control` writes is not taken for a wrong prediction.
    expect(me.room.net.corrections).toBe(0);
    await world.close();
  });

  test('with `predict: none` it is drawn as others are, behind the newest state', async () => {
    const game = defineGame({ ...yard, predict: 'none' });
    const world = await emptyWorld(game, { network: { roundTripMs: 100 } });
    const me = await sitDown(world, game);
    await world.advance(1_000);
    me.room.input({ dx: 1 });
    await world.advance(60);
    const xOf = (): number => me.room.view.runners.ownedBy({ number: me.room.seat })?.x ?? 0;
    expect(xOf()).toBe(512);
    await world.advance(1_000);
    expect(xOf()).toBeLessThan(me.room.me?.x ?? 0);
    expect(xOf()).toBeGreaterThan((me.room.me?.x ?? 0) - RUN * 0.1);
    await world.close();
  });
});

describe('rows that a player spawns', () => {
  test('are there at once under an id of their own, and become the server’s without a jump', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 150 } });
    const [other, me] = [await sitDown(world, yard), await sitDown(world, yard)];
    // Somebody else takes places all the time, so that the server gives others than were guessed.
    other.play = () => other.room.input({ fire: Math.floor(world.clock.nowMs() / 70) % 2 === 0 });
    await world.advance(1_000);
    let xs: number[] = [];
    const ids = new Set<number>();
    let pictures = 0;
    me.drawn = () => {
      const mine = [...me.room.view.bullets].filter(({ owner }) => owner === me.room.seat);
      expect(mine.length).toBeLessThanOrEqual(1);
      for (const bullet of mine) {
        pictures++;
        ids.add(bullet.id);
        xs.push(bullet.x);
      }
    };
    for (let shot = 0; shot < 5; shot++) {
      xs = [];
      ids.clear();
      pictures = 0;
      me.room.input({ fire: true });
      me.room.input({ fire: false });
      await world.advance(90);
      expect(pictures).toBeGreaterThan(0);
      expect(Math.min(...ids)).toBeGreaterThanOrEqual(PROVISIONAL_ID);
      await world.advance(1_300);
      expect([...ids].some((id) => id < PROVISIONAL_ID)).toBe(true);
      // From its first picture to its last it is always there, and flies on.
      expect(pictures).toBeGreaterThan(55);
      for (let i = 1; i < xs.length; i++) {
        const way = (xs[i] ?? 0) - (xs[i - 1] ?? 0);
        expect(way).toBeGreaterThanOrEqual(-1e-9);
        expect(way).toBeLessThan((FLY / 60) * 1.1 + STEP);
      }
    }
    await world.close();
  });

  test('are not taken for each other when many fly at once', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 200 } });
    const [other, me] = [await sitDown(world, yard), await sitDown(world, yard)];
    other.room.input({ fire: true });
    me.room.input({ fire: true });
    await world.advance(500);
    let most = 0;
    me.drawn = () => {
      most = Math.max(most, me.room.net.visibleErrorSteps);
    };
    await world.advance(2_000);
    expect(most).toBe(0);
    await world.close();
  });

  test('stay where they are also in a table that no rule moves, until the others’ time has come to them', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 150, jitterMs: 10 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    const counts: number[] = [];
    me.drawn = () => counts.push(me.room.view.marks.size);
    me.room.input({ mark: true });
    me.room.input({ mark: false });
    await world.advance(1_000);
    const first = counts.indexOf(1);
    expect(first).toBeLessThan(6);
    expect(new Set(counts.slice(first))).toEqual(new Set([1]));
    expect([...me.room.view.marks][0]?.id).toBe([...me.room.state.marks][0]?.id);
    await world.close();
  });

  test('go again where the server did not make them', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 200 } });
    const me = await sitDown(world, yard);
    await world.advance(1_000);
    me.room.send('rob', {});
    me.room.input({ fire: true });
    me.room.input({ fire: false });
    await world.advance(90);
    expect(me.room.view.bullets.size).toBe(1);
    await world.advance(300);
    expect(me.room.view.bullets.size).toBe(0);
    await world.close();
  });

  test('that are over are not drawn once more, nor is what takes their place drawn ahead of its time', async () => {
    const world = await emptyWorld(yard, { network: { roundTripMs: 150 } });
    const [me, other] = [await sitDown(world, yard), await sitDown(world, yard)];
    await world.advance(1_000);
    const ownerOf = new Map<number, number>();
    const flown = new Map<number, number>();
    const over = new Set<number>();
    me.drawn = () => {
      for (const { id, owner, x } of me.room.view.bullets) {
        // Ids of one's own may come again.
        if (id >= PROVISIONAL_ID) continue;
        expect(ownerOf.get(id) ?? owner).toBe(owner);
        ownerOf.set(id, owner);
        // No bullet flies back, and none comes back.
        expect(x).toBeGreaterThanOrEqual((flown.get(id) ?? 0) - 1e-9);
        expect(over.has(id)).toBe(false);
        flown.set(id, x);
      }
      for (const id of flown.keys()) if (!me.room.view.bullets.has(id)) over.add(id);
    };
    me.play = () => me.room.input({ fire: Math.floor(world.clock.nowMs() / 110) % 2 === 0 });
    other.play = () => other.room.input({ fire: Math.floor(world.clock.nowMs() / 90) % 2 === 0 });
    await world.advance(6_000);
    expect(flown.size).toBeGreaterThan(30);
    await world.close();
  });
});

describe('with `predict: world`', () => {
  const ballDefinition = {
    ...yardDefinition,
    name: 'pitch',
    state: { ...yardDefinition.state, balls: yardDefinition.state.bullets },
  } as const;
  const pitch = defineGame({
    ...ballDefinition,
    predict: 'world',
    create(room) {
      room.state.balls.add({ x: 600, y: 512 });
    },
    join(room, seat) {
      room.state.runners.add({ x: 512, y: 512 }, { owner: seat });
    },
    control(runner, { dx }, { dt }) {
      runner.x += dx * RUN * dt;
    },
    step(room, { dt }) {
      for (const ball of room.state.balls) {
        for (const runner of room.state.runners) {
          if (runner.y !== 512 || Math.abs(ball.x - runner.x) >= 20) continue;
          ball.x = Math.min(4_000, ball.x + 2 * RUN * dt);
          ball.left = 1;
          room.emit('drummed', { beat: 3 });
        }
      }
    },
  });

  test('what `step` does is there at once too, and so are its events', async () => {
    const world = await emptyWorld(pitch, { network: { roundTripMs: 200 } });
    const me = await sitDown(world, pitch);
    await world.advance(1_000);
    let told = 0;
    let unforeseen = 0;
    let rejected = 0;
    me.room.on('drummed', (_, { isPredicted }) => (isPredicted ? told++ : unforeseen++));
    me.room.onReject('drummed', () => rejected++);
    const moved: number[] = [];
    me.drawn = () => {
      const drawn = [...me.room.view.balls][0]?.x ?? 0;
      const known = [...me.room.state.balls][0]?.x ?? 0;
      if (drawn > 600) moved.push(known);
    };
    me.room.input({ dx: 1 });
    await world.advance(2_000);
    // On the first picture of its way the server had not said a word of it.
    expect(moved[0]).toBe(600);
    expect(me.room.net.corrections).toBe(0);
    me.room.input({ dx: 0 });
    await world.advance(1_000);
    expect(told).toBeGreaterThan(5);
    expect([unforeseen, rejected]).toEqual([0, 0]);
    await world.close();
  });
});
