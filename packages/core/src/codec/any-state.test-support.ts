/** Random schemas, and random things that rules do to a state of one. */
import fc from 'fast-check';
import { bytes, json, list, text } from '../schema/boxed-field.ts';
import {
  type AnyField,
  angle,
  bool,
  choice,
  f32,
  f64,
  i8,
  i16,
  i32,
  quantized,
  rowId,
  u8,
  u16,
  u32,
  type Visibility,
} from '../schema/field.ts';
import { grid, type PartSchema, record, type StateSchema, table } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import type { StateStore } from '../state/state-store.ts';
import type { TableStore } from '../state/table-store.ts';

/** A field type, and values that it accepts. */
interface AnyType {
  readonly type: AnyField;
  readonly values: fc.Arbitrary<unknown>;
}

const WORDS = fc.string({ unit: 'grapheme', maxLength: 8 });

/** True for what the field type takes: graphemes have many bytes, and JSON many spellings. */
const isTaken = (type: AnyField) => (value: unknown) => type.codec.quantise(value) !== null;

const TYPES: readonly AnyType[] = [
  { type: bool, values: fc.boolean() },
  { type: u8, values: fc.nat(0xff) },
  { type: u16, values: fc.nat(0xffff) },
  { type: u32, values: fc.integer({ min: 0, max: 0xffffffff }) },
  { type: i8, values: fc.integer({ min: -0x80, max: 0x7f }) },
  { type: i16, values: fc.integer({ min: -0x8000, max: 0x7fff }) },
  { type: i32, values: fc.integer() },
  { type: f32, values: fc.float({ noNaN: true, noDefaultInfinity: true }) },
  { type: f64, values: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { type: quantized({ min: -10, max: 10, step: 1 / 8 }), values: fc.double({ min: -10, max: 10, noNaN: true }) },
  {
    type: quantized({ min: 0, max: 0xffffffff, step: 1 }),
    values: fc.double({ min: 0, max: 0xffffffff, noNaN: true }),
  },
  { type: angle({ bits: 10 }), values: fc.double({ min: -100, max: 100, noNaN: true }) },
  { type: choice('rock', 'paper', 'scissors'), values: fc.constantFrom('rock', 'paper', 'scissors') },
  { type: rowId, values: fc.integer({ min: 0, max: 0xffffffff }) },
  { type: text(40), values: WORDS.filter(isTaken(text(40))) },
  { type: bytes(9), values: fc.uint8Array({ maxLength: 9 }) },
  { type: list(i16, 5), values: fc.array(fc.integer({ min: -0x8000, max: 0x7fff }), { maxLength: 5 }) },
  { type: list(angle({ bits: 4 }), 3), values: fc.array(fc.double({ min: 0, max: 6, noNaN: true }), { maxLength: 3 }) },
  { type: list(f32, 3), values: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3 }) },
  { type: json(60), values: fc.jsonValue({ maxDepth: 2 }).filter(isTaken(json(60))) },
];

/** How many values of each type there are to write: drawn once, for drawing costs more than all else that is tested. */
const VALUE_COUNT = 200;

const VALUES = new Map(
  TYPES.map(({ type, values }) => [type.signature, fc.sample(values, { numRuns: VALUE_COUNT, seed: 1 })]),
);

const visibilities = fc.constantFrom<Visibility[]>('everyone', 'everyone', 'owner', 'team', 'nobody');

const columns = fc.array(fc.record({ type: fc.nat(TYPES.length - 1), visibility: visibilities }), {
  minLength: 1,
  maxLength: 6,
});

/** Fields of random types; a visibility that this part cannot have becomes everyone's. */
function fieldsOf(
  drawn: readonly { type: number; visibility: Visibility }[],
  allowed: readonly Visibility[],
): Record<string, AnyField> {
  return Object.fromEntries(
    drawn.map(({ type, visibility }, index) => [
      `field${index}`,
      (TYPES[type]?.type ?? u8).visibleTo(allowed.includes(visibility) ? visibility : 'everyone'),
    ]),
  );
}

const sendEvery = fc.constantFrom(1, 1, 2, 3);

const anyTable: fc.Arbitrary<PartSchema> = fc
  .record({ columns, maxRows: fc.integer({ min: 1, max: 12 }), team: fc.constantFrom(null, u8, u16), sendEvery })
  .map(({ columns: drawn, team, ...rest }) =>
    team === null
      ? table(fieldsOf(drawn, ['owner', 'nobody']), rest)
      : table({ ...fieldsOf(drawn, ['owner', 'team', 'nobody']), side: team }, { ...rest, team: 'side' }),
  );

const anyRecord: fc.Arbitrary<PartSchema> = fc
  .record({ columns, sendEvery })
  .map((one) => record(fieldsOf(one.columns, ['nobody']), one));

const anyGrid: fc.Arbitrary<PartSchema> = fc
  .record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    of: fc.constantFrom(u8, u16, u32, i8, i16, i32),
    isHidden: fc.constantFrom(false, false, false, true),
    sendEvery,
  })
  .map(({ of, isHidden, ...rest }) => grid({ ...rest, of: isHidden ? of.visibleTo('nobody') : of }));

/** One to four parts of any kind. */
export const anySchema: fc.Arbitrary<StateSchema> = fc
  .array(fc.oneof({ weight: 3, arbitrary: anyTable }, anyRecord, anyGrid), { minLength: 1, maxLength: 4 })
  .map((parts) => Object.fromEntries(parts.map((part, index) => [`part${index}`, part])));

/** Numbers that choose what is done; which ones there are depends on the state they meet. */
export interface Deed {
  readonly part: number;
  readonly kind: number;
  readonly at: number;
  readonly value: number;
}

export const anyDeed: fc.Arbitrary<Deed> = fc.record({
  part: fc.nat(99),
  kind: fc.nat(99),
  at: fc.nat(999),
  value: fc.nat(999),
});

/** Seats that own rows, and teams that rows are on: 0 to this. */
export const SEATS_AND_TEAMS_MAX = 2;

/** Does one random thing to a state, as rules would. */
export function doDeed(state: StateStore<StateSchema>, deed: Deed): void {
  const part = state.parts[deed.part % state.parts.length];
  if (part === undefined) return;
  if (part.type === 'grid') doToGrid(part, deed);
  else doToTable(part, deed);
}

function doToGrid(board: GridStore, { kind, at, value }: Deed): void {
  const sign = board.codec.signed ? -1 : 1;
  if (kind < 10) board.fill((value % 3) * sign);
  else board.set(at % board.width, (at >> 3) % board.height, (value % 120) * sign);
}

function doToTable(rows: TableStore, { kind, at, value }: Deed): void {
  if (rows.isRecord) return write(rows, rows.viewAt(1), at, value);
  const alive = [...rows];
  const seat = { number: value % (SEATS_AND_TEAMS_MAX + 1) };
  const chosen = alive[at % Math.max(1, alive.length)];
  if (kind < 25 || chosen === undefined) {
    if (alive.length < rows.maxRows) write(rows, rows.add({}, { owner: seat }), at, value);
  } else if (kind < 40) rows.remove(chosen);
  else if (kind < 45) rows.disown(seat);
  else write(rows, chosen, at, value);
}

function write(rows: TableStore, row: object, at: number, choice: number): void {
  const writable = rows.columns.filter((_, index) => index !== rows.ownerColumn);
  const column = writable[at % writable.length];
  if (column === undefined) return;
  const value = VALUES.get(column.type.signature)?.[choice % VALUE_COUNT];
  const isTeam = rows.columns.indexOf(column) === rows.teamColumn;
  Reflect.set(row, column.name, isTeam ? choice % (SEATS_AND_TEAMS_MAX + 1) : value);
}
