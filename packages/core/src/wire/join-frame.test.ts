import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader } from '../codec/bytes.ts';
import { encodeClientFrame } from './frames.ts';
import { decodeJoin, encodeJoin, isJoin, type JoinRequest, type JoinWay } from './join-frame.ts';

const NOTHING = { state: {}, input: {}, commands: {}, events: {} };

/** Who wants nothing in particular. */
const JOIN: JoinRequest = {
  game: 'arena',
  fingerprint: 0xdeadbeef,
  way: 'any',
  key: '',
  name: '',
  identity: '',
  isSpectator: false,
  isPrivate: false,
  options: null,
};

const joined = (frame: Uint8Array): JoinRequest => decodeJoin(new ByteReader(frame));

test('a join says which game, which version of it, by which way, who asks and what a room is opened with', () => {
  const ways: readonly JoinWay[] = ['any', 'room', 'create', 'claim', 'return'];
  const anyJoin: fc.Arbitrary<JoinRequest> = fc.record({
    game: fc.constantFrom('arena', ''),
    fingerprint: fc.integer({ min: 0, max: 0xffffffff }),
    way: fc.constantFrom(...ways),
    key: fc.string({ unit: 'grapheme', maxLength: 20 }),
    name: fc.string({ unit: 'grapheme', maxLength: 20 }),
    identity: fc.string({ maxLength: 4096 }),
    isSpectator: fc.boolean(),
    isPrivate: fc.boolean(),
    options: fc.constantFrom(null, { size: 15, rule: '금수' }),
  });
  fc.assert(
    fc.property(anyJoin, (asked) => {
      expect(joined(encodeJoin(asked))).toEqual(asked);
    }),
  );
  expect(isJoin(encodeJoin(JOIN))).toBe(true);
  expect(isJoin(encodeClientFrame(NOTHING, { kind: 'leave' }))).toBe(false);
});

test.each([
  ['whose way there is not', { at: -6, byte: 5 }, 'a way to join is unknown'],
  ['with a flag that there is not', { at: -2, byte: 4 }, 'a flag of a join is unknown'],
])('is refused with BAD_FRAME: a join %s', (_, { at, byte }, reason) => {
  const frame = encodeJoin(JOIN);
  frame[frame.length + at] = byte;
  expect(() => joined(frame)).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  expect(() => joined(frame)).toThrow(reason);
});

test('[PR01] a join cut at any byte, or with bytes behind its end, is refused with BAD_FRAME', () => {
  const sent = encodeJoin({ ...JOIN, key: 'damok', name: '마당', options: { size: 15 } });
  const refusal = expect.objectContaining({ code: 'BAD_FRAME' });
  for (let length = 0; length < sent.length; length++) {
    expect(() => joined(sent.subarray(0, length))).toThrow(refusal);
  }
  expect(() => joined(Uint8Array.of(...sent, 0))).toThrow(refusal);
});

test('a join whose identity or options are longer than any honest one is refused before it is read', () => {
  const long = 'x'.repeat(4097);
  for (const asked of [{ identity: long }, { options: long }, { key: 'x'.repeat(257) }, { name: 'x'.repeat(257) }]) {
    expect(() => joined(encodeJoin({ ...JOIN, ...asked }))).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }));
  }
});

test('a join is pinned by golden bytes', () => {
  const join: JoinRequest = { ...JOIN, game: 'a', fingerprint: 1, name: 'b' };
  // Game, fingerprint; any room, no key; name; nobody; no flags, no options.
  expect(Array.from(encodeJoin(join))).toEqual([...[1, 1, 97, 1, 0, 0, 0], ...[0, 0, 1, 98, 0, 0, 0]]);
  const asked = { key: 'k', identity: 'i', isSpectator: true, isPrivate: true, options: [1] };
  expect(Array.from(encodeJoin({ ...join, way: 'return', ...asked }))).toEqual([
    ...[1, 1, 97, 1, 0, 0, 0],
    ...[4, 1, 107, 1, 98, 1, 105, 3, 3, 91, 49, 93],
  ]);
  const wayOf = (way: JoinWay) => encodeJoin({ ...join, way })[7];
  expect((['any', 'room', 'create', 'claim', 'return'] as const).map(wayOf)).toEqual([0, 1, 2, 3, 4]);
});
