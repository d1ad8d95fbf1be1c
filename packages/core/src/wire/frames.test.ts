import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { eyes, PretendViewer, Stage, snapshotFor } from '../codec/pretend-viewer.test-support.ts';
import { writeNoGrants } from '../codec/state-codec.ts';
import { GameError } from '../errors.ts';
import { bytes, json, list, text } from '../schema/boxed-field.ts';
import { choice, f32, quantized, u8 } from '../schema/field.ts';
import { request } from '../schema/request.ts';
import { grid, record, table } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import type { StateStore } from '../state/state-store.ts';
import {
  applyServerFrame,
  type ClientFrame,
  decodeClientFrame,
  encodeAnswer,
  encodeCheck,
  encodeClientFrame,
  encodeDone,
  encodeEvent,
  encodePong,
  encodeRefusal,
  encodeSaid,
  encodeTiming,
  type InputReport,
  isSnapshot,
  isStateFrame,
  LATE_MAX,
  TICK_PARTS,
  writeDeltaHead,
  writeSnapshotHead,
} from './frames.ts';
import { decodeJoin } from './join-frame.ts';
import { encodeChat, encodePeople, encodeWelcome, type Person, type WelcomeFrame } from './room-frames.ts';

const schema = {
  state: {
    ships: table({ x: u8, hold: u8.visibleTo('owner') }),
    tiles: grid({ width: 2, height: 2, of: u8 }),
    round: record({ number: u8 }),
  },
  input: { dir: choice('none', 'left'), power: quantized({ min: 0, max: 1, step: 1 / 8 }), tilt: f32 },
  commands: {
    chat: { line: text(20) },
    buy: { item: u8, count: u8 },
    plan: { way: list(u8, 3), map: bytes(3), note: json(20) },
    sell: request({ item: u8 }, { coins: u8, left: u8 }),
  },
  events: { hit: { by: u8 }, over: {} },
};

const anyTick = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }));
const anyNumber = anyTick;

const WELCOME: WelcomeFrame = {
  seat: 3,
  roomId: 'abcd',
  code: 'damok',
  you: '17',
  token: 'x'.repeat(32),
  graceMs: 20_000,
  heard: 300,
  isReturn: true,
};

const ANN: Person = {
  id: 1,
  name: '안',
  isBot: false,
  isSpectator: false,
  isDropped: false,
  isHost: true,
  isTyping: false,
};

const anyFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc
    .record({
      tick: anyTick,
      seenTick: anyTick,
      viewDelayTicks: anyTick.map((parts) => parts / TICK_PARTS),
      input: fc.record({
        dir: fc.constantFrom('none', 'left'),
        power: fc.nat(8).map((n) => n / 8),
        tilt: fc.float({ noNaN: true, noDefaultInfinity: true }).map((tilt) => tilt + 0),
      }),
    })
    .map((timed) => ({ kind: 'input' as const, ...timed })),
  fc
    .record({ number: anyNumber, payload: fc.record({ item: fc.nat(255), count: fc.nat(255) }) })
    .map((one) => ({ kind: 'command' as const, name: 'buy', ...one })),
  fc
    .record({ number: anyNumber, line: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }) })
    .map(({ number, line }) => ({ kind: 'command' as const, number, name: 'chat', payload: { line } })),
  fc
    .record({
      way: fc.array(fc.nat(255), { maxLength: 3 }),
      map: fc.uint8Array({ maxLength: 3 }),
      note: fc.constantFrom(null, true, 'note', [1, [2]]),
    })
    .map((payload) => ({ kind: 'command' as const, number: 7, name: 'plan', payload })),
  fc
    .record({ number: anyNumber, key: fc.string({ unit: 'grapheme-ascii', maxLength: 64 }), item: fc.nat(255) })
    .map(({ item, ...one }) => ({ kind: 'ask' as const, ...one, name: 'sell', payload: { item } })),
  fc
    .record({ number: anyNumber, message: fc.string({ unit: 'grapheme', maxLength: 20 }) })
    .map((one) => ({ kind: 'say' as const, ...one })),
  fc
    .record({ number: anyNumber, deed: fc.constantFrom(null, 'deed', { do: 'chat', text: '안녕' }, [1]) })
    .map((one) => ({ kind: 'do' as const, ...one })),
  fc.constant({ kind: 'ping' as const }),
  fc.constantFrom('gap', 'checksum').map((because) => ({ kind: 'repair' as const, because })),
  fc
    .record({
      tick: fc.nat(),
      at: fc.oneof(
        fc.record({
          table: fc.constant('ships'),
          row: fc.integer({ min: 0, max: 0xffffffff }),
          field: fc.constantFrom('', 'x', 'hold', 'owner'),
        }),
        fc.record({ table: fc.constant('tiles'), row: fc.nat(3), field: fc.constant('cells') }),
        fc.record({ table: fc.constant('round'), row: fc.constant(1), field: fc.constant('number') }),
      ),
    })
    .map((one) => ({ kind: 'diverged' as const, ...one })),
  fc.constant({ kind: 'rest' as const }),
  fc.constant({ kind: 'leave' as const }),
);

const anyReport: fc.Arbitrary<InputReport> = fc.record({
  at: anyTick,
  tick: anyTick,
  marginTicks: fc.integer({ min: -(2 ** 24), max: 2 ** 24 }).map((parts) => parts / TICK_PARTS),
  heldTicks: fc.integer({ min: 0, max: 2 ** 24 }).map((parts) => parts / TICK_PARTS),
  late: fc.array(fc.record({ tick: anyTick, appliedAt: anyTick }), { maxLength: LATE_MAX }),
});

describe('what a client sends', () => {
  const decode = (frame: Uint8Array) => decodeClientFrame(schema, new ByteReader(frame));

  test('[PR22] arrives as it was sent', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decode(encodeClientFrame(schema, frame))).toEqual(frame);
      }),
    );
  });

  test('[PR01] cut at any byte, or with bytes behind its end, is refused with BAD_FRAME', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const sent = encodeClientFrame(schema, frame);
        const refusal = expect.objectContaining({ code: 'BAD_FRAME' });
        for (let length = 0; length < sent.length; length++) {
          expect(() => decode(sent.subarray(0, length))).toThrow(refusal);
        }
        expect(() => decode(Uint8Array.of(...sent, 0))).toThrow(refusal);
      }),
    );
  });

  test('[PR21] [V30] of any bytes at all throws refusals and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (garbage) => {
        const { store } = new PretendViewer(new Stage(schema.state), 1).mirror;
        for (const read of [
          () => decode(garbage),
          () => decodeJoin(new ByteReader(garbage)),
          () => applyServerFrame(schema, null, 0, new ByteReader(garbage)),
          () => applyServerFrame(schema, store as unknown as StateStore, 0, new ByteReader(garbage)),
        ]) {
          try {
            read();
          } catch (error) {
            expect(error).toBeInstanceOf(GameError);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a request’s key has 64 bytes at most', () => {
    const asking = (key: string): Uint8Array =>
      encodeClientFrame(schema, { kind: 'ask', number: 1, key, name: 'sell', payload: { item: 1 } });
    expect(decode(asking('열'.repeat(21)))).toMatchObject({ key: '열'.repeat(21) });
    expect(() => decode(asking('x'.repeat(65)))).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test('a view delay is told to a sixteenth of a tick', () => {
    const input = { dir: 'left', power: 0.5, tilt: 0 };
    const told = (viewDelayTicks: number) =>
      decode(encodeClientFrame(schema, { kind: 'input', tick: 9, seenTick: 4, viewDelayTicks, input }));
    expect(told(3.3)).toMatchObject({ tick: 9, seenTick: 4, viewDelayTicks: 3.3125 });
    expect(told(0.01)).toMatchObject({ viewDelayTicks: 0 });
  });

  test.each([
    ['a repair for no reason there is', [5, 2], 'a reason is unknown'],
    ['a difference in a part that there is not', [7, 1, 3, 1, 1], 'part 3 is unknown'],
    ['a difference in a column that there is not', [7, 1, 0, 1, 4], 'column 4 is unknown'],
    ['a command that there is not', [3, 1, 4], 'message 4 is unknown'],
    ['a command without its number, as clients once sent it', [3, 1], 'offset'],
    ['a request that there is not', [9, 1, 0, 4], 'message 4 is unknown'],
    ['a tick of more than 32 bits', [2, 0xff, 0xff, 0xff, 0xff, 0x10], 'a varint is longer'],
    ['an input without its moment, as clients once sent it', [2, 1, 2, 0, 0, 128, 63], 'offset'],
    ['a frame of the server’s', [64], 'kind 64 is not one a seated client sends'],
  ])('is refused: %s', (_, frame, reason) => {
    expect(() => decode(Uint8Array.from(frame))).toThrow(reason);
  });
});

describe('what the server sends', () => {
  const read = (frame: Uint8Array) => applyServerFrame(schema, null, 0, new ByteReader(frame));

  test('arrives as it was sent', () => {
    expect(read(encodeWelcome(WELCOME))).toEqual({ kind: 'welcome', ...WELCOME });
    const nameless = { ...WELCOME, seat: 0, code: '', token: '', isReturn: false };
    expect(read(encodeWelcome(nameless))).toEqual({ kind: 'welcome', ...nameless });
    expect(read(encodeAnswer(schema, 300, 'sell', { coins: 7, left: 200 }))).toEqual({
      kind: 'answer',
      number: 300,
      name: 'sell',
      reply: { coins: 7, left: 200 },
    });
    expect(read(encodeDone(300))).toEqual({ kind: 'done', number: 300 });
    expect(read(encodePong())).toEqual({ kind: 'pong' });
    const line = { number: 300, from: 2, name: '안', text: '안녕', isForTeam: true };
    expect(read(encodeChat(line))).toEqual({ kind: 'chat', ...line });
    expect(read(encodeEvent(schema, { tick: 9, by: 3, name: 'hit', payload: { by: 4 } }))).toEqual({
      kind: 'event',
      tick: 9,
      by: 3,
      name: 'hit',
      payload: { by: 4 },
    });
    expect(read(encodeSaid('17', ['hi']))).toEqual({ kind: 'said', from: '17', message: ['hi'] });
    for (const hash of ['0123456789abcdef', 'fffffffffffffffe', '0000000000000001']) {
      expect(read(encodeCheck(300, hash))).toEqual({ kind: 'check', tick: 300, hash });
    }
    const full = new GameError('ROOM_FULL', '꽉 찼다'.repeat(200), { roomId: 'r', seats: 2 });
    expect(read(encodeRefusal(full, 9))).toEqual({
      kind: 'refusal',
      number: 9,
      code: 'ROOM_FULL',
      sentence: expect.stringMatching(/^꽉 찼다.{100,}$/u),
      details: { roomId: 'r', seats: 2 },
    });
  });

  test('of the people is every one of them as they are, and who is gone', () => {
    const anyPerson: fc.Arbitrary<Person> = fc.record({
      id: anyNumber,
      name: fc.string({ unit: 'grapheme', maxLength: 32 }),
      isBot: fc.boolean(),
      isSpectator: fc.boolean(),
      isDropped: fc.boolean(),
      isHost: fc.boolean(),
      isTyping: fc.boolean(),
    });
    const anyChange = fc.record({
      isWhole: fc.boolean(),
      here: fc.array(anyPerson, { maxLength: 5 }),
      gone: fc.array(anyNumber, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(anyChange, (change) => {
        const sent = encodePeople(change);
        expect(read(sent)).toEqual({ kind: 'people', ...change });
        const refusal = expect.objectContaining({ code: 'BAD_FRAME' });
        for (let length = 0; length < sent.length; length++)
          expect(() => read(sent.subarray(0, length))).toThrow(refusal);
        expect(() => read(Uint8Array.of(...sent, 0))).toThrow(refusal);
      }),
    );
  });

  test('of how inputs arrive is told to a sixteenth of a tick', () => {
    const late = [{ tick: 7, appliedAt: 9 }];
    expect(read(encodeTiming({ at: 9, tick: 7, marginTicks: -1.3, heldTicks: 0.52, late }))).toEqual({
      kind: 'timing',
      at: 9,
      tick: 7,
      marginTicks: -1.3125,
      heldTicks: 0.5,
      late,
    });
    // Beyond a million ticks it says no more than that a clock is wrong.
    const far = encodeTiming({ at: 9, tick: 7, marginTicks: -(2 ** 40), heldTicks: 2 ** 40, late });
    expect(read(far)).toMatchObject({ marginTicks: -(2 ** 20), heldTicks: 2 ** 20 });
    fc.assert(
      fc.property(anyReport, (report) => {
        const sent = encodeTiming(report);
        expect(read(sent)).toEqual({ kind: 'timing', ...report });
        const refusal = expect.objectContaining({ code: 'BAD_FRAME' });
        for (let length = 0; length < sent.length; length++)
          expect(() => read(sent.subarray(0, length))).toThrow(refusal);
        expect(() => read(Uint8Array.of(...sent, 0))).toThrow(refusal);
      }),
    );
  });

  test('of late inputs are the last ones, where they are too many for a frame', () => {
    const late = Array.from({ length: LATE_MAX + 3 }, (_, index) => ({ tick: index, appliedAt: index + 1 }));
    const frame = read(encodeTiming({ at: 2, tick: 1, marginTicks: 0, heldTicks: 0, late }));
    expect(frame).toMatchObject({ late: late.slice(3) });
  });

  test.each([
    ['that tells of too many late inputs', [71, 3, 1, 0, 0, 65, ...Array<number>(130).fill(1)], 'too many late inputs'],
    ['that claims to tell of a billion', [71, 3, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x03], 'too many late inputs'],
    ['that ends within a late input', [71, 3, 1, 0, 0, 2, 1, 1, 1], 'offset'],
    ['of an event that there is not', [67, 1, 0, 2], 'message 2 is unknown'],
  ])('is refused with BAD_FRAME: a frame %s', (_, bytesSent, reason) => {
    const reading = () => read(Uint8Array.from(bytesSent));
    expect(reading).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
    expect(reading).toThrow(reason);
  });

  test('is pinned by golden bytes', () => {
    const { state } = new Stage(schema.state);
    const sent = (frame: ClientFrame) => Array.from(encodeClientFrame(schema, frame));
    // For tick 300, having seen tick 296, others drawn 6.5 ticks behind: 104 sixteenths.
    const input = { dir: 'left', power: 0.25, tilt: 1 };
    expect(sent({ kind: 'input', tick: 300, seenTick: 296, viewDelayTicks: 6.5, input })).toEqual([
      ...[2, 0xac, 2, 0xa8, 2, 104],
      ...[1, 2, 0, 0, 128, 63],
    ]);
    // Request 300.
    expect(sent({ kind: 'command', number: 300, name: 'buy', payload: { item: 7, count: 200 } })).toEqual([
      ...[3, 0xac, 2],
      ...[1, 7, 0xc8, 1],
    ]);
    expect(sent({ kind: 'ask', number: 300, key: 'k', name: 'sell', payload: { item: 7 } })).toEqual([
      ...[9, 0xac, 2],
      ...[1, 107, 3, 7],
    ]);
    expect(sent({ kind: 'say', number: 300, message: [1] })).toEqual([4, 0xac, 2, 3, 91, 49, 93]);
    expect(sent({ kind: 'do', number: 300, deed: [1] })).toEqual([10, 0xac, 2, 3, 91, 49, 93]);
    expect(sent({ kind: 'ping' })).toEqual([11]);
    expect(sent({ kind: 'repair', because: 'gap' })).toEqual([5, 0]);
    expect(sent({ kind: 'repair', because: 'checksum' })).toEqual([5, 1]);
    expect(sent({ kind: 'leave' })).toEqual([6]);
    expect(sent({ kind: 'rest' })).toEqual([8]);
    // Tick 300, the first part, row 65537; no field for a row that one of the two has not, 1 for the first.
    const at = { table: 'ships', row: 0x10001 };
    expect(sent({ kind: 'diverged', tick: 300, at: { ...at, field: '' } })).toEqual([7, 0xac, 2, 0, 0x81, 0x80, 4, 0]);
    expect(sent({ kind: 'diverged', tick: 300, at: { ...at, field: 'x' } })).toEqual([7, 0xac, 2, 0, 0x81, 0x80, 4, 1]);
    expect(sent({ kind: 'diverged', tick: 1, at: { table: 'tiles', row: 3, field: 'cells' } })).toEqual([
      7, 1, 1, 3, 0,
    ]);
    const welcome = { seat: 3, roomId: 'r', code: 'c', you: '17', token: 't', graceMs: 300, heard: 5, isReturn: true };
    expect(Array.from(encodeWelcome(welcome))).toEqual([
      ...[64, 3, 1, 114, 1, 99, 2, 49, 55],
      ...[1, 116, 0xac, 2, 5, 1],
    ]);
    expect(Array.from(encodeAnswer(schema, 300, 'sell', { coins: 7, left: 200 }))).toEqual([
      ...[72, 0xac, 2],
      ...[3, 7, 0xc8, 1],
    ]);
    expect(Array.from(encodeDone(300))).toEqual([73, 0xac, 2]);
    // All there are: number 1, the host; nobody gone.
    const ann = { ...ANN, name: 'a' };
    expect(Array.from(encodePeople({ isWhole: true, here: [ann], gone: [] }))).toEqual([74, 1, 1, 1, 8, 1, 97, 0]);
    const flags = ['isBot', 'isSpectator', 'isDropped', 'isHost', 'isTyping'] as const;
    const nobody = { ...ann, isHost: false };
    const bits = flags.map((flag) =>
      encodePeople({ isWhole: false, here: [{ ...nobody, [flag]: true }], gone: [300] }),
    );
    expect(bits.map((frame) => Array.from(frame))).toEqual(
      [1, 2, 4, 8, 16].map((bit) => [74, 0, 1, 1, bit, 1, 97, 1, 0xac, 2]),
    );
    expect(Array.from(encodeChat({ number: 300, from: 2, name: 'a', text: 'b', isForTeam: true }))).toEqual([
      ...[75, 0xac, 2, 2],
      ...[1, 97, 1, 98, 1],
    ]);
    expect(Array.from(encodePong())).toEqual([76]);
    // Tick 300; no ships, four cells of 0, round 1 of generation 0 has number 0; nothing granted.
    const snapshot = new ByteWriter();
    writeSnapshotHead(snapshot, 300);
    snapshot.append(snapshotFor(state, eyes(0)));
    expect(Array.from(snapshot.take())).toEqual([65, 0xac, 2, 0, 0, 4, 1, 0, 0, 0, 2, 0]);
    // Tick 300, from two ticks before; nothing changed, nothing granted.
    expect(Array.from(deltaOf(300, 298))).toEqual([66, 0xac, 2, 2, 0, 0]);
    // Tick 300, by the rules of seat 5.
    expect(Array.from(encodeEvent(schema, { tick: 300, by: 5, name: 'over', payload: {} }))).toEqual([
      67, 0xac, 2, 5, 1,
    ]);
    expect(Array.from(encodeSaid('1', 2))).toEqual([68, 1, 49, 1, 50]);
    expect(Array.from(encodeRefusal(new GameError('LEFT', 'x', { roomId: 'r' }), 300))).toEqual([
      ...[69, 0xac, 2, 4, 76, 69, 70, 84, 1, 120],
      ...[14, ...new TextEncoder().encode('{"roomId":"r"}')],
    ]);
    // Tick 300, then both halves of the checksum, each low byte first.
    expect(Array.from(encodeCheck(300, '0123456789abcdef'))).toEqual([
      ...[70, 0xac, 2],
      ...[0x67, 0x45, 0x23, 0x01],
      ...[0xef, 0xcd, 0xab, 0x89],
    ]);
    // The input for tick 300 came a tick and a half late (24 sixteenths, negative: 47) and was held for a quarter of a tick;
    // it was applied at tick 302, and one for tick 301 never.
    const late = [
      { tick: 300, appliedAt: 302 },
      { tick: 301, appliedAt: 0 },
    ];
    expect(Array.from(encodeTiming({ at: 302, tick: 300, marginTicks: -1.5, heldTicks: 0.25, late }))).toEqual([
      ...[71, 0xae, 2, 0xac, 2, 47, 4],
      ...[2, 0xac, 2, 0xae, 2, 0xad, 2, 0],
    ]);
  });
});

function deltaOf(tick: number, baseTick: number, body = Uint8Array.of(0)): Uint8Array {
  const out = new ByteWriter();
  writeDeltaHead(out, tick, baseTick);
  out.append(body);
  writeNoGrants(out);
  return out.take();
}

describe('state', () => {
  /** A viewer that has taken a snapshot of tick 10 by frame. */
  function watching() {
    const stage = new Stage(schema.state);
    stage.state.view.ships.add({ x: 1 }, { owner: { number: 1 } });
    stage.publish();
    const viewer = new PretendViewer(stage, 1);
    const apply = (tick: number, frame: Uint8Array) =>
      applyServerFrame(schema, viewer.mirror.store as unknown as StateStore, tick, new ByteReader(frame));
    return { stage, viewer, apply };
  }

  test('of a whole frame reaches the mirror, whatever tick that is at', () => {
    const { stage, viewer, apply } = watching();
    stage.state.view.ships.add({ x: 2, hold: 7 }, { owner: { number: 1 } });
    stage.publish();
    for (const tick of [0, 10, 99]) {
      const frame = new ByteWriter();
      writeSnapshotHead(frame, 12);
      frame.append(snapshotFor(stage.state, viewer));
      expect(apply(tick, frame.take())).toEqual({ kind: 'snapshot', tick: 12 });
      expect(hashState(viewer.mirror.store, 1)).toBe(hashState(stage.state, viewer));
      expect(viewer.mirror.view.ships.get(2)?.hold).toBe(7);
    }
  });

  test.each([
    ['is applied where it builds on the tick of the mirror', 11, 10, 10, 'delta'],
    ['is applied where the mirror is past its base and before its tick', 14, 10, 12, 'delta'],
    ['answers gap where the mirror lacks what it builds on', 14, 12, 10, 'gap'],
    ['answers gap where the mirror is at its tick already', 14, 10, 14, 'gap'],
    ['answers gap where the mirror is past it', 14, 10, 20, 'gap'],
  ])('of a delta %s', (_, tick, baseTick, at, kind) => {
    const { stage, viewer, apply } = watching();
    stage.state.view.round.number = 9;
    stage.publish();
    const before = hashState(viewer.mirror.store, 1);
    const frame = deltaOf(tick, baseTick, Uint8Array.of(...stage.publication.shared, 0));
    expect(apply(at, frame)).toEqual(kind === 'delta' ? { kind, tick } : { kind, tick, baseTick });
    expect(viewer.mirror.view.round.number).toBe(kind === 'delta' ? 9 : 0);
    if (kind === 'gap') expect(hashState(viewer.mirror.store, 1)).toBe(before);
  });

  test('is refused before a welcome, and with bytes behind its end', () => {
    const { apply } = watching();
    const delta = deltaOf(11, 10);
    expect(() => applyServerFrame(schema, null, 10, new ByteReader(delta))).toThrow('state came before the welcome');
    expect(() => apply(10, Uint8Array.of(...delta, 0))).toThrow('1 bytes follow the end of the frame');
    expect(() => apply(10, delta.subarray(0, 4))).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  });

  test('is told from what carries none by the first byte', () => {
    const snapshot = new ByteWriter();
    writeSnapshotHead(snapshot, 1);
    const frames = [snapshot.take(), deltaOf(2, 1), encodeWelcome(WELCOME), encodeCheck(1, '0'.repeat(16))];
    expect(frames.map(isSnapshot)).toEqual([true, false, false, false]);
    expect(frames.map(isStateFrame)).toEqual([true, true, false, false]);
  });
});
