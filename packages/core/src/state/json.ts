/**
 * State as JSON, for gateways, logs and tools: what one viewer may see and nothing else.
 *
 *   table    { "<row id>": { each visible field, "owner": seat number or 0 } }
 *   record   { each visible field }
 *            a field of bytes is a list of numbers; one of steps has as many decimals as tell them apart, which are another
 *            spelling of the same value to whoever reads it back
 *   grid     { "width", "height", "cells": [row by row] }; a hidden grid is absent
 */
import type { JsonObject, JsonValue } from '../json-value.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import { eachSeenRow, isGridSeen, type Viewer } from './seen.ts';
import type { StateStore } from './state-store.ts';
import { columnAt, type TableStore } from './table-store.ts';

/** The state as a viewer may see it; anybody but the server sees it as it was last published. */
export function toJson<S extends StateSchema>(state: StateStore<S>, viewer: Viewer): JsonObject {
  const json: Record<string, JsonValue> = {};
  const isLive = viewer === 'server';
  for (const part of state.parts) {
    if (part.type === 'grid') {
      if (!isGridSeen(part, viewer)) continue;
      json[part.name] = {
        width: part.width,
        height: part.height,
        cells: Array.from(isLive ? part.cells : part.sent),
      };
      continue;
    }
    const rows: Record<string, JsonValue> = {};
    eachSeenRow(part, viewer, (place, columns) => {
      rows[(isLive ? part.idAt(place) : part.sentId[place]) ?? 0] = rowToJson(part, place, columns, isLive);
    });
    json[part.name] = part.isRecord ? (rows[1] ?? {}) : rows;
  }
  return json;
}

function rowToJson(table: TableStore, place: number, columns: number, isLive: boolean): JsonObject {
  const json: Record<string, JsonValue> = {};
  for (let rest = columns; rest !== 0; rest &= rest - 1) {
    const column = columnAt(table, rest);
    const values = isLive ? column.data : column.sent;
    const { codec } = column;
    const value = codec.store === 'boxed' ? codec.toValue(values[place]) : codec.toValue(Number(values[place]));
    if (value instanceof Uint8Array) json[column.name] = Array.from(value);
    else if (typeof value === 'number' && codec.store === 'int' && codec.decimals !== undefined)
      json[column.name] = rounded(value, codec.decimals);
    else json[column.name] = value as JsonValue;
  }
  return json;
}

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
