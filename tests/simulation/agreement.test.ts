/**
 * Promise 4, no silent divergence, through the whole stack in virtual time: whatever rules do, however lines behave, every
 * player's mirror equals what that player may see of the room.
 */
import type { OpenLink } from '@madang/client';
import {
  byTeam,
  choice,
  defineGame,
  f32,
  grid,
  i32,
  isSnapshot,
  isStateFrame,
  json,
  list,
  near,
  quantized,
  record,
  type SeededRandom,
  type StateOf,
  seededRandom,
  table,
  text,
  u8,
  u16,
} from '@madang/core';
import { openWorld, seeds } from '@madang/testing';
import pino from 'pino';
import { describe, expect, test } from 'vitest';

const TICK_RATE_HZ = 10;

const people = table(
  {
    x: u16,
    y: u16,
    team: u8,
    name: text(9),
    cards: u16.visibleTo('owner'),
    heat: f32.visibleTo('owner'),
    plan: u16.visibleTo('team'),
    fate: i32.visibleTo('nobody'),
  },
  { maxRows: 9, team: 'team' },
);
const thing = {
  at: quantized({ min: -4, max: 4, step: 1 / 8 }),
  team: u8,
  tags: list(u8, 3),
  note: text(5).visibleTo('owner'),
  doc: json(40).visibleTo('team'),
};
const stateSentEvery = <const N extends number>(sendEvery: N) => ({
  people,
  things: table(thing, { maxRows: 5, team: 'team', sendEvery }),
  round: record({ number: u8, secret: u8.visibleTo('nobody') }),
  board: grid({ width: 4, height: 3, of: u8, sendEvery }),
  hidden: grid({ width: 2, height: 2, of: u8.visibleTo('nobody') }),
});
type ChaosState = ReturnType<typeof stateSentEvery>;

interface Kind {
  readonly sendRateHz?: number;
  readonly sendEvery?: number;
  readonly hasInterest?: boolean;
  readonly peerBytesPerSecond?: number;
}

/** A game whose rules do anything that rules can do, by chance, until they are told to rest. */
function chaosOf({ sendRateHz = TICK_RATE_HZ, sendEvery = 1, hasInterest = false, ...limits }: Kind) {
  const rules = { isResting: false };
  const interest = { people: near({ x: 'x', y: 'y', radius: 20_000, leave: 21_000 }), things: byTeam };
  const chaos = defineGame({
    name: 'chaos',
    tickRateHz: TICK_RATE_HZ,
    sendRateHz,
    seats: 6,
    state: stateSentEvery(sendEvery),
    input: { dir: choice('none', 'left') },
    avatars: 'people',
    interest: hasInterest ? interest : {},
    ...limits,
    bots: { atLeast: 3, names: ['a', 'b', 'c'], think: () => ({}) },
    join(room, seat, { random }) {
      seat.team = random.below(3);
      if (room.state.people.size < 9) room.state.people.add({ cards: seat.number, team: seat.team }, { owner: seat });
    },
    step(room, { random }) {
      if (rules.isResting) return;
      for (let deeds = random.below(4); deeds > 0; deeds--) doSomething(room.state, room.seats, random);
    },
  });
  return { chaos, rules };
}

function doSomething(
  { people, things, round, board, hidden }: StateOf<ChaosState>,
  seats: readonly { number: number; team: number }[],
  random: SeededRandom,
): void {
  const one = [...people][random.below(Math.max(1, people.size))];
  const thing = [...things][random.below(Math.max(1, things.size))];
  const seat = seats[random.below(Math.max(1, seats.length))];
  const deeds = [
    () => one !== undefined && Object.assign(one, { x: random.below(65_536), y: random.below(65_536) }),
    () => one !== undefined && Object.assign(one, { x: Math.max(0, one.x - random.below(3_000)) }),
    () => one !== undefined && Object.assign(one, { cards: random.below(65_536), heat: random.float() }),
    () => one !== undefined && Object.assign(one, { plan: random.below(65_536), fate: random.below(9) }),
    () => one !== undefined && Object.assign(one, { name: '마'.repeat(random.below(4)), team: random.below(3) }),
    () => one !== undefined && random.chance(0.3) && people.remove(one),
    () => seat !== undefined && people.size < 9 && people.add({ cards: 7, heat: 1 }, { owner: seat }),
    () => seat !== undefined && Object.assign(seat, { team: random.below(3) }),
    () => thing !== undefined && Object.assign(thing, { at: random.below(8) - 4, note: 'y'.repeat(random.below(5)) }),
    () => thing !== undefined && Object.assign(thing, { tags: [random.below(9)], doc: { n: [random.below(9)] } }),
    () => thing !== undefined && Object.assign(thing, { team: random.below(3) }),
    () => seat !== undefined && things.size < 5 && things.add({ note: 'z' }, random.chance(0.7) ? { owner: seat } : {}),
    () => thing !== undefined && things.remove(thing),
    () => board.set(random.below(4), random.below(3), random.below(5)),
    () => hidden.set(0, 0, random.below(9)),
    () => Object.assign(round, { secret: random.below(9), number: random.below(3) }),
  ];
  random.pick(deeds)();
}

/** Loses some of the frames with changes, which no WebSocket does: the mirror must notice and ask. */
const losing =
  (random: SeededRandom, lossPercent: number) =>
  (openLink: OpenLink): OpenLink =>
  (url, on) => {
    const isLost = (frame: Uint8Array): boolean =>
      isStateFrame(frame) && !isSnapshot(frame) && random.chance(lossPercent / 100);
    return openLink(url, { ...on, frame: (frame) => !isLost(frame) && on.frame(frame) });
  };

/** Twenty seconds of doing anything, while lines break, readers stall and players come and go; then rest, and comparison. */
async function play(seed: number, kind: Kind, lossPercent: number) {
  const random = seededRandom(seed);
  const { chaos, rules } = chaosOf(kind);
  const logged: string[] = [];
  const world = await openWorld({
    game: chaos,
    clients: 6,
    seed,
    network: { roundTripMs: random.below(120) },
    faults: ['cuts', 'readers', 'leaving'],
    server: {
      graceMs: 500,
      checksumEvery: 3,
      log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    },
    ...(lossPercent > 0 && { wrapLink: losing(random, lossPercent) }),
  });
  await world.advance(20_000);
  rules.isResting = true;
  await world.recover();
  await world.close();
  return { compared: world.counts.compared, logged };
}

const KINDS: readonly (readonly [string, Kind])[] = [
  ['where all see all', {}],
  ['with interest and teams', { hasInterest: true }],
  [
    'with interest, sent every second tick, some of it every fourth',
    { hasInterest: true, sendRateHz: 5, sendEvery: 2 },
  ],
  ['with interest and a budget', { hasInterest: true, peerBytesPerSecond: 400 }],
];

describe.each(KINDS)('in a game %s,', (_, kind) => {
  test('every mirror equals what its player may see, through stalled readers, leaving and returning', async () => {
    let compared = 0;
    for (const seed of seeds(10)) {
      const result = await play(seed, kind, 0);
      compared += result.compared;
      // Nothing was lost, so nothing had to be repaired either.
      expect([`seed ${seed}`, ...result.logged]).toEqual([`seed ${seed}`]);
    }
    expect(compared).toBeGreaterThan(200);
  });

  test('[ST18] lost frames are noticed, by gaps or by checksums, and in quiet every mirror is right again', async () => {
    let compared = 0;
    for (const seed of seeds(10)) compared += (await play(100 + seed, kind, 3)).compared;
    expect(compared).toBeGreaterThan(20);
  });
});
