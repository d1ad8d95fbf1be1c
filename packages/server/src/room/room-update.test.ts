import {
  applyServerFrame,
  ByteReader,
  createMirror,
  createState,
  hashState,
  record,
  type StateStore,
  table,
  u8,
  u16,
} from '@madang/core';
import { describe, expect, test } from 'vitest';
import { EncodedUpdate } from './room-update.ts';

const schema = {
  hands: table({ cards: u16.visibleTo('owner'), count: u8 }),
  round: record({ number: u8, seed: u16.visibleTo('nobody') }),
};
const frames = { input: {}, commands: {}, events: {} };

/** A room's state, and a mirror for each of two seats that is fed as a native peer is. */
function table2() {
  const state = createState(schema);
  const mirrors = [1, 2].map((seat) => ({ seat, store: createMirror(schema, seat).store as StateStore, tick: 0 }));
  let tick = 0;
  let sharedTick = 0;
  return {
    state: state.view,
    mirrors,
    /** Publishes a tick; seats named in `skipped` are not told. Answers the frames, by seat. */
    publish(skipped: readonly number[] = []) {
      const update = new EncodedUpdate(state, ++tick, sharedTick);
      const sent = mirrors.map((mirror) => {
        if (skipped.includes(mirror.seat)) return null;
        const frame = mirror.tick === 0 ? update.snapshotFor(mirror.seat) : update.frameFor(mirror.seat, mirror.tick);
        if (frame === null) return null;
        const read = applyServerFrame(frames, mirror.store, mirror.tick, new ByteReader(frame));
        expect(['snapshot', 'delta']).toContain(read.kind);
        mirror.tick = tick;
        return { frame, kind: read.kind };
      });
      if (update.hasSharedChanges) sharedTick = tick;
      const texts = mirrors.map(({ seat }) => update.stateTextFor(seat));
      state.commit();
      return { sent, texts, update };
    },
    expectAgreement() {
      for (const { seat, store } of mirrors) expect(hashState(store, seat)).toBe(hashState(state, seat));
    },
  };
}

describe('one tick, told to each as it may see it', () => {
  test('own fields reach their owner, in snapshots, deltas and text, and nobody else', () => {
    const { state, publish, mirrors, expectAgreement } = table2();
    const mine = state.hands.add({ cards: 0x1234 }, { owner: { number: 1 } });
    publish();
    expectAgreement();
    mine.cards = 0x4321;
    const { sent, texts } = publish();
    expectAgreement();
    const cards = mirrors.map(({ store }) => store.table('hands').columns[0]?.data[1]);
    expect(cards).toEqual([0x4321, 0]);
    expect(sent.map((one) => one?.kind ?? null)).toEqual(['delta', null]);
    expect(texts.map((text) => text.includes(String(0x4321)))).toEqual([true, false]);
  });

  test('a change for one seat alone does not put the others, or that seat, off the next delta', () => {
    const { state, publish, expectAgreement } = table2();
    const mine = state.hands.add({}, { owner: { number: 1 } });
    publish();
    for (let i = 1; i <= 3; i++) {
      mine.cards = i;
      publish();
      mine.count = i;
      expect(publish().sent.map((one) => one?.kind)).toEqual(['delta', 'delta']);
      expectAgreement();
    }
  });

  test('seats that are up to date are handed the very same bytes', () => {
    const { state, publish } = table2();
    state.hands.add({});
    publish();
    state.round.number = 7;
    const { sent } = publish();
    expect(sent[0]?.frame).toBe(sent[1]?.frame);
  });

  test('a seat that missed a change is brought up by a snapshot; one that missed nothing by a delta', () => {
    const { state, publish, expectAgreement } = table2();
    const row = state.hands.add({});
    publish();
    publish([2]);
    row.count = 1;
    expect(publish().sent.map((one) => one?.kind)).toEqual(['delta', 'delta']);
    row.count = 2;
    publish([2]);
    row.count = 3;
    expect(publish().sent.map((one) => one?.kind)).toEqual(['delta', 'snapshot']);
    expectAgreement();
  });

  test('what nobody may see is told to nobody', () => {
    const { state, publish } = table2();
    publish();
    state.round.seed = 0x5a5a;
    const { sent, texts, update } = publish();
    expect(sent).toEqual([null, null]);
    expect([1, 2].map((seat) => update.hasChangesFor(seat))).toEqual([false, false]);
    for (const text of texts) expect(text).not.toContain('seed');
  });
});
