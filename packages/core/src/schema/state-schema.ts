/**
 * What a game's state is made of: tables of rows, records of exactly one row, and grids of cells. These are plain
 * descriptions; `state/state-store.ts` gives them memory.
 */
import { GameError } from '../errors.ts';
import { type AnyField, type Field, type Fields, u16, type ValueOf, type ValuesOf, type Visibility } from './field.ts';

/** All rows of one kind. */
export interface TableSchema<F extends Fields = Fields> {
  readonly type: 'table';
  readonly fields: F;
  readonly maxRows: number;
  /** The field that names a row's team, or null: nobody is on anybody's team. */
  readonly team: string | null;
  readonly sendEvery: number;
}

/** A table of exactly one row, which is always there. */
export interface RecordSchema<F extends Fields = Fields> {
  readonly type: 'record';
  readonly fields: F;
  readonly sendEvery: number;
}

/** A board of `width` x `height` whole numbers. */
export interface GridSchema {
  readonly type: 'grid';
  readonly width: number;
  readonly height: number;
  readonly of: Field<number, Visibility>;
  readonly sendEvery: number;
}

/** How often a part is sent: with every n-th state that goes out. Default 1. What changes meanwhile goes together. */
export interface Sending {
  readonly sendEvery?: number;
}

export type PartSchema = TableSchema | RecordSchema | GridSchema;
export type StateSchema = Readonly<Record<string, PartSchema>>;

/** Rows a table holds unless it says otherwise. */
export const DEFAULT_MAX_ROWS = 256;

/** Rows no table can pass: a row's place has 16 bits of its id. */
export const MAX_ROWS = 0xffff;

/** Fields of one table: its change mask is one 32-bit word, of which two bits are the owner's and the table's own. */
export const MAX_FIELDS = 30;

/** Cells of one grid. */
export const MAX_CELLS = 1 << 20;

/** States between two sendings of one part. */
export const MAX_SEND_EVERY = 1024;

/** Names that rows, tables or plain objects already use. */
const RESERVED = new Set(['id', 'owner', 'then', 'toJSON', ...Object.getOwnPropertyNames(Object.prototype)]);

/**
 * A table: rows that come and go, each with these fields. Its columns are allocated at once for `maxRows` rows (default
 * 256, at most 65,535), so memory per room is known and no frame can ask a client for more. `team` names the whole-number
 * field that says which team a row is on (0: none); fields that are `visibleTo('team')` need it.
 */
export function table<const F extends Fields>(
  fields: F,
  options: { maxRows?: number; team?: keyof F & string } & Sending = {},
): TableSchema<F> {
  const { maxRows = DEFAULT_MAX_ROWS, team = null, sendEvery = 1 } = options;
  checkFields('table', fields);
  checkSendEvery('table', sendEvery);
  if (!Number.isInteger(maxRows) || maxRows < 1 || maxRows > MAX_ROWS) {
    throw badSchema('table', `maxRows must be a whole number from 1 to ${MAX_ROWS}`);
  }
  const teamField = team === null ? undefined : fields[team];
  if (team !== null && (!/^u(8|16)$/.test(teamField?.signature ?? '') || teamField?.visibility !== 'everyone')) {
    throw badSchema(`table field ${team}`, 'the field that names a team must be u8 or u16 and visible to everyone');
  }
  for (const [name, type] of Object.entries(fields)) {
    if (type.visibility === 'team' && team === null) {
      throw badSchema(`table field ${name}`, 'a field for the team needs the option `team`, the field that names it');
    }
  }
  return { type: 'table', fields, maxRows, team, sendEvery };
}

/** A record: one row that is always there, for what a room has once (the round, the weather). */
export function record<const F extends Fields>(fields: F, { sendEvery = 1 }: Sending = {}): RecordSchema<F> {
  checkFields('record', fields);
  checkSendEvery('record', sendEvery);
  for (const [name, type] of Object.entries(fields)) {
    if (isPrivate(type)) throw badSchema(`record field ${name}`, 'a record has no owner and no team that could see it');
  }
  return { type: 'record', fields, sendEvery };
}

/**
 * A grid: boards, tiles, maps. Cells are of one whole-number type and start at 0; a hidden board is
 * `of: u8.visibleTo('nobody')`. At most 2^20 cells.
 */
export function grid(options: { width: number; height: number; of: Field<number, Visibility> } & Sending): GridSchema {
  const { width, height, of, sendEvery = 1 } = options;
  const cells = width * height;
  checkSendEvery('grid', sendEvery);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || cells > MAX_CELLS) {
    throw badSchema('grid', `width and height must be whole numbers from 1, with at most ${MAX_CELLS} cells`);
  }
  if (!/^[ui](8|16|32)$/.test(of.signature)) throw badSchema('grid', 'cells must be u8, u16, u32, i8, i16 or i32');
  if (isPrivate(of)) throw badSchema('grid', 'a grid has no owner and no team that could see it');
  return { type: 'grid', width, height, of, sendEvery };
}

/** True for a field that some seats may see and others may not. */
export function isPrivate({ visibility }: AnyField): boolean {
  return visibility === 'owner' || visibility === 'team';
}

function checkSendEvery(where: string, sendEvery: number): void {
  if (!Number.isInteger(sendEvery) || sendEvery < 1 || sendEvery > MAX_SEND_EVERY) {
    throw badSchema(where, `sendEvery must be a whole number from 1 to ${MAX_SEND_EVERY}`);
  }
}

/** Refuses names that the language or a row already uses, and more fields than a change mask has bits. */
export function checkFields(where: string, fields: Fields): void {
  const names = Object.keys(fields);
  if (names.length > MAX_FIELDS) throw badSchema(where, `it has ${names.length} fields, at most ${MAX_FIELDS} fit`);
  for (const name of names) {
    checkName(where, name);
    const velocity = fields[name]?.drawing.velocity ?? '';
    if (velocity !== '' && !isNumber(fields[velocity])) {
      throw badSchema(`${where} field ${name}`, 'it is drawn by a velocity that is not a number field beside it');
    }
  }
}

/** True for a field whose values are numbers on a line. */
export function isNumber(type: AnyField | undefined): boolean {
  return type !== undefined && /^(u8|u16|u32|i8|i16|i32|f32|f64|quantized\()/.test(type.signature);
}

/** Refuses a name that is not a plain identifier or that is taken. */
export function checkName(where: string, name: string): void {
  if (!/^[a-z][A-Za-z0-9]{0,31}$/.test(name)) {
    throw badSchema(`${where} ${name}`, 'names are letters and digits, begin with a small letter, at most 32 long');
  }
  if (RESERVED.has(name)) throw badSchema(`${where} ${name}`, 'this name is already used by rows or by the language');
}

export function badSchema(where: string, reason: string): GameError {
  return new GameError('BAD_SCHEMA', `The game's definition is not valid: ${where}: ${reason}.`, { where, reason });
}

/** The fields a table's columns hold, in wire order: its own, then the owner's seat number (0 for none). */
export function columnsOf(part: TableSchema | RecordSchema): readonly (readonly [string, AnyField])[] {
  const own = Object.entries(part.fields);
  return part.type === 'table' ? [...own, ['owner', u16]] : own;
}

type Flat<T> = { [K in keyof T]: T[K] };
type FieldsSeenBy<F extends Fields, V extends Visibility> = {
  [K in keyof F as F[K] extends Field<unknown, infer W> ? (W extends V ? K : never) : never]: F[K];
};

/**
 * A row of a table, as rules see it: every field can be read and written. It is a live view: it cannot be spread or
 * cloned, and refuses with ROW_GONE once the row was removed.
 */
export type Row<F extends Fields> = Flat<{ readonly id: number; readonly owner: number } & ValuesOf<F>>;

/** A row as a player's client sees it: hidden fields do not exist, an owner's or a team's are undefined on others' rows. */
export type SeenRow<F extends Fields> = Flat<
  { readonly id: number; readonly owner: number } & {
    readonly [K in keyof FieldsSeenBy<F, 'everyone'>]: ValueOf<F[K]>;
  } & { readonly [K in keyof FieldsSeenBy<F, 'owner' | 'team'>]: ValueOf<F[K]> | undefined }
>;

/** What may be given to a new row: any of its fields; the others start at their type's zero. */
export type RowStart<F extends Fields> = Partial<ValuesOf<F>>;

/** A seat, or its number: who owns a row. */
export type SeatRef = { readonly number: number };

/** A table as rules see it. Rows come in the order of their places; adding and removing while iterating is safe. */
export interface Table<F extends Fields> {
  /** Rows there are. */
  readonly size: number;
  /** Adds a row. Throws TABLE_FULL at `maxRows`, BAD_WRITE for a value its type does not accept. */
  add(start: RowStart<F>, options?: { owner?: SeatRef }): Row<F>;
  /** Removes a row; false where it was already gone. Its id will not name another row for a long time. */
  remove(row: Row<F>): boolean;
  /** The row of this id, or undefined where it is gone or never was. */
  get(id: number): Row<F> | undefined;
  has(id: number): boolean;
  /** The first row that a seat owns. */
  ownedBy(seat: SeatRef): Row<F> | undefined;
  [Symbol.iterator](): Iterator<Row<F>>;
}

/** A table as a client sees it. */
export interface SeenTable<F extends Fields> {
  readonly size: number;
  get(id: number): SeenRow<F> | undefined;
  has(id: number): boolean;
  ownedBy(seat: SeatRef): SeenRow<F> | undefined;
  [Symbol.iterator](): Iterator<SeenRow<F>>;
}

/** A record as rules see it. */
export type RecordRow<F extends Fields> = ValuesOf<F>;

/** A record as a client sees it. */
export type SeenRecord<F extends Fields> = { readonly [K in keyof FieldsSeenBy<F, 'everyone'>]: ValueOf<F[K]> };

/** A grid as a client sees it: x goes right, y goes down, both from 0. */
export interface SeenGrid {
  readonly width: number;
  readonly height: number;
  /** Cells row by row; a live view that must not be kept across ticks. */
  readonly cells: ArrayLike<number>;
  /** A cell, or 0 outside the grid. */
  at(x: number, y: number): number;
}

/** A grid as rules see it. */
export interface Grid extends SeenGrid {
  /** Throws BAD_WRITE outside the grid or the cells' type. */
  set(x: number, y: number, value: number): void;
  fill(value: number): void;
}

/** The state of a room as rules see it: one property per part of the schema. */
export type StateOf<S extends StateSchema> = {
  readonly [K in keyof S]: S[K] extends TableSchema<infer F>
    ? Table<F>
    : S[K] extends RecordSchema<infer F>
      ? RecordRow<F>
      : Grid;
};

/** The state of a room as a client sees it. */
export type SeenStateOf<S extends StateSchema> = {
  readonly [K in keyof S]: S[K] extends TableSchema<infer F>
    ? SeenTable<F>
    : S[K] extends RecordSchema<infer F>
      ? SeenRecord<F>
      : SeenGrid;
};
