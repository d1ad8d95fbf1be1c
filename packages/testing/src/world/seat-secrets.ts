/**
 * What only one seat may know, and who is sent it: each text of 8 bytes or more in a field that its owner alone may see is
 * looked for, as bytes, in whatever is sent to anybody else.
 */
import type { Game } from '@madang/core';
import type { Room } from '@madang/server';
import type { SeatTold } from './seat-told.ts';

/** Shorter ones may be anywhere by chance. */
const SECRET_BYTES_MIN = 8;

/** How many are remembered: those that rules have overwritten may still be on their way. */
const SECRETS_MAX = 1_000;

export class SeatSecrets {
  /** By text: where it is, and as bytes. */
  readonly #secrets = new Map<string, { readonly at: ReadonlySet<string>; readonly bytes: Buffer }>();

  /** Notes what is in a room right after a tick. */
  note({ id, state }: Room): void {
    for (const part of state.parts) {
      if (part.type === 'grid') continue;
      const columns = part.columns.filter(({ type, store }) => type.visibility === 'owner' && store === 'boxed');
      if (columns.length === 0) continue;
      for (const { id: row, owner } of part) {
        for (const { data } of columns) this.#add(data[row & 0xffff], placeOf(id, owner));
      }
    }
  }

  /** Whose secret is in this frame, which a line with this seat was sent; null where it is nobody else's. */
  leak({ at }: SeatTold, frame: Uint8Array): string | null {
    const mine = at === null ? '' : placeOf(at.roomId, at.seat);
    for (const { at: places, bytes } of this.#secrets.values()) {
      if (!places.has(mine) && Buffer.from(frame.buffer, frame.byteOffset, frame.length).includes(bytes)) {
        return [...places].join(' or ');
      }
    }
    return null;
  }

  #add(value: unknown, place: string): void {
    if (typeof value !== 'string' || value.length * 3 < SECRET_BYTES_MIN) return;
    const known = this.#secrets.get(value);
    if (known?.at.has(place)) return;
    const bytes = known?.bytes ?? Buffer.from(value);
    if (bytes.length < SECRET_BYTES_MIN) return;
    this.#secrets.set(value, { at: new Set(known?.at).add(place), bytes });
    const [oldest] = this.#secrets.keys();
    if (this.#secrets.size > SECRETS_MAX && oldest !== undefined) this.#secrets.delete(oldest);
  }
}

function placeOf(roomId: string, seat: number): string {
  return `seat ${seat} of room ${roomId}`;
}

/** True where a game has such fields at all. */
export function hasSecrets({ state }: Game): boolean {
  return Object.values(state).some(
    (part) => part.type !== 'grid' && Object.values(part.fields).some(({ visibility }) => visibility === 'owner'),
  );
}
