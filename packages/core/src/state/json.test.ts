import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, json, list, text } from '../schema/boxed-field.ts';
import { angle, quantized, u8, u16 } from '../schema/field.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { toJson } from './json.ts';
import { createState } from './state-store.ts';

const schema = {
  ships: table(
    {
      name: text(8),
      side: u8,
      ammo: u8.visibleTo('owner'),
      plan: text(8).visibleTo('team'),
      seed: u16.visibleTo('nobody'),
    },
    { team: 'side' },
  ),
  round: record({ number: u16, secret: u8.visibleTo('nobody') }),
  tiles: grid({ width: 2, height: 2, of: u8 }),
  deck: grid({ width: 1, height: 1, of: u8.visibleTo('nobody') }),
};

function started() {
  const state = createState(schema);
  state.view.ships.add({ name: 'a', side: 3, ammo: 5, plan: 'go', seed: 77 }, { owner: { number: 1 } });
  Object.assign(state.view.round, { number: 4, secret: 3 });
  state.view.tiles.set(0, 1, 4);
  state.view.deck.fill(6);
  return state;
}
const eyes = (seat: number, team: number) => ({ seat, team, rowsOf: () => null });

test('JSON holds what its reader may see and nothing else', () => {
  const state = started();
  state.settleAll();
  const everyones = { name: 'a', side: 3, owner: 1 };
  const rest = { round: { number: 4 }, tiles: { width: 2, height: 2, cells: [0, 0, 4, 0] } };
  for (const stranger of [0, 2, eyes(2, 4), eyes(0, 0)]) {
    expect(toJson(state, stranger)).toEqual({ ships: { 1: everyones }, ...rest });
  }
  for (const owner of [1, eyes(1, 0), eyes(1, 4)]) {
    expect(toJson(state, owner)).toEqual({ ships: { 1: { ...everyones, ammo: 5, plan: 'go' } }, ...rest });
  }
  for (const mate of [eyes(2, 3), eyes(0, 3)]) {
    expect(toJson(state, mate)).toEqual({ ships: { 1: { ...everyones, plan: 'go' } }, ...rest });
  }
  expect(toJson(state, 'server')).toEqual({
    ships: { 1: { ...everyones, ammo: 5, plan: 'go', seed: 77 } },
    ...rest,
    round: { number: 4, secret: 3 },
    deck: { width: 1, height: 1, cells: [6] },
  });
});

test('JSON for players is of the last publication, and for the server of now', () => {
  const state = started();
  expect(toJson(state, 1)).toEqual({
    ships: {},
    round: { number: 0 },
    tiles: { width: 2, height: 2, cells: [0, 0, 0, 0] },
  });
  expect(toJson(state, 'server')).toMatchObject({ ships: { 1: { name: 'a' } }, round: { number: 4 } });
});

test('JSON holds the rows that its reader is told about', () => {
  const state = started();
  state.view.ships.add({ name: 'b' });
  state.view.ships.add({ name: 'c' });
  state.settleAll();
  const seeing = { ...eyes(1, 0), rowsOf: () => ({ places: Int32Array.of(1, 3, 2), count: 2 }) };
  const {
    tiles: _,
    round: __,
    ...tables
  } = toJson(state, { ...seeing, rowsOf: (part) => (part.isRecord ? null : seeing.rowsOf()) });
  expect(tables).toEqual({
    ships: { 1: { name: 'a', side: 3, ammo: 5, plan: 'go', owner: 1 }, 3: { name: 'c', side: 0, owner: 0 } },
  });
});

test('JSON names rows by their ids, and spells bytes as numbers and lists as lists', () => {
  const state = createState({ things: table({ packed: bytes(4), marks: list(u8, 4), extra: json(40) }) });
  state.view.things.remove(state.view.things.add({}));
  state.view.things.add({ packed: Uint8Array.of(1, 255), marks: [3, 4], extra: { deep: [null, true] } });
  expect(JSON.parse(JSON.stringify(toJson(state, 'server')))).toEqual({
    things: { 65537: { packed: [1, 255], marks: [3, 4], extra: { deep: [null, true] }, owner: 0 } },
  });
});

test('JSON spells numbers of steps as shortly as tells them apart', () => {
  const steps = fc.record({
    min: fc.integer({ min: -4000, max: 4000 }).map((eighths) => eighths / 8),
    step: fc.constantFrom(1 / 64, 0.01, 0.3, 1, 2.5, 1 / 3, 1e-4),
    count: fc.integer({ min: 1, max: 100_000 }),
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 16 }), fc.nat(), ({ min, step, count }, bits, any) => {
      const place = quantized({ min, max: min + step * count, step });
      const heading = angle({ bits });
      const state = createState({ pin: record({ place, heading }) });
      const at = min + step * (any % (count + 1));
      const to = ((any % 2 ** bits) / 2 ** bits) * 2 * Math.PI;
      Object.assign(state.view.pin, { place: at, heading: to });
      const { pin } = toJson(state, 'server') as { pin: { place: number; heading: number } };
      expect(place.codec.quantise(pin.place)).toBe(place.codec.quantise(at));
      expect(heading.codec.quantise(pin.heading)).toBe(heading.codec.quantise(to));
      expect(String(pin.heading).length).toBeLessThanOrEqual(8);
    }),
  );
  const tile = createState({ pin: record({ x: quantized({ min: 0, max: 100, step: 1 / 64 }) }) });
  tile.view.pin.x = 12.015625;
  expect(toJson(tile, 'server')).toEqual({ pin: { x: 12.02 } });
});
