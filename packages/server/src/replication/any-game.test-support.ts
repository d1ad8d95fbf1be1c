/**
 * Games of random schemas, visibilities and interests, and rules that do anything to their state by chance. Every text and
 * every f64 that is ever written is a token of its own, so that a frame shows by its bytes what it tells of.
 */
import {
  type AnyField,
  all,
  angle,
  byTeam,
  bytes,
  choice,
  custom,
  defineGame,
  f32,
  f64,
  type Game,
  grid,
  type Interest,
  i16,
  i32,
  json,
  list,
  near,
  quantized,
  record,
  type SeededRandom,
  type StateSchema,
  type StateStore,
  type TableStore,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';

/** Seats of every game here, teams, and how far from the middle of the world things are. */
export const SEATS = 4;
const TEAMS = 3;
const WORLD = 400;

/** The upper half of an f64 that is a token. */
const MAGIC = 0x4172c3e7;
const TEXT_TOKEN = /K[0-9a-z]{6}Z/g;

const word = new DataView(new ArrayBuffer(8));
let tokens = 0;

function textToken(): string {
  return `K${(++tokens).toString(36).padStart(6, '0')}Z`;
}

function numberToken(): number {
  word.setUint32(0, ++tokens, true);
  word.setUint32(4, MAGIC, true);
  return word.getFloat64(0, true);
}

/** The tokens in bytes that were sent. */
export function tokensInFrame(frame: Uint8Array): string[] {
  const found: string[] = Buffer.from(frame).toString('latin1').match(TEXT_TOKEN) ?? [];
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 4; at + 4 <= frame.length; at++) {
    if (view.getUint32(at, true) === MAGIC) found.push(String(view.getUint32(at - 4, true)));
  }
  return found;
}

/** The tokens in JSON. */
export function tokensInJson(value: unknown, found: string[] = []): string[] {
  if (typeof value === 'string') found.push(...(value.match(TEXT_TOKEN) ?? []));
  else if (typeof value === 'number') {
    word.setFloat64(0, value, true);
    if (word.getUint32(4, true) === MAGIC) found.push(String(word.getUint32(0, true)));
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) tokensInJson(one, found);
  }
  return found;
}

/** Field types, each with a way to make values. */
const TYPES: readonly { readonly type: AnyField; make(random: SeededRandom): unknown }[] = [
  { type: text(12), make: textToken },
  { type: f64, make: numberToken },
  { type: json(64), make: () => ({ word: [textToken()], number: numberToken() }) },
  { type: u8, make: (random) => random.below(256) },
  { type: i32, make: (random) => random.u32() | 0 },
  { type: u32, make: (random) => random.u32() },
  { type: f32, make: (random) => Math.fround(random.float() * 1e6) },
  { type: angle({ bits: 9 }), make: (random) => random.float() * 7 },
  { type: list(u16, 4), make: (random) => Array.from({ length: random.below(5) }, () => random.below(65_536)) },
  { type: bytes(6), make: (random) => Uint8Array.from({ length: random.below(7) }, () => random.below(256)) },
  { type: choice('rock', 'paper'), make: (random) => random.pick(['rock', 'paper'] as const) },
];
const TYPE_OF = new Map<string, (typeof TYPES)[number]>(TYPES.map((one) => [one.type.signature, one]));
const POSITIONS = [i16, i32, f32, f64, quantized({ min: -WORLD, max: WORLD, step: 1 / 8 })] as const;
const VISIBILITIES = ['everyone', 'owner', 'team', 'nobody'] as const;

/** Hidden from all, and decides what a custom interest shows. */
export const isChosen = (mood: number, viewer: { readonly seat: number; readonly team: number }): boolean =>
  (mood + viewer.seat + viewer.team) % 3 === 0;

function anyTable(random: SeededRandom, isFirst: boolean): StateSchema[string] {
  const position = random.pick(POSITIONS);
  const fields: Record<string, AnyField> = { x: position, y: position, team: u8, mood: u8.visibleTo('nobody') };
  for (let index = 0; index < 1 + random.below(5); index++) {
    fields[`field${index}`] = random.pick(TYPES).type.visibleTo(random.pick(VISIBILITIES));
  }
  const sendEvery = isFirst ? 1 : 1 + random.below(3);
  return table(fields, { team: 'team', maxRows: 3 + random.below(25), sendEvery });
}

function anyInterest(random: SeededRandom): Interest {
  const radius = 20 + random.below(150);
  const kinds = [
    near({ x: 'x', y: 'y', radius, leave: radius * random.pick([1.02, 1.2, 1.9]) }),
    byTeam,
    custom<{ mood: typeof u8 }>((row, viewer) => isChosen(row.mood, viewer)) as Interest,
    all,
  ];
  return random.pick(kinds);
}

/** One to three tables, of which the first has the avatars, and one of each other part. */
export function anyGame(random: SeededRandom, peerBytesPerSecond?: number): Game {
  const names = ['people', 'things', 'words'].slice(0, 1 + random.below(3));
  const state: Record<string, StateSchema[string]> = {
    round: record({ number: u8, secret: text(12).visibleTo('nobody') }, { sendEvery: 1 + random.below(2) }),
    board: grid({ width: 5, height: 4, of: u8, sendEvery: 1 + random.below(2) }),
    mines: grid({ width: 3, height: 3, of: u32.visibleTo('nobody') }),
  };
  const interest: Record<string, Interest> = {};
  names.forEach((name, index) => {
    state[name] = anyTable(random, index === 0);
    if (random.chance(0.8)) interest[name] = anyInterest(random);
  });
  const definition = { name: 'any', tickRateHz: 10, seats: SEATS, state, input: {}, avatars: 'people', interest };
  const limited = peerBytesPerSecond === undefined ? definition : { ...definition, peerBytesPerSecond };
  return defineGame(limited as never) as unknown as Game;
}

type AnyRow = { x: number; y: number; team: number; mood: number; readonly id: number };

/** Does one random thing to a state, as rules would. */
export function doAnything(state: StateStore, random: SeededRandom): void {
  const part = random.pick(state.parts);
  if (part.type === 'grid') {
    if (random.chance(0.1)) part.fill(random.below(200));
    else part.set(random.below(part.width), random.below(part.height), random.below(200));
  } else if (part.isRecord) Object.assign(part.viewAt(1), { number: random.below(9), secret: textToken() });
  else doToTable(part, random);
}

function doToTable(rows: TableStore, random: SeededRandom): void {
  const living = [...rows] as unknown as AnyRow[];
  const kind = random.float();
  if (living.length === 0 || (kind < 0.15 && living.length < rows.maxRows)) {
    const row = rows.add({}, random.chance(0.6) ? { owner: { number: 1 + random.below(SEATS) } } : {});
    writeAll(rows, row as unknown as AnyRow, random);
    return;
  }
  const row = random.pick(living);
  if (kind < 0.25) rows.remove(row as never);
  else if (kind < 0.28) rows.disown({ number: 1 + random.below(SEATS) });
  else if (kind < 0.6) step(row, random);
  else if (kind < 0.7) place(row, random);
  else if (kind < 0.76) row.team = random.below(TEAMS);
  else if (kind < 0.82) row.mood = random.below(3);
  else writeOne(rows, row, random);
}

function writeAll(rows: TableStore, row: AnyRow, random: SeededRandom): void {
  place(row, random);
  row.team = random.below(TEAMS);
  row.mood = random.below(3);
  for (let times = 0; times < 3; times++) writeOne(rows, row, random);
}

function writeOne(rows: TableStore, row: AnyRow, random: SeededRandom): void {
  const column = random.pick(rows.columns);
  if (!column.name.startsWith('field')) return;
  Object.assign(row, { [column.name]: TYPE_OF.get(column.type.signature)?.make(random) });
}

/** Far or near, and negative as well. */
function place(row: AnyRow, random: SeededRandom): void {
  const spread = random.pick([60, WORLD]);
  row.x = random.below(2 * spread) - spread;
  row.y = random.below(2 * spread) - spread;
}

function step(row: AnyRow, random: SeededRandom): void {
  const reach = random.pick([2, 10, 40]);
  const moved = (at: number): number =>
    Math.max(-WORLD, Math.min(WORLD, Math.round(at) + random.below(2 * reach + 1) - reach));
  row.x = moved(row.x);
  row.y = moved(row.y);
}
