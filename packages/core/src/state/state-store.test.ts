import { describe, expect, expectTypeOf, test } from 'vitest';
import { Publication } from '../codec/publication.ts';
import { text } from '../schema/boxed-field.ts';
import { u8, u16 } from '../schema/field.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { toJson } from './json.ts';
import { createMirror, createState } from './state-store.ts';

const schema = {
  ships: table({ name: text(8), hp: u8, ammo: u8.visibleTo('owner'), seed: u16.visibleTo('nobody') }, { maxRows: 3 }),
  round: record({ number: u16, secret: u8.visibleTo('nobody') }),
  tiles: grid({ width: 2, height: 2, of: u8 }),
};

describe('rows', () => {
  test('are found by id while they live, and never by the id of one before them', () => {
    const { ships } = createState(schema).view;
    const first = ships.add({ hp: 1 });
    const second = ships.add({ hp: 2 });
    expect([first.id, second.id]).toEqual([1, 2]);
    expect(ships.remove(first)).toBe(true);
    expect(ships.remove(first)).toBe(false);
    const third = ships.add({ hp: 3 });
    expect(ships.get(first.id)).toBeUndefined();
    expect(ships.get(third.id)?.hp).toBe(3);
    expect([...ships].map((ship) => ship.hp)).toEqual([3, 2]);
    expect(ships.size).toBe(2);
  });

  test('that were removed refuse to be read or written, also when their place has a new row', () => {
    const { ships } = createState(schema).view;
    const gone = ships.add({ hp: 1 });
    ships.remove(gone);
    ships.add({ hp: 2 });
    expect(() => gone.hp).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    expect(() => {
      gone.hp = 9;
    }).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    expect(ships.get(0x10001)?.hp).toBe(2);
  });

  test('stop at maxRows with a sentence that says so', () => {
    const { ships } = createState(schema).view;
    for (let i = 0; i < 3; i++) ships.add({});
    expect(() => ships.add({})).toThrow(/full: its maxRows is 3/);
  });

  test('can be removed and added while they are iterated', () => {
    const { ships } = createState(schema).view;
    for (let i = 1; i <= 3; i++) ships.add({ hp: i });
    const seen: number[] = [];
    for (const ship of ships) {
      seen.push(ship.hp);
      const second = ships.get(2);
      if (ship.hp === 1 && second !== undefined) ships.remove(second);
    }
    expect(seen).toEqual([1, 3]);
  });

  test('of which a field is refused are not added at all', () => {
    const state = createState(schema);
    expect(() => state.view.ships.add({ hp: 999 })).toThrow(expect.objectContaining({ code: 'BAD_WRITE' }));
    expect(state.view.ships.size).toBe(0);
  });

  test('belong to a seat whose number is a number of a seat', () => {
    const { ships } = createState(schema).view;
    expect(ships.add({}, { owner: { number: 65_535 } }).owner).toBe(65_535);
    for (const number of [65_536, -1, 0.5, Number.NaN]) {
      expect(() => ships.add({}, { owner: { number } })).toThrow(expect.objectContaining({ code: 'BAD_WRITE' }));
    }
  });

  test('print as what they hold', () => {
    const state = createState(schema);
    state.view.ships.add({ name: 'a', hp: 9 }, { owner: { number: 1 } });
    expect(JSON.parse(JSON.stringify(state.view.ships.get(1)))).toEqual({
      id: 1,
      owner: 1,
      name: 'a',
      hp: 9,
      ammo: 0,
      seed: 0,
    });
  });

  test('start at their zeros, whatever the row before them held', () => {
    const { ships } = createState(schema).view;
    ships.remove(ships.add({ name: 'old', hp: 7, ammo: 7 }, { owner: { number: 2 } }));
    const fresh = ships.add({});
    expect([fresh.name, fresh.hp, fresh.ammo, fresh.owner]).toEqual(['', 0, 0, 0]);
  });
});

describe('grids', () => {
  test('answer 0 outside and refuse to be written there', () => {
    const { tiles } = createState(schema).view;
    tiles.set(1, 0, 5);
    expect([tiles.at(1, 0), tiles.at(2, 0), tiles.at(-1, 0), tiles.at(0.5, 0)]).toEqual([5, 0, 0, 0]);
    for (const [x, y, value] of [
      [2, 0, 1],
      [0, 0, 256],
      [0, 0, Number.NaN],
    ] as const) {
      expect(() => tiles.set(x, y, value)).toThrow(expect.objectContaining({ code: 'BAD_WRITE' }));
    }
  });
});

test('in production a grid keeps what it held where a bad write has no value near', () => {
  const { tiles } = createState(schema, { badWrites: 'clamp' }).view;
  tiles.set(0, 0, 5);
  tiles.set(0, 0, Number.NaN);
  tiles.set(1, 0, 999);
  tiles.set(9, 9, 1);
  tiles.fill(Number.NaN);
  expect([...Array.from(tiles.cells)]).toEqual([5, 255, 0, 0]);
});

describe('rows of a seat that has gone', () => {
  test('belong to nobody, in every table', () => {
    const { view, ...state } = createState({ ...schema, mines: table({ x: u8 }) });
    view.ships.add({}, { owner: { number: 1 } });
    view.mines.add({}, { owner: { number: 1 } });
    const others = view.mines.add({}, { owner: { number: 2 } });
    expect(view.mines.ownedBy({ number: 1 })?.id).toBe(1);
    for (const part of state.parts) if (part.type === 'table') part.disown({ number: 1 });
    expect([view.ships.ownedBy({ number: 1 }), view.mines.ownedBy({ number: 1 })]).toEqual([undefined, undefined]);
    expect(view.mines.ownedBy({ number: 2 })).toBe(others);
  });
});

describe('what a client holds', () => {
  test('cannot be written, and has nothing of what it may not see', () => {
    const { view } = createMirror(schema, 1);
    const { round } = view;
    expect(() => Object.assign(round, { number: 3 })).toThrow(TypeError);
    expect(round.number).toBe(0);
    expect('secret' in round).toBe(false);
    expectTypeOf(round).toEqualTypeOf<{ readonly number: number }>();
    // @ts-expect-error a hidden field does not exist
    expect(round.secret).toBeUndefined();
  });

  test('answers undefined for private fields until they are granted, and again once they are not', () => {
    const { store, view } = createMirror(schema, 1);
    const ships = store.table('ships');
    ships.occupy(1, 0);
    const ship = view.ships.get(1);
    expect(ship?.ammo).toBeUndefined();
    ships.columns.forEach(({ data }) => {
      data[1] = 5 as never;
    });
    ships.grant(1, ships.ownerMask);
    expect(ship?.ammo).toBe(5);
    ships.revoke(1);
    expect([ship?.ammo, ship?.hp]).toEqual([undefined, 5]);
  });
});

describe('who may see private columns of a row', () => {
  const { view, ...state } = createState({
    hands: table({ cards: u8.visibleTo('owner'), plan: u8.visibleTo('team'), side: u16, open: u8 }, { team: 'side' }),
    open: table({ x: u8 }),
  });
  view.hands.add({ side: 7 }, { owner: { number: 1 } });
  view.hands.add({}, {});
  view.open.add({}, { owner: { number: 1 } });
  for (const part of state.parts) part.settleAll();
  const [hands, open] = state.parts.map((part) => (part.type === 'table' ? part : undefined));

  test.each([
    ['its owner all of them, whatever team that is on', 1, 1, 0, 3],
    ['its owner who is on its team', 1, 1, 7, 3],
    ['the team what is the team’s', 1, 2, 7, 2],
    ['somebody of another team nothing', 1, 2, 6, 0],
    ['somebody without a team nothing', 1, 2, 0, 0],
    ['a spectator of the team what is the team’s', 1, 0, 7, 2],
    ['nobody in particular nothing', 1, 0, 0, 0],
    ['of a row of nobody’s and no team, nobody anything', 2, 0, 0, 0],
  ])('%s', (_, place, seat, team, columns) => {
    expect(hands?.accessAt(place, seat, team)).toBe(columns);
    expect(open?.accessAt(1, seat, team)).toBe(0);
  });
});

test('a state that was read as a whole is what viewers know', () => {
  const state = createState(schema);
  const ship = state.view.ships.add({ hp: 3 });
  state.view.ships.remove(state.view.ships.add({}));
  state.view.tiles.fill(2);
  state.settleAll();
  ship.hp = 4;
  expect(toJson(state, 0)).toMatchObject({ ships: { 1: { hp: 3 } }, tiles: { cells: [2, 2, 2, 2] } });
  expect(new Publication(state).publish((part) => part.name !== 'ships')).toBe(false);
});
