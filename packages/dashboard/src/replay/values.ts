/** What is in a recording, by name: its schema says which parts there are and which of their fields these eyes see. */
import type { Replay } from '@madang/client/replay';
import type { AnyField, StateSchema } from '@madang/core';

export interface SeenField {
  readonly name: string;
  readonly type: AnyField;
}

/** A table or a record. */
export interface SeenPart {
  readonly name: string;
  readonly type: 'table' | 'record';
  readonly fields: readonly SeenField[];
}

export interface AnyRow {
  readonly id: number;
  readonly owner: number;
}

export interface AnyGrid {
  readonly width: number;
  readonly height: number;
  readonly cells: ArrayLike<number>;
}

const NUMBERS: ReadonlySet<string> = new Set([
  'u8',
  'u16',
  'u32',
  'i8',
  'i16',
  'i32',
  'f32',
  'f64',
  'quantized',
  'angle',
]);

/** Longer texts are cut where there is little room. */
const SHORT_LENGTH = 28;

export function isNumber({ type }: SeenField): boolean {
  return NUMBERS.has(type.spec.type);
}

/** Tables and records, in the schema's order, with the fields that are seen. */
export function partsOf(schema: StateSchema): readonly SeenPart[] {
  return Object.entries(schema).flatMap(([name, part]): SeenPart[] => {
    if (part.type === 'grid') return [];
    const fields = Object.entries(part.fields).flatMap(([field, type]) =>
      type.visibility === 'nobody' ? [] : [{ name: field, type }],
    );
    return [{ name, type: part.type, fields }];
  });
}

/** The rows of a table, or of a record its only one. */
export function rowsOf(replay: Replay, { name, type }: SeenPart): readonly AnyRow[] {
  const part: unknown = Reflect.get(replay.state, name);
  if (type === 'record') return [part as AnyRow];
  return [...(part as Iterable<AnyRow>)];
}

/** The row of this id; undefined where it is not there. A record has one row, with the id 1. */
export function rowOf(replay: Replay, { name, type }: SeenPart, id: number): AnyRow | undefined {
  const part: unknown = Reflect.get(replay.state, name);
  return type === 'record' ? (part as AnyRow) : (part as { get(id: number): AnyRow | undefined }).get(id);
}

export function fieldOf(row: AnyRow, field: string): unknown {
  return Reflect.get(row, field);
}

/** Grids that are seen, by name. */
export function gridsOf(replay: Replay): readonly AnyGrid[] {
  return Object.entries(replay.schema).flatMap(([name, part]) =>
    part.type === 'grid' && part.of.visibility === 'everyone' ? [Reflect.get(replay.state, name) as AnyGrid] : [],
  );
}

/** A value as people read it; cut where `isShort`. */
export function textOf(value: unknown, isShort = true): string {
  const text = longTextOf(value);
  return isShort && text.length > SHORT_LENGTH ? `${text.slice(0, SHORT_LENGTH - 1)}…` : text;
}

function longTextOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
  if (typeof value === 'boolean') return value ? '✓' : '·';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `${value.length} B`;
  return JSON.stringify(value);
}
