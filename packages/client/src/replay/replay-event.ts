/** What a room told its players once, as a recording has it. */
import { applyServerFrame, ByteReader, type FrameSchema, isGameError, isStateFrame } from '@madang/core';
import { type RawRecord, RECORD, readTick } from '@madang/core/journal';
import { frameIn, type Reel, type ReelHead } from './reel.ts';

/** Something the game told its players once, as it was recorded. */
export interface ReplayEvent {
  readonly tick: number;
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The event that a frame tells of; null for a frame of another kind. Throws BAD_FRAME. */
export function eventIn(frames: FrameSchema, bytes: Uint8Array): ReplayEvent | null {
  if (isStateFrame(bytes)) return null;
  const frame = applyServerFrame(frames, null, 0, new ByteReader(bytes));
  return frame.kind === 'event' ? { tick: frame.tick, name: frame.name, payload: frame.payload } : null;
}

/** All events of a recording, in their order; up to where something cannot be read. */
export function eventsOn(reel: Reel): readonly ReplayEvent[] {
  const events: ReplayEvent[] = [];
  let { head } = reel.chapterAt(0);
  try {
    for (const [index, record] of reel.records.entries()) {
      head = reel.chapterFrom(index)?.head ?? head;
      for (const frame of framesIn(record, head)) {
        const event = eventIn(head.frames, frame);
        if (event !== null) events.push(event);
      }
    }
  } catch (problem) {
    // What is wrong with the bytes is said by whoever plays up to here.
    if (!isGameError(problem)) throw problem;
  }
  return events;
}

function framesIn(record: RawRecord, { recorded }: ReelHead): readonly Uint8Array[] {
  if (record.kind === RECORD.FRAME) return [frameIn(record)];
  if (record.kind !== RECORD.TICK) return [];
  return (readTick(record.body, recorded.input).events ?? []).map(({ frame }) => frame);
}
