/**
 * One direction of a line, as TCP is: what goes in first comes out first, whatever befalls it.
 *
 * A parcel first waits for its turn at the sender, where `bytesPerSecond` and a receiver that does not read hold it
 * back (`waitingBytes`), then travels. No parcel overtakes another: one that was lost and must be sent again holds up all
 * behind it.
 */
import type { SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';
import type { Conditions } from './conditions.ts';

/** Bytes of one packet on an ordinary path. */
const PACKET_BYTES = 1460;

/** How long a sender waits for an acknowledgement, beside the round trip, before it sends again; then twice as long. */
const RESEND_MS = 200;
const RESENDS_MAX = 5;

export interface LaneOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** Looked at for every parcel. */
  readonly conditions: () => Conditions;
  /** When a stall that goes on at this moment will be over; the moment itself where none does. */
  readonly stallEndMs: (atMs: number) => number;
}

interface Parcel {
  readonly sizeBytes: number;
  readonly deliver: () => void;
}

export class OrderedLane {
  /** Bytes that were sent and have not set out. */
  waitingBytes = 0;

  readonly #options: LaneOptions;
  readonly #waiting: Parcel[] = [];
  readonly #travelling: { readonly parcel: Parcel; dueMs: number }[] = [];
  #lastDueMs = 0;
  /** What set out last. */
  #packet = { setOutMs: Number.NEGATIVE_INFINITY, bytes: 0 };
  #isHeld = false;
  #isCut = false;
  #isOver = false;
  #cancelDeparture: (() => void) | null = null;
  #cancelArrival: (() => void) | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Sends `sizeBytes`; calls `deliver` when they have arrived, never before this returns. */
  send(sizeBytes: number, deliver: () => void): void {
    if (this.#isOver) return;
    this.#waiting.push({ sizeBytes, deliver });
    this.waitingBytes += sizeBytes;
    if (this.#cancelDeparture === null) this.#depart();
  }

  /** While held nothing sets out and nothing arrives. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld || this.#isCut) return;
    this.#isHeld = isHeld;
    this.refresh();
  }

  /** Conditions have changed: what waits is looked at anew. */
  refresh(): void {
    this.#cancelDeparture?.();
    this.#cancelDeparture = null;
    this.#depart();
    this.#cancelArrival?.();
    this.#cancelArrival = null;
    this.#awaitArrival();
  }

  /** What travels arrives at once, still in order. */
  hurry(): void {
    this.#lastDueMs = 0;
    this.#packet.setOutMs = Number.NEGATIVE_INFINITY;
    for (const one of this.#travelling) one.dueMs = 0;
    this.refresh();
  }

  /** Forgets what has not set out yet. */
  dropWaiting(): void {
    this.#waiting.length = 0;
    this.waitingBytes = 0;
    this.refresh();
  }

  /** The way is cut: what travels is lost, what is sent from now on waits for good. */
  cut(): void {
    this.hold(true);
    this.#isCut = true;
    this.#travelling.length = 0;
  }

  /** Nothing goes in or comes out any more, and no timer stays. */
  stop(): void {
    this.cut();
    this.#isOver = true;
    this.dropWaiting();
  }

  #depart(): void {
    if (this.#isHeld) return;
    const { clock, conditions } = this.#options;
    const { bytesPerSecond } = conditions();
    for (let [parcel] = this.#waiting; parcel !== undefined; [parcel] = this.#waiting) {
      if (bytesPerSecond !== null) {
        const next = parcel;
        this.#cancelDeparture = clock.after((next.sizeBytes / bytesPerSecond) * 1000, () => {
          this.#cancelDeparture = null;
          this.#setOut(next);
          this.#depart();
        });
        return;
      }
      this.#setOut(parcel);
    }
  }

  #setOut(parcel: Parcel): void {
    this.#waiting.shift();
    this.waitingBytes -= parcel.sizeBytes;
    const { clock, stallEndMs } = this.#options;
    const nowMs = clock.nowMs();
    this.#packet.bytes += parcel.sizeBytes;
    // What is sent at one moment and fits goes in one packet, and so comes at one moment.
    const isInLastPacket = this.#packet.setOutMs === nowMs && this.#packet.bytes <= PACKET_BYTES;
    if (!isInLastPacket) this.#packet = { setOutMs: nowMs, bytes: parcel.sizeBytes };
    const dueMs = isInLastPacket
      ? this.#lastDueMs
      : Math.max(this.#lastDueMs, stallEndMs(nowMs + this.#wayMs(parcel.sizeBytes)));
    this.#lastDueMs = dueMs;
    if (this.#travelling.push({ parcel, dueMs }) === 1) this.#awaitArrival();
  }

  #awaitArrival(): void {
    const [next] = this.#travelling;
    if (next === undefined || this.#isHeld || this.#cancelArrival !== null) return;
    const { clock } = this.#options;
    this.#cancelArrival = clock.after(next.dueMs - clock.nowMs(), () => {
      this.#cancelArrival = null;
      this.#travelling.shift();
      next.parcel.deliver();
      this.#awaitArrival();
    });
  }

  #wayMs(sizeBytes: number): number {
    const { random, conditions } = this.#options;
    const { roundTripMs, jitterMs, lossPercent } = conditions();
    let wayMs = roundTripMs / 2;
    if (jitterMs > 0) wayMs = Math.max(0, wayMs + (random.float() - 0.5) * jitterMs);
    if (lossPercent > 0) {
      const packets = Math.max(1, Math.ceil(sizeBytes / PACKET_BYTES));
      const lost = 1 - (1 - lossPercent / 100) ** packets;
      let resendMs = RESEND_MS + roundTripMs;
      for (let resends = 0; resends < RESENDS_MAX && random.chance(lost); resends++) {
        wayMs += resendMs;
        resendMs *= 2;
      }
    }
    return wayMs;
  }
}
