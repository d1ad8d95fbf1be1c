/** B.4: inputs in time: too many, too late, all at once, for ticks nobody plays, seen in a past that nobody saw. */
import { type ClientFrame, encodeClientFrame } from '@madang/core';
import type { Room } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import { GATEWAYS, type GatewayUnderTest, nativeRefusals } from './gateways.ts';
import { binaryFrame, type RawSocket, textFrame } from './raw-socket.ts';
import { abuse, type World } from './standing.ts';
import { track } from './track.ts';

const [play, websocket, socketIo] = GATEWAYS as [GatewayUnderTest, GatewayUnderTest, GatewayUnderTest];
const HZ = track.tickRateHz;
const WINDOW_TICKS = (track.rewindMs * HZ) / 1000;

/** First bytes of native frames. */
const SNAPSHOT = 65;
const DELTA = 66;
const TIMING = 71;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function roomOf(world: World, game: string): Room {
  const room = world.server.rooms.all.find((one) => one.game.name === game);
  if (room === undefined) throw new Error(`the room of ${game} is gone`);
  return room;
}

/** A player on the track, and how far it got, in steps. */
async function runnerOn(world: World, gateway: GatewayUnderTest) {
  const { raw, you } = await gateway.seated(world, track);
  const room = roomOf(world, track.name);
  const me = (): { x: number; seenAgo: number } => {
    const row: unknown = room.state.table('runners').get(Number(you));
    return row as { x: number; seenAgo: number };
  };
  const startTick = room.tick;
  return {
    raw,
    room,
    ticks: () => room.tick - startTick,
    steps: () => me().x / 100,
    /** Ticks into the past that it was shown at most. */
    seenAgo: () => me().seenAgo / 16,
  };
}

interface Timed {
  readonly tick: number;
  readonly seenTick?: number;
  readonly viewDelayTicks?: number;
}

function inputFrame(pace: number, { tick, seenTick = tick, viewDelayTicks = 3 }: Timed): Buffer {
  const frame: ClientFrame = { kind: 'input', tick, seenTick, viewDelayTicks, input: { pace } };
  return binaryFrame(encodeClientFrame(track, frame));
}

const restFrame = binaryFrame(encodeClientFrame(track, { kind: 'rest' }));
const ofKind = (raw: RawSocket, kind: number): number => raw.binaries.filter((bytes) => bytes[0] === kind).length;

/** A pace that differs from the one before, so that each input says something new. */
const legal = (index: number): number => (index % 2 === 0 ? 1 : 0.99);

/** Calls `send` with how many inputs are due by now at this rate, until it is over. */
async function atRate(perSecond: number, raw: RawSocket, forMs: number, send: (count: number) => void): Promise<void> {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < forMs && raw.isOpen) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond) - sent;
    if (due > 0) send(due);
    sent += due;
    await pause(5);
  }
}

abuse.for([
  { speed: 2, isCut: false },
  { speed: 5, isCut: true },
  { speed: 100, isCut: true },
])(
  'GA03: legal inputs at $speed times the rate gain no step; beyond the allowance they end with 4429',
  async ({ speed, isCut }, { world }) => {
    const { raw, room, ticks, steps } = await runnerOn(world, play);
    let index = 0;
    // As a client whose clock runs too fast: each input is for the tick after the one before.
    const startTick = room.tick;
    await atRate(speed * HZ, raw, 4_000, (count) => {
      const frames = Array.from({ length: count }, () => inputFrame(legal(++index), { tick: startTick + index }));
      raw.write(...frames);
      if (raw.isOpen) expect(steps()).toBeLessThanOrEqual(ticks() + 1);
    });
    if (isCut) {
      expect(await raw.closed()).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
      world.expectEnds('RATE_LIMITED');
      return;
    }
    expect(nativeRefusals(raw)).toEqual([]);
    expect(raw.isOpen).toBe(true);
    expect(steps()).toBeLessThanOrEqual(ticks() + 1);
    expect(steps()).toBeGreaterThan(100);
  },
);

abuse.for([websocket, socketIo])(
  'GA03: legal inputs at 100 times the rate gain no step and end with RATE_LIMITED: $name',
  async (gateway, { world }) => {
    const { raw, ticks, steps } = await runnerOn(world, gateway);
    let index = 0;
    await atRate(100 * HZ, raw, 4_000, (count) => {
      const messages = Array.from({ length: count }, () => {
        const input = `{"pace":${legal(++index)}}`;
        return textFrame(gateway === websocket ? `{"type":"input","input":${input}}` : `42["input",${input}]`);
      });
      raw.write(...messages);
      if (raw.isOpen) expect(steps()).toBeLessThanOrEqual(ticks() + 1);
    });
    await raw.closed();
    world.expectEnds('RATE_LIMITED');
  },
);

abuse(
  'GA04: of 200 inputs in one segment at most 64 wait, and none is played faster than a tick each',
  async ({ world }) => {
    const { raw, room, ticks, steps } = await runnerOn(world, play);
    const { tick } = room;
    // Half of them are for ticks that are over. A step in the last one only: it would show whether it was skipped to.
    raw.write(
      ...Array.from({ length: 200 }, (_, i) => inputFrame(i === 199 ? 1 : legal(i) / 2, { tick: tick - 99 + i })),
    );
    const before = { ticks: ticks(), steps: steps() };
    await until('all that waited was played', () => room.tick > tick + 110);
    expect(raw.isOpen).toBe(true);
    // Halves throughout: the inputs beyond the 64th tick were never taken.
    expect(steps() - before.steps).toBeLessThanOrEqual(0.51 * (ticks() - before.ticks) + 1);
    await until('the client is told what became of them', () => ofKind(raw, TIMING) > 0);
  },
);

abuse(
  'GA05: a lag switch, silence for two seconds and then all at once, gains no step and no look into the past',
  async ({ world }) => {
    const { raw, room, ticks, steps, seenAgo } = await runnerOn(world, play);
    for (let round = 0; round < 3; round++) {
      const silentAt = room.tick;
      raw.write(inputFrame(0, { tick: silentAt + 1 }));
      const before = { ticks: ticks(), steps: steps() };
      await pause(2_000);
      // What it would have done meanwhile, as it would have seen the others then.
      const burst = Array.from({ length: 120 }, (_, i) =>
        inputFrame(legal(i), { tick: silentAt + 2 + i, seenTick: silentAt, viewDelayTicks: 120 }),
      );
      raw.write(...burst);
      await pause(250);
      // Nothing of the silence is made good: only the time since the burst counts.
      expect(steps() - before.steps).toBeLessThan(ticks() - before.ticks - 110);
    }
    expect(seenAgo()).toBeLessThanOrEqual(WINDOW_TICKS);
    expect(raw.isOpen).toBe(true);
  },
);

abuse(
  'GA06: nobody is shown the future or more than the window, and who claims what cannot be is counted',
  async ({ world }) => {
    const { raw, room, seenAgo } = await runnerOn(world, play);
    // An honest player for as long as it takes to know its latency.
    await atRate(HZ / 2, raw, 2_500, () => raw.write(inputFrame(1, { tick: room.tick + 2, seenTick: room.tick })));
    expect(room.distrusted).toBe(0);
    expect(seenAgo()).toBeLessThanOrEqual(8);
    const claims = [0, 1 / 16, WINDOW_TICKS, WINDOW_TICKS + 1, 1_000, 2 ** 28 - 1];
    for (const viewDelayTicks of claims) {
      raw.write(inputFrame(1, { tick: room.tick + 2, seenTick: room.tick, viewDelayTicks }));
      await pause(60);
    }
    expect(seenAgo()).toBeLessThanOrEqual(WINDOW_TICKS);
    expect(room.distrusted).toBeGreaterThanOrEqual(3);
    expect(room.faultyTicks).toBe(0);
  },
);

abuse(
  'GA02: whatever tick, seen tick and view delay an input claims, it is played once at most and harms nobody',
  async ({ world }) => {
    const { raw, room, ticks, steps, seenAgo } = await runnerOn(world, play);
    const numbers = (): number[] => [
      0,
      1,
      room.tick - 1_000,
      room.tick,
      room.tick + 64,
      room.tick + 65,
      2 ** 31,
      2 ** 32 - 1,
    ];
    for (const tick of numbers()) {
      const frames = numbers().flatMap((seenTick) =>
        [0, 5, 2 ** 28 - 1 / 16].map((viewDelayTicks) =>
          inputFrame(1, { tick: Math.max(0, tick), seenTick: Math.max(0, seenTick), viewDelayTicks }),
        ),
      );
      raw.write(...frames);
      await pause(500);
    }
    expect(raw.isOpen).toBe(true);
    expect(nativeRefusals(raw)).toEqual([]);
    expect(steps()).toBeLessThanOrEqual(ticks() + 1);
    expect(seenAgo()).toBeLessThanOrEqual(WINDOW_TICKS);
    expect(room.faultyTicks).toBe(0);
    // It can still play like everybody else.
    raw.write(inputFrame(0, { tick: room.tick + 2 }));
    await pause(100);
    const stopped = steps();
    await pause(100);
    expect(steps()).toBe(stopped);
  },
);

abuse('a flood of rests ends with 4429 and costs nobody else anything', async ({ world }) => {
  const { raw } = await runnerOn(world, play);
  raw.write(...new Array<Buffer>(200).fill(restFrame));
  await pause(100);
  expect(raw.isOpen).toBe(true);
  raw.write(...new Array<Buffer>(500).fill(restFrame));
  expect(await raw.closed()).toEqual({ code: 4429, reason: 'RATE_LIMITED' });
  world.expectEnds('RATE_LIMITED');
});

abuse(
  'who rests and then says nothing for long costs no state, keeps its seat, and is shown everything when it looks',
  async ({ world }) => {
    const { raw } = await play.seated(world);
    const room = roomOf(world, landGrab.name);
    const { taken } = room;
    raw.write(binaryFrame(encodeClientFrame(landGrab, { kind: 'rest' })));
    await pause(200);
    const deltas = ofKind(raw, DELTA);
    const before = world.inLandGrab.room.tick;
    await pause(4_000);
    expect(world.inLandGrab.room.tick).toBeGreaterThan(before);
    expect(ofKind(raw, DELTA)).toBe(deltas);
    expect(room.taken).toBe(taken);
    const snapshots = ofKind(raw, SNAPSHOT);
    raw.write(binaryFrame(encodeClientFrame(landGrab, { kind: 'repair', because: 'gap' })));
    await until('it is shown the whole', () => ofKind(raw, SNAPSHOT) === snapshots + 1);
    await until('and what follows', () => ofKind(raw, DELTA) > deltas);
  },
);
