/**
 * What viewers were told of a table, state by state, and where between those states a tick is: the one rule by which clients draw
 * others and servers look back for them.
 *
 * A table with `sendEvery` says something new with every n-th sending only. Between those it is not standing still: it is drawn
 * on the way from one to the next, and so the further in the past.
 */
import type { TableStore } from '../state/table-store.ts';
import { type Between, between } from './between.ts';
import { TableHistory } from './table-history.ts';

export class ToldHistory {
  readonly #history: TableHistory;
  readonly #ticksPerSending: number;
  readonly #sendEvery: number;
  /** By how much it is drawn further back than a table that is sent each time. */
  readonly #delayTicks: number;

  /** Remembers what was told in the last `sendings`, at least. */
  constructor(table: TableStore, ticksPerSending: number, sendings: number) {
    this.#ticksPerSending = ticksPerSending;
    this.#sendEvery = table.sendEvery;
    this.#delayTicks = ticksPerSending * (table.sendEvery - 1);
    // Two more: what was before the oldest tick that may be asked for, and the newest; and what is further back by the delay.
    this.#history = new TableHistory(table, Math.ceil(sendings / table.sendEvery) + 3);
  }

  /** The tick of the newest state; null without any. */
  get newestTick(): number | null {
    return this.#history.newest?.tick ?? null;
  }

  /** A state of this tick was told. */
  record(tick: number): void {
    const saidAt = this.#saidAt(tick);
    if (this.#sendEvery === 1 || saidAt !== this.newestTick) this.#history.record(saidAt);
  }

  /** Where a viewer sees the table at a tick; beyond the newest state it goes on for at most `aheadTicks`. */
  at(tick: number, aheadTicks: number): Between | null {
    const intervalTicks = this.#ticksPerSending * this.#sendEvery;
    return between(this.#history, tick - this.#delayTicks, intervalTicks, aheadTicks);
  }

  forgetAll(): void {
    this.#history.forgetAll();
  }

  /** The sending that spoke of this table last: every n-th, counted from the room's first, which is that of tick 0. */
  #saidAt(tick: number): number {
    const sendings = Math.floor(tick / this.#ticksPerSending) + 1;
    const last = Math.floor(sendings / this.#sendEvery) * this.#sendEvery;
    return this.#sendEvery === 1 ? tick : (last - 1) * this.#ticksPerSending;
  }
}
