/**
 * What a player's screen shows: its own rows where it plays, ahead of the server; all others between two states, a
 * little in the past; records and grids as they were told last. It remembers states from the first time it is asked
 * for.
 */
import type { SeenStateOf, StateMirror, StateSchema } from '@madang/core';
import { TableAt, ToldHistory } from '@madang/core/netcode';
import type { Prediction } from './prediction.ts';

/** How long others go on as they went when nothing newer is here. */
const EXTRAPOLATED_MS = 100;

/** How much of the past is remembered: as far back as others may be drawn. */
const REMEMBERED_MS = 1_200;

interface DrawnTable {
  readonly history: ToldHistory;
  readonly at: TableAt;
}

export class Drawing<S extends StateSchema> {
  readonly view: SeenStateOf<S>;
  /** By part of the schema; null for what is no table. */
  readonly tables: readonly (TableAt | null)[];
  readonly #drawn: readonly (DrawnTable | null)[];
  readonly #extrapolatedTicks: number;
  #prediction: Prediction | null = null;

  constructor(mirror: StateMirror<S>, tickRateHz: number, ticksPerSending: number) {
    const { store } = mirror;
    this.#extrapolatedTicks = (EXTRAPOLATED_MS * tickRateHz) / 1000;
    const sendings = Math.ceil((REMEMBERED_MS * tickRateHz) / 1000 / ticksPerSending);
    this.#drawn = store.parts.map((part) => {
      if (part.type !== 'table' || part.isRecord) return null;
      return {
        history: new ToldHistory(part, ticksPerSending, sendings),
        at: new TableAt(part, tickRateHz, false),
      };
    });
    this.tables = this.#drawn.map((one) => one?.at ?? null);
    const view: Record<string, unknown> = {};
    store.parts.forEach((part, index) => {
      const table = this.tables[index] ?? null;
      const drawnPart = (): unknown => (this.#prediction?.world ?? store.view)[part.name];
      Object.defineProperty(
        view,
        part.name,
        table === null ? { get: drawnPart, enumerable: true } : { value: table, enumerable: true },
      );
    });
    this.view = view as SeenStateOf<S>;
  }

  /** From now on the player's own rows come from here. */
  predict(prediction: Prediction): void {
    this.#prediction = prediction;
  }

  /** Remembers the state as it was told. */
  record(tick: number): void {
    for (const drawn of this.#drawn) drawn?.history.record(tick);
  }

  /** What was remembered has nothing to do with what comes: nothing is drawn on the way between the two. */
  forget(): void {
    for (const drawn of this.#drawn) drawn?.history.forgetAll();
  }

  /** Aims at a moment of the others and one of the player's own. */
  aim(viewedTick: number, playedTick: number): void {
    this.#drawn.forEach((drawn, index) => {
      if (drawn === null) return;
      const past = drawn.history.at(viewedTick, this.#extrapolatedTicks);
      const ahead = this.#prediction?.aheadOf(index, playedTick, past) ?? null;
      drawn.at.aim(past, ahead);
    });
  }
}
