/** Pages that nobody looks at, machines that sleep, clocks that are wrong, and what is left when all is over. */
import { defineGame } from '@madang/core';
import { expect, test } from 'vitest';
import { emptyWorld, sitDown } from './netcode-player.test-support.ts';
import { yard } from './netcode-yard.test-support.ts';

const NETWORK = { roundTripMs: 80, jitterMs: 5 };

test('[CL01] a page hidden for ten minutes costs nothing, hears events, and plays again within a second', async () => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard);
  const other = await sitDown(world, yard);
  me.room.input({ dx: 1 });
  let heard = 0;
  me.room.on('drummed', () => heard++);
  await world.advance(1_000);
  // The world moves all the time.
  other.room.send('drum', {});
  await world.advance(1_000);
  me.page.hide(true);
  await world.advance(1_300);
  const { bytesIn, bytesOut, snapshots } = me.room.net;
  const { tick } = me.room;
  const held = world.server.rooms.all[0]?.state.table('runners').ownedBy({ number: me.room.seat });
  const stood = (held as { x?: number } | undefined)?.x;
  for (let minute = 0; minute < 10; minute++) {
    await world.advance(58_000);
    other.room.send('drum', {});
    await world.advance(2_000);
  }
  expect(heard).toBe(1 + 10);
  expect(me.room.tick).toBe(tick);
  expect(me.room.net.bytesOut).toBe(bytesOut);
  expect(me.room.net.bytesIn - bytesIn).toBeLessThan(10 * 10);
  // Nothing is held: keys that went up were not heard of.
  expect(me.room.me?.x).toBeLessThanOrEqual(stood ?? 0);
  const states: number[] = [];
  me.room.onState((at) => states.push(at));
  const beats: number[] = [];
  me.drawn = () => beats.push([...me.room.view.drums][0]?.beat ?? -1);
  me.page.hide(false);
  await world.advance(700);
  expect(me.room.net.snapshots).toBe(snapshots + 1);
  expect(states[0]).toBeGreaterThan(tick + 17_000);
  me.room.input({ dx: 1 });
  await world.advance(300);
  const mine = me.room.view.runners.ownedBy({ number: me.room.seat });
  expect(mine?.x).toBeGreaterThan(stood ?? 0);
  expect(mine?.x).toBeLessThan((stood ?? 0) + 240 * 0.4);
  expect(me.room.net.snapshots).toBe(snapshots + 1);
  // Drawn is what was when it went and what is now, and nothing between.
  const [, ...after] = beats.slice(beats.findIndex((beat) => beat !== beats[0]));
  for (let i = 1; i < after.length; i++) expect(((after[i] ?? 0) - (after[i - 1] ?? 0) + 256) % 256).toBeLessThan(5);
  await world.close();
});

test('a key that is held as the page is hidden, and one that waits for its tick, are both let go', async () => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard);
  await world.advance(1_000);
  me.page.hide(true);
  await world.advance(990);
  me.room.input({ dx: 1 });
  me.room.input({ dx: 1, dy: 1 });
  await world.advance(3_000);
  const xOf = (): unknown => {
    const row = world.server.rooms.all[0]?.state.table('runners').ownedBy({ number: me.room.seat });
    return JSON.stringify(row);
  };
  const before = JSON.parse(String(xOf())) as { x: number };
  await world.advance(3_000);
  expect(JSON.parse(String(xOf()))).toMatchObject({ x: before.x });
  await world.close();
});

test('quick looks at another tab are no rest', async () => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard);
  me.room.input({ dx: 1 });
  await world.advance(1_000);
  for (let flip = 0; flip < 5; flip++) {
    me.page.hide(true);
    await world.advance(900);
    me.page.hide(false);
    await world.advance(100);
  }
  expect(me.room.net).toMatchObject({ snapshots: 1, corrections: 0 });
  expect(me.room.me?.x).toBeGreaterThan(512 + 240 * 5);
  await world.close();
});

test('a page that is hidden from the beginning rests too', async () => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard, { isHidden: true });
  const other = await sitDown(world, yard);
  other.room.send('drum', {});
  await world.advance(3_000);
  const { tick } = me.room;
  await world.advance(10_000);
  expect(me.room.tick).toBe(tick);
  me.page.hide(false);
  await world.advance(1_000);
  expect(me.room.net.snapshots).toBe(2);
  expect(me.room.tick).toBeGreaterThan(tick + 300);
  await world.close();
});

test.each([60, 0])('[CL07] after a long sleep one whole state comes, and play goes on (%i Hz)', async (screenHz) => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard, { screenHz });
  const other = await sitDown(world, yard);
  other.room.send('drum', {});
  await world.advance(1_000);
  me.sleep(100_000, world);
  await world.advance(100_000);
  await world.advance(1_000);
  expect(me.room.connection).toBe('open');
  expect(me.room.net.snapshots).toBe(2);
  const { corrections } = me.room.net;
  const before = me.room.me?.x ?? 0;
  me.room.input({ dx: 1 });
  await world.advance(1_000);
  expect(me.room.me?.x).toBeGreaterThan(before + 240 * 0.7);
  expect(me.room.net.snapshots).toBe(2);
  expect(me.room.net.corrections).toBe(corrections);
  expect(other.room.tick - me.room.tick).toBeLessThanOrEqual(1);
  await world.close();
});

test('while the whole state is on its way for seconds, it is asked for once', async () => {
  const world = await emptyWorld(yard, { network: { roundTripMs: 3_000 } });
  const me = await sitDown(world, yard);
  me.room.send('drum', {});
  await world.advance(10_000);
  me.page.hide(true);
  await world.advance(20_000);
  me.page.hide(false);
  await world.advance(15_000);
  expect(me.room.net.snapshots).toBe(2);
  await world.close();
});

test('[CL11] a clock that is a year off means nothing, and one that jumps is forgotten within a second', async () => {
  const world = await emptyWorld(yard, { network: NETWORK });
  const me = await sitDown(world, yard, { startsAtMs: 31_536_000_000 });
  me.room.input({ dx: 1 });
  await world.advance(3_000);
  expect(me.room.net).toMatchObject({ corrections: 0, snapshots: 1, lateInputs: 0 });
  for (const jumpMs of [50, 400, 1_500, 60_000]) {
    me.clock.jump(jumpMs);
    await world.advance(2_500);
    const { corrections, lateInputs } = me.room.net;
    me.room.input({ dx: -1 });
    await world.advance(500);
    me.room.input({ dx: 1 });
    await world.advance(500);
    expect(me.room.net).toMatchObject({ corrections, lateInputs });
    expect(me.room.net.predictedTick - me.room.net.stateTick).toBeLessThan(8);
  }
  me.clock.rate = 1.05;
  await world.advance(5_000);
  const { corrections } = me.room.net;
  await world.advance(5_000);
  expect(me.room.net.corrections - corrections).toBeLessThan(3);
  await world.close();
});

test('[CL14] when it is over no timer is left, nobody listens any more, and what is drawn stands still', async () => {
  for (const end of ['leave', 'lost', 'returning', 'hidden', 'resting'] as const) {
    const world = await emptyWorld(yard, { network: NETWORK });
    const me = await sitDown(world, yard, { screenHz: 0 });
    me.room.input({ dx: 1 });
    me.room.frame();
    await world.advance(1_000);
    me.room.frame();
    if (end === 'hidden' || end === 'resting') me.page.hide(true);
    if (end === 'resting') await world.advance(2_000);
    if (end === 'lost' || end === 'returning') {
      me.network.set({ isDown: true });
      me.network.cut(0);
      await world.advance(end === 'lost' ? 60_000 : 700);
    }
    if (end !== 'lost') {
      void me.room.leave();
      void me.room.leave();
    }
    await world.advance(500);
    expect(me.room.connection).toBe('closed');
    expect(me.clock.pending).toBe(0);
    expect(me.page.listeners).toBe(0);
    const xOf = (): number | undefined => [...me.room.frame().runners][0]?.x;
    const x = xOf();
    me.network.set({ isDown: false });
    me.page.hide(false);
    me.page.online();
    me.room.input({ dx: -1 });
    await world.advance(5_000);
    expect(xOf()).toBe(x);
    expect(me.room.net.predictedTick).toBeGreaterThan(0);
    expect(me.clock.pending).toBe(0);
    await world.close();
  }
});

test('a slow room, with a tick a second, does not look like sleep', async () => {
  const slow = defineGame({ ...yard, tickRateHz: 1, sendRateHz: 1 });
  const world = await emptyWorld(slow, { network: NETWORK });
  const me = await sitDown(world, slow, { screenHz: 0 });
  for (let s = 0; s < 30; s++) {
    me.room.input({ dx: s % 2 });
    await world.advance(1_000);
  }
  await world.advance(30_000);
  expect(me.room.net).toMatchObject({ snapshots: 1, corrections: 0 });
  await world.close();
});
