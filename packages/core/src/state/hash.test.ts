import { describe, expect, test } from 'vitest';
import { bytes, json, list, text } from '../schema/boxed-field.ts';
import { f64, u8, u16 } from '../schema/field.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { hashState, hashText } from './hash.ts';
import { createState } from './state-store.ts';

const schema = {
  ships: table(
    {
      name: text(8),
      hp: u8,
      x: f64,
      marks: list(u8, 4),
      packed: bytes(4),
      extra: json(20),
      side: u16,
      ammo: u8.visibleTo('owner'),
      plan: u8.visibleTo('team'),
      seed: u8.visibleTo('nobody'),
    },
    { team: 'side' },
  ),
  round: record({ number: u16, secret: u8.visibleTo('nobody') }),
  tiles: grid({ width: 2, height: 2, of: u8 }),
  deck: grid({ width: 2, height: 2, of: u8.visibleTo('nobody') }),
};
type View = ReturnType<typeof createState<typeof schema>>['view'];

function built(change: (view: View) => void = () => {}) {
  const state = createState(schema);
  state.view.ships.add({ name: 'a', hp: 1, side: 3 }, { owner: { number: 1 } });
  state.view.ships.add({});
  change(state.view);
  state.settleAll();
  return state;
}
const eyes = (seat: number, team = 0) => ({ seat, team, rowsOf: () => null });
const setShip = (change: object) => (view: View) => Object.assign(view.ships.get(1) ?? {}, change);

describe('fingerprints', () => {
  test.each([
    ['a row more', (view: View) => view.ships.add({})],
    ['a row less', (view: View) => view.ships.remove(view.ships.get(2) ?? view.ships.add({}))],
    [
      'another row in the same place',
      (view: View) => view.ships.remove(view.ships.get(2) ?? view.ships.add({})) && view.ships.add({}),
    ],
    ['a number', setShip({ hp: 2 })],
    ['a float', setShip({ x: 5e-324 })],
    ['a text', setShip({ name: 'b' })],
    ['a list', setShip({ marks: [0] })],
    ['bytes', setShip({ packed: Uint8Array.of(0) })],
    ['JSON', setShip({ extra: [] })],
    ['a team', setShip({ side: 4 })],
    ['a record', (view: View) => Object.assign(view.round, { number: 1 })],
    ['a cell', (view: View) => view.tiles.set(1, 1, 1)],
  ])('tell states apart that differ in %s', (_, change) => {
    expect(hashState(built(change), 0)).not.toBe(hashState(built(), 0));
    expect(hashState(built(change), 'server')).not.toBe(hashState(built(), 'server'));
  });

  test.each([
    ['an owner’s field', setShip({ ammo: 9 }), [eyes(1), eyes(1, 3)], [eyes(0), eyes(2), eyes(2, 3), eyes(0, 3)]],
    ['a team’s field', setShip({ plan: 9 }), [eyes(1), eyes(2, 3), eyes(0, 3)], [eyes(0), eyes(2), eyes(2, 4)]],
    ['a hidden field', setShip({ seed: 9 }), [], [eyes(0), eyes(1), eyes(2, 3)]],
    ['a record’s hidden field', (view: View) => Object.assign(view.round, { secret: 9 }), [], [eyes(1), eyes(2, 3)]],
    ['a hidden cell', (view: View) => view.deck.fill(9), [], [eyes(1), eyes(2, 3)]],
  ])('tell states apart that differ in %s, for eyes that see it and no others', (_, change, seeing, blind) => {
    for (const one of seeing) expect(hashState(built(change), one)).not.toBe(hashState(built(), one));
    for (const one of blind) expect(hashState(built(change), one)).toBe(hashState(built(), one));
    expect(hashState(built(change), 'server')).not.toBe(hashState(built(), 'server'));
  });

  test('are of the last publication for players, and of now for the server', () => {
    const state = built();
    const before = [hashState(state, 0), hashState(state, 'server')];
    setShip({ hp: 9 })(state.view);
    expect(hashState(state, 0)).toBe(before[0]);
    expect(hashState(state, 'server')).not.toBe(before[1]);
  });

  test('are of the rows that somebody is told about', () => {
    const ofShips = { ships: schema.ships };
    const started = (...names: string[]) => {
      const state = createState(ofShips);
      for (const name of names) state.view.ships.add({ name });
      state.settleAll();
      return state;
    };
    const seeing = (...places: number[]) => ({
      seat: 0,
      team: 0,
      rowsOf: () => ({ places: Int32Array.of(...places, 1, 1), count: places.length }),
    });
    const state = started('a', 'b', 'c');
    expect(hashState(state, seeing(1, 2))).toBe(hashState(started('a', 'b'), 0));
    expect(hashState(state, seeing())).toBe(hashState(started(), 0));
    expect(hashState(state, seeing(1, 3))).not.toBe(hashState(state, seeing(1, 2)));
    expect(hashState(state, seeing(1, 2, 3))).toBe(hashState(state, 0));
  });

  test('do not take the rows of one table for those of the next', () => {
    const pair = { one: table({ x: u8 }), two: table({ x: u8 }) };
    const [a, b] = [createState(pair), createState(pair)];
    a.view.one.add({ x: 1 });
    b.view.two.add({ x: 1 });
    expect(hashState(a, 'server')).not.toBe(hashState(b, 'server'));
  });

  test('are the same on every machine', () => {
    expect(hashState(built(), 0)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashText('madang')).toBe(GOLDEN_TEXT);
    expect(hashState(built(), 1)).toBe(GOLDEN_STATE);
  });
});

const GOLDEN_TEXT = 4015083318;
const GOLDEN_STATE = '399891b066240a20';
