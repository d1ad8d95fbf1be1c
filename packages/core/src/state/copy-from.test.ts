import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDeed, anySchema, type Deed, doDeed } from '../codec/any-state.test-support.ts';
import { PretendViewer, Stage } from '../codec/pretend-viewer.test-support.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import { firstDifference } from './difference.ts';
import { hashState } from './hash.ts';
import { createState, type StateStore } from './state-store.ts';
import type { TableStore } from './table-store.ts';

const anyDeeds = fc.array(anyDeed, { maxLength: 25 });

function played(schema: StateSchema, deeds: readonly Deed[]): StateStore {
  const state = createState(schema);
  for (const deed of deeds) doDeed(state, deed);
  return state;
}
const tablesOf = (state: StateStore) => state.parts.filter((part) => part.type === 'table') as TableStore[];
/** Every row that game code could hold, with what it is a row of. */
const rowsOf = (state: StateStore) =>
  tablesOf(state).flatMap((part) =>
    (part.isRecord ? [part.viewAt(1)] : [...part]).map((row) => ({ row, id: row.id, table: part.name })),
  );

/** Ids and raw values of every row, and every cell: who was granted what is no part of it. */
const rawOf = (state: StateStore) =>
  state.parts.map((part) =>
    part.type === 'grid'
      ? Array.from(part.cells)
      : Array.from(part.alive, (alive, place) =>
          alive === 0 ? null : [part.idAt(place), ...part.columns.map(({ data }) => data[place])],
        ),
  );

describe('a state that becomes another one', () => {
  test('is the same in everything rules can see, and goes on as the other does', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, before, others, after) => {
        const state = played(schema, before);
        const other = played(schema, others);
        state.copyFrom(other);
        expect(hashState(state, 'server')).toBe(hashState(other, 'server'));
        expect(firstDifference(state, other)).toBeNull();
        expect(tablesOf(state).map(({ size, highest }) => [size, highest])).toEqual(
          tablesOf(other).map(({ size, highest }) => [size, highest]),
        );
        // New rows get the same ids: both know the same places to be free, and who was in them.
        for (const deed of after) {
          doDeed(state, deed);
          doDeed(other, deed);
        }
        expect(firstDifference(state, other)).toBeNull();
        expect(rowsOf(state).map(({ id }) => id)).toEqual(rowsOf(other).map(({ id }) => id));
        expect(hashState(state, 'server')).toBe(hashState(other, 'server'));
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the rows that are in both for whoever holds them, and refuses those that are not', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, (schema, before, more) => {
        const state = played(schema, before);
        // The other one begins as this one did, so that many rows are in both.
        const other = played(schema, [...before, ...more]);
        const held = rowsOf(state);
        state.copyFrom(other);
        for (const { row, id, table } of held) {
          const [now, there] = [state.table(table), other.table(table)];
          if (there.placeOf(id) === 0) {
            expect(() => JSON.stringify(row)).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
            expect(now.get(id)).toBeUndefined();
          } else {
            expect(now.viewAt(now.placeOf(id))).toBe(row);
            expect(JSON.stringify(row)).toBe(JSON.stringify(there.viewAt(there.placeOf(id))));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('shares nothing with it', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, before, others, after) => {
        const state = played(schema, before);
        const other = played(schema, others);
        state.copyFrom(other);
        const copied = hashState(other, 'server');
        for (const deed of after) doDeed(state, deed);
        expect(hashState(other, 'server')).toBe(copied);
        const changed = hashState(state, 'server');
        for (const deed of after) doDeed(other, { ...deed, kind: deed.kind + 50, value: deed.value + 1 });
        expect(hashState(state, 'server')).toBe(changed);
      }),
      { numRuns: 150 },
    );
  });

  test('has nothing marked, and viewers know what they knew', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, before, now, others) => {
        const stage = new Stage(schema);
        for (const deed of before) doDeed(stage.state, deed);
        stage.publish();
        const viewer = new PretendViewer(stage, 1);
        for (const deed of now) doDeed(stage.state, deed);
        stage.state.copyFrom(played(schema, others));
        expect(hashState(stage.state, viewer)).toBe(hashState(viewer.mirror.store, 1));
        for (const part of tablesOf(stage.state)) {
          expect([part.touchedCount, part.hasStructuralChanges, part.hasAccessChanges]).toEqual([0, false, false]);
          expect(part.dirty.every((bits) => bits === 0)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('may be one that a client plays ahead from what it was sent', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, before, ahead, after) => {
        const stage = new Stage(schema);
        for (const deed of before) doDeed(stage.state, deed);
        stage.publish();
        const viewer = new PretendViewer(stage, 1);
        const predicted = createState(schema);
        for (const round of [ahead, after]) {
          predicted.copyFrom(viewer.mirror.store);
          expect(rawOf(predicted)).toEqual(rawOf(viewer.mirror.store));
          const sent = hashState(viewer.mirror.store, 1);
          for (const deed of round) doDeed(predicted, deed);
          expect(hashState(viewer.mirror.store, 1)).toBe(sent);
          for (const deed of round) doDeed(stage.state, deed);
          stage.publish();
          viewer.takeDelta();
        }
      }),
      { numRuns: 150 },
    );
  });
});
