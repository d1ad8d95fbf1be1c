import { describe, expect, test } from 'vitest';
import { text } from '../schema/boxed-field.ts';
import { angle, f64, quantized, u8, u16 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { createMirror, createState } from '../state/state-store.ts';
import { between } from './between.ts';
import { type Ahead, PROVISIONAL_ID, type RowAt, TableAt } from './table-at.ts';
import { TableHistory } from './table-history.ts';

const TICK_RATE_HZ = 10;

const schema = {
  ships: table({
    x: f64,
    heading: angle({ bits: 16 }),
    name: text(8),
    hp: u8,
    ammo: u16.visibleTo('owner'),
    seed: u8.visibleTo('nobody'),
  }),
};

/** A state that is remembered once it is told to, and a table at moments of it. States are one tick apart. */
function playing() {
  const state = createState(schema);
  const ships = state.table('ships');
  const history = new TableHistory(ships, 8);
  const view = new TableAt(ships, TICK_RATE_HZ, true);
  return {
    ships: state.view.ships,
    view,
    state: (tick: number) => history.record(tick, 'data'),
    look: (tick: number, aheadTicks = 0) => {
      view.aim(between(history, tick, 1, aheadTicks));
      return view;
    },
  };
}
const read = (row: RowAt | undefined, field: string): unknown => (row === undefined ? null : Reflect.get(row, field));

describe('a table at a moment', () => {
  test('has its rows with all their fields as they are then', () => {
    const { ships, state, look, view } = playing();
    const ship = ships.add({ x: 1, name: 'a', hp: 7, ammo: 3, seed: 9 }, { owner: { number: 2 } });
    state(1);
    Object.assign(ship, { x: 3, name: 'b', hp: 8 });
    state(2);
    look(1.5);
    expect(JSON.parse(JSON.stringify([...view]))).toEqual([
      { id: 1, x: 2, heading: 0, name: 'a', hp: 7, ammo: 3, seed: 9, owner: 2 },
    ]);
    look(2);
    expect(JSON.parse(JSON.stringify(view.get(1)))).toMatchObject({ x: 3, name: 'b', hp: 8 });
  });

  test('is looked at anew by the same rows: they are of whatever moment it is aimed at', () => {
    const { ships, state, look, view } = playing();
    const ship = ships.add({ x: 1 });
    state(1);
    ship.x = 3;
    state(2);
    const row = look(1).get(1);
    expect(read(row, 'x')).toBe(1);
    look(1.75);
    expect(read(row, 'x')).toBe(2.5);
    expect(view.get(1)).toBe(row);
  });

  test('is empty while there is no state', () => {
    const { view } = playing();
    view.aim(null);
    expect([view.size, [...view], view.get(1), view.has(1), view.ownedBy({ number: 0 })]).toEqual([
      ...[0, [], undefined, false, undefined],
    ]);
  });

  test('knows a row by no number but its id', () => {
    const { ships, state, look } = playing();
    ships.add({});
    state(1);
    const view = look(1);
    expect(view.get(1)?.id).toBe(1);
    for (const id of [0, 2, -1, 1.5, 0x10001, 0xffff, 2 ** 32 + 1, Number.NaN]) {
      expect([id, view.get(id), view.has(id)]).toEqual([id, undefined, false]);
    }
  });

  test('finds the first row of an owner at that moment', () => {
    const { ships, state, look } = playing();
    const first = ships.add({}, { owner: { number: 4 } });
    ships.add({}, { owner: { number: 5 } });
    ships.add({}, { owner: { number: 5 } });
    state(1);
    ships.remove(first);
    state(2);
    expect(look(1.5).ownedBy({ number: 4 })?.id).toBe(1);
    expect(look(2).ownedBy({ number: 4 })).toBeUndefined();
    expect(look(1).ownedBy({ number: 5 })?.id).toBe(2);
    expect(look(1).ownedBy({ number: 6 })).toBeUndefined();
  });
});

describe('rows that come and go', () => {
  test('are there from the state that has them until the one that has not, and stand still at their ends', () => {
    const { ships, state, look } = playing();
    state(1);
    const ship = ships.add({ x: 5 });
    state(2);
    ship.x = 7;
    state(3);
    ships.remove(ship);
    state(4);
    const xAt = (tick: number) => read(look(tick).get(1), 'x');
    expect([1, 1.9, 2, 2.5, 3, 3.5, 3.99, 4].map(xAt)).toEqual([null, null, 5, 6, 7, 7, 7, null]);
    expect([1.9, 2, 3.99, 4].map((tick) => look(tick).size)).toEqual([0, 1, 1, 0]);
  });

  test('do not take over what was before them in their place', () => {
    const { ships, state, look } = playing();
    const old = ships.add({ x: 0, name: 'old' });
    state(1);
    ships.remove(old);
    ships.add({ x: 100, name: 'new' });
    state(2);
    const before = look(1.5).get(1);
    expect([read(before, 'x'), read(before, 'name')]).toEqual([0, 'old']);
    expect([...look(1.5)].map(({ id }) => id)).toEqual([1]);
    const after = look(2).get(0x10001);
    expect([read(after, 'x'), read(after, 'name'), look(2).get(1)]).toEqual([100, 'new', undefined]);
    // Nothing is known of how it moves: beyond the newest state it waits.
    expect(read(look(2.5, 1).get(0x10001), 'x')).toBe(100);
  });

  test('refuse to be read at a moment without them, and can be read again at one with them', () => {
    const { ships, state, look } = playing();
    const ship = ships.add({ x: 5 });
    state(1);
    ships.remove(ship);
    ships.add({ x: 6 });
    state(2);
    const row = look(1).get(1);
    look(2);
    expect(() => read(row, 'x')).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    look(1);
    expect(read(row, 'x')).toBe(5);
  });

  test('and come back under the same id are not drawn from where they were long ago', () => {
    // On a client, rows go out of sight and come back into it.
    const { store } = createMirror(schema, 1);
    const ships = store.table('ships');
    const history = new TableHistory(ships, 2);
    const view = new TableAt(ships, TICK_RATE_HZ, false);
    const put = (x: number) => {
      for (const place of [1, 2]) ships.occupy(place, 0);
      Object.assign(ships.columns[0]?.data ?? [], { 2: x });
    };
    const drop = () => {
      ships.vacate(2);
      ships.generation[2] = 0;
    };
    put(10);
    for (const tick of [1, 2, 3]) history.record(tick);
    drop();
    history.record(4);
    put(90);
    history.record(5);
    view.aim(between(history, 5.5, 1, 1));
    expect(read(view.get(2), 'x')).toBe(90);
    view.aim(between(history, 4.5, 1, 0));
    expect(view.get(2)).toBeUndefined();
  });
});

describe('on a client', () => {
  /** A mirror with one row, remembered with and without what its seat is told. */
  function mirrored() {
    const { store } = createMirror(schema, 1);
    const ships = store.table('ships');
    ships.occupy(1, 0);
    const history = new TableHistory(ships, 8);
    const view = new TableAt(ships, TICK_RATE_HZ, false);
    const state = (tick: number, ammo: number | null) => {
      const column = ships.columns.findIndex(({ name }) => name === 'ammo');
      if (ammo === null) ships.revoke(1);
      else {
        Object.assign(ships.columns[column]?.data ?? [], { 1: ammo });
        ships.grant(1, 1 << column);
      }
      history.record(tick);
    };
    const ammoAt = (tick: number) => {
      view.aim(between(history, tick, 1, 0));
      return read(view.get(1), 'ammo');
    };
    return { state, ammoAt, view, history, ships };
  }

  test('hidden fields do not exist', () => {
    const { state, view, history } = mirrored();
    state(1, 3);
    view.aim(between(history, 1, 1, 0));
    expect('seed' in (view.get(1) ?? {})).toBe(false);
    expect(Object.keys(JSON.parse(JSON.stringify(view.get(1))))).toEqual([
      ...['id', 'x', 'heading', 'name', 'hp', 'ammo', 'owner'],
    ]);
  });

  test('private fields are undefined at moments at which they were not told, and never 0 instead', () => {
    const { state, ammoAt } = mirrored();
    state(1, null);
    state(2, 30);
    state(3, 40);
    state(4, null);
    const moments = [1, 1.5, 2, 2.5, 3, 3.5, 4];
    expect(moments.map(ammoAt)).toEqual([undefined, undefined, 30, 30, 40, 40, undefined]);
  });

  test('a private field of a row that went is not shown by what its place is told now', () => {
    const { state, ammoAt, ships } = mirrored();
    state(1, 30);
    ships.vacate(1);
    ships.occupy(1, 1);
    state(2, null);
    expect(ammoAt(1.5)).toBe(30);
    expect(ammoAt(2)).toBeNull();
  });
});

describe('rows that are played ahead', () => {
  const FIELDS = {
    x: f64,
    heading: angle({ bits: 16 }),
    hp: u8,
    ammo: quantized({ min: 0, max: 100, step: 1 }).visibleTo('owner'),
  };
  const game = { ships: table(FIELDS) };

  /** What a client was sent, what it plays ahead, and both drawn together: places in `mine` come from ahead. */
  function ahead(mine: readonly number[], errors: Readonly<Record<string, number>> = {}) {
    const server = createState(game);
    const { store: mirror } = createMirror(game, 1);
    const predicted = createState(game);
    const past = new TableHistory(mirror.table('ships'), 4);
    const future = new TableHistory(predicted.table('ships'), 4);
    const view = new TableAt(mirror.table('ships'), TICK_RATE_HZ, false);
    const names = view.table.columns.map(({ name }) => name);
    return {
      server: server.view.ships,
      predicted: predicted.view.ships,
      view,
      /** The mirror has what the server has, and the prediction begins from there. */
      send: (tick: number) => {
        mirror.copyFrom(server);
        mirror.settleAll();
        past.record(tick);
        predicted.copyFrom(mirror);
        future.record(tick, 'data');
      },
      play: (tick: number) => future.record(tick, 'data'),
      look: (pastTick: number, futureTick: number) => {
        const at = between(future, futureTick, 1, 0);
        if (at === null) throw new Error('nothing was played');
        const played: Ahead = {
          at,
          has: (place) => mine.includes(place),
          errorAt: (place, column) => errors[`${place} ${names[column]}`] ?? 0,
        };
        view.aim(between(past, pastTick, 1, 0), played);
        return view;
      },
      grant: (place: number) => mirror.table('ships').grant(place, mirror.table('ships').ownerMask),
    };
  }

  test('are where their player is, and all others where they were', () => {
    const { server, predicted, send, play, look } = ahead([1]);
    for (const x of [0, 50]) server.add({ x }, { owner: { number: 1 } });
    send(1);
    for (const ship of server) ship.x += 10;
    send(2);
    for (const ship of predicted) ship.x += 100;
    play(3);
    expect([...look(1.5, 2.5)].map((row) => [row.id, read(row, 'x')])).toEqual([
      [1, 60],
      [2, 55],
    ]);
    expect(look(1.5, 3).size).toBe(2);
  });

  test('carry the errors that are still smoothed, round the circle where that is what they are of', () => {
    const { server, send, look } = ahead([1], { '1 x': 2.5, '1 heading': -1, '1 hp': 9 });
    server.add({ x: 4, heading: 0.5, hp: 3 });
    send(1);
    const row = look(1, 1).get(1);
    expect(read(row, 'x')).toBe(6.5);
    expect(read(row, 'heading')).toBeCloseTo(2 * Math.PI - 0.5, 3);
    expect(read(row, 'hp')).toBe(3);
  });

  test('that the server does not know yet have provisional ids, and keep their fields', () => {
    const { server, predicted, send, play, look, view } = ahead([1, 2]);
    server.add({ x: 1 });
    send(1);
    const shot = predicted.add({ x: 7, ammo: 5 }, { owner: { number: 1 } });
    play(2);
    shot.x = 9;
    play(3);
    const id = PROVISIONAL_ID + shot.id;
    expect([...look(1, 2.5)].map((row) => row.id)).toEqual([1, id]);
    const row = view.get(id);
    expect([read(row, 'x'), read(row, 'ammo'), view.has(id), view.get(shot.id)]).toEqual([8, 5, true, undefined]);
    expect(view.ownedBy({ number: 1 })).toBe(row);
    expect(look(1, 1.5).get(id)).toBeUndefined();
    expect(() => read(row, 'x')).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    // Now the server has it.
    server.add({ x: 7 }, { owner: { number: 1 } });
    send(4);
    expect([...look(4, 4)].map((one) => one.id)).toEqual([1, 2]);
    expect(() => read(row, 'x')).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
  });

  test('show private fields that their player is told, and no others', () => {
    const { server, send, look, grant } = ahead([1, 2]);
    for (const number of [1, 2]) server.add({ ammo: number }, { owner: { number } });
    send(1);
    grant(1);
    expect([...look(1, 1)].map((row) => read(row, 'ammo'))).toEqual([1, undefined]);
  });

  test('that were removed there are gone, whatever is still drawn of the past', () => {
    const { server, predicted, send, play, look } = ahead([2]);
    for (const x of [1, 2]) server.add({ x });
    send(1);
    for (const ship of [...predicted]) predicted.remove(ship);
    play(2);
    expect([...look(1, 2)].map(({ id }) => id)).toEqual([1]);
    expect(look(1, 2).size).toBe(1);
  });
});

test('what is drawn of columns is known by their number', () => {
  const rows = createState({
    ships: table({ x: quantized({ min: 0, max: 9, step: 0.5 }).drawn({ jumpAbove: 3 }), hp: u8, y: f64 }),
  });
  const view = new TableAt(rows.table('ships'), TICK_RATE_HZ, true);
  expect(view.columns.map(({ step }) => step)).toEqual([0.5, 0, 0, 0]);
  expect(view.columns.map((column) => column.difference(1, 4))).toEqual([3, null, 3, null]);
  expect(view.columns[0]?.jumpAbove).toBe(3);
  expect(() => view.valueAt(1, 1, 9)).toThrow('there is no column 9');
  view.aim(null);
  expect(() => view.valueAt(1, 1, 0)).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
});
