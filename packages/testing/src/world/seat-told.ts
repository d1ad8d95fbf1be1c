/** What one line has been told of its seat: read from its frames, whatever the client makes of them. */
import { applyServerFrame, ByteReader, type Game, isStateFrame } from '@madang/core';

export class SeatTold {
  /** The process that is on the other end, counted from 1; 0 while the line is not open. */
  process = 0;
  /** Null before the welcome. */
  at: { readonly roomId: string; readonly seat: number; readonly isReturn: boolean } | null = null;
  /** The tick of the first state and of the last one. */
  firstTick: number | null = null;
  lastTick = 0;

  /** Takes the next frame of the line. Answers true where it is the welcome. */
  take(game: Game, frame: Uint8Array): boolean {
    if (isStateFrame(frame)) {
      const from = new ByteReader(frame);
      from.u8();
      this.lastTick = from.varint();
      this.firstTick ??= this.lastTick;
      return false;
    }
    if (this.at !== null) return false;
    const read = applyServerFrame(game, null, 0, new ByteReader(frame));
    if (read.kind === 'welcome') this.at = { roomId: read.roomId, seat: read.seat, isReturn: read.isReturn };
    return this.at !== null;
  }
}
