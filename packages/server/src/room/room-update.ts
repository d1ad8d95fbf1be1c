/** The state after one tick in every form a viewer may need: each written on first demand and shared from then on. */
import {
  ByteWriter,
  encodeDelta,
  encodeSnapshot,
  hasOwnFields,
  type JsonObject,
  type StateSchema,
  type StateStore,
  toJson,
  writeDelta,
  writeOwn,
  writeSnapshot,
} from '@madang/core';
import type { RoomUpdate } from './viewer.ts';

/** An own section or a delta that says nothing: its end mark alone. */
const NOTHING = Uint8Array.of(0);

export class EncodedUpdate implements RoomUpdate {
  readonly tick: number;
  /** True when something changed that everybody may see. */
  readonly hasSharedChanges: boolean;
  readonly #baseTick: number;
  readonly #state: StateStore<StateSchema>;
  readonly #delta: Uint8Array;
  readonly #hasOwnFields: boolean;
  #sharedFrame: Uint8Array | null = null;
  #snapshot: Uint8Array | null = null;
  #json: JsonObject | null = null;
  #stateText: string | null = null;
  readonly #ownChanges = new Map<number, Uint8Array>();

  /** Before the state is committed: the delta is what was written since. `baseTick` is that of the last shared delta. */
  constructor(state: StateStore<StateSchema>, tick: number, baseTick: number) {
    this.tick = tick;
    this.#baseTick = baseTick;
    this.#state = state;
    this.#hasOwnFields = hasOwnFields(state);
    this.#delta = state.hasChanges ? written((out) => writeDelta(out, state, 'shared')) : NOTHING;
    this.hasSharedChanges = this.#delta.length > 1;
  }

  hasChangesFor(seat: number): boolean {
    return this.hasSharedChanges || this.#ownChangesOf(seat).length > 1;
  }

  frameFor(seat: number, peerTick: number): Uint8Array | null {
    if (peerTick < this.#baseTick) return this.snapshotFor(seat);
    const own = this.#ownChangesOf(seat);
    if (!this.hasSharedChanges && own.length === 1) return null;
    if (own.length > 1 || peerTick !== this.#baseTick) {
      return encodeDelta(this.tick, peerTick, joined(this.#delta, own));
    }
    this.#sharedFrame ??= encodeDelta(this.tick, peerTick, joined(this.#delta, NOTHING));
    return this.#sharedFrame;
  }

  snapshotFor(seat: number): Uint8Array {
    this.#snapshot ??= written((out) => writeSnapshot(out, this.#state, 'shared'));
    return encodeSnapshot(this.tick, joined(this.#snapshot, this.#ownOf(seat, 'all')));
  }

  jsonFor(seat: number): JsonObject {
    if (this.#hasOwnFields) return toJson(this.#state, seat);
    this.#json ??= toJson(this.#state, 0);
    return this.#json;
  }

  stateTextFor(seat: number): string {
    const text = (): string => JSON.stringify({ type: 'state', tick: this.tick, state: this.jsonFor(seat) });
    if (this.#hasOwnFields) return text();
    this.#stateText ??= text();
    return this.#stateText;
  }

  #ownChangesOf(seat: number): Uint8Array {
    let own = this.#ownChanges.get(seat);
    if (own === undefined) {
      own = this.#ownOf(seat, 'changed');
      this.#ownChanges.set(seat, own);
    }
    return own;
  }

  #ownOf(seat: number, rows: 'all' | 'changed'): Uint8Array {
    return this.#hasOwnFields ? written((out) => writeOwn(out, this.#state, seat, rows)) : NOTHING;
  }
}

function written(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.take();
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
