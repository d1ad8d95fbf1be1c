/**
 * One table of what is played ahead: the last two ticks that were played of it, which of its rows are drawn from
 * there, and by how much they are drawn beside where they are, while a correction fades.
 */
import type { TableStore } from '@madang/core';
import { type Ahead, type Between, between, presentOf, type TableAt, TableHistory } from '@madang/core/netcode';

/** How fast what is drawn goes to where it should be: after this time, a third of an error is left. */
const ERROR_FADE_MS = 60;

/** Errors below this part of a step, or of a unit where there are no steps, are gone. */
const ERROR_GONE_STEPS = 0.05;
const ERROR_GONE_UNITS = 1e-6;

/** More rows than one tick spawns into a table. */
const SPAWNS_MAX = 65_536;

/**
 * Which rows are drawn from here: all, the player's own that rules move ahead, its avatar, or only what it spawned
 * itself.
 */
export type Moved = 'all' | 'advanced' | 'avatar' | 'none';

export interface AheadTableOptions {
  /** Played ahead. */
  readonly table: TableStore;
  /** As the server told it. */
  readonly confirmed: TableStore;
  readonly drawn: TableAt;
  readonly seat: number;
  readonly moved: Moved;
}

export class AheadTable implements Ahead {
  readonly #options: AheadTableOptions;
  /** Of all rows, or of the player's own only. */
  readonly #history: TableHistory;
  /** By place: 1 where what is drawn is drawn from here, be it a row or that there is none any more. */
  readonly #isMine: Uint8Array;
  #markedHighest = 0;
  /** Up to here others are drawn. */
  #pastHighest = 0;
  #isSpawnedInto = false;
  #at: Between | null = null;
  /** By place, per column, what is added to what is drawn. */
  readonly #errors = new Map<number, { readonly id: number; readonly values: Float64Array }>();
  /** By place: which spawn of which tick put its row there. Of rows that the server does not know. */
  readonly #spawns = new Map<number, number>();
  /**
   * Rows as they were drawn before the news, in the order of their places; the numbers of one row after those of
   * another.
   */
  readonly #noted = { count: 0, ids: [] as number[], spawns: [] as number[], numbers: [] as number[] };

  constructor(options: AheadTableOptions) {
    this.#options = options;
    this.#history = new TableHistory(options.table, 2);
    this.#isMine = new Uint8Array(options.table.maxRows + 1);
  }

  get at(): Between {
    if (this.#at === null) throw new RangeError('nothing of this table is drawn ahead');
    return this.#at;
  }

  has(place: number): boolean {
    return this.#options.moved === 'all' || this.#isMine[place] === 1;
  }

  errorAt(place: number, column: number): number {
    if (this.#errors.size === 0) return 0;
    const errors = this.#errors.get(place);
    // Another row may have taken its place.
    return errors === undefined || errors.id !== presentOf(this.at).ids[place] ? 0 : (errors.values[column] ?? 0);
  }

  /** How much of past errors is still drawn, in steps of the field that is furthest off. */
  get visibleErrorSteps(): number {
    const { drawn } = this.#options;
    let most = 0;
    for (const { values } of this.#errors.values()) {
      for (let column = 0; column < values.length; column++) {
        const step = drawn.columns[column]?.step ?? 0;
        if (step > 0) most = Math.max(most, Math.abs(values[column] ?? 0) / step);
      }
    }
    return most;
  }

  /** A tick was played: notes which rows it spawned. */
  played(tick: number): void {
    const { table } = this.#options;
    let spawned = 0;
    for (let i = 0; table.hasStructuralChanges && i < table.touchedCount; i++) {
      const place = table.touched[i] ?? 0;
      // The highest bit marks what came or went.
      const isSpawned = (table.dirty[place] ?? 0) < 0 && table.alive[place] === 1;
      if (isSpawned) this.#spawns.set(place, tick * SPAWNS_MAX + spawned++);
    }
    table.unmark();
  }

  /** Remembers the table as it was played up to this tick. What was played of later ticks is void. */
  record(tick: number): void {
    const { table, seat, moved } = this.#options;
    if (moved === 'none' && !this.#hasOwn()) return this.#history.forgetAll();
    this.#history.record(tick, 'data');
    const moment = this.#history.newest;
    if (moved === 'all' || moment === undefined) return;
    const owners = moment.columns[table.ownerColumn];
    for (let place = 1; place <= moment.highest; place++) if (owners?.[place] !== seat) moment.ids[place] = 0;
  }

  /** As `record`, of what is confirmed: what was played up to there and is not in it never was. */
  recordConfirmed(tick: number): void {
    this.#spawns.clear();
    const { table, confirmed } = this.#options;
    table.addAbove = Math.max(confirmed.highest, this.#pastHighest);
    this.record(tick);
    const { moments, newest } = this.#history;
    if (newest === undefined) return;
    for (const { ids, highest } of moments) {
      for (let place = 1; place <= highest; place++) if (ids[place] !== newest.ids[place]) ids[place] = 0;
    }
  }

  forget(): void {
    this.#history.forgetAll();
    this.#errors.clear();
  }

  /** Aims at a tick, beside what is drawn of the past. False where nothing of this table is drawn from here. */
  aim(tick: number, past: Between | null): boolean {
    this.#at = between(this.#history, tick, 1, 0);
    this.#pastHighest = past === null ? 0 : Math.max(past.from.highest, past.to.highest);
    if (this.#at === null) return false;
    if (this.#options.moved !== 'all') this.#mark(this.#at, past);
    return true;
  }

  /** Notes where rows are drawn at this tick: `smooth` goes on from there. */
  note(tick: number): void {
    const noted = this.#noted;
    noted.count = 0;
    const at = between(this.#history, tick, 1, 0);
    if (at === null) return;
    const { columns } = this.#options.drawn;
    const present = presentOf(at);
    for (let place = 1; place <= present.highest; place++) {
      const id = present.ids[place] ?? 0;
      if (id === 0 || !this.has(place)) continue;
      const start = noted.count * columns.length;
      noted.ids[noted.count] = id;
      noted.spawns[noted.count] = this.#spawns.get(place) ?? 0;
      noted.count++;
      const errors = this.#errorsOf(place, id);
      for (let column = 0; column < columns.length; column++) {
        noted.numbers[start + column] = this.#numberAt(at, place, id, column) + (errors?.[column] ?? 0);
      }
    }
  }

  /** What was drawn stays where it was noted for now: the difference becomes an error that fades. */
  smooth(tick: number): void {
    const at = between(this.#history, tick, 1, 0);
    if (at === null || this.#noted.count === 0) return;
    const { columns } = this.#options.drawn;
    const present = presentOf(at);
    let next = 0;
    for (let place = 1; place <= present.highest; place++) {
      const id = present.ids[place] ?? 0;
      if (id === 0) continue;
      while (next < this.#noted.count && ((this.#noted.ids[next] ?? 0) & 0xffff) < place) next++;
      const index = this.#notedAs(place, id, next);
      let values = index < 0 ? null : this.#errorsOf(place, id);
      let isAny = false;
      for (let column = 0; index >= 0 && column < columns.length; column++) {
        const before = this.#noted.numbers[index * columns.length + column] ?? 0;
        const error = this.#errorBetween(column, this.#numberAt(at, place, id, column), before);
        if (error !== 0) {
          isAny = true;
          values ??= this.#newErrors(place, id);
        }
        if (values !== null) values[column] = error;
      }
      if (!isAny) this.#errors.delete(place);
    }
  }

  /** Lets errors fade. */
  fade(elapsedMs: number): void {
    if (this.#errors.size === 0) return;
    const left = Math.exp(-elapsedMs / ERROR_FADE_MS);
    for (const [place, { values }] of this.#errors) {
      let isAny = false;
      for (let column = 0; column < values.length; column++) {
        const error = (values[column] ?? 0) * left;
        values[column] = error;
        if (Math.abs(error) > this.#goneBelow(column)) isAny = true;
      }
      if (!isAny) this.#errors.delete(place);
    }
  }

  #mark(at: Between, past: Between | null): void {
    const { table, confirmed, seat, moved } = this.#options;
    const isMine = this.#isMine;
    isMine.fill(0, 0, this.#markedHighest + 1);
    const present = presentOf(at);
    const shown = past === null ? null : presentOf(past);
    this.#markedHighest = Math.max(present.highest, shown?.highest ?? 0);
    // A seat's avatar is the first of its rows.
    let isAvatar = moved === 'avatar';
    for (let place = 1; place <= present.highest; place++) {
      const id = present.ids[place] ?? 0;
      if (id === 0) continue;
      // What was spawned here stays until the others' time has come to it.
      if (confirmed.placeOf(id) !== place) this.#isSpawnedInto = true;
      const isNew = this.#isSpawnedInto && shown?.ids[place] !== id;
      if (moved === 'advanced' || isAvatar || isNew) isMine[place] = 1;
      isAvatar = false;
    }
    if (shown === null || moved === 'none') return;
    // What is gone in the player's own time is not drawn once more in the others'.
    const owners = shown.columns[table.ownerColumn];
    for (let place = 1; place <= shown.highest; place++) {
      const id = shown.ids[place] ?? 0;
      if (id !== 0 && owners?.[place] === seat && table.placeOf(id) !== place) isMine[place] = 1;
    }
  }

  #hasOwn(): boolean {
    const { table, seat } = this.#options;
    const owners = table.columns[table.ownerColumn]?.data;
    for (let place = 1; place <= table.highest; place++) {
      if (owners?.[place] === seat && table.alive[place] === 1) return true;
    }
    return false;
  }

  /** Which of the noted rows this one is, -1 for none; `next` is the first that is not in a place before. */
  #notedAs(place: number, id: number, next: number): number {
    const { ids, spawns, count } = this.#noted;
    const spawn = this.#spawns.get(place);
    // The place of what was spawned here changes when the server gives its own to what was spawned before.
    if (spawn !== undefined) {
      for (let index = 0; index < count; index++) if (spawns[index] === spawn) return index;
      return -1;
    }
    // What was spawned here kept clear of the places that the server gives: one of the same name is another row.
    return next < count && ids[next] === id && spawns[next] === 0 ? next : -1;
  }

  #numberAt(at: Between, place: number, id: number, index: number): number {
    const { drawn } = this.#options;
    const column = drawn.columns[index];
    if (column === undefined || !column.isContinuous) return 0;
    return column.numberAt(at, place, at.from.ids[place] === id, at.to.ids[place] === id, drawn.secondsOf(at));
  }

  /** How far beside `is` a column is to be drawn so that it looks as `before`; 0 where it jumps. */
  #errorBetween(column: number, is: number, before: number): number {
    const drawn = this.#options.drawn.columns[column];
    const error = drawn?.difference(is, before) ?? null;
    if (drawn === undefined || error === null || Math.abs(error) > drawn.jumpAbove) return 0;
    return Math.abs(error) > this.#goneBelow(column) ? error : 0;
  }

  #goneBelow(column: number): number {
    const step = this.#options.drawn.columns[column]?.step ?? 0;
    return step === 0 ? ERROR_GONE_UNITS : ERROR_GONE_STEPS * step;
  }

  #errorsOf(place: number, id: number): Float64Array | null {
    const known = this.#errors.get(place);
    return known?.id === id ? known.values : null;
  }

  #newErrors(place: number, id: number): Float64Array {
    const values = new Float64Array(this.#options.drawn.columns.length);
    this.#errors.set(place, { id, values });
    return values;
  }
}
