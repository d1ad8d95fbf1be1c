/**
 * A recording is a sequence of records, one after another, each whole or not there:
 *
 *   record  u32 bytes of the body, u32 CRC-32 of kind and body, u8 kind, body
 *   HEAD      text: JSON, what game this is and of what its state is made; begins a recording, and again whatever was resumed
 *   SNAPSHOT  varint tick, text: JSON, the room's facts; random state (4 x u32); what seats
 *             played last (`writeInputs`); a saved state (`saved-state.ts`)
 *   TICK      see `tick-record.ts`
 *   END       varint tick, text: why
 *   FRAME     varint tick, a frame of the native protocol: what one pair of eyes was told
 *
 * A HEAD is always followed by a SNAPSHOT, or by a FRAME that holds one: whoever starts to read at a HEAD needs nothing from
 * before. Journals hold HEAD, SNAPSHOT, TICK, END; recordings for single eyes HEAD, FRAME, END.
 */
import { ByteReader, type ByteWriter } from '../codec/bytes.ts';
import { GameError } from '../errors.ts';
import { crc32 } from './crc32.ts';

/** The kinds of records, as they are numbered in a recording. */
export const RECORD = { HEAD: 1, SNAPSHOT: 2, TICK: 3, END: 4, FRAME: 5 } as const;

/** One of them. */
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

const KINDS: ReadonlySet<number> = new Set(Object.values(RECORD));

/** Bytes before a body: its length, the checksum, the kind. */
const HEAD_BYTES = 9;

/** A record whose checksum holds and whose body was not looked at. */
export interface RawRecord {
  readonly kind: RecordKind;
  /** A view into what was read. */
  readonly body: Uint8Array;
  /** Where the record begins and ends. */
  readonly at: number;
  readonly end: number;
}

/** Writes one record whose body `write` writes. */
export function writeRecord(out: ByteWriter, kind: RecordKind, write: (out: ByteWriter) => void): void {
  const start = out.length;
  out.u32(0);
  out.u32(0);
  out.u8(kind);
  write(out);
  const end = out.length;
  out.seek(start);
  out.u32(end - start - HEAD_BYTES);
  out.seek(end);
  const bytes = out.written();
  const sum = crc32(bytes, start + HEAD_BYTES - 1, end);
  out.seek(start + 4);
  out.u32(sum);
  out.seek(end);
}

/** The records in `bytes`, which may be anybody's. Throws BAD_RECORDING at the first that is torn or spoiled. */
export function* recordsOf(bytes: Uint8Array, start = 0): Generator<RawRecord, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at < bytes.length; ) {
    if (bytes.length - at < HEAD_BYTES) throw badRecording('a record is torn', at);
    const end = at + HEAD_BYTES + view.getUint32(at, true);
    if (end > bytes.length) throw badRecording('a record is torn', at);
    if (crc32(bytes, at + HEAD_BYTES - 1, end) !== view.getUint32(at + 4, true)) {
      throw badRecording('the checksum of a record is wrong', at);
    }
    const kind = bytes[at + HEAD_BYTES - 1] ?? 0;
    if (!KINDS.has(kind)) throw badRecording(`a record is of kind ${kind}, which this version does not know`, at);
    yield { kind: kind as RecordKind, body: bytes.subarray(at + HEAD_BYTES, end), at, end };
    at = end;
  }
}

/** The tick that a record is of; 0 for a HEAD, which is of none. */
export function tickOf({ kind, body }: RawRecord): number {
  return kind === RECORD.HEAD ? 0 : new ByteReader(body).varint();
}

/** What a recording is refused with that cannot be read; `offset` is in bytes. */
export function badRecording(reason: string, offset: number): GameError<'BAD_RECORDING'> {
  return new GameError('BAD_RECORDING', `This recording cannot be read: ${reason} (offset ${offset}).`, {
    reason,
    offset,
  });
}
