import { bytes, createState, json, list, record, table, text, u8 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyRow, copyRows, isSameValue, pick } from './rows-store.ts';

/** Live rows, as rules and clients hold them. */
const live = () =>
  createState({
    ships: table({ x: u8, name: text(20), path: list(u8, 4), cargo: json(99), blob: bytes(4) }, { maxRows: 8 }),
    rocks: table({ x: u8 }),
    round: record({ number: u8, seed: u8 }),
  }).view;

/** What happens to a table, as numbers: which row, and what becomes of it. */
const anyChange = fc.record({
  kind: fc.constantFrom('add', 'remove', 'x', 'path', 'nothing'),
  at: fc.nat(7),
  to: fc.nat(3),
});

type Ships = ReturnType<typeof live>['ships'];

function apply(ships: Ships, { kind, at, to }: { kind: string; at: number; to: number }): void {
  const row = [...ships][at];
  if (kind === 'add' && ships.size < 8)
    ships.add({ x: to, name: `ship ${to}`, path: [to], cargo: { to }, blob: new Uint8Array(to) });
  if (row === undefined) return;
  if (kind === 'remove') ships.remove(row);
  if (kind === 'x') row.x = to;
  if (kind === 'path') row.path = [to, to];
}

describe('the rows a component is given', () => {
  test('say what the live rows say, never change, and are the same objects for rows that did not change', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyChange, { maxLength: 4 })), fc.boolean(), (steps, backwards) => {
        const { ships } = live();
        const chosen = () => (backwards ? [...ships].reverse() : ships);
        let shown = copyRows(chosen(), []);
        for (const changes of steps) {
          const before = shown;
          const said = JSON.stringify(before);
          for (const change of changes) apply(ships, change);
          shown = copyRows(chosen(), before);

          expect(JSON.stringify(before)).toBe(said);
          expect(shown).toEqual(
            [...chosen()].map(({ id, owner, x, name, path, cargo, blob }) => ({
              id,
              owner,
              x,
              name,
              path,
              cargo,
              blob,
            })),
          );
          for (const row of shown) {
            const same = before.find(({ id }) => id === row.id);
            const isUnchanged = same !== undefined && JSON.stringify(same) === JSON.stringify(row);
            expect(row === same).toBe(isUnchanged);
          }
          expect(shown === before).toBe(JSON.stringify(shown) === said);
        }
      }),
    );
  });

  test('cannot be written to, lists included', () => {
    const { ships } = live();
    ships.add({ x: 1, path: [1] });
    const rows = copyRows(ships, []);
    expect(() => Object.assign(rows, { 0: null })).toThrow(TypeError);
    expect(() => Object.assign(rows[0] ?? {}, { x: 2 })).toThrow(TypeError);
  });

  test('are good to keep after their row is gone', () => {
    const { ships } = live();
    const ship = ships.add({ name: 'Ann' });
    const [copy] = copyRows(ships, []);
    ships.remove(ship);
    expect(copy?.name).toBe('Ann');
    expect(copyRows(ships, copy === undefined ? [] : [copy])).toEqual([]);
  });

  test('with fields picked, have these and the id, and only a change of these is one', () => {
    const { ships } = live();
    const ship = ships.add({ name: 'Ann', x: 1 });
    const rows = copyRows(pick(ships, 'name'), []);
    expect(rows).toEqual([{ id: ship.id, name: 'Ann' }]);
    ship.x = 2;
    expect(copyRows(pick(ships, 'name'), rows)).toBe(rows);
    ship.name = 'Bea';
    expect(copyRows(pick(ships, 'name'), rows)).toEqual([{ id: ship.id, name: 'Bea' }]);
    const more: readonly { id: number; name: string }[] = copyRows(pick(ships, 'name', 'x'), []);
    expect(copyRows(pick(ships, 'name'), more)).toEqual([{ id: ship.id, name: 'Bea' }]);
  });

  test('keep their identity when their order changes', () => {
    const { ships } = live();
    const [ann, bea] = ['Ann', 'Bea'].map((name) => ships.add({ name }));
    const rows = copyRows(ships, []);
    const turned = copyRows([...ships].reverse(), rows);
    expect(turned.map(({ id }) => id)).toEqual([bea?.id, ann?.id]);
    expect([turned[0] === rows[1], turned[1] === rows[0]]).toEqual([true, true]);
  });

  test('may come from two tables, whose ids can be the same', () => {
    const { ships, rocks } = live();
    ships.add({ x: 1 });
    rocks.add({ x: 2 });
    const rows = copyRows(pick([...ships, ...rocks], 'x'), []);
    expect(rows.map(({ x }) => x)).toEqual([1, 2]);
    expect(copyRows(pick([...ships, ...rocks], 'x'), rows)).toBe(rows);
  });

  test('may be made from rows by the one who selects', () => {
    const { ships } = live();
    ships.add({ x: 50 });
    const shares = () => Array.from(ships, ({ id, x }) => ({ id, share: x / 100 }));
    const rows = copyRows(shares(), []);
    expect(copyRows(shares(), rows)).toBe(rows);
  });
});

test('a record is copied as a row is', () => {
  const { round } = live();
  round.number = 1;
  const copy = copyRow(round, undefined);
  expect(copy).toMatchObject({ number: 1, seed: 0 });
  expect(copyRow(round, copy)).toBe(copy);
  round.number = 2;
  expect([copy.number, copyRow(round, copy).number]).toEqual([1, 2]);
});

test('values are compared by what is in them', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => isSameValue(value, structuredClone(value))));
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.jsonValue(),
      (a, b) => isSameValue(a, b) === (JSON.stringify(a) === JSON.stringify(b)),
    ),
    // The order of names in an object is the one thing that JSON text has and these values have not.
    {
      examples: [
        [[], {}],
        [{ a: 1 }, { b: 1 }],
        [[1], { 0: 1 }],
        [null, {}],
      ],
    },
  );
  expect(isSameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(isSameValue(Uint8Array.of(1), [1])).toBe(false);
  expect(isSameValue(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
});
