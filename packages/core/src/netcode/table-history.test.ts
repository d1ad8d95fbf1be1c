import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDeed, anySchema, doDeed } from '../codec/any-state.test-support.ts';
import { Stage } from '../codec/pretend-viewer.test-support.ts';
import { text } from '../schema/boxed-field.ts';
import { f32, u8 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { createMirror, createState } from '../state/state-store.ts';
import type { TableStore } from '../state/table-store.ts';
import { TableHistory, type TableMoment } from './table-history.ts';

const schema = { ships: table({ x: f32, hp: u8, name: text(8), ammo: u8.visibleTo('owner') }) };

/** The rows that a moment has: id and raw values by place. */
function rowsIn({ highest, ids, columns }: TableMoment) {
  const rows: unknown[] = [];
  for (let place = 1; place < ids.length; place++) {
    if (ids[place] === 0) continue;
    expect(place).toBeLessThanOrEqual(highest);
    rows.push([ids[place], ...columns.map((column) => column[place])]);
  }
  return rows;
}

/** The rows that a table has, in the same form. */
function rowsOf(rows: TableStore, source: 'sent' | 'data') {
  const places = Array.from({ length: rows.maxRows }, (_, index) => index + 1);
  const idOf = (place: number) => (source === 'sent' ? rows.sentId[place] : rows.alive[place] && rows.idAt(place));
  return places
    .filter((place) => idOf(place) !== 0)
    .map((place) => [idOf(place), ...rows.columns.map((column) => column[source][place])]);
}

describe('what a table was', () => {
  test('is remembered for the last states, whatever rules did since', () => {
    const anyDeeds = fc.array(fc.record({ deeds: fc.array(anyDeed, { maxLength: 6 }), publishes: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(anySchema, anyDeeds, fc.integer({ min: 1, max: 4 }), (made, rounds, capacity) => {
        const stage = new Stage(made);
        const kept = stage.state.parts.flatMap((part) => {
          if (part.type !== 'table') return [];
          const histories = { sent: new TableHistory(part, capacity), data: new TableHistory(part, capacity) };
          return [{ part, histories, expected: { sent: [] as unknown[][], data: [] as unknown[][] } }];
        });
        rounds.forEach(({ deeds, publishes }, tick) => {
          for (const deed of deeds) doDeed(stage.state, deed);
          if (publishes) stage.publish();
          for (const { part, histories, expected } of kept) {
            for (const source of ['sent', 'data'] as const) {
              histories[source].record(tick, source);
              expected[source] = [...expected[source], rowsOf(part, source)].slice(-capacity);
              expect(histories[source].moments.map(rowsIn)).toEqual(expected[source]);
              expect(histories[source].newest?.tick).toBe(tick);
            }
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  test('at later ticks is void once an earlier one is remembered again', () => {
    const state = createState(schema);
    const history = new TableHistory(state.table('ships'), 5);
    for (const tick of [10, 11, 12, 13]) history.record(tick);
    history.record(12);
    expect(history.moments.map(({ tick }) => tick)).toEqual([10, 11, 12]);
    history.record(12);
    expect(history.moments.map(({ tick }) => tick)).toEqual([10, 11, 12]);
    history.forgetAll();
    expect([history.moments.length, history.newest]).toEqual([0, undefined]);
  });

  test('says of each state another number, also where its memory is used again for the same tick', () => {
    const history = new TableHistory(createState(schema).table('ships'), 2);
    const serials = [1, 2, 2, 1, 2, 3, 4, 5, 5].map((tick) => {
      history.record(tick);
      return history.newest?.serial;
    });
    expect(new Set(serials).size).toBe(serials.length);
  });

  test('has none of the rows that its memory held before', () => {
    const state = createState(schema);
    const ships = Array.from({ length: 40 }, () => state.view.ships.add({ name: 'old' }));
    const history = new TableHistory(state.table('ships'), 1);
    history.record(1, 'data');
    for (const ship of ships) state.view.ships.remove(ship);
    history.record(2, 'data');
    const [moment] = history.moments;
    expect(Array.from(moment?.ids ?? []).filter((id) => id !== 0)).toEqual([]);
    expect(moment?.highest).toBe(0);
  });

  test('has on a client the private fields that it was told then', () => {
    const { store } = createMirror(schema, 1);
    const ships = store.table('ships');
    for (const place of [1, 2]) ships.occupy(place, 0);
    ships.grant(2, ships.ownerMask);
    const history = new TableHistory(ships, 2);
    history.record(1);
    ships.revoke(2);
    history.record(2);
    const bit = ships.ownerMask;
    expect(history.moments.map(({ granted }) => [granted[1], granted[2]])).toEqual([
      [0, bit],
      [0, 0],
    ]);
  });

  test('takes new memory for as many states as it remembers, and no more', () => {
    const state = createState(schema);
    const history = new TableHistory(state.table('ships'), 3);
    const seen = new Set<object>();
    for (let tick = 1; tick < 50; tick++) {
      history.record(tick);
      for (const moment of history.moments) seen.add(moment);
    }
    expect(seen.size).toBe(3);
  });
});
