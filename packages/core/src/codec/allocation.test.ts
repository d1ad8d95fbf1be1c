/** Promise 2: lengths are checked before allocation. Measured on the heap itself, with the collector under control. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { text, u8, u16 } from '../schema/field.ts';
import { grid, type StateSchema, table } from '../schema/state-schema.ts';
import { createMirror, createState } from '../state/state-store.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readDelta, readSnapshot, writeSnapshot } from './state-codec.ts';

const schema: StateSchema = {
  ships: table({ name: text(60_000), x: u16 }, { maxRows: 60_000 }),
  tiles: grid({ width: 1000, height: 1000, of: u8 }),
};

/** What refusing costs whatever the input: the error, its sentence and its stack. Small beside the inputs below. */
const REFUSAL_BYTES = 8 * 1024;

setFlagsFromString('--expose-gc');
setFlagsFromString('--single-threaded-gc');
// A young generation large enough that nothing is collected, and so nothing hidden, while one frame is read.
setFlagsFromString('--semi-space-growth-factor=16');
const collect = runInNewContext('gc') as () => void;

function allocatedBy(run: () => void): number {
  collect();
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  return after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers);
}

/** True where one of three runs stays below: what the runtime does on the side comes and goes, what `run` needs stays. */
function allocatesLessThan(limitBytes: number, run: () => void): boolean {
  return [1, 2, 3].some(() => allocatedBy(run) < limitBytes);
}

const honest = (() => {
  const state = createState(schema);
  for (let i = 0; i < 400; i++) state.table('ships').add({ name: 'ab'.repeat(1 + (i % 40)), x: i });
  const out = new ByteWriter();
  writeSnapshot(out, state, 'shared');
  return out.take();
})();

test('reading a frame of any bytes allocates at most 16 times its size', () => {
  const { store } = createMirror(schema, 1);
  const read = (frame: Uint8Array, reader: typeof readSnapshot): void => {
    try {
      reader(new ByteReader(frame), store);
    } catch {
      // Refusing is fine; what it costs is what is measured.
    }
  };
  for (let warm = 0; warm < 20; warm++) for (const reader of [readSnapshot, readDelta]) read(honest, reader);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ minLength: 8 * 1024, maxLength: 16 * 1024 }),
        fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), { maxLength: 8 }).map((changes) => {
          const frame = honest.slice();
          for (const [at, byte] of changes) frame[at] = byte;
          return frame;
        }),
      ),
      (frame) => {
        for (const reader of [readSnapshot, readDelta]) {
          expect(allocatesLessThan(16 * frame.length + REFUSAL_BYTES, () => read(frame, reader))).toBe(true);
        }
      },
    ),
    { numRuns: 100 },
  );
});
