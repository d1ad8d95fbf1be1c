/** Recordings of random play, and what the state truly was at each of their ticks. */
import fc from 'fast-check';
import { anyDeed, anySchema, type Deed, doDeed } from '../codec/any-state.test-support.ts';
import { ByteWriter } from '../codec/bytes.ts';
import { Publication } from '../codec/publication.ts';
import { writeSavedState } from '../codec/saved-state.ts';
import type { JsonObject } from '../json-value.ts';
import type { StateSchema } from '../schema/state-schema.ts';
import { hashState } from '../state/hash.ts';
import { createState, type StateStore } from '../state/state-store.ts';
import { describeSchema, openSchema } from './described-schema.ts';
import { RECORD, writeRecord } from './records.ts';
import { StateRecorder } from './state-recorder.ts';
import { type TickRecord, writeInputs, writeRandom, writeTick } from './tick-record.ts';

/** What happens in one tick of a recorded room. */
export interface AnyTick {
  readonly deeds: readonly Deed[];
  /** Ticks since the one before: where nothing changed, nothing is written. */
  readonly after: number;
  readonly isSent: boolean;
  readonly isSnapshot: boolean;
}

/** A room's whole play. */
export interface AnyPlay {
  readonly schema: StateSchema;
  readonly before: readonly Deed[];
  readonly ticks: readonly AnyTick[];
}

export const anyPlay: fc.Arbitrary<AnyPlay> = fc.record({
  schema: anySchema,
  before: fc.array(anyDeed, { maxLength: 12 }),
  ticks: fc.array(
    fc.record({
      deeds: fc.array(anyDeed, { maxLength: 6 }),
      after: fc.constantFrom(1, 1, 1, 4),
      isSent: fc.boolean(),
      isSnapshot: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 1, maxLength: 14 },
  ),
});

/** What was true at a tick. */
export interface Truth {
  readonly tick: number;
  readonly hash: string;
  readonly facts: JsonObject;
  /** What a process that goes on from there has: also which ids were given before. */
  readonly saved: string;
}

export function savedOf(schema: StateSchema, state: StateStore): string {
  const out = new ByteWriter();
  writeSavedState(out, openSchema(schema), state);
  return Array.from(out.take()).join(' ');
}

export function headRecord(out: ByteWriter, schema: StateSchema, more: JsonObject = {}): void {
  const json = { format: 1, game: 'any', roomId: 'r', tickRateHz: 20, input: [], events: {}, ...more };
  writeRecord(out, RECORD.HEAD, (body) => body.text(JSON.stringify({ ...json, state: describeSchema(schema) })));
}

export function snapshotRecord(
  out: ByteWriter,
  schema: StateSchema,
  state: StateStore,
  { tick, facts }: Pick<Truth, 'tick' | 'facts'>,
): void {
  writeRecord(out, RECORD.SNAPSHOT, (body) => {
    body.varint(tick);
    body.text(JSON.stringify(facts));
    writeRandom(body, [tick, 2, 3, 4]);
    writeInputs(body, [], {});
    writeSavedState(body, schema, state);
  });
}

/** Plays it with a recorder beside the publication that players are told from. */
export function record({ schema, before, ticks }: AnyPlay): { readonly bytes: Uint8Array; readonly truths: Truth[] } {
  const out = new ByteWriter();
  const state = createState(schema);
  const publication = new Publication(state);
  for (const deed of before) doDeed(state, deed);
  const recorder = new StateRecorder(schema, state);
  let tick = 0;
  let sendings = 0;
  let facts: JsonObject = { opened: true };
  const truths: Truth[] = [];
  const isTrue = (): void =>
    void truths.push({ tick, hash: hashState(state, 'server'), facts, saved: savedOf(schema, state) });
  headRecord(out, schema);
  snapshotRecord(out, schema, state, { tick, facts });
  isTrue();
  for (const { deeds, after, isSent, isSnapshot } of ticks) {
    for (const deed of deeds) doDeed(state, deed);
    tick += after;
    const change = recorder.change();
    facts = { ...facts, [`fact${tick % 3}`]: tick };
    const changed: TickRecord = { tick, facts: { [`fact${tick % 3}`]: tick }, ...(change === null ? {} : { change }) };
    writeRecord(out, RECORD.TICK, (body) => writeTick(body, changed, {}));
    isTrue();
    if (isSent) {
      sendings++;
      publication.publish((part) => sendings % part.sendEvery === 0);
    }
    if (!isSnapshot) continue;
    headRecord(out, schema);
    snapshotRecord(out, schema, state, { tick, facts });
  }
  return { bytes: out.take(), truths };
}
