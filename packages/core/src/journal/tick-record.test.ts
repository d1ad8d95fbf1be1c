import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../codec/bytes.ts';
import { isGameError } from '../errors.ts';
import { axis, choice, type Fields } from '../schema/field.ts';
import { crc32 } from './crc32.ts';
import { readTick, readTickFacts, type TickRecord, writeTick } from './tick-record.ts';

const INPUT: Fields = { dx: axis, word: choice('stay', 'go') };

const word = fc.integer({ min: 0, max: 0xffffffff });
const someBytes = fc.uint8Array({ maxLength: 12 });

const anyTick: fc.Arbitrary<TickRecord> = fc.record(
  {
    tick: word,
    change: someBytes,
    random: fc.tuple(word, word, word, word),
    facts: fc.constant({ host: 3, 'seat 1': { name: '민지' } }),
    asked: fc.constant([{ kind: 'join', name: 'Ada' }, 'x']),
    inputs: fc.array(
      fc.record(
        {
          seat: fc.nat(200),
          input: fc.constantFrom({ dx: 0.5, word: 'go' }, { dx: -1, word: 'stay' }),
          viewTick: fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
        },
        { requiredKeys: ['seat'] },
      ),
      { maxLength: 4 },
    ),
    events: fc.array(fc.record({ to: fc.nat(200), frame: someBytes }), { maxLength: 3 }),
  },
  { requiredKeys: ['tick'] },
);

test('a tick is read as it was written', () => {
  fc.assert(
    fc.property(anyTick, (record) => {
      const out = new ByteWriter();
      writeTick(out, record, INPUT);
      const bytes = out.take();
      const read = readTick(bytes, INPUT);
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(record)));
      expect(JSON.parse(JSON.stringify(readTickFacts(bytes)))).toEqual(record.facts ?? null);
    }),
    { numRuns: 300 },
  );
});

test('bytes that are no tick are refused by a code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        readTick(bytes, INPUT);
      } catch (problem) {
        expect(isGameError(problem)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test('checksums are those that everybody else computes', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});
