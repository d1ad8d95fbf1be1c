import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGameError } from '../errors.ts';
import { json, list, text } from '../schema/boxed-field.ts';
import { type AnyField, angle, bool, choice, f32, f64, i8, quantized, rowId, u8, u16, u32 } from '../schema/field.ts';
import { grid, type PartSchema, record, type StateSchema, table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { toJson } from '../state/json.ts';
import { createState, type StateStore } from '../state/state-store.ts';
import type { TableStore } from '../state/table-store.ts';
import { anyDeed, anySchema, doDeed } from './any-state.test-support.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readSavedState, writeSavedState } from './saved-state.ts';

function saved<S extends StateSchema>(schema: S, state: StateStore<S>): Uint8Array {
  const out = new ByteWriter(1);
  writeSavedState(out, schema, state);
  return out.take();
}

function read<S extends StateSchema>(bytes: Uint8Array, schema: S, state: StateStore<S>): StateStore<S> {
  const from = new ByteReader(bytes);
  readSavedState(from, schema, state);
  from.end();
  return state;
}

function restored<S extends StateSchema>(bytes: Uint8Array, schema: S): StateStore<S> {
  return read(bytes, schema, createState(schema));
}

const anyDeeds = fc.array(anyDeed, { maxLength: 30 });

describe('a state that was saved and restored', () => {
  test('is the one that was saved, hidden fields and ids and all, whatever was there before', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, (schema, deeds, others) => {
        const [original, other] = [createState(schema), createState(schema)];
        for (const deed of deeds) doDeed(original, deed);
        for (const deed of others) doDeed(other, deed);
        const bytes = saved(schema, original);
        for (const state of [restored(bytes, schema), read(bytes, schema, other)]) {
          expect(toJson(state, 'server')).toEqual(toJson(original, 'server'));
          expect(hashState(state, 'server')).toBe(hashState(original, 'server'));
          expect(saved(schema, state)).toEqual(bytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('goes on as the original does: new rows take the same places and the same ids', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, deeds, others, further) => {
        const [original, used] = [createState(schema), createState(schema)];
        for (const deed of deeds) doDeed(original, deed);
        for (const deed of others) doDeed(used, deed);
        const states = [restored(saved(schema, original), schema), read(saved(schema, original), schema, used)];
        for (const deed of further) {
          for (const state of [original, ...states]) doDeed(state, deed);
          for (const state of states) expect(hashState(state, 'server')).toBe(hashState(original, 'server'));
        }
        for (const state of states) expect(saved(schema, state)).toEqual(saved(schema, original));
      }),
      { numRuns: 200 },
    );
  });

  const schema = {
    ships: table({ x: u16, secret: u8.visibleTo('nobody') }),
    tiles: grid({ width: 2, height: 1, of: u8 }),
  };

  test('is what viewers know, with nothing left to tell', () => {
    const state = createState(schema);
    const ship = state.view.ships.add({ x: 7, secret: 3 }, { owner: { number: 2 } });
    state.view.tiles.set(1, 0, 9);
    const copy = restored(saved(schema, state), schema);
    expect(toJson(copy, 0)).toEqual({
      ships: { [ship.id]: { x: 7, owner: 2 } },
      tiles: { width: 2, height: 1, cells: [0, 9] },
    });
    expect(copy.parts.map(({ touchedCount }) => touchedCount)).toEqual([0, 0]);
  });

  test('never gives the id of a row that is gone to another one', () => {
    const state = createState(schema);
    const rows = [1, 2, 3].map((x) => state.view.ships.add({ x }));
    const ids = rows.map(({ id }) => id);
    for (const row of rows) state.view.ships.remove(row);
    const { ships } = restored(saved(schema, state), schema).view;
    const next = [1, 2, 3].map((x) => ships.add({ x }).id);
    expect(next.filter((id) => ids.includes(id))).toEqual([]);
    expect(next).toEqual([1, 2, 3].map((x) => state.view.ships.add({ x }).id));
  });

  test('keeps what rules hold of rows that are still there, and takes away what is not', () => {
    const state = createState(schema);
    const kept = state.view.ships.add({ x: 1 });
    const bytes = saved(schema, state);
    kept.x = 5;
    const late = state.view.ships.add({ x: 2 });
    read(bytes, schema, state);
    expect(kept.x).toBe(1);
    expect(() => late.x).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    expect([...state.view.ships].map(({ id }) => id)).toEqual([kept.id]);
  });
});

/** Version 1 of a game, and a moment of it. */
const VERSION_1 = {
  ships: table({ x: u16, hp: u8, mood: choice('calm', 'angry'), trail: list(u8, 3), target: rowId }, { maxRows: 4 }),
  shells: table({ x: u16 }),
  round: record({ number: u8, note: text(8) }),
  tiles: grid({ width: 3, height: 2, of: u8 }),
  fog: grid({ width: 100, height: 100, of: u8 }),
};

function momentOfVersion1(): StateStore<typeof VERSION_1> {
  const state = createState(VERSION_1);
  const { ships, shells, round, tiles, fog } = state.view;
  const first = ships.add({ x: 1, hp: 1 });
  const second = ships.add({ x: 300, hp: 3, mood: 'angry', trail: [1, 2] }, { owner: { number: 2 } });
  ships.remove(first);
  ships.add({ x: 2, target: second.id }, { owner: { number: 1 } });
  ships.remove(ships.add({ x: 3 }));
  shells.add({ x: 9 });
  Object.assign(round, { number: 5, note: '마당' });
  tiles.fill(4);
  tiles.set(1, 1, 255);
  fog.set(50, 50, 1);
  return state;
}

/** Fields added, removed, widened and in another order; parts added and removed; less and more seen. */
const VERSION_2 = {
  tiles: grid({ width: 3, height: 2, of: u16.visibleTo('nobody') }),
  ships: table(
    {
      team: u8,
      mood: choice('bored', 'angry', 'calm'),
      trail: list(u16, 8),
      x: quantized({ min: -1, max: 70_000, step: 0.5 }).visibleTo('team'),
      target: rowId.visibleTo('owner'),
      shield: f32,
      name: text(16),
    },
    { maxRows: 3, team: 'team', sendEvery: 2 },
  ),
  round: record({ number: f64, note: text(80), isOver: bool, level: quantized({ min: 1, max: 9, step: 1 }) }),
  score: record({ points: u32 }),
  trees: table({ x: u8 }),
};

const VERSION_1_READ_BY_2 = {
  tiles: { width: 3, height: 2, cells: [4, 4, 4, 4, 255, 4] },
  ships: {
    65537: { team: 0, mood: 'calm', trail: [], x: 2, target: 2, shield: 0, name: '', owner: 1 },
    2: { team: 0, mood: 'angry', trail: [1, 2], x: 300, target: 0, shield: 0, name: '', owner: 2 },
  },
  round: { number: 5, note: '마당', isOver: false, level: 1 },
  score: { points: 0 },
  trees: {},
};

describe('a newer version of a game', () => {
  test('reads what version 1 saved: added fields are zero, removed ones are gone, widened ones are the same', () => {
    const state = restored(saved(VERSION_1, momentOfVersion1()), VERSION_2);
    expect(toJson(state, 'server')).toEqual(VERSION_1_READ_BY_2);
    // Place 3 had a row before, which the next one there is not taken for.
    expect(state.view.ships.add({}).id).toBe((1 << 16) | 3);
  });

  test('keeps what it put into tables that the older one did not have', () => {
    const state = createState(VERSION_2);
    const tree = state.view.trees.add({ x: 3 });
    state.view.score.points = 8;
    state.view.round.isOver = true;
    read(saved(VERSION_1, momentOfVersion1()), VERSION_2, state);
    expect(toJson(state, 'server')).toEqual({
      ...VERSION_1_READ_BY_2,
      trees: { [tree.id]: { x: 3, owner: 0 } },
      score: { points: 8 },
    });
    expect(toJson(state, 0)).toMatchObject({ score: { points: 8 } });
  });

  test('keeps every field that it still has, of any game and any state', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, fc.nat(0xffff), (schema, deeds, dropped) => {
        const original = createState(schema);
        for (const deed of deeds) doDeed(original, deed);
        const newer = evolved(schema, dropped);
        const state = restored(saved(schema, original), newer);
        for (const part of original.parts) {
          const now = state.parts.find(({ name }) => name === part.name);
          if (now === undefined) continue;
          if (part.type === 'table' && now.type === 'table') expectKept(part, now);
          else expect(now).toHaveProperty('cells', (part as typeof now & { type: 'grid' }).cells);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('has room for fewer rows as long as each still has its place', () => {
    const schema = { ships: table({ x: u8 }, { maxRows: 8 }) };
    const smaller = { ships: table({ x: u8 }, { maxRows: 2 }) };
    const state = createState(schema);
    const rows = [1, 2, 3].map((x) => state.view.ships.add({ x }));
    expect(problemOf(saved(schema, state), smaller)).toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
      details: { where: 'ships', reason: 'a row lives in place 3, and maxRows is now 2' },
    });
    for (const row of rows.slice(2)) state.view.ships.remove(row);
    expect([...restored(saved(schema, state), smaller).view.ships].map(({ x }) => x)).toEqual([1, 2]);
  });
});

/** A later version: some parts and fields gone, one field more, and all in another order. */
function evolved(schema: StateSchema, dropped: number): StateSchema {
  const isKept = (index: number): boolean => ((dropped >> index) & 1) === 0;
  const parts = Object.entries(schema).filter((_, index) => isKept(index));
  return Object.fromEntries(parts.reverse().map(([name, part]) => [name, evolvedPart(part, (i) => isKept(i + 4))]));
}

function evolvedPart(part: PartSchema, isKept: (index: number) => boolean): PartSchema {
  if (part.type === 'grid') return part;
  const kept = Object.entries(part.fields).filter((_, index) => isKept(index));
  const fields: Record<string, AnyField> = Object.fromEntries([['added', u16] as const, ...kept.reverse()]);
  const seenByAll = Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [name, type.visibleTo('everyone')]),
  );
  return part.type === 'record' ? record(seenByAll) : table(seenByAll, { maxRows: part.maxRows + 1 });
}

function expectKept(before: TableStore, now: TableStore): void {
  const ids = (rows: TableStore): readonly number[] =>
    Array.from(rows.alive, (alive, place) => (alive === 1 ? rows.idAt(place) : 0)).filter((id) => id !== 0);
  expect(ids(now)).toEqual(ids(before));
  for (const column of now.columns) {
    const old = before.columns.find(({ name }) => name === column.name);
    for (const id of ids(now)) {
      expect(column.data[id & 0xffff]).toEqual(old === undefined ? 0 : old.data[id & 0xffff]);
    }
  }
}

/** What is thrown for these bytes, or null; the state that they were to replace must then be as it was. */
function problemOf<S extends StateSchema>(bytes: Uint8Array, schema: S): unknown {
  const state = createState(schema);
  for (const part of state.parts) {
    if (part.type === 'grid') part.set(0, 0, 1);
    else if (!part.isRecord) part.add({}, { owner: { number: 1 } });
  }
  const before = saved(schema, state);
  const marked = state.parts.map(({ touchedCount }) => touchedCount);
  try {
    read(bytes, schema, state);
  } catch (error) {
    // Bytes that follow the end are the caller's to refuse, after the state was read.
    if (isGameError(error, 'BAD_FRAME') && error.details.reason.includes('follow the end')) return error;
    expect(saved(schema, state)).toEqual(before);
    expect(state.parts.map(({ touchedCount }) => touchedCount)).toEqual(marked);
    return error;
  }
  return null;
}

describe('an incompatible change is refused with its place and its reason, and changes nothing', () => {
  test.each<[string, Partial<typeof VERSION_1> | StateSchema, string, string]>([
    [
      'a field that was narrowed',
      { ships: table({ hp: u16, x: u8 }) },
      'ships.x',
      'u16 cannot become u8, which does not hold numbers at the ends of its range',
    ],
    [
      'a field of another kind',
      { ships: table({ hp: text(8) }) },
      'ships.hp',
      'u8 cannot become text(8), which does not hold its kind of value',
    ],
    [
      'a word less',
      { ships: table({ mood: choice('calm') }) },
      'ships.mood',
      'choice("calm", "angry") cannot become choice("calm"), which does not hold "angry"',
    ],
    [
      'a shorter text in a record',
      { round: record({ note: text(7) }) },
      'round.note',
      'text(8) cannot become text(7), which does not hold values of more bytes',
    ],
    [
      'narrower cells',
      { tiles: grid({ width: 3, height: 2, of: i8 }) },
      'tiles.cells',
      'u8 cannot become i8, which does not hold numbers at the ends of its range',
    ],
    [
      'a grid of another shape',
      { tiles: grid({ width: 2, height: 3, of: u8 }) },
      'tiles',
      '3 x 2 cells cannot become 2 x 3',
    ],
    ['a record in place of a table', { ships: record({ x: u16 }) }, 'ships', 'a table cannot become a record'],
    ['a table in place of a record', { round: table({ number: u8 }) }, 'round', 'a record cannot become a table'],
    [
      'a grid in place of a table',
      { ships: grid({ width: 1, height: 1, of: u8 }) },
      'ships',
      'a table cannot become a grid',
    ],
    ['a table in place of a grid', { tiles: table({ x: u8 }) }, 'tiles', 'a grid cannot become a table'],
  ])('%s', (_, schema, where, reason) => {
    const problem = problemOf(saved(VERSION_1, momentOfVersion1()), { ...schema } as StateSchema);
    expect(problem).toMatchObject({ code: 'SCHEMA_INCOMPATIBLE', details: { where, reason } });
    expect(problem).toHaveProperty('message', expect.stringContaining(`${where}: ${reason}`));
  });

  test('also where the last part is the one that does not fit', () => {
    const newer = { ...VERSION_1, tiles: grid({ width: 3, height: 3, of: u8 }) };
    expect(problemOf(saved(VERSION_1, momentOfVersion1()), newer)).toHaveProperty('code', 'SCHEMA_INCOMPATIBLE');
  });
});

describe('the format', () => {
  const first = {
    ships: table({ x: u16, heading: angle({ bits: 8 }) }),
    tiles: grid({ width: 2, height: 2, of: u8 }),
    round: record({ note: json(16) }),
  };
  const schemaText =
    '[["ships","table",[["x",{"type":"u16"}],["heading",{"type":"angle","bits":8}],["owner",{"type":"u16"}]]],' +
    '["tiles","grid",2,2,{"type":"u8"}],["round","record",[["note",{"type":"json","maxBytes":16}]]]]';
  const golden = Uint8Array.from([
    ...[1, 200, 1, ...new TextEncoder().encode(schemaText)],
    // Place 1, generation 1, x 300, heading 64, owner 2; place 3, generation 0, x 1; end. Place 2, generation 1; end.
    ...[1, 1, 0xac, 2, 64, 2, 2, 0, 1, 0, 0, 0, 2, 1, 0],
    // Three fours, a nine.
    ...[4, 3, 9, 1],
    ...[7, ...new TextEncoder().encode('{"a":1}')],
  ]);

  test('is pinned by golden bytes', () => {
    const state = createState(first);
    const { ships, tiles, round } = state.view;
    const rows = [0, 0, 1].map((x) => ships.add({ x }));
    for (const row of rows.slice(0, 2)) ships.remove(row);
    ships.add({ x: 300, heading: Math.PI / 2 }, { owner: { number: 2 } });
    tiles.fill(4);
    tiles.set(1, 1, 9);
    round.note = { a: 1 };
    expect(saved(first, state)).toEqual(golden);
  });

  test('is read by a newer game for as long as these bytes are in this file', () => {
    const newer = {
      round: record({ note: json(64), winner: rowId }),
      ships: table({ heading: angle({ bits: 12 }), hp: u8, x: u32 }),
    };
    expect(toJson(restored(golden, newer), 'server')).toEqual({
      round: { note: { a: 1 }, winner: 0 },
      ships: {
        65537: { heading: 1.571, hp: 0, x: 300, owner: 2 },
        3: { heading: 0, hp: 0, x: 1, owner: 0 },
      },
    });
  });
});

describe('bytes that are no saved state', () => {
  const REFUSALS = ['BAD_FRAME', 'BAD_SCHEMA', 'SCHEMA_INCOMPATIBLE'];

  function withSchema(schema: unknown, body: readonly number[]): Uint8Array {
    const out = new ByteWriter();
    out.u8(1);
    out.text(typeof schema === 'string' ? schema : JSON.stringify(schema));
    out.append(Uint8Array.from(body));
    return out.take();
  }

  test('are refused whatever they are, and change nothing', () => {
    fc.assert(
      fc.property(anySchema, fc.uint8Array({ maxLength: 512 }), fc.boolean(), (schema, garbage, hasHead) => {
        const head = hasHead ? saved(schema, createState(schema)) : new Uint8Array();
        const cut = head.subarray(0, head.length - (garbage.length % 8));
        const problem = problemOf(Uint8Array.from([...cut, ...garbage]), schema);
        if (problem !== null) expect(REFUSALS).toContain((problem as { code?: unknown }).code);
      }),
      { numRuns: 1_000 },
    );
  });

  test('are refused where they were cut or changed in one place, and change nothing', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, fc.nat(), fc.nat(255), (schema, deeds, at, byte) => {
        const state = createState(schema);
        for (const deed of deeds) doDeed(state, deed);
        const bytes = saved(schema, state);
        const cut = problemOf(bytes.subarray(0, at % bytes.length), schema);
        expect(cut).toHaveProperty('code', 'BAD_FRAME');
        bytes[at % bytes.length] = byte;
        const problem = problemOf(bytes, schema);
        if (problem !== null) expect(REFUSALS).toContain((problem as { code?: unknown }).code);
      }),
      { numRuns: 500 },
    );
  });

  const u8Spec = { type: 'u8' };
  const ships = ['ships', 'table', [['x', u8Spec]]];

  test.each<[string, Uint8Array, string]>([
    ['of another format', Uint8Array.of(2, 2, 0x5b, 0x5d), 'BAD_FRAME'],
    ['with a schema that is longer than they are', Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0x0f), 'BAD_FRAME'],
    ['with a schema that is not JSON', withSchema('[', []), 'BAD_FRAME'],
    ['with a schema that is no list', withSchema({ ships }, []), 'BAD_FRAME'],
    ['with a schema nested without end', withSchema('['.repeat(20_000) + ']'.repeat(20_000), []), 'BAD_FRAME'],
    ['with a part that is no list', withSchema([7], []), 'BAD_FRAME'],
    ['with a part without a name', withSchema([[7, 'table', []]], []), 'BAD_FRAME'],
    ['with a part of an unknown type', withSchema([['ships', 'tree', []]], []), 'BAD_FRAME'],
    ['with a part twice', withSchema([ships, ships], [0, 0, 0, 0]), 'BAD_FRAME'],
    ['with no columns', withSchema([['ships', 'table']], []), 'BAD_FRAME'],
    ['with a column without a name', withSchema([['ships', 'table', [[7, u8Spec]]]], []), 'BAD_FRAME'],
    [
      'with a column twice',
      withSchema(
        [
          [
            'ships',
            'table',
            [
              ['x', u8Spec],
              ['x', u8Spec],
            ],
          ],
        ],
        [0, 0],
      ),
      'BAD_FRAME',
    ],
    ['with a column of no type', withSchema([['ships', 'table', [['x', { type: 'u7' }]]]], []), 'BAD_SCHEMA'],
    ['with a grid of no size', withSchema([['tiles', 'grid', 0, 0.5, u8Spec]], []), 'BAD_FRAME'],
    ['with a grid of fractions', withSchema([['tiles', 'grid', 1, 1, { type: 'f32' }]], [0, 0, 0, 0, 1]), 'BAD_FRAME'],
    [
      'with a removed grid of endless cells',
      withSchema([['sea', 'grid', 1e300, 1e300, u8Spec]], [1, 0xff, 1]),
      'BAD_FRAME',
    ],
    ['with an empty run of cells', withSchema([['tiles', 'grid', 3, 2, u8Spec]], [1, 0, 1, 6]), 'BAD_FRAME'],
    ['with a run that leaves the grid', withSchema([['tiles', 'grid', 3, 2, u8Spec]], [1, 7]), 'BAD_FRAME'],
    ['with a row in no place', withSchema([['gone', 'table', []]], [0xff, 0xff, 4, 0, 0]), 'BAD_FRAME'],
    ['with a generation out of range', withSchema([ships], [1, 0x80, 0x80, 4, 7, 0, 0]), 'BAD_FRAME'],
    ['with a value out of range', withSchema([ships], [1, 0, 0x80, 2, 0, 0]), 'BAD_FRAME'],
    ['with a place that is taken and vacant', withSchema([ships], [1, 0, 7, 0, 1, 1, 0]), 'BAD_FRAME'],
  ])('are refused: %s', (_, bytes, code) => {
    expect(problemOf(bytes, VERSION_1)).toHaveProperty('code', code);
  });

  test('cannot poison anything by names that every object has', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const parts = names.map((name) => [name, 'record', names.map((column) => [column, u8Spec])]);
    const state = restored(withSchema(parts, new Array(9).fill(1)), { ships: table({ x: u8 }) });
    expect(toJson(state, 'server')).toEqual({ ships: {} });
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});
