import { seededRandom } from '@madang/core';
import { VirtualClock } from '@madang/server/memory';
import { expect, test } from 'vitest';
import { type Conditions, PERFECT } from './conditions.ts';
import { datagramLane } from './datagram-lane.ts';

/** Sends 1,000 numbered datagrams, 5 ms apart. Answers the numbers that arrived, in order. */
function play(conditions: Partial<Conditions>): number[] {
  const clock = new VirtualClock();
  const arrived: number[] = [];
  const random = seededRandom(1);
  const options = { clock, random, conditions: () => ({ ...PERFECT, ...conditions }), stallEndMs: (ms: number) => ms };
  const send = datagramLane(options, (data) => arrived.push(new DataView(data.buffer).getUint16(0)));
  const reused = new Uint8Array(2);
  for (let i = 0; i < 1_000; i++) {
    new DataView(reused.buffer).setUint16(0, i);
    send(reused);
    clock.advance(5);
  }
  clock.advance(10_000);
  return arrived;
}

const inOrder = Array.from({ length: 1_000 }, (_, i) => i);

test('on a good way all datagrams arrive, in order', () => {
  expect(play({ roundTripMs: 100 })).toEqual(inOrder);
});

test('what is lost is gone and holds up nothing', () => {
  const arrived = play({ lossPercent: 10 });
  expect(arrived).toEqual(inOrder.filter((i) => arrived.includes(i)));
  expect(arrived.length).toBeGreaterThan(850);
  expect(arrived.length).toBeLessThan(950);
});

test('jitter lets later ones overtake earlier ones, and loses none', () => {
  const arrived = play({ roundTripMs: 100, jitterMs: 60 });
  expect(arrived).not.toEqual(inOrder);
  expect(arrived.toSorted((a, b) => a - b)).toEqual(inOrder);
});

test('some arrive twice where that is asked for', () => {
  const arrived = play({ duplicatePercent: 10 });
  expect(new Set(arrived).size).toBe(1_000);
  expect(arrived.length).toBeGreaterThan(1_050);
  expect(arrived.length).toBeLessThan(1_150);
});

test('nothing passes while the way is down', () => {
  expect(play({ isDown: true })).toEqual([]);
});
