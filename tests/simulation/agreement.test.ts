/**
 * Promise 4, no silent divergence, through the whole stack in virtual time: whatever rules do, however lines behave, every
 * player's mirror equals what that player may see of the room.
 */
import { connect, type Link, type OpenLink } from '@madang/client';
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
import { createServer, type Room } from '@madang/server';
import { type MemoryLink, MemoryTransport, VirtualClock } from '@madang/server/memory';
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
  return { chaos, rules, ticksPerSending: TICK_RATE_HZ / sendRateHz };
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

/** True while rows are still to be told to a seat, for want of budget. */
function isWaiting(room: Room, seat: number): boolean {
  return ['people', 'things'].some((name) =>
    [...room.state.table(name)].some((row) => room.explain(seat, name, row.id).isWaiting),
  );
}

/** `lossPercent` of the frames with changes never arrive, which no WebSocket does: the mirror must notice and ask. */
async function play(seed: number, kind: Kind, lossPercent: number) {
  const random = seededRandom(seed);
  const { chaos, rules, ticksPerSending } = chaosOf(kind);
  const clock = new VirtualClock();
  const transport = new MemoryTransport(clock, random.below(60));
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const options = { clock, transport, random: seededRandom(seed), graceMs: 500, log, checksumEvery: 3 };
  const server = createServer({ games: [chaos], ...options });
  await server.start();
  const links: { readonly link: MemoryLink; cut(): void }[] = [];
  const openLink: OpenLink = (_url, on): Link => {
    const link = transport.connect({
      open: () => on.open(),
      message: (data) => {
        if (typeof data === 'string') return;
        const isLost = isStateFrame(data) && !isSnapshot(data) && random.chance(lossPercent / 100);
        if (!isLost) on.frame(data);
      },
      closed: (closeCode, reason) => on.closed(closeCode, reason),
    });
    const cut = (): void => {
      link.close();
      on.closed(1006, '');
    };
    links.push({ link, cut });
    return { send: (frame) => link.send(frame), close: () => link.close() };
  };
  const connection = connect('memory://chaos', { openLink, timers: clock });
  const join = () => connection.join(chaos);
  const players: Awaited<ReturnType<typeof join>>[] = [];
  const result = { compared: 0, diverged: [] as string[], logged };
  const compare = (isComparable: (room: Room, player: (typeof players)[number]) => boolean): void => {
    for (const player of players) {
      const room = server.rooms.get(player.id);
      if (room === undefined || player.connection !== 'open' || !isComparable(room, player)) continue;
      result.compared++;
      if (player.hash() !== room.hashFor(player.seat)) result.diverged.push(`seat ${player.seat} at ${room.tick}`);
    }
  };
  const isNow = (room: Room, { tick, seat }: { tick: number; seat: number }): boolean =>
    lossPercent === 0 && tick === room.tick && tick % ticksPerSending === 0 && !isWaiting(room, seat);
  for (let deed = 0; deed < 80; deed++) {
    const what = random.below(10);
    const line = links[random.below(Math.max(1, links.length))];
    if (what < 3)
      join().then(
        (player) => players.push(player),
        () => {},
      );
    else if (what < 6 && line !== undefined) line.link.isPaused = !line.link.isPaused;
    else if (what === 6) players[random.below(Math.max(1, players.length))]?.leave();
    else if (what === 7) line?.cut();
    await clock.advanceAsync(random.below(400));
    compare(isNow);
  }
  for (const { link } of links) link.isPaused = false;
  for (let ms = 0; ms < 2_000; ms += 10) {
    await clock.advanceAsync(10);
    compare(isNow);
  }
  rules.isResting = true;
  await clock.advanceAsync(5_000);
  compare(() => true);
  await server.stop();
  await clock.advanceAsync(30_000);
  expect([`seed ${seed}`, clock.pending]).toEqual([`seed ${seed}`, 0]);
  return result;
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
    for (let seed = 1; seed <= 10; seed++) {
      const result = await play(seed, kind, 0);
      compared += result.compared;
      // Nothing was lost, so nothing had to be repaired either.
      expect([`seed ${seed}`, ...result.diverged, ...result.logged]).toEqual([`seed ${seed}`]);
    }
    expect(compared).toBeGreaterThan(200);
  });

  test('lost frames are noticed, by gaps or by checksums, and in quiet every mirror is right again', async () => {
    let compared = 0;
    for (let seed = 101; seed <= 110; seed++) {
      const result = await play(seed, kind, 3);
      compared += result.compared;
      expect([`seed ${seed}`, ...result.diverged]).toEqual([`seed ${seed}`]);
    }
    expect(compared).toBeGreaterThan(10);
  });
});
