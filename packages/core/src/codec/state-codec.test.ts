import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GameError } from '../errors.ts';
import { u8, u16 } from '../schema/field.ts';
import { grid, record, type StateSchema, table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { createMirror, createState, StateStore } from '../state/state-store.ts';
import type { Viewer } from '../state/table-store.ts';
import { anyDeed, anySchema, doDeed } from './any-state.test-support.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readDelta, readOwn, readSnapshot, writeDelta, writeOwn, writeSnapshot } from './state-codec.ts';

type State = StateStore<StateSchema>;

function bytes(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(1);
  write(out);
  return out.take();
}

/** Everything a viewer is sent, at once. */
function snapshotFor(state: State, viewer: Viewer): Uint8Array {
  return bytes((out) => {
    writeSnapshot(out, state, viewer === 'server' ? 'all' : 'shared');
    if (viewer !== 'server') writeOwn(out, state, viewer, 'all');
  });
}

function deltaFor(state: State, viewer: Viewer): Uint8Array {
  return bytes((out) => {
    writeDelta(out, state, viewer === 'server' ? 'all' : 'shared');
    if (viewer !== 'server') writeOwn(out, state, viewer, 'changed');
  });
}

function apply(mirror: State, frame: Uint8Array, read: (from: ByteReader, state: State) => void): void {
  const from = new ByteReader(frame);
  read(from, mirror);
  if (mirror.viewer !== 'server') readOwn(from, mirror);
  from.end();
}

function mirrorFor(schema: StateSchema, viewer: Viewer): State {
  return viewer === 'server'
    ? new StateStore(schema, 'server', { badWrites: 'throw', onClamp: () => {} })
    : createMirror(schema, viewer).store;
}

const VIEWERS: readonly Viewer[] = ['server', 0, 1, 2];

describe('whatever rules do to a state', () => {
  test('deltas applied to a copy make it equal the original, for every viewer and any schema', () => {
    fc.assert(
      fc.property(anySchema, fc.array(fc.array(anyDeed, { maxLength: 12 }), { maxLength: 12 }), (schema, ticks) => {
        const state = createState(schema);
        const mirrors = VIEWERS.map((viewer) => mirrorFor(schema, viewer));
        for (const mirror of mirrors) apply(mirror, snapshotFor(state, mirror.viewer), readSnapshot);
        for (const deeds of ticks) {
          for (const deed of deeds) doDeed(state, deed);
          for (const mirror of mirrors) apply(mirror, deltaFor(state, mirror.viewer), readDelta);
          state.commit();
          for (const mirror of mirrors) {
            expect(hashState(mirror, mirror.viewer)).toBe(hashState(state, mirror.viewer));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a snapshot replaces whatever a mirror held before, and deltas go on from it', () => {
    fc.assert(
      fc.property(
        anySchema,
        fc.array(anyDeed, { maxLength: 30 }),
        fc.array(anyDeed, { maxLength: 30 }),
        (schema, before, after) => {
          const state = createState(schema);
          const other = createState(schema);
          for (const deed of before) doDeed(other, deed);
          const mirrors = VIEWERS.map((viewer) => mirrorFor(schema, viewer));
          for (const mirror of mirrors) apply(mirror, snapshotFor(other, mirror.viewer), readSnapshot);
          for (const deed of after) doDeed(state, deed);
          for (const mirror of mirrors) apply(mirror, snapshotFor(state, mirror.viewer), readSnapshot);
          state.commit();
          for (const deed of before) doDeed(state, deed);
          for (const mirror of mirrors) {
            apply(mirror, deltaFor(state, mirror.viewer), readDelta);
            expect(hashState(mirror, mirror.viewer)).toBe(hashState(state, mirror.viewer));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a server state that was read from a snapshot goes on as the base of deltas', () => {
    fc.assert(
      fc.property(
        anySchema,
        fc.array(anyDeed, { maxLength: 30 }),
        fc.array(anyDeed, { maxLength: 10 }),
        (schema, before, after) => {
          const original = createState(schema);
          for (const deed of before) doDeed(original, deed);
          const resumed = mirrorFor(schema, 'server');
          apply(resumed, snapshotFor(original, 'server'), readSnapshot);
          const mirror = mirrorFor(schema, 1);
          apply(mirror, snapshotFor(resumed, 1), readSnapshot);
          for (const deed of after) doDeed(resumed, deed);
          apply(mirror, deltaFor(resumed, 1), readDelta);
          expect(hashState(mirror, 1)).toBe(hashState(resumed, 1));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('equal states are written as equal bytes, whatever way led to them', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyDeed, { maxLength: 30 }), (schema, deeds) => {
        const state = createState(schema);
        for (const deed of deeds) doDeed(state, deed);
        const copy = mirrorFor(schema, 'server');
        apply(copy, snapshotFor(state, 'server'), readSnapshot);
        expect(snapshotFor(copy, 'server')).toEqual(snapshotFor(state, 'server'));
      }),
      { numRuns: 100 },
    );
  });

  test('nothing is written where nothing was, or where writing ended at the values it began with', () => {
    const state = createState({ ships: table({ x: u16 }), round: record({ number: u8 }) });
    const ship = state.view.ships.add({ x: 7 });
    state.commit();
    expect(deltaFor(state, 0)).toEqual(Uint8Array.of(0, 0));
    ship.x = 9;
    ship.x = 7;
    state.view.ships.remove(state.view.ships.add({ x: 1 }));
    expect(deltaFor(state, 0)).toEqual(Uint8Array.of(0, 0));
  });
});

describe('hidden fields', () => {
  const schema = {
    hands: table({ cards: u16.visibleTo('owner'), seed: u16.visibleTo('nobody'), count: u8 }),
    deck: grid({ width: 2, height: 1, of: u16.visibleTo('nobody') }),
  };

  test('reach their owner and nobody else, in snapshots and in deltas', () => {
    const state = createState(schema);
    const mine = state.view.hands.add({ cards: 0x1234, seed: 0x5678, count: 2 }, { owner: { number: 1 } });
    state.view.deck.set(0, 0, 0x5a5a);
    const frames = [0, 1, 2].map((seat) => snapshotFor(state, seat));
    state.commit();
    mine.cards = 0x4321;
    mine.seed = 0x0777;
    const deltas = [0, 1, 2].map((seat) => deltaFor(state, seat));

    const isIn = (frame: Uint8Array | undefined, value: number): boolean => {
      const needle = bytes((out) => out.varint(value)).join();
      return frame?.join().includes(needle) === true;
    };
    expect(frames.map((frame) => isIn(frame, 0x1234))).toEqual([false, true, false]);
    expect(deltas.map((frame) => isIn(frame, 0x4321))).toEqual([false, true, false]);
    for (const frame of [...frames, ...deltas]) {
      for (const hidden of [0x5678, 0x0777, 0x5a5a]) expect(isIn(frame, hidden)).toBe(false);
    }
  });

  test('are forgotten by a client whose row was given to somebody else', () => {
    const state = createState(schema);
    state.view.hands.add({ cards: 99 }, { owner: { number: 1 } });
    const mirror = createMirror(schema, 1);
    apply(mirror.store, snapshotFor(state, 1), readSnapshot);
    state.commit();
    const [hand] = mirror.view.hands;
    expect(hand?.cards).toBe(99);
    state.disown({ number: 1 });
    apply(mirror.store, deltaFor(state, 1), readDelta);
    expect(hand?.cards).toBeUndefined();
    expect(mirror.store.table('hands').columns[0]?.data[1]).toBe(0);
  });
});

describe('hostile bytes', () => {
  const schema: StateSchema = {
    ships: table({ x: u16, y: u16 }, { maxRows: 1000 }),
    tiles: grid({ width: 100, height: 100, of: u8 }),
  };
  const readers = [readSnapshot, readDelta, readOwn] as const;

  test('make every reader throw BAD_FRAME and nothing else', () => {
    fc.assert(
      fc.property(anySchema, fc.uint8Array({ maxLength: 512 }), fc.nat(2), (random, garbage, which) => {
        const { store } = createMirror(random, 1);
        try {
          readers[which]?.(new ByteReader(garbage), store);
        } catch (error) {
          expect(error).toBeInstanceOf(GameError);
          expect(error).toHaveProperty('code', 'BAD_FRAME');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('that were cut or changed in one place never throw anything else either', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyDeed, { maxLength: 40 }), fc.nat(), fc.nat(255), (random, deeds, at, byte) => {
        const state = createState(random);
        for (const deed of deeds) doDeed(state, deed);
        const frame = snapshotFor(state, 1);
        frame[at % frame.length] = byte;
        for (const damaged of [frame, frame.subarray(0, at % frame.length)]) {
          const { store } = createMirror(random, 1);
          try {
            apply(store, damaged, readSnapshot);
          } catch (error) {
            expect(error).toHaveProperty('code', 'BAD_FRAME');
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a list of 2^32 - 1 rows', [1, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a row outside the table', [1, 0, 1, 0xe9, 0x07, 0, 0, 0, 0]],
    ['a part that does not exist', [9, 0]],
    ['a varint that is longer than its number needs', [0x80, 0x00]],
    ['a varint past 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f]],
  ])('are refused: %s', (_, frame) => {
    expect(() => readDelta(new ByteReader(Uint8Array.from(frame)), createMirror(schema, 1).store)).toThrow(GameError);
  });
});

describe('the format', () => {
  test('is pinned by golden bytes', () => {
    const state = createState({
      ships: table({ x: u16, hp: u8 }, { maxRows: 300 }),
      tiles: grid({ width: 3, height: 2, of: u8 }),
      round: record({ number: u16 }),
    });
    const { ships, tiles, round } = state.view;
    const first = ships.add({ x: 300, hp: 3 }, { owner: { number: 2 } });
    const second = ships.add({ x: 1 });
    tiles.fill(4);
    round.number = 5;
    expect(snapshotFor(state, 0)).toEqual(
      // 2 rows; place 1, generation 0, x 300, hp 3, owner 2; place +1, generation 0, x 1, hp 0, owner 0; run of 6 fours; 5; own: none
      Uint8Array.of(2, 1, 0, 0xac, 0x02, 3, 2, 1, 0, 1, 0, 0, 4, 6, 5, 0),
    );
    state.commit();
    first.x = 298;
    ships.remove(second);
    tiles.set(1, 1, 9);
    expect(deltaFor(state, 0)).toEqual(
      // part 1: removed place 2; added none; changed place 1, field 0, x -2; part 2: cell 4 is 9; end; own: none
      Uint8Array.of(1, 1, 2, 0, 1, 1, 1, 3, 2, 0, 1, 5, 9, 0, 0),
    );
  });
});
