import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../random.ts';
import { list, text } from '../schema/boxed-field.ts';
import { angle, f32, i32, u8, u16, u32 } from '../schema/field.ts';
import { grid, record, type StateSchema, table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { toJson } from '../state/json.ts';
import { createMirror, type StateStore } from '../state/state-store.ts';
import { anyDeed, anySchema, doDeed, SEATS_AND_TEAMS_MAX } from './any-state.test-support.ts';
import { ByteWriter, varintTo } from './bytes.ts';
import { bytesOf, eyes, PretendViewer, readFrame, Stage, snapshotFor } from './pretend-viewer.test-support.ts';
import { writePlaces } from './publication.ts';
import { readDelta, writeNoGrants, writeRow } from './state-codec.ts';
import { SHORT_SLICE_BYTES, SLICE_WORDS } from './table-changes.ts';

/** Seats and teams of those who look on: nobody, players with and without a team, a spectator of a team. */
const VIEWERS: readonly (readonly [seat: number, team: number])[] = [
  [0, 0],
  [1, 0],
  [1, 2],
  [2, 1],
  [3, 1],
  [0, 2],
];

const anyDeeds = fc.array(anyDeed, { maxLength: 12 });

/** A viewer changes its team, now and then. */
const anyTeamChange = fc.option(fc.record({ viewer: fc.nat(VIEWERS.length - 1), team: fc.nat(SEATS_AND_TEAMS_MAX) }), {
  freq: 2,
});

function viewersOf(stage: Stage): readonly PretendViewer[] {
  return VIEWERS.map(([seat, team]) => new PretendViewer(stage, seat, team));
}

function expectSameAsPublished(stage: Stage, viewer: PretendViewer): void {
  const { store } = viewer.mirror;
  expect(hashState(store, viewer.seat)).toBe(hashState(stage.state, viewer));
  expect(whatWasHiddenIn(store)).toEqual([]);
  expect(store.parts.map((part) => part.type === 'table' && [part.size, part.highest])).toEqual(
    stage.state.parts.map((part) => part.type === 'table' && [part.sentSize, part.highestSent]),
  );
}

/** Columns of a mirror that hold anything though nobody granted it: the memory of a client is no place for secrets. */
function whatWasHiddenIn(mirror: StateStore): string[] {
  const found: string[] = [];
  for (const part of mirror.parts) {
    if (part.type === 'grid') {
      if (!part.isShared && part.cells.some((cell) => cell !== 0)) found.push(part.name);
      continue;
    }
    for (let place = 1; place <= part.highest; place++) {
      if (part.alive[place] === 0) continue;
      const seen = part.sharedMask | (part.granted[place] ?? 0);
      part.columns.forEach(({ name, data, codec }, index) => {
        if ((seen & (1 << index)) === 0 && data[place] !== codec.zero) found.push(`${part.name}[${place}].${name}`);
      });
    }
  }
  return found;
}

describe('whatever rules do to a state', () => {
  test('[PR22] those who take every delta know what they may see, whoever owns what and plays for whom', () => {
    const anyTick = fc.record({ deeds: anyDeeds, change: anyTeamChange });
    fc.assert(
      fc.property(anySchema, fc.array(anyTick, { maxLength: 12 }), (schema, ticks) => {
        const stage = new Stage(schema);
        const viewers = viewersOf(stage);
        for (const { deeds, change } of ticks) {
          for (const deed of deeds) doDeed(stage.state, deed);
          const changing = change === null ? undefined : viewers[change.viewer];
          if (changing !== undefined) changing.team = change?.team ?? 0;
          stage.publishDue();
          for (const viewer of viewers) {
            viewer.takeDelta();
            expectSameAsPublished(stage, viewer);
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  test('those who skip some catch up, and snapshots come at any moment', () => {
    const anyWay = fc.constantFrom('skip', 'skip', 'delta', 'snapshot');
    const anyTick = fc.record({
      deeds: anyDeeds,
      change: anyTeamChange,
      ways: fc.array(anyWay, { minLength: VIEWERS.length, maxLength: VIEWERS.length }),
    });
    fc.assert(
      fc.property(anySchema, fc.array(anyTick, { maxLength: 12 }), (schema, ticks) => {
        const stage = new Stage(schema);
        const viewers = viewersOf(stage);
        for (const { deeds, change, ways } of ticks) {
          for (const deed of deeds) doDeed(stage.state, deed);
          const changing = change === null ? undefined : viewers[change.viewer];
          if (changing !== undefined) changing.team = change?.team ?? 0;
          stage.publishDue();
          viewers.forEach((viewer, index) => {
            if (ways[index] === 'skip') return;
            if (ways[index] === 'delta') viewer.takeDelta();
            else viewer.takeSnapshot();
            expectSameAsPublished(stage, viewer);
          });
        }
        for (const viewer of viewers) {
          viewer.takeDelta();
          expectSameAsPublished(stage, viewer);
        }
      }),
      { numRuns: 250 },
    );
  });

  test('once nothing is held back any more, the server’s state is what was published', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyDeeds, { maxLength: 6 }), (schema, ticks) => {
        const stage = new Stage(schema);
        const resumed = new Stage(schema);
        for (const deeds of ticks) {
          for (const deed of deeds) {
            doDeed(stage.state, deed);
            doDeed(resumed.state, deed);
          }
          stage.publishDue();
        }
        stage.publish();
        resumed.state.settleAll();
        for (const [seat, team] of VIEWERS) {
          expect(hashState(stage.state, eyes(seat, team))).toBe(hashState(resumed.state, eyes(seat, team)));
        }
        expect(stage.publish()).toBe(false);
        expect(resumed.publish()).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  test('equal states are written as equal bytes, whatever way led to them', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyDeeds, { maxLength: 5 }), (schema, ticks) => {
        const stage = new Stage(schema);
        const byDeltas = new PretendViewer(stage, 1, 2);
        for (const deeds of ticks) {
          for (const deed of deeds) doDeed(stage.state, deed);
          stage.publish();
          byDeltas.takeDelta();
        }
        const bySnapshot = new PretendViewer(stage, 1, 2);
        const sharedBy = (state: StateStore): Uint8Array => snapshotFor(state, eyes(0));
        expect(sharedBy(byDeltas.mirror.store)).toEqual(sharedBy(stage.state));
        expect(sharedBy(bySnapshot.mirror.store)).toEqual(sharedBy(stage.state));
        expect(toJson(byDeltas.mirror.store, 1)).toEqual(toJson(bySnapshot.mirror.store, 1));
      }),
      { numRuns: 100 },
    );
  });

  test('rows that are told one by one bring somebody who sees them all to the same state', () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyDeeds, { maxLength: 6 }), (schema, ticks) => {
        const whole = new Stage(schema);
        const sliced = new Stage(schema, (part) => part.type === 'table' && !part.isRecord);
        const { store } = createMirror(schema, 0);
        for (const deeds of ticks) {
          for (const deed of deeds) {
            doDeed(whole.state, deed);
            doDeed(sliced.state, deed);
          }
          expect(sliced.publishDue()).toBe(whole.publishDue());
          expect(sliced.publication.number).toBe(whole.publication.number);
          readFrame(store, sharedAndSlices(sliced), readDelta);
          expect(hashState(store, 0)).toBe(hashState(whole.state, 0));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a large table crosses every buffer in one piece', () => {
    const schema: StateSchema = {
      stars: table({ x: i32, y: i32, a: u8, b: u8, c: u8, name: text(200) }, { maxRows: 3000 }),
    };
    const whole = new Stage(schema);
    const sliced = new Stage(schema, () => true);
    const viewer = new PretendViewer(whole, 0);
    const other = new PretendViewer(sliced, 0);
    for (const { state } of [whole, sliced]) {
      for (let i = 0; i < 3000; i++) state.table('stars').add({ x: i << 20, name: '*'.repeat(i % 200) });
    }
    for (let tick = 0; tick < 6; tick++) {
      for (const stage of [whole, sliced]) {
        const random = seededRandom(tick);
        const stars = stage.state.table('stars');
        for (const star of stars) {
          if (tick % 2 === 0 && random.chance(0.8)) continue;
          Object.assign(star, { x: random.u32() | 0, y: random.u32() | 0 });
          if (random.chance(0.1)) Object.assign(star, { name: '-'.repeat(random.below(200)) });
          if (random.chance(0.1)) Object.assign(star, { a: random.below(9), b: random.below(9), c: random.below(9) });
          if (random.chance(0.01)) stars.remove(star);
        }
        stage.publish();
      }
      viewer.takeDelta();
      readFrame(other.mirror.store, sharedAndSlices(sliced), readDelta);
      expectSameAsPublished(whole, viewer);
      expect(hashState(other.mirror.store, 0)).toBe(hashState(sliced.state, 0));
      expect(hashState(sliced.state, 0)).toBe(hashState(whole.state, 0));
    }
  });
});

/** A whole frame without grants for somebody who sees every row: what is shared, and of other tables the slices. */
function sharedAndSlices({ publication }: Stage): Uint8Array {
  const { slices } = publication;
  return bytesOf((out) => {
    out.append(publication.shared);
    for (const changes of publication.changes) {
      if (changes === null || !changes.isSliced) continue;
      const { table, changed, gone, put } = changes;
      out.varint(changes.index + 1);
      let last = 0;
      for (const place of changed.items.subarray(0, changed.count)) {
        const [length = 0, columns = 0, low = 0, high = 0] = changes.sliceWords.subarray(place * SLICE_WORDS);
        const from = changes.longSliceAt[place] ?? 0;
        out.varint((place - last) * 2 + 1);
        out.varint(columns);
        const short = new Uint8Array(SHORT_SLICE_BYTES);
        new DataView(short.buffer).setInt32(0, low, true);
        new DataView(short.buffer).setInt32(4, high, true);
        out.append(
          length <= SHORT_SLICE_BYTES ? short.subarray(0, length) : slices.written().subarray(from, from + length),
        );
        last = place;
      }
      out.varint(0);
      writePlaces(out, gone);
      last = 0;
      for (const place of put.items.subarray(0, put.count)) {
        out.varint(place - last);
        writeRow(out, table, place);
        last = place;
      }
      out.varint(0);
    }
    out.varint(0);
    writeNoGrants(out);
  });
}

describe('nothing is told', () => {
  const schema = {
    ships: table({ x: u16, team: u8, turn: angle({ bits: 8 }), cargo: u8.visibleTo('nobody') }, { team: 'team' }),
    round: record({ number: i32 }),
    tiles: grid({ width: 2, height: 2, of: u8 }),
    deck: grid({ width: 2, height: 2, of: u8.visibleTo('nobody') }),
  };

  function published() {
    const stage = new Stage(schema);
    stage.state.view.ships.add({ x: 7, team: 1, turn: 3 });
    stage.publish();
    return stage;
  }

  test('where nothing was written', () => {
    const stage = published();
    expect(stage.publish()).toBe(false);
    expect(stage.publication.shared).toHaveLength(0);
    expect(stage.publication.number).toBe(1);
    expect(new PretendViewer(stage, 0).takeDelta()).toEqual(Uint8Array.of(0, 0));
  });

  test('where whole numbers and cells ended as they began, and rows came and went', () => {
    const stage = published();
    const { ships, round, tiles } = stage.state.view;
    const ship = ships.get(1);
    for (const [x, team, turn, cell] of [
      [9, 2, 1, 5],
      [7, 1, 3, 0],
    ] as const) {
      Object.assign(ship ?? {}, { x, team, turn });
      round.number = cell;
      tiles.set(1, 1, cell);
    }
    ships.remove(ships.add({ x: 1 }));
    expect(stage.publish()).toBe(false);
    expect(stage.publication.shared).toHaveLength(0);
  });

  test('of what nobody may see', () => {
    const stage = published();
    const { ships, deck } = stage.state.view;
    Object.assign(ships.get(1) ?? {}, { cargo: 9 });
    deck.fill(3);
    expect(stage.publish()).toBe(false);
    expect(stage.publication.shared).toHaveLength(0);
  });

  test('of a part whose turn it is not; then all that happened meanwhile is told at once', () => {
    const stage = published();
    const viewer = new PretendViewer(stage, 0);
    const { ships } = stage.state.view;
    const ship = ships.get(1);
    for (const x of [8, 9, 10]) {
      Object.assign(ship ?? {}, { x });
      expect(stage.publish((part) => part.name !== 'ships')).toBe(false);
      expect(viewer.takeDelta()).toEqual(Uint8Array.of(0, 0));
      expect(new PretendViewer(stage, 0).mirror.view.ships.get(1)?.x).toBe(7);
    }
    stage.publish();
    viewer.takeDelta();
    expect(viewer.mirror.view.ships.get(1)?.x).toBe(10);
  });
});

describe('a viewer that was away', () => {
  const schema = {
    ships: table({ name: text(8), x: u16, y: u16, hold: list(u8, 4) }),
    tiles: grid({ width: 8, height: 8, of: u8 }),
    round: record({ number: u16, wind: f32 }),
  };

  test('is told of rows and cells that changed since it looked last, and of no others', () => {
    const stage = new Stage(schema);
    const { ships, tiles } = stage.state.view;
    for (let i = 0; i < 50; i++) ships.add({ name: `ship ${i}`, x: i });
    stage.publish();
    const viewer = new PretendViewer(stage, 0);
    for (let tick = 1; tick <= 100; tick++) {
      Object.assign(ships.get(3) ?? {}, { x: tick });
      tiles.set(2, 0, tick);
      stage.publish();
    }
    const frame = viewer.takeDelta();
    expect(viewer.mirror.view.ships.get(3)?.x).toBe(100);
    expect(viewer.mirror.view.tiles.at(2, 0)).toBe(100);
    // Part, no changes, no gone, place 3: generation, "ship 2", x, y, an empty hold, owner, end; part, form, count, cell
    // 2 is 100; end; all grants: none.
    expect(frame).toEqual(
      Uint8Array.of(1, 0, 0, 3, 0, 6, ...new TextEncoder().encode('ship 2'), 100, 0, 0, 0, 0, 2, 0, 1, 3, 100, 0, 2, 0),
    );
  });

  test('is told once of a row that came and went often, and of one that was replaced', () => {
    const stage = new Stage(schema);
    const { ships } = stage.state.view;
    const old = ships.add({ name: 'old' });
    ships.add({ name: 'stays' });
    stage.publish();
    const viewer = new PretendViewer(stage, 0);
    ships.remove(old);
    stage.publish();
    for (let i = 0; i < 5; i++) {
      const passing = ships.add({ name: `new ${i}` });
      const other = ships.add({});
      stage.publish();
      if (i < 4) ships.remove(passing);
      ships.remove(other);
      stage.publish();
    }
    viewer.takeDelta();
    expect([...viewer.mirror.view.ships].map(({ name }) => name)).toEqual(['new 4', 'stays']);
    expect(viewer.mirror.view.ships.get(old.id)).toBeUndefined();
  });

  test('keeps its views of rows that are still the same', () => {
    const stage = new Stage(schema);
    const { ships, round } = stage.state.view;
    const stays = ships.add({ x: 1 });
    const goes = ships.add({ x: 2 });
    stage.publish();
    const viewer = new PretendViewer(stage, 0);
    const seen = viewer.mirror.view.ships.get(stays.id);
    const seenGoing = viewer.mirror.view.ships.get(goes.id);
    const seenRound = viewer.mirror.view.round;
    ships.remove(goes);
    ships.add({ x: 3 });
    for (const take of ['takeDelta', 'takeDelta', 'takeSnapshot'] as const) {
      for (let i = 0; i < 2; i++) {
        stays.x += 10;
        round.number++;
        stage.publish();
      }
      viewer[take]();
      expect(seen?.x).toBe(stays.x);
      expect(viewer.mirror.view.ships.get(stays.id)).toBe(seen);
      expect(seenRound.number).toBe(round.number);
      expect(() => seenGoing?.x).toThrow(expect.objectContaining({ code: 'ROW_GONE' }));
    }
  });

  test('hears nothing when nothing happened', () => {
    const stage = new Stage(schema);
    stage.state.view.ships.add({});
    stage.publish();
    expect(bytesOf((out) => stage.publication.writeCatchUp(out, stage.publication.number))).toHaveLength(0);
  });
});

test('a place whose rows came and went 65,536 times at once shows the last of them', () => {
  const stage = new Stage({ sparks: table({ x: u16 }) });
  const { sparks } = stage.state.view;
  let spark = sparks.add({ x: 1 });
  stage.publish();
  const viewer = new PretendViewer(stage, 0);
  for (let i = 0; i < 65_536; i++) {
    sparks.remove(spark);
    spark = sparks.add({ x: 2 });
  }
  stage.publish();
  viewer.takeDelta();
  expect(spark.id).toBe(1);
  expect(viewer.mirror.view.sparks.get(1)?.x).toBe(2);
});

describe('secrets', () => {
  const schema = {
    hands: table(
      {
        cards: text(20).visibleTo('owner'),
        plan: text(20).visibleTo('team'),
        seed: text(20).visibleTo('nobody'),
        code: u32.visibleTo('nobody'),
        side: u8,
        count: u8,
      },
      { team: 'side' },
    ),
    deck: grid({ width: 2, height: 1, of: u32.visibleTo('nobody') }),
  };
  const CODE = 0x0a0b0c0d;
  const code = bytesOf((out) => out.varint(CODE)).join();

  /** Which secrets a frame holds, as text or as a varint. */
  function secretsIn(frame: Uint8Array): string[] {
    const found = new TextDecoder().decode(frame).match(/(cards|plan|seed) \d/g) ?? [];
    return frame.join().includes(code) ? [...found, 'code'] : [...found];
  }

  function dealt() {
    const stage = new Stage(schema);
    const { hands, deck } = stage.state.view;
    const hand = hands.add(
      { cards: 'cards 1', plan: 'plan 1', seed: 'seed 1', code: CODE, side: 1 },
      { owner: { number: 1 } },
    );
    deck.fill(CODE);
    return { stage, hand };
  }
  const viewersIn = (stage: Stage<typeof schema>) => ({
    owner: new PretendViewer(stage, 1, 2),
    mate: new PretendViewer(stage, 2, 1),
    rival: new PretendViewer(stage, 3, 2),
    loner: new PretendViewer(stage, 4, 0),
    nobody: new PretendViewer(stage, 0, 0),
  });
  const ofAll = <V, T>(viewers: Record<string, V>, what: (viewer: V) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(viewers).map(([name, viewer]) => [name, what(viewer)]));

  test('reach their owner and their team and nobody else, in deltas, catch-ups and snapshots', () => {
    const { stage, hand } = dealt();
    const viewers = viewersIn(stage);
    const expected = (n: number) => ({
      owner: [`cards ${n}`, `plan ${n}`],
      mate: [`plan ${n}`],
      rival: [],
      loner: [],
      nobody: [],
    });
    const rewrite = (n: number): void => {
      Object.assign(hand, { cards: `cards ${n}`, plan: `plan ${n}`, seed: `seed ${n}`, count: n, code: 0 });
      hand.code = CODE;
      stage.publish();
    };
    stage.publish();
    expect(ofAll(viewers, (viewer) => secretsIn(viewer.takeDelta()))).toEqual(expected(1));
    rewrite(2);
    expect(ofAll(viewers, (viewer) => secretsIn(viewer.takeDelta()))).toEqual(expected(2));
    rewrite(3);
    rewrite(4);
    expect(ofAll(viewers, (viewer) => secretsIn(viewer.takeDelta()))).toEqual(expected(4));
    expect(ofAll(viewers, (viewer) => secretsIn(viewer.takeSnapshot()))).toEqual(expected(4));
    expect(secretsIn(stage.publication.shared)).toEqual([]);
    expect(secretsIn(bytesOf((out) => stage.publication.writeCatchUp(out, 0)))).toEqual([]);
  });

  test('that were written and not published yet reach nobody', () => {
    const { stage, hand } = dealt();
    const viewers = viewersIn(stage);
    stage.publish();
    Object.assign(hand, { cards: 'cards 2', plan: 'plan 2' });
    expect(ofAll(viewers, (viewer) => secretsIn(viewer.takeSnapshot()))).toMatchObject({
      owner: ['cards 1', 'plan 1'],
      mate: ['plan 1'],
    });
  });

  test('are told when only they changed, and only to those who may know', () => {
    const { stage, hand } = dealt();
    stage.publish();
    const viewers = viewersIn(stage);
    hand.plan = 'plan 2';
    expect(stage.publish()).toBe(true);
    expect(stage.publication.hasSharedChanges).toBe(false);
    expect(ofAll(viewers, (viewer) => viewer.takeDelta().length)).toEqual({
      // 0; grants: form, part, place, columns, "cards 1" and "plan 2" or only that, end, end.
      owner: 1 + 4 + 8 + 7 + 2,
      mate: 1 + 4 + 7 + 2,
      rival: 2,
      loner: 2,
      nobody: 2,
    });
  });

  test('are forgotten by an owner who left and by a team that a row has left, and told to the new one', () => {
    const { stage, hand } = dealt();
    stage.publish();
    const { owner, mate, rival } = viewersIn(stage);
    const [cards, plan] = [owner, mate].map(({ mirror }) => mirror.view.hands.get(hand.id));
    expect([cards?.cards, plan?.plan, plan?.cards]).toEqual(['cards 1', 'plan 1', undefined]);
    stage.state.disown({ number: 1 });
    hand.side = 2;
    stage.publish();
    expect(secretsIn(mate.takeDelta())).toEqual([]);
    // By now it plays for team 2, as its old owner does.
    expect(secretsIn(owner.takeDelta())).toEqual(['plan 1']);
    expect(secretsIn(rival.takeDelta())).toEqual(['plan 1']);
    expect([cards?.cards, cards?.plan, plan?.plan]).toEqual([undefined, 'plan 1', undefined]);
    expect(mate.mirror.store.table('hands').columns.map(({ data }) => data[1])).toEqual(['', '', '', 0, 2, 0, 0]);
  });

  test('of a team are told to a player who joins it and forgotten by one who leaves it', () => {
    const { stage, hand } = dealt();
    stage.publish();
    const { mate, loner } = viewersIn(stage);
    const planFor = (viewer: PretendViewer<typeof schema>) => viewer.mirror.view.hands.get(hand.id)?.plan;
    mate.team = 2;
    loner.team = 1;
    expect(secretsIn(mate.takeDelta())).toEqual([]);
    expect(secretsIn(loner.takeDelta())).toEqual(['plan 1']);
    expect([planFor(mate), planFor(loner)]).toEqual([undefined, 'plan 1']);
  });
});

describe('what a publication costs', () => {
  test('is known by part, and by field in estimate', () => {
    const stage = new Stage({ ships: table({ x: u16, name: text(9) }), tiles: grid({ width: 4, height: 4, of: u8 }) });
    const { publication, state } = stage;
    const ship = state.view.ships.add({});
    state.view.ships.add({});
    stage.publish();
    expect(Array.from(publication.sectionRows)).toEqual([2, 0]);
    expect(publication.changes[0]?.costs.shares).toEqual([0, 0, 0]);
    for (let i = 1; i <= 200; i++) {
      ship.x = i;
      ship.name = `name ${i % 10}`;
      state.view.tiles.set(0, 0, i);
      stage.publish();
      expect(Array.from(publication.sectionRows)).toEqual([1, 1]);
      expect(publication.sectionBytes[0]).toBe(1 + 2 + 1 + 7 + 3);
    }
    expect(publication.changes[0]?.costs.shares).toEqual([1 / 8, 7 / 8, 0]);
  });
});

test('a varint into a buffer is spelled as a writer spells it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const bytes = new Uint8Array(5);
      const out = new ByteWriter();
      out.varint(value);
      expect(bytes.subarray(0, varintTo(bytes, 0, value))).toEqual(out.take());
    }),
  );
});
