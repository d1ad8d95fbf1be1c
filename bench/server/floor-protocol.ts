/**
 * What the hand-written servers and their clients say to each other: binary messages, little-endian, about as large as ours. A mover
 * is named by its slot, which nobody else has had in this room; places are in 64ths of a unit.
 *
 *   client  HELLO   the kind's name in Latin-1; `/watch` behind it by who only watches
 *           INPUT   u8 direction
 *   server  WHOLE   u8 1, u32 tick, u16 own slot (65,535 for who watches), u16 count, count x (u16 slot, u32 x, u32 y)
 *           UPDATE  u8 2, u32 tick,
 *                   u16 count, count x (u16 slot, u32 x, u32 y)   who came, where they are at this tick
 *                   u16 count, count x u16 slot                   who went
 *                   to the end: (i16 x, i16 y)                    how far each of the others went in this tick, in the order
 *                                                                 in which they came; all of them, or none where nobody moves
 *
 * WHOLE is first. A world is played in rooms of as many as a client would see, of which each client is built a frame of its own: what is
 * sent costs what it costs where interest is looked at, and nothing for the choice.
 */
import { type Mover, PLACE_STEP } from './setting.ts';

export const WHOLE = 1;
export const UPDATE = 2;

/** The own slot of who has none. */
export const NO_SLOT = 0xffff;

/** Behind the kind's name, by who comes to watch. */
export const WATCH = '/watch';

const PLACE_BYTES = 10;
const MOVE_BYTES = 4;

/** A mover as these servers keep it, in 64ths of a unit. */
export interface FloorMover {
  readonly slot: number;
  x: number;
  y: number;
  /** How far it went in this tick. */
  movedX: number;
  movedY: number;
}

/** What one tick brought. */
export interface FloorTick {
  readonly tick: number;
  /** Where those are who came since the tick before; none of them is among `moved`. */
  readonly came: readonly FloorMover[];
  /** Slots of those who went. */
  readonly gone: readonly number[];
  /** The others in the order in which they came; nobody in a room where nobody moves. */
  readonly moved: readonly FloorMover[];
}

/** The first message to a client. */
export function encodeWhole(tick: number, ownSlot: number, movers: readonly FloorMover[]): Buffer {
  const frame = Buffer.allocUnsafe(9 + PLACE_BYTES * movers.length);
  frame[0] = WHOLE;
  frame.writeUInt32LE(tick, 1);
  frame.writeUInt16LE(ownSlot, 5);
  writePlaces(frame, 7, movers);
  return frame;
}

/** How many bytes `writeUpdate` will write. */
export function updateBytes({ came, gone, moved }: FloorTick): number {
  return 9 + PLACE_BYTES * came.length + 2 * gone.length + MOVE_BYTES * moved.length;
}

/** Writes UPDATE from `at` on. */
export function writeUpdate(frame: Buffer, at: number, { tick, came, gone, moved }: FloorTick): void {
  frame[at] = UPDATE;
  frame.writeUInt32LE(tick, at + 1);
  let next = writePlaces(frame, at + 5, came);
  next = frame.writeUInt16LE(gone.length, next);
  for (const slot of gone) next = frame.writeUInt16LE(slot, next);
  for (const { movedX, movedY } of moved) {
    frame[next] = movedX;
    frame[next + 1] = movedX >> 8;
    frame[next + 2] = movedY;
    frame[next + 3] = movedY >> 8;
    next += MOVE_BYTES;
  }
}

function writePlaces(frame: Buffer, at: number, movers: readonly FloorMover[]): number {
  let next = frame.writeUInt16LE(movers.length, at);
  for (const { slot, x, y } of movers) {
    next = frame.writeUInt16LE(slot, next);
    next = frame.writeUInt32LE(x, next);
    next = frame.writeUInt32LE(y, next);
  }
  return next;
}

/** A client's copy of what these servers show it. */
export class FloorCopy {
  tick = 0;
  ownSlot = NO_SLOT;
  /** By slot, in the order in which they came; in units. */
  movers: ReadonlyMap<number, Mover> = new Map();

  /** Takes a message of the server in. Throws RangeError for one that cannot be read. */
  apply(data: Uint8Array): void {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.tick = view.getUint32(1, true);
    if (data[0] === WHOLE) {
      this.ownSlot = view.getUint16(5, true);
      this.movers = new Map(placesAt(view, 7));
      return;
    }
    if (data[0] !== UPDATE) throw new RangeError(`a frame of the kind ${data[0]}`);
    const goneAt = 7 + PLACE_BYTES * view.getUint16(5, true);
    const goneCount = view.getUint16(goneAt, true);
    const movers = new Map(this.movers);
    let at = goneAt + 2;
    for (let i = 0; i < goneCount; i++, at += 2) movers.delete(view.getUint16(at, true));
    const came = placesAt(view, 5);
    // Who came itself has been told by WHOLE of those who came with it.
    for (const [slot] of came) movers.delete(slot);
    if (at < data.length) {
      for (const mover of movers.values()) {
        mover.x += view.getInt16(at, true) * PLACE_STEP;
        mover.y += view.getInt16(at + 2, true) * PLACE_STEP;
        at += MOVE_BYTES;
      }
    }
    for (const [slot, place] of came) movers.set(slot, place);
    this.movers = movers;
  }
}

function placesAt(view: DataView, from: number): [slot: number, place: Mover][] {
  const count = view.getUint16(from, true);
  return Array.from({ length: count }, (_, index) => {
    const at = from + 2 + PLACE_BYTES * index;
    const place = { x: view.getUint32(at + 2, true) * PLACE_STEP, y: view.getUint32(at + 6, true) * PLACE_STEP };
    return [view.getUint16(at, true), place];
  });
}
