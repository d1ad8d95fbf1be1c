/** Random schemas, and random things that rules do to a state of one. */
import fc from 'fast-check';
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
  text,
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

const WELL_FORMED = fc
  .string({ unit: 'grapheme', maxLength: 8 })
  .filter((one) => new TextEncoder().encode(one).length <= 40);

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
  { type: text(40), values: WELL_FORMED },
  { type: choice('rock', 'paper', 'scissors'), values: fc.constantFrom('rock', 'paper', 'scissors') },
  { type: rowId, values: fc.integer({ min: 0, max: 0xffffffff }) },
];

const TYPE_INDEX = fc.nat(TYPES.length - 1);
const VALUES = new Map(TYPES.map(({ type, values }) => [type.signature, values]));

const visibilities = fc.constantFrom<Visibility[]>('everyone', 'everyone', 'owner', 'nobody');

function fieldsOf(
  columns: readonly { type: number; visibility: Visibility }[],
  mayOwn: boolean,
): Record<string, AnyField> {
  return Object.fromEntries(
    columns.map(({ type, visibility }, index) => {
      const seenBy = visibility === 'owner' && !mayOwn ? 'everyone' : visibility;
      return [`field${index}`, (TYPES[type]?.type ?? u8).visibleTo(seenBy)];
    }),
  );
}

const columns = fc.array(fc.record({ type: TYPE_INDEX, visibility: visibilities }), { minLength: 1, maxLength: 6 });

const anyPart: fc.Arbitrary<PartSchema> = fc.oneof(
  fc
    .record({ columns, maxRows: fc.integer({ min: 1, max: 12 }) })
    .map((one) => table(fieldsOf(one.columns, true), one)),
  columns.map((one) => record(fieldsOf(one, false))),
  fc
    .record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      of: fc.constantFrom(u8, u16, u32, i8, i16, i32),
      isHidden: fc.boolean(),
    })
    .map(({ width, height, of, isHidden }) => grid({ width, height, of: isHidden ? of.visibleTo('nobody') : of })),
);

/** One to four parts of any kind. */
export const anySchema: fc.Arbitrary<StateSchema> = fc
  .array(anyPart, { minLength: 1, maxLength: 4 })
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

/** Does one random thing to a state, as rules would. Values come from the field types' own arbitraries. */
export function doDeed(state: StateStore<StateSchema>, deed: Deed): void {
  const part = state.parts[deed.part % state.parts.length];
  if (part === undefined) return;
  if (part.type === 'grid') doToGrid(part, deed);
  else doToTable(part, deed);
}

function doToGrid(board: GridStore, { kind, at, value }: Deed): void {
  const signed = board.codec.signed ? -1 : 1;
  if (kind < 10) board.fill((value % 3) * signed);
  else board.set(at % board.width, (at >> 3) % board.height, (value % 120) * signed);
}

function doToTable(rows: TableStore, { kind, at, value }: Deed): void {
  const alive = [...rows];
  const chosen: unknown = rows.isRecord ? rows.viewAt(1) : alive[at % Math.max(1, alive.length)];
  if (!rows.isRecord && (kind < 25 || chosen === undefined)) {
    if (alive.length < rows.maxRows) write(rows, rows.add({}, { owner: { number: value % 3 } }), at, value);
  } else if (!rows.isRecord && kind < 40) rows.remove(chosen as never);
  else if (!rows.isRecord && kind < 45) rows.disown({ number: value % 3 });
  else write(rows, chosen, at, value);
}

function write(rows: TableStore, row: unknown, at: number, seed: number): void {
  const writable = rows.columns.filter((_, index) => index !== rows.ownerColumn);
  const column = writable[at % writable.length];
  const values = column === undefined ? undefined : VALUES.get(column.type.signature);
  if (column === undefined || values === undefined) return;
  const [value] = fc.sample(values, { numRuns: 1, seed });
  (row as Record<string, unknown>)[column.name] = value;
}
