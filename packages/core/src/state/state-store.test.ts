import { describe, expect, test } from 'vitest';
import { text, u8, u16 } from '../schema/field.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { hashState } from './hash.ts';
import { toJson } from './json.ts';
import { createState } from './state-store.ts';

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

describe('JSON', () => {
  test('holds what its reader may see and nothing else', () => {
    const state = createState(schema);
    state.view.ships.add({ name: 'a', hp: 9, ammo: 5, seed: 77 }, { owner: { number: 1 } });
    state.view.round.secret = 3;
    state.view.tiles.set(0, 1, 4);
    const everyones = { name: 'a', hp: 9, owner: 1 };
    const rest = { round: { number: 0 }, tiles: { width: 2, height: 2, cells: [0, 0, 4, 0] } };
    expect(toJson(state, 0)).toEqual({ ships: { 1: everyones }, ...rest });
    expect(toJson(state, 2)).toEqual({ ships: { 1: everyones }, ...rest });
    expect(toJson(state, 1)).toEqual({ ships: { 1: { ...everyones, ammo: 5 } }, ...rest });
    expect(toJson(state, 'server')).toMatchObject({ ships: { 1: { seed: 77 } }, round: { secret: 3 } });
  });
});

describe('fingerprints', () => {
  test('tell states apart that differ in one field, one owner or one place, for eyes that see it', () => {
    const build = (change: (state: ReturnType<typeof createState<typeof schema>>['view']) => void) => {
      const state = createState(schema);
      state.view.ships.add({ name: 'a', hp: 1 });
      change(state.view);
      return state;
    };
    const base = build(() => {});
    for (const other of [
      build(({ ships }) => void ships.add({})),
      build(({ ships }) => Object.assign(ships.get(1) ?? {}, { hp: 2 })),
      build(({ ships }) => Object.assign(ships.get(1) ?? {}, { name: 'b' })),
      build(({ tiles }) => tiles.set(1, 1, 1)),
      build(({ round }) => Object.assign(round, { number: 1 })),
    ]) {
      expect(hashState(other, 0)).not.toBe(hashState(base, 0));
    }
    const hidden = build(({ round }) => Object.assign(round, { secret: 1 }));
    expect(hashState(hidden, 0)).toBe(hashState(base, 0));
    expect(hashState(hidden, 'server')).not.toBe(hashState(base, 'server'));
  });
});
