import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../codec/bytes.ts';
import { GameError } from '../errors.ts';
import { choice, f32, quantized, text, u8 } from '../schema/field.ts';
import {
  applyServerFrame,
  type ClientFrame,
  decodeClientFrame,
  decodeJoin,
  encodeClientFrame,
  encodeEvent,
  encodeJoin,
  encodeRefusal,
  encodeSaid,
  encodeWelcome,
} from './frames.ts';

const schema = {
  input: { dir: choice('none', 'left'), power: quantized({ min: 0, max: 1, step: 1 / 8 }), tilt: f32 },
  commands: { chat: { line: text(20) }, buy: { item: u8, count: u8 } },
  events: { hit: { by: u8 }, over: {} },
};

const anyFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc
    .record({
      dir: fc.constantFrom('none', 'left'),
      power: fc.nat(8).map((n) => n / 8),
      tilt: fc.float({ noNaN: true, noDefaultInfinity: true }),
    })
    .map((input) => ({ kind: 'input' as const, input: { ...input, tilt: input.tilt + 0 } })),
  fc
    .record({ item: fc.nat(255), count: fc.nat(255) })
    .map((payload) => ({ kind: 'command' as const, name: 'buy', payload })),
  fc
    .string({ unit: 'grapheme-ascii', maxLength: 20 })
    .map((line) => ({ kind: 'command' as const, name: 'chat', payload: { line } })),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((message) => ({ kind: 'say' as const, message })),
  fc.constant({ kind: 'repair' as const }),
  fc.constant({ kind: 'leave' as const }),
);

describe('what a client sends', () => {
  test('arrives as it was sent', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeClientFrame(schema, new ByteReader(encodeClientFrame(schema, frame)))).toEqual(frame);
      }),
    );
  });

  test('[PR01] cut at any byte, or with bytes behind its end, is refused with BAD_FRAME', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const bytes = encodeClientFrame(schema, frame);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodeClientFrame(schema, new ByteReader(bytes.subarray(0, length)))).toThrow(GameError);
        }
        expect(() => decodeClientFrame(schema, new ByteReader(Uint8Array.of(...bytes, 0)))).toThrow(GameError);
      }),
    );
  });

  test('[PR21] of any bytes at all throws refusals and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const decode of [
          () => decodeClientFrame(schema, new ByteReader(bytes)),
          () => decodeJoin(new ByteReader(bytes)),
          () => applyServerFrame(schema, null, 0, new ByteReader(bytes)),
        ]) {
          try {
            decode();
          } catch (error) {
            expect(error).toBeInstanceOf(GameError);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('a join says which game, which version of it, which room and what name', () => {
    const request = { game: 'arena', fingerprint: 0xdeadbeef, room: '', name: '마당' };
    expect(decodeJoin(new ByteReader(encodeJoin(request)))).toEqual(request);
  });
});

describe('what the server sends', () => {
  const read = (bytes: Uint8Array) => applyServerFrame(schema, null, 0, new ByteReader(bytes));

  test('arrives as it was sent', () => {
    expect(read(encodeWelcome(3, 'abcd', '17'))).toEqual({ kind: 'welcome', seat: 3, roomId: 'abcd', you: '17' });
    expect(read(encodeEvent(schema, 9, 'hit', { by: 4 }))).toEqual({
      kind: 'event',
      tick: 9,
      name: 'hit',
      payload: { by: 4 },
    });
    expect(read(encodeSaid('17', ['hi']))).toEqual({ kind: 'said', from: '17', message: ['hi'] });
    const full = new GameError('ROOM_FULL', '꽉 찼다'.repeat(200), { roomId: 'r', seats: 2 });
    expect(read(encodeRefusal(full))).toEqual({
      kind: 'refusal',
      code: 'ROOM_FULL',
      sentence: expect.stringMatching(/^꽉 찼다.{100,}$/u),
      details: { roomId: 'r', seats: 2 },
    });
  });

  test('is pinned by golden bytes', () => {
    expect(encodeJoin({ game: 'a', fingerprint: 1, room: '', name: 'b' })).toEqual(
      Uint8Array.of(1, 1, 97, 1, 0, 0, 0, 0, 1, 98),
    );
    expect(encodeClientFrame(schema, { kind: 'input', input: { dir: 'left', power: 0.25, tilt: 1 } })).toEqual(
      Uint8Array.of(2, 1, 2, 0, 0, 128, 63),
    );
    expect(encodeWelcome(3, 'r', '17')).toEqual(Uint8Array.of(64, 3, 1, 114, 2, 49, 55));
    expect(encodeEvent(schema, 300, 'over', {})).toEqual(Uint8Array.of(67, 0xac, 2, 1));
  });
});
