import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GameError } from '../errors.ts';
import { bytes, json, list, text } from '../schema/boxed-field.ts';
import { angle, bool, choice, f32, f64, i8, quantized, u8, u16, u32 } from '../schema/field.ts';
import { grid, record, type StateSchema, table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { createMirror, createState, type StateStore } from '../state/state-store.ts';
import { anyDeed, anySchema, doDeed } from './any-state.test-support.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { bytesOf, eyes, PretendViewer, readFrame, Stage, snapshotFor } from './pretend-viewer.test-support.ts';
import type { Publication } from './publication.ts';
import { readDelta, readGrants, readSnapshot, writeGrants, writeNoGrants, writeSnapshot } from './state-codec.ts';

const anyDeeds = fc.array(anyDeed, { maxLength: 20 });

describe('a snapshot', () => {
  test('[PR22] replaces whatever a mirror held before, and deltas go on from it', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, anyDeeds, (schema, before, now, after) => {
        const other = new Stage(schema);
        for (const deed of before) doDeed(other.state, deed);
        other.publish();
        const stage = new Stage(schema);
        for (const deed of now) doDeed(stage.state, deed);
        stage.publish();
        const viewer = new PretendViewer(stage, 1, 2);
        readFrame(viewer.mirror.store, snapshotFor(other.state, viewer), readSnapshot);
        expect(hashState(viewer.mirror.store, 1)).toBe(hashState(other.state, viewer));
        viewer.takeSnapshot();
        expect(hashState(viewer.mirror.store, 1)).toBe(hashState(stage.state, viewer));
        for (const deed of after) doDeed(stage.state, deed);
        stage.publish();
        viewer.takeDelta();
        expect(hashState(viewer.mirror.store, 1)).toBe(hashState(stage.state, viewer));
      }),
      { numRuns: 150 },
    );
  });

  test('holds the rows its eyes are told about and no others', () => {
    const schema = { ships: table({ x: u8, ammo: u8.visibleTo('owner') }) };
    const stage = new Stage(schema);
    for (let x = 1; x <= 4; x++) stage.state.view.ships.add({ x, ammo: x }, { owner: { number: 1 } });
    stage.publish();
    const sight = { seat: 1, team: 0, rowsOf: () => ({ places: Int32Array.of(2, 4, 99), count: 2 }) };
    const mirror = createMirror(schema, 1);
    const frame = bytesOf((out) => {
      writeSnapshot(out, stage.state, sight);
      const columns = mirror.store.table('ships').ownerMask;
      writeGrants(out, stage.state, true, () => ({
        places: Int32Array.of(2, 4),
        columns: Int32Array.of(columns, columns),
        count: 2,
      }));
    });
    readFrame(mirror.store, frame, readSnapshot);
    expect([...mirror.view.ships].map(({ id, x, ammo }) => [id, x, ammo])).toEqual([
      [2, 2, 2],
      [4, 4, 4],
    ]);
    expect(hashState(mirror.store, 1)).toBe(hashState(stage.state, sight));
  });

  test('is of the moment of the last publication, whatever rules wrote since', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, (schema, before, after) => {
        const stage = new Stage(schema);
        for (const deed of before) doDeed(stage.state, deed);
        stage.publish();
        const frame = snapshotFor(stage.state, eyes(1, 2));
        for (const deed of after) doDeed(stage.state, deed);
        expect(snapshotFor(stage.state, eyes(1, 2))).toEqual(frame);
      }),
      { numRuns: 100 },
    );
  });
});

test('a row that is told anew forgets what was granted of it, and is the same row', () => {
  const stage = new Stage({ hands: table({ cards: u8.visibleTo('owner'), count: u8 }) });
  stage.state.view.hands.add({ cards: 9, count: 1 }, { owner: { number: 1 } });
  stage.publish();
  const { mirror } = new PretendViewer(stage, 1);
  const hand = mirror.view.hands.get(1);
  expect(hand?.cards).toBe(9);
  // Part 1: no changes, nobody gone, place 1 of generation 0 has count 2 and belongs to 1; nothing granted.
  readFrame(mirror.store, Uint8Array.of(1, 0, 0, 1, 0, 2, 1, 0, 0, 0), readDelta);
  expect([hand?.count, hand?.cards, mirror.store.table('hands').columns[0]?.data[1]]).toEqual([2, undefined, 0]);
});

describe('hostile bytes', () => {
  type Read = (from: ByteReader, mirror: StateStore) => void;
  const readers: readonly Read[] = [readSnapshot, readDelta, readGrants];

  function expectOnlyBadFrame(run: () => void): void {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(GameError);
      expect(error).toHaveProperty('code', 'BAD_FRAME');
    }
  }

  test('make every reader throw BAD_FRAME and nothing else', () => {
    fc.assert(
      fc.property(
        anySchema,
        fc.uint8Array({ maxLength: 512 }),
        fc.constantFrom(...readers),
        (random, garbage, read) => {
          const { store } = createMirror(random, 1);
          expectOnlyBadFrame(() => read(new ByteReader(garbage), store));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('that were cut or changed in one place never throw anything else either', () => {
    fc.assert(
      fc.property(anySchema, anyDeeds, anyDeeds, fc.nat(), fc.nat(255), (random, before, after, at, byte) => {
        const stage = new Stage(random);
        for (const deed of before) doDeed(stage.state, deed);
        stage.publish();
        const first = new PretendViewer(stage, 1, 2);
        const base = snapshotFor(stage.state, first);
        for (const deed of after) doDeed(stage.state, deed);
        stage.publish();
        const frames = [
          [readSnapshot, snapshotFor(stage.state, first)],
          [readDelta, first.delta()],
        ] as const;
        for (const [read, frame] of frames) {
          const changed = frame.slice();
          changed[at % frame.length] = byte;
          for (const damaged of [changed, frame.subarray(0, at % frame.length)]) {
            const { store } = createMirror(random, 1);
            readFrame(store, base, readSnapshot);
            expectOnlyBadFrame(() => readFrame(store, damaged, read));
            // Whatever is left of it, a snapshot puts it right.
            readFrame(store, base, readSnapshot);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test('that broke a mirror leave nothing behind once a snapshot has come', () => {
    fc.assert(
      fc.property(
        anySchema,
        anyDeeds,
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }),
        (random, deeds, frames) => {
          const stage = new Stage(random);
          for (const deed of deeds) doDeed(stage.state, deed);
          stage.publish();
          const viewer = new PretendViewer(stage, 1, 1);
          for (const [index, frame] of frames.entries()) {
            expectOnlyBadFrame(() => readers[index % 3]?.(new ByteReader(frame), viewer.mirror.store));
          }
          viewer.takeSnapshot();
          expect(hashState(viewer.mirror.store, 1)).toBe(hashState(stage.state, viewer));
          expect(viewer.mirror.store.parts.map((part) => (part.type === 'table' ? part.size : 0))).toEqual(
            stage.state.parts.map((part) => (part.type === 'table' ? part.sentSize : 0)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  // Columns of ships: x, name, ratio, ammo, plan, log, side, owner. Row 1 of ships is there, owned by 1, on team 1.
  const schema = {
    ships: table(
      {
        x: quantized({ min: 0, max: 9, step: 1 }),
        name: text(4),
        ratio: f32,
        ammo: u8.visibleTo('owner'),
        plan: u8.visibleTo('team'),
        log: u8.visibleTo('nobody'),
        side: u8,
      },
      { maxRows: 200, team: 'side' },
    ),
    tiles: grid({ width: 10, height: 10, of: u8 }),
    deck: grid({ width: 2, height: 1, of: u8.visibleTo('nobody') }),
    round: record({ number: i8, tags: list(u8, 3) }),
    rocks: table({ x: u8, turn: angle({ bits: 3 }), kind: choice('a', 'b'), hot: bool }, { maxRows: 2 }),
  } as const satisfies StateSchema;
  const [SHIPS, TILES, DECK, ROUND, ROCKS, NONE] = [1, 2, 3, 4, 5, 6];

  function mirrorWithOneShip(): StateStore {
    const stage = new Stage(schema);
    stage.state.view.ships.add({ side: 1 }, { owner: { number: 1 } });
    stage.publish();
    return new PretendViewer(stage, 1, 1).mirror.store as unknown as StateStore;
  }

  const deltas: readonly (readonly [string, readonly number[], string])[] = [
    ['a part that does not exist', [NONE, 0], 'part 6 is unknown'],
    ['a varint that is longer than its number needs', [0x80, 0x00], 'a varint is longer'],
    ['a varint past 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f], 'a varint is longer'],
    ['no end', [], '1 more bytes were expected and 0 are left'],
    ['a change of a row that is not there', [SHIPS, 5, 1, 0, 0, 0, 0, 0], 'a row changed that is not there'],
    ['a change of a row outside the table', [SHIPS, 0x93, 0x03, 1, 0, 0, 0, 0], 'a place is out of range'],
    ['a change of the row before', [SHIPS, 3, 1, 0, 1, 0, 1, 0, 0, 0, 0], 'a row changed twice'],
    ['a run past the end of a table', [SHIPS, 1, 200, 3, 1, 0, 0, 0, 0], 'a place is out of range'],
    ['a run over a row that is not there', [SHIPS, 1, 9, 3, 1, 0, 0, 0, 0], 'a row changed that is not there'],
    ['a change whose columns were never named', [SHIPS, 2, 0, 0, 0, 0, 0], 'a row changed in no column'],
    ['a change of no columns', [SHIPS, 3, 0, 0, 0, 0, 0], 'a row changed in no column'],
    ['a change of an owner’s column', [SHIPS, 3, 8, 0, 0, 0, 0, 0], 'a column mask names columns'],
    ['a change of a hidden column', [SHIPS, 3, 32, 0, 0, 0, 0, 0], 'a column mask names columns'],
    ['a change of column 31', [SHIPS, 3, 0x80, 0x80, 0x80, 0x80, 0x08, 0, 0, 0], 'a column mask names columns'],
    ['a change past the end of a range', [SHIPS, 3, 1, 20, 0, 0, 0, 0], '10 is out of its field'],
    ['a change below a range', [SHIPS, 3, 1, 1, 0, 0, 0, 0], '4294967295 is out of its field'],
    ['a number that is not finite', [SHIPS, 3, 4, 0, 0, 0x80, 0x7f, 0, 0, 0, 0], 'a number is not finite'],
    ['a text that is too long', [SHIPS, 3, 2, 5, 97, 97, 97, 97, 97, 0, 0, 0, 0], 'a text of 5 bytes, at most 4'],
    ['a text that is no text', [SHIPS, 3, 2, 1, 0xff, 0, 0, 0, 0], 'a text is not well-formed'],
    ['a place that has no row and is outside', [SHIPS, 0, 0xc9, 0x01, 0, 0, 0], 'a place is out of range'],
    ['a new row outside the table', [ROCKS, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0], 'a place is out of range'],
    ['a generation of 17 bits', [ROCKS, 0, 0, 1, 0x80, 0x80, 0x04, 0, 0, 0, 0, 0, 0], 'a generation is out of range'],
    ['a choice that there is not', [ROCKS, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0], '2 is out of its field'],
    ['a truth of 2', [ROCKS, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0], '2 is out of its field'],
    ['an angle past the circle', [ROCKS, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 0], '8 is out of its field'],
    ['a record that loses its row', [ROUND, 0, 1, 0, 0, 0], 'a record cannot lose its row'],
    ['a record of a second row', [ROUND, 0, 0, 2, 0, 0, 0, 0, 0], 'a place is out of range'],
    ['a record of another generation', [ROUND, 0, 0, 1, 1, 0, 0, 0, 0], 'a generation is out of range'],
    ['a list that is too long', [ROUND, 3, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0], 'a length of 4, at most 3'],
    ['a hidden grid', [DECK, 0, 1, 1, 5, 0], 'a change of a grid that is hidden'],
    ['a grid change of a third form', [TILES, 2, 0], 'a grid change is of an unknown form'],
    ['more cells than there are', [TILES, 0, 101, 1, 0, 0], 'more cells changed than the grid has'],
    ['one cell twice', [TILES, 0, 2, 1, 5, 0, 5, 0], 'a cell is out of order or outside'],
    ['a cell outside the grid', [TILES, 0, 1, 101, 5, 0], 'a cell is out of order or outside'],
    ['a cell past its range', [TILES, 0, 1, 1, 0x80, 0x02, 0], '256 is out of its field'],
    ['a run of no cells', [TILES, 1, 5, 0, 0], 'a run of cells is empty or leaves the grid'],
    ['a run that leaves the grid', [TILES, 1, 5, 99, 5, 2, 0], 'a run of cells is empty or leaves the grid'],
  ];
  test.each(deltas)('are refused in a delta: %s', (_, frame, reason) => {
    const from = new ByteReader(Uint8Array.from(frame));
    expect(() => readDelta(from, mirrorWithOneShip())).toThrow(reason);
  });

  const grants: readonly (readonly [string, readonly number[], string])[] = [
    ['of a fourth form', [3], 'grants are of an unknown form'],
    ['of a part that does not exist', [1, NONE], 'part 6 is unknown'],
    ['of a part without anything private', [1, ROCKS, 1, 1, 1, 0, 0], 'a part that has nothing private'],
    ['of a grid', [1, TILES, 1, 1, 1, 0, 0], 'a part that has nothing private'],
    ['of a record', [2, ROUND, 1, 1, 1, 0, 0], 'a part that has nothing private'],
    ['of a row that is not there', [1, SHIPS, 2, 8, 1, 0, 0], 'a grant of a row that is not there'],
    ['of a row outside the table', [1, SHIPS, 0xc9, 0x01, 8, 1, 0, 0], 'a place is out of range'],
    ['of no columns', [1, SHIPS, 1, 0, 0, 0], 'a grant of columns that are not private'],
    ['of a column that everyone sees', [1, SHIPS, 1, 9, 1, 1, 0, 0], 'a grant of columns that are not private'],
    ['of a column that nobody sees', [1, SHIPS, 1, 32, 1, 0, 0], 'a grant of columns that are not private'],
    ['of a value out of range', [1, SHIPS, 1, 8, 0x80, 0x02, 0, 0], '256 is out of its field'],
    ['without an end', [1, SHIPS, 1, 8, 1, 0], '1 more bytes were expected and 0 are left'],
  ];
  test.each(grants)('are refused as grants: %s', (_, frame, reason) => {
    const from = new ByteReader(Uint8Array.from(frame));
    expect(() => readGrants(from, mirrorWithOneShip())).toThrow(reason);
  });

  test('are refused as a snapshot in which a record has no row', () => {
    const { store } = createMirror({ round: record({ number: u8 }) }, 0);
    expect(() => readSnapshot(new ByteReader(Uint8Array.of(0)), store)).toThrow('a record has no row');
  });
});

/** The format, byte by byte. What stands here stands in docs/protocol.md: a change of one is a change of all three. */
describe('the format', () => {
  function written(write: (out: ByteWriter) => void): number[] {
    return Array.from(bytesOf(write));
  }
  const shared = (publication: Publication): number[] => Array.from(publication.shared);
  const ascii = (word: string): number[] => Array.from(word, (letter) => letter.charCodeAt(0));

  test('of a snapshot: rows with gaps, then a grid in runs, then a record, then what is granted', () => {
    const { state, publication } = new Stage({
      ships: table({ x: u16, ammo: u8.visibleTo('owner'), hp: u8 }, { maxRows: 300 }),
      tiles: grid({ width: 3, height: 2, of: u8 }),
      deck: grid({ width: 3, height: 2, of: u8.visibleTo('nobody') }),
      round: record({ number: u16 }),
    });
    const { ships, tiles, deck, round } = state.view;
    ships.add({ x: 300, ammo: 9, hp: 3 }, { owner: { number: 2 } });
    const gone = ships.add({});
    ships.add({ x: 1 });
    ships.remove(gone);
    ships.remove(ships.add({}));
    ships.add({ x: 2 });
    tiles.fill(4);
    tiles.set(2, 1, 0);
    deck.fill(7);
    round.number = 5;
    publication.publish();
    // biome-ignore format: a line per thing that is written
    const body = [
      1, 0, 0xac, 0x02, 3, 2, // place 1, generation 0, x 300, hp 3, owner 2
      1, 2, 2, 0, 0, // the next place, 2, where two rows have been: generation 2, x 2, hp 0, nobody's
      1, 0, 1, 0, 0, // the next, 3, generation 0, x 1
      0, // no more rows
      4, 5, 0, 1, // five cells of 4, one of 0; the hidden grid is not there at all
      1, 0, 5, 0, // place 1 of the record, generation 0, number 5; no more
    ];
    expect(Array.from(snapshotFor(state, eyes(0)))).toEqual([...body, 2, 0]);
    // biome-ignore format: a line per thing that is written
    expect(Array.from(snapshotFor(state, eyes(2)))).toEqual([
      ...body,
      2, // what was granted before counts no more
      1, // the first part:
      1, 2, 9, // place 1, column 1, 9
      0, // no more rows
      0, // no more parts
    ]);
  });

  test('of changes: heads of gap and flag, a mask only where it differs, then who is gone, then who is new', () => {
    const { state, publication } = new Stage({
      round: record({ number: u16 }),
      ships: table({ x: u16, hp: u8 }, { maxRows: 300 }),
    });
    const { ships, round } = state.view;
    const fleet = Array.from({ length: 200 }, (_, index) => ships.add({ x: 100, hp: index % 2 }));
    const move = (number: number, change: { x?: number; hp?: number }) =>
      Object.assign(fleet[number - 1] ?? {}, change);
    publication.publish();
    move(1, { x: 98 });
    move(3, { x: 101 });
    move(4, { x: 300, hp: 9 });
    move(100, { x: 99, hp: 0 });
    move(200, { hp: 2 });
    for (const number of [5, 8]) ships.remove(fleet[number - 1] ?? ships.add({}));
    ships.add({ x: 1 }, { owner: { number: 2 } });
    round.number = 3;
    expect(publication.publish()).toBe(true);
    // biome-ignore format: a line per thing that is written
    expect(shared(publication)).toEqual([
      1, // the first part
      3, 1, 6, // place 1 with a mask: column 0; 3 more than before
      0, 0, 0, // no more changes, nobody gone, nobody new
      2, // the second part
      3, 1, 3, // place 1 with a mask: column 0; 2 less
      4, 2, // 2 places on, 3, with the same mask; 1 more
      3, 3, 0x90, 0x03, 16, // the next, 4, with a mask: columns 0 and 1; 200 more, 8 more
      0xc0, 0x01, 1, 1, // 96 places on, 100, with the same mask; 1 less, 1 less
      0xc8, 0x01, 0, 2, // 100 places on, 200, with the same mask, which is shorter than another: 0 more, 1 more
      0, // no more changes
      8, 0, // place 8 is gone
      5, 1, 1, 0, 2, 0, // place 5 has a new row: generation 1, x 1, hp 0, owner 2
    ]);
  });

  test('of runs: rows that follow one another and changed in the same columns have one head and a number', () => {
    const { state, publication } = new Stage({ ships: table({ x: u16, hp: u8 }, { maxRows: 300 }) });
    const fleet = Array.from({ length: 6 }, () => state.view.ships.add({ x: 100, hp: 1 }));
    publication.publish();
    for (const [index, ship] of fleet.entries()) Object.assign(ship, index === 3 ? { hp: 9 } : { x: 101 + index });
    publication.publish();
    // biome-ignore format: a line per thing that is written
    expect(shared(publication)).toEqual([
      1, // the first part
      1, 2, 3, 1, // a run of two more: place 1 with a mask, column 0
      2, 4, 6, // 1, 2 and 3 more
      3, 2, 16, // the next place, 4, with a mask: column 1; 8 more
      3, 1, 10, // the next, 5, with a mask: column 0; 5 more. Two rows are no run
      2, 12, // the next, 6; 6 more
      0, 0, 0, // no more changes, nobody gone, nobody new
    ]);
  });

  test('of changes of every kind of field', () => {
    const { state, publication } = new Stage({
      things: table({
        a: quantized({ min: -1, max: 1, step: 0.5 }),
        b: angle({ bits: 4 }),
        c: f32,
        d: f64,
        e: text(9),
        f: choice('no', 'yes'),
        g: u32,
        h: list(i8, 4),
        i: bytes(4),
        j: json(20),
        k: bool,
      }),
    });
    const thing = state.view.things.add({ b: (2 * Math.PI * 15) / 16, g: 1 });
    publication.publish();
    // biome-ignore format: a line per thing that is written
    expect(shared(publication)).toEqual([
      1, 0, 0, // the first part; no changes, nobody gone
      1, 0, // place 1, generation 0
      2, // a: 0 is two steps from -1
      15, // b: fifteen sixteenths of a circle
      0, 0, 0, 0, // c
      0, 0, 0, 0, 0, 0, 0, 0, // d
      0, // e: no bytes
      0, // f: the first word
      1, // g
      0, // h: no elements
      0, // i: no bytes
      4, ...ascii('null'), // j
      0, // k
      0, // owner
      0, // no more
    ]);
    Object.assign(thing, { a: -1, b: (2 * Math.PI) / 16, c: 1, d: -2, e: '강', f: 'yes', g: 0xffffffff });
    Object.assign(thing, { h: [1, -1], i: Uint8Array.of(7, 255), j: { a: [1] }, k: true });
    publication.publish();
    // biome-ignore format: a line per thing that is written
    expect(shared(publication)).toEqual([
      1, 3, 0xff, 0x0f, // the first part, place 1, columns 0 to 10
      3, // a: 2 less
      4, // b: 2 more, for that is the shorter way round
      0, 0, 0x80, 0x3f, // c: whole
      0, 0, 0, 0, 0, 0, 0, 0xc0, // d: whole
      3, 0xea, 0xb0, 0x95, // e: whole
      2, // f: 1 more
      3, // g: 2 less, for the difference has 32 bits
      2, 2, 1, // h: two elements, each absolute
      2, 7, 255, // i
      9, ...ascii('{"a":[1]}'), // j
      2, // k: 1 more
      0, 0, 0, // no more changes, nobody gone, nobody new
    ]);
  });

  test('of changed cells: one by one, or the whole grid where that is shorter', () => {
    const { state, publication } = new Stage({ tiles: grid({ width: 5, height: 2, of: i8 }) });
    const { tiles } = state.view;
    tiles.set(0, 0, -1);
    tiles.set(4, 1, 3);
    publication.publish();
    // The first part; cell by cell, two of them: cell 0 is -1, cell 9 is 3.
    expect(shared(publication)).toEqual([1, 0, 2, 1, 1, 9, 6]);
    tiles.fill(2);
    publication.publish();
    // The first part; as a whole: ten cells of 2.
    expect(shared(publication)).toEqual([1, 1, 4, 10]);
  });

  test('of a catch-up: rows anew in place of changes', () => {
    const { state, publication } = new Stage({
      ships: table({ x: u16, hp: u8 }),
      tiles: grid({ width: 5, height: 2, of: u8 }),
      round: record({ number: u16 }),
      calm: record({ number: u16 }),
    });
    const { ships, tiles, round } = state.view;
    const [one, two, three] = [ships.add({}), ships.add({ x: 5 }), ships.add({ x: 6 })];
    publication.publish();
    const since = publication.number;
    two.hp = 1;
    tiles.set(3, 0, 2);
    publication.publish();
    ships.remove(one);
    round.number = 9;
    publication.publish();
    ships.remove(three);
    ships.add({ x: 7 }, { owner: { number: 3 } });
    ships.remove(ships.add({}));
    tiles.set(4, 0, 2);
    publication.publish();
    // biome-ignore format: a line per thing that is written
    expect(written((out) => publication.writeCatchUp(out, since))).toEqual([
      1, 0, // the first part: no changes
      3, 0, // place 3 is gone
      1, 1, 7, 0, 3, // place 1, generation 1, x 7, hp 0, owner 3
      1, 0, 5, 1, 0, // place 2, generation 0, x 5, hp 1
      0, // no more
      2, 0, 2, 4, 2, 1, 2, // the second part: two cells, 3 and 4, are 2
      3, 0, 0, 1, 0, 9, 0, // the third part: its row anew
    ]);
    // biome-ignore format: a line per thing that is written
    expect(written((out) => publication.writeCatchUp(out, publication.number - 1))).toEqual([
      1, 0, 3, 0, 1, 1, 7, 0, 3, 0, // the first part: place 3 is gone, place 1 is new
      2, 0, 1, 5, 2, // the second part: cell 4 is 2
    ]);
    expect(written((out) => publication.writeCatchUp(out, publication.number))).toEqual([]);
  });

  test('of grants: none, some more, or all there are', () => {
    const state = createState({
      open: table({ x: u8 }),
      hands: table({ cards: u16.visibleTo('owner'), plan: text(9).visibleTo('team'), side: u8 }, { team: 'side' }),
    });
    for (const side of [1, 2, 1]) state.view.hands.add({ cards: 300, plan: 'go', side });
    state.settleAll();
    const { ownerMask, teamMask, privateMask } = state.table('hands');
    expect([ownerMask, teamMask, privateMask]).toEqual([1, 2, 3]);
    const two = { places: Int32Array.of(1, 3, 99), columns: Int32Array.of(3, 2, 99), count: 2 };
    const none = { ...two, count: 0 };
    // biome-ignore format: a line per thing that is written
    const rows = [
      2, // the second part:
      1, 3, 0xac, 0x02, 2, ...ascii('go'), // place 1, both columns: 300 and "go"
      2, 2, 2, ...ascii('go'), // place 3, only the second column
      0, // no more rows
      0, // no more parts
    ];
    expect(written(writeNoGrants)).toEqual([0]);
    for (const nothing of [null, none]) {
      expect(written((out) => writeGrants(out, state, false, () => nothing))).toEqual([0]);
      expect(written((out) => writeGrants(out, state, true, () => nothing))).toEqual([2, 0]);
    }
    expect(written((out) => writeGrants(out, state, false, () => two))).toEqual([1, ...rows]);
    expect(written((out) => writeGrants(out, state, true, () => two))).toEqual([2, ...rows]);
  });
});
