import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDeed, doDeed } from '../codec/any-state.test-support.ts';
import { ByteWriter } from '../codec/bytes.ts';
import { isGameError } from '../errors.ts';
import type { JsonValue } from '../json-value.ts';
import { u8 } from '../schema/field.ts';
import { table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { createState } from '../state/state-store.ts';
import { anyPlay, headRecord, record, savedOf, snapshotRecord, type Truth } from './any-recording.test-support.ts';
import { Recording } from './recording.ts';
import { RECORD, recordsOf, writeRecord } from './records.ts';
import { StateRecorder } from './state-recorder.ts';
import { writeTick } from './tick-record.ts';

/** What was true last at this tick. */
function truthAt(truths: readonly Truth[], tick: number): Truth | undefined {
  return truths.findLast((one) => one.tick <= tick);
}

function expectTrue(recording: Recording, truths: readonly Truth[], tick: number): void {
  const moment = recording.at(tick);
  const truth = truthAt(truths, tick) ?? truths[0];
  const { tick: at, head, state, facts } = moment;
  const found = { tick: at, hash: hashState(state, 'server'), facts: { ...facts }, saved: savedOf(head.state, state) };
  expect(found).toEqual(truth);
}

/** Opens and reads all of it; answers the recording, or the code it was refused with. Nothing else may be thrown. */
function looked(bytes: Uint8Array): Recording | string {
  try {
    const recording = new Recording(bytes);
    for (const tick of [recording.firstTick, recording.lastTick]) recording.at(tick);
    return recording;
  } catch (problem) {
    if (isGameError(problem)) return problem.code;
    throw problem;
  }
}

describe('a recording', () => {
  test('is, at any tick that one goes to, the state as it was then, hidden fields and all', () => {
    fc.assert(
      fc.property(anyPlay, fc.array(fc.nat(70), { maxLength: 6 }), (play, ticks) => {
        const { bytes, truths } = record(play);
        const recording = new Recording(bytes);
        expect(recording).toMatchObject({ firstTick: 0, lastTick: truths.at(-1)?.tick, torn: null, end: null });
        for (const { tick } of truths) expectTrue(recording, truths, tick);
        for (const tick of ticks) expectTrue(recording, truths, tick);
      }),
      { numRuns: 300 },
    );
  });

  test('goes on tick by tick through the same states, also over snapshots in the middle', () => {
    fc.assert(
      fc.property(anyPlay, (play) => {
        const { bytes, truths } = record(play);
        const moment = new Recording(bytes).open();
        for (const truth of truths.slice(1)) {
          expect(moment.nextTick).toBe(truth.tick);
          expect(moment.next()).not.toBeNull();
          expect({ tick: moment.tick, hash: hashState(moment.state, 'server') }).toEqual({
            tick: truth.tick,
            hash: truth.hash,
          });
        }
        expect([moment.nextTick, moment.next()]).toEqual([null, null]);
      }),
      { numRuns: 200 },
    );
  });

  test('that stops in the middle of a record is good up to there, and says so', () => {
    fc.assert(
      fc.property(anyPlay, fc.nat(), (play, cut) => {
        const { bytes, truths } = record(play);
        const length = cut % bytes.length;
        const ends = [...recordsOf(bytes)].filter(({ end }) => end <= length);
        const found = looked(bytes.subarray(0, length));
        if (typeof found === 'string') {
          expect(ends.some(({ kind }) => kind === RECORD.SNAPSHOT)).toBe(false);
          expect(found).toBe('BAD_RECORDING');
          return;
        }
        const isWhole = ends.at(-1)?.end === length;
        expect(found.torn === null).toBe(isWhole);
        // A head without its snapshot says nothing of when.
        expect(found.lastTick).toBe(truthAt(truths, found.lastTick)?.tick);
        expectTrue(found, truths, found.lastTick);
      }),
      { numRuns: 300 },
    );
  });

  test('in which one bit is another is good up to there, and says so', () => {
    fc.assert(
      fc.property(anyPlay, fc.nat(), fc.nat(7), (play, where, bit) => {
        const { bytes, truths } = record(play);
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const found = looked(bytes);
        if (typeof found === 'string') {
          expect(found).toBe('BAD_RECORDING');
          return;
        }
        expect(found.torn).not.toBeNull();
        expectTrue(found, truths, found.lastTick);
      }),
      { numRuns: 300 },
    );
  });

  test('of a room that went on in another process goes on with what that one found', () => {
    const schema = { ships: table({ x: u8 }) };
    const out = new ByteWriter();
    const state = createState(schema);
    const ship = state.view.ships.add({ x: 1 });
    headRecord(out, schema, { epoch: 1 });
    snapshotRecord(out, schema, state, { tick: 0, facts: { host: 1 } });
    const recorder = new StateRecorder(schema, state);
    ship.x = 2;
    const change = recorder.change() ?? undefined;
    writeRecord(out, RECORD.TICK, (body) => {
      writeTick(body, change === undefined ? { tick: 3 } : { tick: 3, change }, {});
    });
    // The newer version of the game knows a field more.
    const newer = { ships: table({ x: u8, y: u8 }) };
    const resumed = createState(newer);
    resumed.view.ships.add({ x: 2, y: 7 });
    headRecord(out, newer, { epoch: 2 });
    snapshotRecord(out, newer, resumed, { tick: 3, facts: { host: 0 } });
    resumed.view.ships.get(ship.id);
    writeRecord(out, RECORD.TICK, (body) => writeTick(body, { tick: 4, facts: { isLocked: true } }, {}));
    writeRecord(out, RECORD.END, (body) => {
      body.varint(4);
      body.text('over');
    });
    const recording = new Recording(out.take());
    expect(recording).toMatchObject({ firstTick: 0, lastTick: 4, end: 'over', freshTicks: [0, 3] });
    expect(recording.head.json.epoch).toBe(2);
    expect({ ...recording.at(3).facts }).toEqual({ host: 0 });
    const moment = recording.open();
    moment.next();
    expect(moment.head.json.epoch).toBe(1);
    moment.next();
    expect([moment.tick, { ...moment.facts }]).toEqual([4, { host: 0, isLocked: true }]);
    expect(moment.state.table('ships').get(ship.id)).toMatchObject({ x: 2, y: 7 });
  });
});

/** Heads that somebody made up. Their checksums are right. */
const anyHead = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.record({
    game: fc.constantFrom('any', 3),
    roomId: fc.constantFrom('r', null),
    tickRateHz: fc.constantFrom(20, 'fast'),
    state: fc.oneof(
      fc.jsonValue(),
      fc.array(
        fc.record({
          name: fc.constantFrom('ships', '__proto__', 'constructor', 'A', ''),
          type: fc.constantFrom('table', 'grid', 'record', 'heap'),
          fields: fc.oneof(
            fc.constant([{ name: 'x', spec: { type: 'u8' }, visibility: 'everyone' }]),
            fc.constant([{ name: 'x', spec: { type: 'list', of: { type: 'u8' }, max: 1e9 }, visibility: 'team' }]),
            fc.jsonValue(),
          ),
          of: fc.constantFrom<JsonValue[]>(
            { spec: { type: 'u8' }, visibility: 'owner' },
            { spec: { type: 'u8' } },
            null,
          ),
          width: fc.constantFrom(1, -1, 1e9, 0.5, 'x'),
          height: fc.constantFrom(1, 1024, 2 ** 20),
          maxRows: fc.constantFrom(1, 0, 1e9, null),
          team: fc.constantFrom(null, 'x', 'none', 3),
        }),
        { maxLength: 3 },
      ),
    ),
    input: fc.oneof(fc.constant([]), fc.jsonValue()),
    events: fc.oneof(fc.constant({}), fc.jsonValue()),
  }),
);

describe('a recording that somebody made up', () => {
  test('is refused by a code, or what is before is good', () => {
    const schema = { ships: table({ x: u8 }) };
    const state = createState(schema);
    state.view.ships.add({ x: 5 });
    fc.assert(
      fc.property(anyHead, fc.boolean(), fc.uint8Array({ maxLength: 40 }), (head, isFirst, body) => {
        const out = new ByteWriter();
        if (!isFirst) {
          headRecord(out, schema);
          snapshotRecord(out, schema, state, { tick: 1, facts: {} });
        }
        writeRecord(out, RECORD.HEAD, (to) => to.text(JSON.stringify(head)));
        writeRecord(out, RECORD.SNAPSHOT, (to) => to.append(body));
        const found = looked(out.take());
        if (typeof found !== 'string') expect(found.firstTick).toBe(isFirst ? found.lastTick : 1);
      }),
      { numRuns: 1000 },
    );
  });

  test('with any bytes in its records does no more than throw what it says', () => {
    const schema = { ships: table({ x: u8 }) };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(2, 3, 4, 5), fc.uint8Array({ maxLength: 30 })), { maxLength: 5 }),
        (bodies) => {
          const out = new ByteWriter();
          headRecord(out, schema);
          snapshotRecord(out, schema, createState(schema), { tick: 1, facts: {} });
          for (const [kind, body] of bodies) writeRecord(out, kind as never, (to) => to.append(body));
          looked(out.take());
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('has no memory allocated beyond what a game may have', () => {
    const grids = Array.from({ length: 20 }, (_, index) => [`part${index}`, 1024] as const);
    const out = new ByteWriter();
    const state = grids.map(([name, side]) => {
      return { name, type: 'grid', width: side, height: side, of: { spec: { type: 'u32' }, visibility: 'everyone' } };
    });
    const head = { game: 'any', roomId: 'r', tickRateHz: 20, input: [], events: {}, state };
    writeRecord(out, RECORD.HEAD, (to) => to.text(JSON.stringify(head)));
    expect(() => new Recording(out.take())).toThrow(/more than 16777216 values/u);
  });
});

describe('the recorder of a state', () => {
  test('says nothing where nothing changed, and changes nothing of what players are told', () => {
    fc.assert(
      fc.property(anyPlay, fc.array(anyDeed, { maxLength: 10 }), ({ schema, before }, deeds) => {
        const [state, twin] = [createState(schema), createState(schema)];
        for (const deed of before) for (const one of [state, twin]) doDeed(one, deed);
        const recorder = new StateRecorder(schema, state);
        for (const deed of deeds) for (const one of [state, twin]) doDeed(one, deed);
        recorder.change();
        expect(recorder.change()).toBeNull();
        for (const [index, part] of state.parts.entries()) {
          expect(part.touched).toEqual(twin.parts[index]?.touched);
          if (part.type === 'table') expect(part).toHaveProperty('dirty', (twin.parts[index] as typeof part).dirty);
        }
      }),
      { numRuns: 200 },
    );
  });
});
