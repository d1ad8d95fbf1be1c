/** Games whose schemas have every kind of part, field and visibility, and frames as a server of theirs sends them. */
import {
  type AnyField,
  angle,
  bool,
  bytes,
  choice,
  createState,
  defineGame,
  encodeAnswer,
  encodeChat,
  encodeDone,
  encodeEvent,
  encodePeople,
  encodePong,
  encodeRefusal,
  encodeSaid,
  encodeTiming,
  encodeWelcome,
  type Fields,
  f32,
  f64,
  type Game,
  GameError,
  grid,
  i8,
  i16,
  i32,
  json,
  list,
  parseMessage,
  quantized,
  record,
  replyFieldsOf,
  request,
  rowId,
  type SeededRandom,
  type StateStore,
  seededRandom,
  type TableStore,
  table,
  text,
  u8,
  u16,
  u32,
  type ValuesOf,
} from '@madang/core';
import { Replication } from '@madang/server/replication';

const common = { tickRateHz: 20, seats: 4 } as const;

/** Small numbers, a board, a record. */
const yard = defineGame({
  ...common,
  name: 'yard',
  state: {
    walkers: table({ x: i16, y: i16, hp: u8, isUp: bool }, { maxRows: 12 }),
    round: record({ number: u16, phase: choice('wait', 'play', 'over') }),
    floor: grid({ width: 6, height: 5, of: u8 }),
  },
  input: { dir: choice('none', 'left', 'right'), jump: bool },
  commands: { shout: { loud: u8 } },
  events: { bang: { x: i16 } },
});

/** What has a length: texts, bytes, lists, JSON; and what only some may see. */
const bazaar = defineGame({
  ...common,
  name: 'bazaar',
  state: {
    traders: table(
      {
        name: text(20),
        side: u8,
        purse: u32.visibleTo('owner'),
        plan: text(30).visibleTo('team'),
        debt: u32.visibleTo('nobody'),
      },
      { maxRows: 8, team: 'side' },
    ),
    stalls: table(
      { goods: list(u16, 6), seal: bytes(9), notes: json(80), tags: list(choice('red', 'green', 'blue'), 3) },
      { maxRows: 6 },
    ),
    day: record({ news: text(60), seed: u32.visibleTo('nobody') }),
    vault: grid({ width: 3, height: 3, of: u16.visibleTo('nobody') }),
  },
  input: { word: text(12), picks: list(u8, 4) },
  commands: { buy: request({ item: u8, note: text(40) }, { coins: u32 }), sell: { what: json(60) } },
  events: { sold: { to: text(20), goods: list(u16, 6) }, rung: {} },
});

/** Numbers with fractions, wrapping and steps; references; many columns. */
const sky = defineGame({
  ...common,
  name: 'sky',
  state: {
    kites: table(
      {
        x: f32,
        y: f64,
        turn: angle({ bits: 10 }),
        pull: quantized({ min: -10, max: 10, step: 1 / 8 }),
        far: quantized({ min: 0, max: 0xffffffff, step: 1 }),
        mate: rowId,
        a: i8,
        b: i32,
        c: u32,
        d: list(angle({ bits: 4 }), 3),
        e: list(f32, 3),
      },
      { maxRows: 10 },
    ),
    wind: table({ x: i32, y: i32, force: f32 }, { maxRows: 300, sendEvery: 2 }),
    heights: grid({ width: 7, height: 4, of: i32 }),
  },
  input: { steer: quantized({ min: -1, max: 1, step: 1 / 127 }), aim: angle({ bits: 12 }), at: f64 },
  commands: { tie: { to: rowId, knot: f32 } },
  events: { tug: { by: f64, at: list(i32, 4) } },
});

export const GAMES = [yard, bazaar, sky] as unknown as readonly Game[];

/** The tick that the honest snapshot is of, and on which the other frames of state build. */
export const BASE_TICK = 10;

/** What a seat of a game is sent: one whole state, and frames that can follow it. */
export interface HonestFrames {
  readonly snapshot: Uint8Array;
  readonly frames: readonly Uint8Array[];
}

/** Ways on from the same base, each with other things done. */
const WAYS_ON = 24;

export function honestFrames(game: Game, random: SeededRandom): HonestFrames {
  const baseSeed = random.u32();
  const ways = Array.from({ length: WAYS_ON }, (_, way) => wayOn(game, baseSeed, random, 1 + (way % 3)));
  const snapshot = ways[0]?.snapshot ?? new Uint8Array(0);
  return { snapshot, frames: [snapshot, ...ways.flatMap(({ frames }) => frames), ...letters(game, random)] };
}

/** A state that rules have written to by chance. */
export function anyState(game: Game, random: SeededRandom): StateStore {
  const state = createState(game.state);
  doSomething(state, random, 40);
  return state;
}

/**
 * The same base, whatever the way; then some ticks of which the seat takes the last: a delta, or what catches it up.
 */
function wayOn(game: Game, baseSeed: number, random: SeededRandom, ticks: number): HonestFrames {
  const state = anyState(game, seededRandom(baseSeed));
  const failed = (problem: unknown): never => {
    throw problem;
  };
  const replication = new Replication({ game, state, checksumEvery: 1, failed });
  const view = replication.viewFor({ number: 1, team: 1 });
  replication.publish(BASE_TICK);
  const snapshot = view.snapshot().slice();
  for (let tick = BASE_TICK + 1; tick <= BASE_TICK + ticks; tick++) {
    doSomething(state, random, 1 + random.below(12));
    replication.publish(tick);
  }
  const frames = [view.frame()?.slice(), view.check()?.slice()].filter((frame) => frame !== undefined);
  return { snapshot, frames };
}

/** What a seat is sent beside state. */
function letters(game: Game, random: SeededRandom): readonly Uint8Array[] {
  const person = { isBot: false, isSpectator: false, isDropped: false, isHost: true, isTyping: true };
  return [
    encodeWelcome({
      seat: 3,
      roomId: 'r-1',
      code: 'kabom',
      you: '65537',
      token: 'AAECAwQFBgcICQoLDA0ODw',
      graceMs: 5_000,
      heard: 300,
      isReturn: true,
    }),
    encodePeople({
      isWhole: true,
      here: [
        { ...person, id: 1, name: '지민' },
        { ...person, id: 900, name: 'Ann' },
      ],
      gone: [],
    }),
    encodePeople({ isWhole: false, here: [], gone: [1, 2, 300] }),
    encodeChat({ number: 9, from: 1, name: '지민', text: '안녕 👋', isForTeam: true }),
    encodeSaid('65537', { hi: [1, 2.5, null, true, '안녕'] }),
    encodeTiming({
      at: 11,
      tick: 12,
      marginTicks: -0.5,
      heldTicks: 1.25,
      late: [
        { tick: 9, appliedAt: 11 },
        { tick: 8, appliedAt: 0 },
      ],
    }),
    encodeRefusal(new GameError('MUTED', 'You are muted here.', { leftMs: null }), 7),
    encodeDone(300),
    encodePong(),
    ...Object.entries(game.events).map(([name, fields]) =>
      encodeEvent(game, { tick: 11, by: 2, name, payload: messageOf(fields, random) }),
    ),
    ...Object.entries(game.commands).flatMap(([name, fields]) => {
      const reply = replyFieldsOf(fields);
      return reply === null ? [] : [encodeAnswer(game, 4, name, messageOf(reply, random))];
    }),
  ];
}

/** Values that some fields take, and others refuse. */
const VALUES: readonly unknown[] = [
  ...[0, 1, -1, 7, 200, 0xffff, -0x8000, 0xffffffff, 1.5, -9.875, Math.PI, 1e300],
  ...[false, true, 'wait', 'play', 'left', 'none', '', 'a', '안녕', '👩‍👩‍👧', 'x'.repeat(20)],
  ...[new Uint8Array(0), Uint8Array.of(1, 2, 255), [], [1], [0, 300, 5], ['red', 'blue'], [0.5, 2]],
  ...[{}, { a: [1, { b: null }] }, [[[]]]],
];

/** A message of these fields, by chance. */
export function messageOf(fields: Fields, random: SeededRandom): ValuesOf<Fields> {
  const values = Object.entries(fields).map(([name, type]) => [name, valueFor(type, random)]);
  return parseMessage(fields, Object.fromEntries(values), 'BAD_EVENT');
}

function valueFor({ codec }: AnyField, random: SeededRandom): unknown {
  const isTaken = (value: unknown): boolean => {
    const raw = codec.quantise(value);
    return raw !== null && !Number.isNaN(raw);
  };
  return random.pick(VALUES.filter(isTaken));
}

/** Adds rows, removes some, and writes to fields and cells. */
function doSomething(state: StateStore, random: SeededRandom, times: number): void {
  for (let left = times; left > 0; left--) {
    const part = random.pick(state.parts);
    if (part.type === 'grid') part.set(random.below(part.width), random.below(part.height), random.below(100));
    else doToTable(part, random);
  }
}

function doToTable(rows: TableStore, random: SeededRandom): void {
  if (rows.isRecord) return write(rows, rows.viewAt(1), random);
  const alive = [...rows];
  if (alive.length === 0 || (alive.length < Math.min(12, rows.maxRows) && random.chance(0.4))) {
    return write(rows, rows.add({}, { owner: { number: random.below(3) } }), random);
  }
  if (random.chance(0.2)) rows.remove(random.pick(alive));
  else write(rows, random.pick(alive), random);
}

function write(rows: TableStore, row: object, random: SeededRandom): void {
  const fields = rows.columns.filter((_, index) => index !== rows.ownerColumn);
  const { name, type } = random.pick(fields);
  Reflect.set(row, name, valueFor(type, random));
}
