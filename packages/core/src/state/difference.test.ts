import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDeed, anySchema, doDeed } from '../codec/any-state.test-support.ts';
import { PretendViewer, Stage } from '../codec/pretend-viewer.test-support.ts';
import { bytes, list, text } from '../schema/boxed-field.ts';
import { f32, u8 } from '../schema/field.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { firstDifference } from './difference.ts';
import { hashState } from './hash.ts';

const schema = {
  ships: table(
    { x: u8, y: f32, name: text(8), marks: list(u8, 4), packed: bytes(4), plan: u8.visibleTo('team'), side: u8 },
    { team: 'side' },
  ),
  tiles: grid({ width: 3, height: 2, of: u8 }),
  round: record({ number: u8 }),
};
type View = Stage<typeof schema>['state']['view'];

/** What somebody of team 1 holds once these things have happened. */
function heldAfter(change: (view: View) => void, team = 1) {
  const stage = new Stage(schema);
  for (const name of ['a', 'b', 'c']) {
    stage.state.view.ships.add({ name, side: 1, marks: [1, 2], packed: Uint8Array.of(1) });
  }
  change(stage.state.view);
  stage.publish();
  return new PretendViewer(stage, 0, team).mirror.store;
}
const setShip = (id: number, change: object) => (view: View) => Object.assign(view.ships.get(id) ?? {}, change);
const removeShip = (id: number) => (view: View) => view.ships.remove(view.ships.get(id) ?? view.ships.add({}));

describe('the first difference of two mirrors', () => {
  test.each([
    ['a number', setShip(2, { x: 1 }), { table: 'ships', row: 2, field: 'x' }],
    ['a float', setShip(2, { y: 0.5 }), { table: 'ships', row: 2, field: 'y' }],
    ['a text', setShip(3, { name: 'd' }), { table: 'ships', row: 3, field: 'name' }],
    ['a list', setShip(3, { marks: [1, 3] }), { table: 'ships', row: 3, field: 'marks' }],
    ['bytes', setShip(3, { packed: Uint8Array.of(2) }), { table: 'ships', row: 3, field: 'packed' }],
    ['what its team may see', setShip(1, { plan: 5 }), { table: 'ships', row: 1, field: 'plan' }],
    ['whether it may see it', setShip(1, { side: 2 }), { table: 'ships', row: 1, field: 'plan' }],
    ['a row less', removeShip(2), { table: 'ships', row: 2, field: '' }],
    ['a row more', (view: View) => view.ships.add({}), { table: 'ships', row: 4, field: '' }],
    ['a cell', (view: View) => view.tiles.set(1, 1, 3), { table: 'tiles', row: 4, field: 'cells' }],
    ['a record', (view: View) => Object.assign(view.round, { number: 3 }), { table: 'round', row: 1, field: 'number' }],
  ])('names %s', (_, change, difference) => {
    const base = heldAfter(() => {});
    expect(firstDifference(base, heldAfter(change))).toEqual(difference);
    expect(firstDifference(heldAfter(change), base)).toEqual(difference);
  });

  test('names a row that was replaced by the id that the first of the two has', () => {
    const base = heldAfter(() => {});
    const other = heldAfter((view) => {
      removeShip(2)(view);
      view.ships.add({});
    });
    expect(firstDifference(base, other)).toEqual({ table: 'ships', row: 2, field: '' });
    expect(firstDifference(other, base)).toEqual({ table: 'ships', row: 0x10002, field: '' });
  });

  test('is the first in order of the schema, then of places, then of fields', () => {
    const all = [setShip(3, { x: 1 }), setShip(2, { name: 'z', y: 1 }), (view: View) => view.tiles.fill(1)];
    const other = heldAfter((view) => {
      for (const change of all) change(view);
    });
    expect(
      firstDifference(
        heldAfter(() => {}),
        other,
      ),
    ).toEqual({ table: 'ships', row: 2, field: 'y' });
  });

  test('is there exactly where checksums differ', () => {
    fc.assert(
      fc.property(
        anySchema,
        fc.array(anyDeed, { maxLength: 12 }),
        fc.array(anyDeed, { maxLength: 2 }),
        (random, deeds, more) => {
          const [one, other] = [deeds, [...deeds, ...more]].map((list) => {
            const stage = new Stage(random);
            for (const deed of list) doDeed(stage.state, deed);
            stage.publish();
            return new PretendViewer(stage, 1, 2).mirror.store;
          });
          if (one === undefined || other === undefined) return;
          expect(firstDifference(one, other) === null).toBe(hashState(one, 1) === hashState(other, 1));
        },
      ),
      { numRuns: 300 },
    );
  });
});
