import { createState, type TableStore, table, u8 } from '@madang/core';
import { Publication } from '@madang/core/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IN_SYNC, VisibleRows } from './visible-rows.ts';

const PLACES = 40;
const SEAT = 1;

/** Rows that come and go as a test says. */
class ListedRows extends VisibleRows {
  staying: ReadonlySet<number> = new Set();
  coming: readonly number[] = [];

  refresh(number: number): void {
    this.left.clear();
    this.retain((place) => this.staying.has(place));
    for (const place of this.coming) this.entering.push(place);
    this.admit(number);
  }

  lookAnew(): void {}

  get entries(): { place: number; id: number; wait: number }[] {
    return Array.from({ length: this.count }, (_, at) => ({
      place: this.places[at] ?? 0,
      id: this.ids[at] ?? 0,
      wait: this.waits[at] ?? 0,
    }));
  }
}

function fullTable(): { table: TableStore; publish: () => void } {
  const state = createState({ rows: table({ x: u8 }, { maxRows: PLACES }) });
  const publication = new Publication(state);
  for (let i = 0; i < PLACES; i++) state.view.rows.add({});
  publication.publish();
  return { table: state.table('rows'), publish: () => publication.publish() };
}

const anyPlaces = fc.array(fc.integer({ min: 1, max: PLACES }), { maxLength: 60 });
const anyTurns = fc.array(
  fc.record({ staying: anyPlaces, coming: anyPlaces, told: anyPlaces, replaced: fc.array(fc.nat(PLACES - 1)) }),
  { minLength: 1, maxLength: 12 },
);

describe('the rows that a seat is told about', () => {
  test('are a set in order of places, whatever comes, in whatever order and however often', () => {
    fc.assert(
      fc.property(anyTurns, (turns) => {
        const { table: source, publish } = fullTable();
        const rows = new ListedRows(source, SEAT);
        const waits = new Map<number, { id: number; wait: number }>();
        turns.forEach(({ staying, coming, told, replaced }, index) => {
          const number = index + 1;
          for (const at of new Set(replaced)) {
            const row = source.get(source.sentId[at + 1] ?? 0);
            if (row !== undefined) source.remove(row);
          }
          while (source.size < PLACES) source.add({});
          publish();
          const left: number[] = [];
          for (const [place, { id, wait }] of waits) {
            if (staying.includes(place) && id === source.sentId[place]) continue;
            waits.delete(place);
            if (wait >= 0) left.push(place);
          }
          for (const place of coming) {
            if (!waits.has(place)) waits.set(place, { id: source.sentId[place] ?? 0, wait: -number });
          }
          Object.assign(rows, { staying: new Set(staying), coming });
          rows.refresh(number);
          const expected = [...waits].sort(([a], [b]) => a - b).map(([place, entry]) => ({ place, ...entry }));
          expect(rows.entries).toEqual(expected);
          rows.left.sort();
          expect([...rows.left.items.subarray(0, rows.left.count)]).toEqual(left.sort((a, b) => a - b));
          const everywhere = Array.from({ length: PLACES + 2 }, (_, place) => place);
          expect(everywhere.map((place) => rows.indexOf(place))).toEqual(
            everywhere.map((place) => expected.findIndex((one) => one.place === place)),
          );
          for (const place of told) {
            const entry = waits.get(place);
            if (entry === undefined) continue;
            entry.wait = IN_SYNC;
            rows.waits[rows.indexOf(place)] = IN_SYNC;
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  test('are all told after a snapshot, and forgotten by a reset', () => {
    const rows = new ListedRows(fullTable().table, SEAT);
    Object.assign(rows, { coming: [9, 3, 9, 40] });
    rows.refresh(7);
    expect(rows.entries.map(({ place, wait }) => [place, wait])).toEqual([
      [3, -7],
      [9, -7],
      [40, -7],
    ]);
    rows.settle();
    expect(rows.entries.every(({ wait }) => wait === IN_SYNC)).toBe(true);
    rows.reset();
    expect([rows.count, rows.left.count]).toEqual([0, 0]);
  });
});
