/**
 * State as JSON, for gateways, logs and tools: what one viewer may see and nothing else.
 *
 *   table    { "<row id>": { each visible field, "owner": seat number or 0 } }
 *   record   { each visible field }
 *   grid     { "width", "height", "cells": [row by row] }; a hidden grid is absent
 */
import type { JsonObject, JsonValue } from '../json-value.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import type { StateStore } from './state-store.ts';
import type { Column, TableStore, Viewer } from './table-store.ts';

/** The state as `viewer` may see it: a seat's number, 0 for somebody without a seat, or the server itself. */
export function toJson<S extends StateSchema>(state: StateStore<S>, viewer: Viewer): JsonObject {
  const json: Record<string, JsonValue> = {};
  for (const part of state.parts) {
    if (part.type === 'grid') {
      if (part.isShared || viewer === 'server') {
        json[part.name] = { width: part.width, height: part.height, cells: Array.from(part.cells) };
      }
    } else if (part.isRecord) json[part.name] = rowToJson(part, 1, viewer);
    else {
      const rows: Record<string, JsonValue> = {};
      for (let place = 1; place <= part.highest; place++) {
        if (part.alive[place] === 1) rows[part.idAt(place)] = rowToJson(part, place, viewer);
      }
      json[part.name] = rows;
    }
  }
  return json;
}

/** True when `viewer` may see this field of this row. */
export function maySee(table: TableStore, column: Column, place: number, viewer: Viewer): boolean {
  if (viewer === 'server') return true;
  switch (column.type.visibility) {
    case 'everyone':
      return true;
    case 'owner':
      return viewer !== 0 && table.ownerAt(place) === viewer;
    case 'nobody':
      return false;
  }
}

function rowToJson(table: TableStore, place: number, viewer: Viewer): JsonObject {
  const json: Record<string, JsonValue> = {};
  for (const column of table.columns) {
    if (maySee(table, column, place, viewer)) json[column.name] = valueAt(column, place);
  }
  return json;
}

function valueAt(column: Column, place: number): JsonValue {
  const value =
    column.store === 'text'
      ? column.codec.toValue(column.data[place] ?? '')
      : column.codec.toValue(column.data[place] ?? 0);
  return value as JsonValue;
}
