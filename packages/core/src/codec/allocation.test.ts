/** Promise 2: lengths are checked before allocation. Measured on the heap itself, with the collector under control. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, list, text } from '../schema/boxed-field.ts';
import { u8, u16 } from '../schema/field.ts';
import { grid, type StateSchema, table } from '../schema/state-schema.ts';
import { createMirror } from '../state/state-store.ts';
import { ByteReader } from './bytes.ts';
import { allocatedBy, REFUSAL_BYTES } from './heap.test-support.ts';
import { bytesOf, eyes, PretendViewer, Stage, snapshotFor } from './pretend-viewer.test-support.ts';
import { readDelta, readGrants, readSnapshot } from './state-codec.ts';

const schema: StateSchema = {
  ships: table({ name: text(60_000), x: u16, cargo: bytes(100), marks: list(u8, 100) }, { maxRows: 60_000 }),
  hands: table({ cards: u16.visibleTo('owner'), plan: text(60_000).visibleTo('team'), side: u8 }, { team: 'side' }),
  tiles: grid({ width: 1000, height: 1000, of: u8 }),
};

/** True where one of three runs stays below: what the runtime does on the side comes and goes, what `run` needs stays. */
function allocatesLessThan(limitBytes: number, run: () => void): boolean {
  return [1, 2, 3].some(() => allocatedBy(run) < limitBytes);
}

/** Frames of a game at play: a snapshot, a delta and a catch-up, each with grants. */
const honest = (() => {
  const stage = new Stage(schema);
  const ships = stage.state.table('ships');
  for (let i = 0; i < 400; i++) ships.add({ name: 'ab'.repeat(1 + (i % 40)), x: i, cargo: new Uint8Array(8) });
  for (let i = 0; i < 100; i++) stage.state.table('hands').add({ cards: i, side: i % 2 }, { owner: { number: i % 3 } });
  stage.publish();
  const viewer = new PretendViewer(stage, 1, 1);
  for (const row of ships) Object.assign(row, { x: 9, name: 'renamed', marks: [1, 2, 3, 4, 5, 6, 7, 8] });
  stage.publish();
  const delta = viewer.delta();
  const catchUp = bytesOf((out) => {
    stage.publication.writeCatchUp(out, 0);
    out.varint(0);
    out.u8(0);
  });
  return { snapshot: snapshotFor(stage.state, eyes(1, 1)), delta, catchUp };
})();

const READERS = [readSnapshot, readDelta, readGrants] as const;

test('reading a frame of any bytes allocates at most 16 times its size', () => {
  const { store } = createMirror(schema, 1);
  const read = (frame: Uint8Array, reader: (typeof READERS)[number]): void => {
    const from = new ByteReader(frame);
    try {
      reader(from, store);
      readGrants(from, store);
    } catch {
      // Refusing is fine; what it costs is what is measured.
    }
  };
  const frames = Object.values(honest);
  for (let warm = 0; warm < 20; warm++) {
    for (const frame of frames) for (const reader of READERS) read(frame, reader);
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ minLength: 8 * 1024, maxLength: 16 * 1024 }),
        fc
          .tuple(fc.constantFrom(...frames), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }))
          .map(([frame, changes]) => {
            const changed = frame.slice();
            for (const [at, byte] of changes) changed[at % changed.length] = byte;
            return changed;
          }),
      ),
      (frame) => {
        for (const reader of READERS) {
          // Rows that deltas change are there, as in a client that they are meant for.
          read(honest.snapshot, readSnapshot);
          expect(allocatesLessThan(16 * frame.length + REFUSAL_BYTES, () => read(frame, reader))).toBe(true);
        }
      },
    ),
    { numRuns: 40 },
  );
});
