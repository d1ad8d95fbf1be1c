/**
 * A server's whole state as bytes that carry their schema, so that a newer version of a game reads what an older one
 * wrote. For stores and snapshots of rooms; what viewers are sent is in `state-codec.ts`.
 *
 *   u8      format         1
 *   text    schema         JSON: a list of parts, in the order they are written
 *   parts   one body each, in that order
 *
 *   schema  [name, "table" or "record", [[column name, field spec], …]]   or   [name, "grid", width, height, field spec]
 *   table   { varint place gap, varint generation, columns }, 0     of rows;
 *           { varint place gap, varint generation }, 0              of vacant places that had rows before
 *   record  columns
 *   grid    { cell, varint run length } until every cell is named, row by row
 *
 * Values are as rules have them now, published or not, hidden ones too. A table's columns are its fields and then
 * `owner`; all are absolute. Places ascend within a list; a gap is the distance from the entry before (from place 0), so
 * it is never 0. Vacant places are written so that no id names a second row after a restore. What decides who sees what
 * and when (visibility, team, sendEvery) is not written: the newer game's word counts. Equal states of one schema give
 * equal bytes.
 *
 * Parts and columns are found by name:
 *
 *   part added        stays as it is in the state that is read into
 *   part removed      is read and dropped
 *   field added       is its type's zero
 *   field removed     is read and dropped
 *   field widened     has the same values, see `whyNotWidening`
 *   order, maxRows    may change, as long as every row still has its place
 *   anything else     SCHEMA_INCOMPATIBLE, naming the part or field
 */
import { GameError } from '../errors.ts';
import type { AnyField, Codec, IntCodec } from '../schema/field.ts';
import { fieldOf, whyNotWidening } from '../schema/field-spec.ts';
import { columnsOf, type GridSchema, MAX_ROWS, type PartSchema, type StateSchema } from '../schema/state-schema.ts';
import type { GridStore } from '../state/grid-store.ts';
import { createState, type PartStore, type StateStore } from '../state/state-store.ts';
import type { TableStore } from '../state/table-store.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { readInt, readRaw, writeRaw } from './raw.ts';
import { writeCells } from './state-codec.ts';

const FORMAT = 1;

/** Writes a server's state of this schema. */
export function writeSavedState<S extends StateSchema>(out: ByteWriter, schema: S, state: StateStore<S>): void {
  out.u8(FORMAT);
  out.text(schemaText(schema));
  for (const part of state.parts) {
    if (part.type === 'grid') writeCells(out, part, part.cells);
    else if (part.isRecord) writeColumns(out, part, 1);
    else writeTable(out, part);
  }
}

/**
 * Replaces a server's state of this schema by what `writeSavedState` wrote, of this version of the game or of an older
 * one. Rows keep their ids, and views of rows that are still there stay good. What was read is then what viewers know:
 * those that were told of an earlier state need a snapshot.
 *
 * Takes hostile bytes, and allocates in proportion to them and to `schema`. Throws SCHEMA_INCOMPATIBLE for a state that
 * this version cannot hold, BAD_FRAME or BAD_SCHEMA for bytes that are no saved state, and then leaves `state` as it was.
 */
export function readSavedState<S extends StateSchema>(from: ByteReader, schema: S, state: StateStore<S>): void {
  const format = from.u8();
  if (format !== FORMAT) from.fail(`a state was saved in format ${format}, and this version reads ${FORMAT}`);
  const saved = readSchema(from);
  const scratch = createState(schema);
  // All of the schema is held against ours before anything is read by it.
  const bodies = saved.map((part) => bodyReader(part, schema, scratch));
  for (const readBody of bodies) readBody(from);

  const names = new Set(saved.map(({ name }) => name));
  state.parts.forEach((part, index) => {
    const read = scratch.parts[index];
    if (read !== undefined && names.has(part.name)) replace(part, read);
  });
  state.settleAll();
}

// Writing.

function schemaText(schema: StateSchema): string {
  return JSON.stringify(Object.entries(schema).map(([name, part]) => [name, part.type, ...describePart(part)]));
}

function describePart(part: PartSchema): readonly unknown[] {
  return part.type === 'grid'
    ? [part.width, part.height, part.of.spec]
    : [columnsOf(part).map(([name, { spec }]) => [name, spec])];
}

function writeTable(out: ByteWriter, table: TableStore): void {
  let last = 0;
  const writeHead = (place: number): void => {
    out.varint(place - last);
    out.varint(table.generation[place] ?? 0);
    last = place;
  };
  for (let place = 1; place <= table.highest; place++) {
    if (table.alive[place] !== 1) continue;
    writeHead(place);
    writeColumns(out, table, place);
  }
  out.varint(0);
  last = 0;
  for (let place = 1; place <= table.maxRows; place++) {
    if (table.alive[place] !== 1 && table.generation[place] !== 0) writeHead(place);
  }
  out.varint(0);
}

function writeColumns(out: ByteWriter, table: TableStore, place: number): void {
  for (const { codec, data } of table.columns) writeRaw(out, codec, data[place]);
}

// The schema that was written.

type SavedPart = SavedTable | SavedGrid;

interface SavedTable {
  readonly type: 'table' | 'record';
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: AnyField }[];
}

interface SavedGrid {
  readonly type: 'grid';
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly of: AnyField;
  readonly codec: IntCodec<unknown>;
}

/** Lists all the way down to the specs, which `fieldOf` checks: no key of a file is ever looked up or assigned. */
function readSchema(from: ByteReader): readonly SavedPart[] {
  const text = from.text(from.left);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return from.fail('the schema of a saved state is not JSON');
  }
  const parts = listOf(from, given).map((part) => savedPart(from, part));
  checkDistinct(from, parts);
  return parts;
}

function savedPart(from: ByteReader, given: unknown): SavedPart {
  const [name, type, ...rest] = listOf(from, given);
  if (typeof name !== 'string') return from.fail('a part of a saved state has no name');
  if (type === 'grid') return savedGrid(from, name, rest);
  if (type !== 'table' && type !== 'record') return from.fail('a part of a saved state is of an unknown type');
  const columns = listOf(from, rest[0]).map((column) => {
    const [columnName, spec] = listOf(from, column);
    if (typeof columnName !== 'string') return from.fail('a column of a saved state has no name');
    return { name: columnName, type: fieldOf(spec) };
  });
  checkDistinct(from, columns);
  return { type, name, columns };
}

function savedGrid(from: ByteReader, name: string, [width, height, spec]: readonly unknown[]): SavedGrid {
  if (!isSize(width) || !isSize(height)) return from.fail('a grid of a saved state has no size');
  const of = fieldOf(spec);
  const { codec } = of;
  if (codec.store !== 'int') return from.fail('a grid of a saved state has no whole-number cells');
  return { type: 'grid', name, width, height, of, codec };
}

function listOf(from: ByteReader, given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : from.fail('the schema of a saved state has no list where one is due');
}

function isSize(given: unknown): given is number {
  return Number.isInteger(given) && Number(given) > 0;
}

function checkDistinct(from: ByteReader, named: readonly { readonly name: string }[]): void {
  if (new Set(named.map(({ name }) => name)).size !== named.length) {
    from.fail('a name stands twice in the schema of a saved state');
  }
}

// Reading bodies. `scratch` is fresh and of the schema that is read into.

type BodyReader = (from: ByteReader) => void;

/** Reads the body of a saved part into the part of its name, or past it where there is none any more. */
function bodyReader(saved: SavedPart, schema: StateSchema, scratch: StateStore): BodyReader {
  const index = scratch.parts.findIndex(({ name }) => name === saved.name);
  const part = scratch.parts[index];
  const next = Object.values(schema)[index];
  if (next !== undefined && next.type !== saved.type) {
    throw incompatible(saved.name, `a ${saved.type} cannot become a ${next.type}`);
  }
  if (saved.type !== 'grid') return tableReader(saved, part?.type === 'table' ? part : undefined);
  return part?.type === 'grid' && next?.type === 'grid' ? gridReader(saved, part, next) : gridReader(saved);
}

function tableReader(saved: SavedTable, table?: TableStore): BodyReader {
  const columns = saved.columns.map(({ name, type }) => {
    const column = table?.columns.find((one) => one.name === name);
    const { codec } = type;
    return column === undefined
      ? { codec, put: () => {} }
      : { codec, put: putInto(column.data, conversion(`${saved.name}.${name}`, type, column.type)) };
  });
  const readColumns = (from: ByteReader, place: number): void => {
    for (const { codec, put } of columns) put(place, readRaw(from, codec));
  };
  if (saved.type === 'record') return (from) => readColumns(from, 1);
  const maxRows = table?.maxRows ?? MAX_ROWS;
  return (from) => {
    eachPlace(from, (place, generation) => {
      if (place > maxRows) {
        throw incompatible(saved.name, `a row lives in place ${place}, and maxRows is now ${maxRows}`);
      }
      table?.occupy(place, generation);
      readColumns(from, place);
    });
    eachPlace(from, (place, generation) => {
      if (table === undefined || place > maxRows) return;
      if (table.alive[place] === 1) from.fail('a place is said to be vacant and has a row');
      table.generation[place] = generation;
    });
  };
}

function putInto(data: Int32Array | Float64Array | unknown[], convert: Conversion) {
  return (place: number, raw: unknown): void => {
    data[place] = convert(raw) as never;
  };
}

/** A list of ascending places with their generations. */
function eachPlace(from: ByteReader, read: (place: number, generation: number) => void): void {
  let place = 0;
  for (let gap = from.varint(); gap !== 0; gap = from.varint()) {
    place += gap;
    if (place > MAX_ROWS) from.fail('a place is out of range');
    const generation = from.varint();
    if (generation > 0xffff) from.fail('a generation is out of range');
    read(place, generation);
  }
}

function gridReader(saved: SavedGrid, grid?: GridStore, next?: GridSchema): BodyReader {
  if (grid !== undefined && (saved.width !== grid.width || saved.height !== grid.height)) {
    const sizes = `${saved.width} x ${saved.height} cells cannot become ${grid.width} x ${grid.height}`;
    throw incompatible(saved.name, sizes);
  }
  const convert = next === undefined ? asItIs : conversion(`${saved.name}.cells`, saved.of, next.of);
  const count = saved.width * saved.height;
  return (from) => {
    for (let index = 0; index < count; ) {
      const raw = readInt(from, saved.codec);
      const run = from.varint();
      if (run === 0 || run > count - index) from.fail('a run of cells is empty or leaves the grid');
      grid?.cells.fill(Number(convert(raw)), index, index + run);
      index += run;
    }
  };
}

type Conversion = (raw: unknown) => unknown;

const asItIs: Conversion = (raw) => raw;

/** From raw values of the saved type to those of the type there is now. Throws SCHEMA_INCOMPATIBLE where there is no way. */
function conversion(where: string, saved: AnyField, next: AnyField): Conversion {
  if (saved.signature === next.signature) return asItIs;
  const reason = whyNotWidening(saved.spec, next.spec);
  if (reason !== null) throw incompatible(where, reason);
  return (raw) => {
    const converted: unknown = next.codec.quantise(toValue(saved.codec, raw));
    if (converted !== null && !Number.isNaN(converted)) return converted;
    throw incompatible(where, `a value of ${saved.signature} is none of ${next.signature}`);
  };
}

function toValue(codec: Codec<unknown>, raw: unknown): unknown {
  return codec.store === 'boxed' ? codec.toValue(raw) : codec.toValue(Number(raw));
}

function incompatible(where: string, reason: string): GameError<'SCHEMA_INCOMPATIBLE'> {
  return new GameError(
    'SCHEMA_INCOMPATIBLE',
    `This version of the game cannot read a state that another one saved: ${where}: ${reason}.`,
    { where, reason },
  );
}

// Taking over what was read.

function replace(part: PartStore, read: PartStore): void {
  if (part.type === 'grid' && read.type === 'grid') part.cells.set(read.cells);
  else if (part.type === 'table' && read.type === 'table') replaceRows(part, read);
}

function replaceRows(table: TableStore, read: TableStore): void {
  for (let place = 1; place <= table.maxRows; place++) {
    const generation = read.generation[place] ?? 0;
    const isKept = read.alive[place] === 1 && table.generation[place] === generation;
    if (table.alive[place] === 1 && !isKept) table.vacate(place);
    if (read.alive[place] !== 1) table.generation[place] = generation;
    else if (table.alive[place] !== 1) table.occupy(place, generation);
  }
  table.columns.forEach((column, index) => {
    const values = read.columns[index]?.data ?? [];
    for (let place = 1; place <= read.highest; place++) column.data[place] = values[place] as never;
  });
}
