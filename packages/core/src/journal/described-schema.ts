/** The schema of a state as plain data, so that a recording can be read by who does not have its game. */
import type { JsonValue } from '../json-value.ts';
import { isJsonObject } from '../json-value.ts';
import type { AnyField, Fields, Visibility } from '../schema/field.ts';
import { type FieldSpec, fieldOf } from '../schema/field-spec.ts';
import {
  badSchema,
  checkName,
  columnsOf,
  type GridSchema,
  grid,
  type PartSchema,
  type RecordSchema,
  record,
  type StateSchema,
  type TableSchema,
  table,
} from '../schema/state-schema.ts';

const VISIBILITIES: readonly unknown[] = ['everyone', 'owner', 'team', 'nobody'];

/** The most parts that a described state may have. */
const PARTS_MAX = 256;

/** The most values that a described state may have room for: a few words must not have gigabytes allocated. */
const VALUES_MAX = 2 ** 24;

/** A schema as JSON, from which `schemaOf` makes an equal one. */
export function describeSchema(schema: StateSchema): JsonValue {
  return Object.entries(schema).map(([name, part]): JsonValue => {
    if (part.type === 'grid')
      return { name, type: 'grid', width: part.width, height: part.height, of: describe(part.of) };
    const fields = describeFields(part.fields);
    if (part.type === 'record') return { name, type: 'record', fields };
    return { name, type: 'table', fields, maxRows: part.maxRows, team: part.team };
  });
}

/** The fields of a message or a part, in their order. */
export function describeFields(fields: Fields): JsonValue {
  return Object.entries(fields).map(([name, type]): JsonValue => ({ name, ...describe(type) }));
}

/** Makes a schema of what may be anything. Throws BAD_SCHEMA. */
export function schemaOf(described: unknown): StateSchema {
  const schema = new Map<string, PartSchema>();
  let values = 0;
  for (const given of listOf(described, 'state')) {
    const { name, ...rest } = objectOf(given, 'state');
    if (typeof name !== 'string') throw badSchema('state', 'a part has no name');
    checkName('state', name);
    if (schema.has(name) || schema.size >= PARTS_MAX)
      throw badSchema(`state ${name}`, 'it is there twice, or one too many');
    const part = partOf(name, rest);
    values += part.type === 'grid' ? part.width * part.height : rowsOf(part) * columnsOf(part).length;
    if (values > VALUES_MAX) throw badSchema(`state ${name}`, `there is room for more than ${VALUES_MAX} values`);
    schema.set(name, part);
  }
  return Object.fromEntries(schema);
}

/** Makes the fields that `describeFields` described. Throws BAD_SCHEMA. */
export function fieldsFrom(described: unknown): Fields {
  const fields = new Map<string, AnyField>();
  for (const given of listOf(described, 'fields')) {
    const { name, spec, visibility } = objectOf(given, 'fields');
    if (typeof name !== 'string') throw badSchema('fields', 'a field has no name');
    checkName('fields', name);
    if (fields.has(name)) throw badSchema(`field ${name}`, 'it is there twice');
    fields.set(name, fieldFrom(spec, visibility));
  }
  return Object.fromEntries(fields);
}

/** The same state with nothing hidden and everything told at once: what is written down of a room. */
export function openSchema(schema: StateSchema): StateSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, part]): [string, PartSchema] => {
      if (part.type === 'grid') return [name, { ...part, of: opened(part.of) as GridSchema['of'], sendEvery: 1 }];
      const fields = Object.fromEntries(Object.entries(part.fields).map(([field, type]) => [field, opened(type)]));
      return [name, { ...part, fields, sendEvery: 1 }];
    }),
  );
}

function rowsOf(part: TableSchema | RecordSchema): number {
  return part.type === 'table' ? part.maxRows : 1;
}

function opened(type: AnyField): AnyField {
  return type.visibility === 'everyone' ? type : type.visibleTo('everyone');
}

function describe({ spec, visibility }: AnyField): { spec: FieldSpec & JsonValue; visibility: Visibility } {
  return { spec: spec as FieldSpec & JsonValue, visibility };
}

function partOf(name: string, given: Readonly<Record<string, unknown>>): PartSchema {
  const { type, width, height, of, fields, maxRows, team } = given;
  if (type === 'grid') {
    const { spec, visibility } = objectOf(of, name);
    return grid({ width: Number(width), height: Number(height), of: fieldFrom(spec, visibility) as GridSchema['of'] });
  }
  if (type === 'record') return record(fieldsFrom(fields));
  if (type !== 'table') throw badSchema(`state ${name}`, 'it is of an unknown type');
  return table(fieldsFrom(fields), { maxRows: Number(maxRows), ...(typeof team === 'string' ? { team } : {}) });
}

function fieldFrom(spec: unknown, visibility: unknown): AnyField {
  if (!VISIBILITIES.includes(visibility)) throw badSchema('fields', 'a field is visible to nobody that is known');
  const type = fieldOf(spec);
  return visibility === 'everyone' ? type : type.visibleTo(visibility as Visibility);
}

function listOf(given: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(given)) throw badSchema(where, 'there is no list where one is due');
  return given;
}

function objectOf(given: unknown, where: string): Readonly<Record<string, unknown>> {
  if (!isJsonObject(given as JsonValue)) throw badSchema(where, 'there is no object where one is due');
  return given as Readonly<Record<string, unknown>>;
}
