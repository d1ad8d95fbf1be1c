/**
 * What is played ahead of the server: a copy of the confirmed state, and on it the game's own rules with this player's
 * own inputs, tick by tick up to now. Each new state is copied over, by columns, and what the server has not seen yet
 * is played again on top.
 *
 * A correction is a confirmed avatar that differs, in a column that `control` has written, from what was predicted for
 * that very tick. What is drawn does not jump then: the difference is added to what is drawn and fades.
 *
 * Source: Gambetta, "Client-Side Prediction and Server Reconciliation"; Fiedler, "Networked Physics" (error smoothing).
 */
import {
  createState,
  type Fields,
  type Game,
  type LateInput,
  type Row,
  type Seat,
  type StateStore,
  seededRandom,
  type TableStore,
  type ValuesOf,
} from '@madang/core';
import { type Ahead, type Between, type InputTimeline, NO_POWERS, type TableAt, TickRules } from '@madang/core/netcode';
import { AheadTable, type Moved } from './ahead-table.ts';
import { PredictedEvents } from './predicted-events.ts';

/**
 * Ticks that are played again at most: a second of the fastest games. A state may be older than that where nothing
 * changed since; what is left out would have changed nothing either.
 */
const REPLAYED_TICKS_MAX = 128;

export interface PredictionOptions {
  readonly game: Game;
  readonly seat: number;
  readonly roomId: string;
  readonly confirmed: StateStore;
  readonly inputs: InputTimeline<ValuesOf<Fields>>;
  /** One for each table, in schema order; null for what is none. */
  readonly drawn: readonly (TableAt | null)[];
  /** The server did not confirm an event that was told. */
  rejected(name: string, payload: ValuesOf<Fields>): void;
}

/** An avatar's raw values at a tick, as they were predicted. */
interface Predicted {
  tick: number;
  id: number;
  readonly values: unknown[];
}

/** An event that a rule emitted ahead of the server. */
export interface Emitted {
  readonly name: string;
  readonly payload: ValuesOf<Fields>;
  readonly tick: number;
}

export class Prediction {
  corrections = 0;
  /** How far off the last corrected avatar was, in steps of the field that was furthest off. */
  errorSteps = 0;

  readonly #options: PredictionOptions;
  readonly #store: StateStore;
  readonly #rules: TickRules;
  readonly #events = new PredictedEvents();
  /** In schema order; null for what is no table. */
  readonly #tables: readonly (AheadTable | null)[];
  readonly #isWorld: boolean;
  readonly #avatars: TableStore;
  readonly #confirmedAvatars: TableStore;
  /** By tick modulo its length. */
  readonly #predicted: (Predicted | undefined)[] = [];
  /** Columns of the avatar that `control` has ever written, and that this client is told. */
  #controlled = 0;
  /** Of the tick that is played: how many events of each name it has emitted. */
  readonly #ordinals = new Map<string, number>();
  #emitted: Emitted[] = [];
  /** The tick that was played last; null where what was played has nothing to do with what comes. */
  #tick: number | null = null;
  /** The furthest tick that was played: what comes after it is played for the first time. */
  #furthest = 0;
  #confirmedTick = 0;
  /** There is news that was not played on yet. */
  #isBehind = true;

  constructor(options: PredictionOptions) {
    const { game, confirmed, drawn, seat, roomId } = options;
    this.#options = options;
    this.#isWorld = game.predict === 'world';
    this.#store = createState(game.state, { badWrites: 'clamp' });
    this.#store.copyFrom(confirmed);
    const avatars = game.avatars ?? '';
    this.#avatars = this.#store.table(avatars);
    this.#confirmedAvatars = confirmed.table(avatars);
    this.#rules = new TickRules(game, this.#store, {
      roomId,
      powers: NO_POWERS,
      random: seededRandom(seat),
      seats: () => this.#seats(),
      emitted: (name, payload, to, by) => this.#emit(name, payload, to, by),
      // Games that predict their world remember no past.
      seenBy: (_seat, look) => look({} as never, this.#tick ?? 0),
    });
    this.#tables = confirmed.parts.map((part, index) => {
      const at = drawn[index] ?? null;
      if (part.type !== 'table' || at === null) return null;
      const table = this.#store.table(part.name);
      return new AheadTable({ table, confirmed: part, drawn: at, seat, moved: movedOf(game, part.name) });
    });
  }

  /** What is drawn of records and grids where the whole world is predicted; null elsewhere. */
  get world(): Readonly<Record<string, unknown>> | null {
    return this.#isWorld ? this.#store.view : null;
  }

  /** How much of past errors is still drawn, in steps of the field that is furthest off. */
  get visibleErrorSteps(): number {
    let most = 0;
    for (const table of this.#tables) most = Math.max(most, table?.visibleErrorSteps ?? 0);
    return most;
  }

  /** A new state is confirmed: compares it with what was predicted for its tick. */
  confirmed(tick: number): void {
    // The events of a tick follow its state.
    this.heard(this.#confirmedTick);
    this.#confirmedTick = tick;
    this.#isBehind = true;
    const predicted = this.#predicted[tick % REPLAYED_TICKS_MAX];
    if (predicted?.tick === tick) this.#compare(predicted);
  }

  /** All events up to this tick are here: those that were told and are not among them did not happen. */
  heard(tick: number): void {
    for (const { name, payload } of this.#events.rejectUpTo(tick)) this.#options.rejected(name, payload);
  }

  /** The server says which tick an input was applied at; the timeline of inputs knows it already. */
  corrected(late: LateInput): void {
    this.#events.correct(late);
    this.#isBehind = true;
  }

  /** True where the server's event was told ahead of it. */
  confirmEvent(tick: number, name: string, ordinal: number): boolean {
    return this.#events.confirm(tick, name, ordinal);
  }

  /**
   * Nobody knows what went by meanwhile: the next frame begins with what is confirmed, without a way from what was
   * drawn.
   */
  restart(): void {
    this.#tick = null;
    this.#furthest = 0;
    this.#isBehind = true;
    for (const table of this.#tables) table?.forget();
  }

  /** Plays up to now, and lets errors fade. Answers the events that rules emitted ahead of the server, each once. */
  frame(playedTick: number, elapsedMs: number): readonly Emitted[] {
    const tick = Math.floor(playedTick);
    if (this.#tick !== null && tick - this.#tick > REPLAYED_TICKS_MAX) this.restart();
    for (const table of this.#tables) table?.fade(elapsedMs);
    if (this.#isBehind) this.#reconcile(tick, drawnTick(playedTick));
    else this.#playTo(tick);
    const emitted = this.#emitted;
    if (emitted.length > 0) this.#emitted = [];
    return emitted;
  }

  /** What a table draws from here, where the others are at `past`; null where nothing of it is predicted. */
  aheadOf(index: number, playedTick: number, past: Between | null): Ahead | null {
    const table = this.#tables[index] ?? null;
    return table?.aim(drawnTick(playedTick), past) ? table : null;
  }

  #compare({ id, values }: Predicted): void {
    const avatars = this.#confirmedAvatars;
    const place = avatars.placeOf(id);
    if (place === 0) return;
    let worst = 0;
    let isWrong = false;
    for (let index = 0; index < avatars.columns.length; index++) {
      const column = avatars.columns[index];
      if (column === undefined || (this.#controlled & (1 << index)) === 0) continue;
      const was = column.data[place];
      const isSame = column.store === 'boxed' ? column.codec.isSame(was, values[index]) : was === values[index];
      if (isSame) continue;
      isWrong = true;
      if (column.store === 'int') worst = Math.max(worst, Math.abs(Number(was) - Number(values[index])));
    }
    if (!isWrong) return;
    this.corrections++;
    this.errorSteps = worst;
  }

  #reconcile(tick: number, drawn: number): void {
    const isFirst = this.#tick === null;
    if (!isFirst) {
      // As it would be drawn now without the news.
      this.#playTo(tick);
      for (const table of this.#tables) table?.note(drawn);
    }
    this.#isBehind = false;
    this.#store.copyFrom(this.#options.confirmed);
    const from = Math.max(this.#confirmedTick, tick - REPLAYED_TICKS_MAX);
    this.#tick = from;
    this.#options.inputs.settle(from);
    for (const table of this.#tables) table?.recordConfirmed(from);
    this.#playTo(tick);
    if (!isFirst) for (const table of this.#tables) table?.smooth(drawn);
  }

  #playTo(last: number): void {
    let tick = this.#tick ?? last;
    while (tick < last) {
      this.#tick = ++tick;
      this.#play(tick);
      // What is drawn is between the last two.
      if (tick >= last - 1) for (const table of this.#tables) table?.record(tick);
    }
    this.#furthest = Math.max(this.#furthest, tick);
  }

  #play(tick: number): void {
    const { seat, inputs, game } = this.#options;
    this.#ordinals.clear();
    // The same chance for a tick however often it is played.
    this.#rules.begin(tick, this.#isWorld ? seededRandom(tick) : undefined);
    const avatar = this.#avatars.ownedBy({ number: seat });
    try {
      if (avatar !== undefined) this.#control(avatar as Row<Fields>, inputs.at(tick));
      this.#rules.advance(this.#isWorld ? null : seat);
      if (this.#isWorld) this.#rules.step();
    } catch {
      // A rule that fails here fails on the server, which says so; what it had written so far is what is drawn.
    }
    for (const table of this.#tables) table?.played(tick);
    if (game.control !== undefined && avatar !== undefined) this.#notePredicted(tick, avatar.id);
  }

  /** Marks are taken off after each tick, so that they say here what `control` writes. */
  #control(avatar: Row<Fields>, input: ValuesOf<Fields>): void {
    const avatars = this.#avatars;
    this.#rules.control(this.#options.seat, avatar, input);
    this.#controlled |= (avatars.dirty[avatar.id & 0xffff] ?? 0) & avatars.allMask & ~hiddenOf(avatars);
  }

  #notePredicted(tick: number, id: number): void {
    const { columns } = this.#avatars;
    const index = tick % REPLAYED_TICKS_MAX;
    let predicted = this.#predicted[index];
    if (predicted === undefined) {
      predicted = { tick, id, values: new Array<unknown>(columns.length) };
      this.#predicted[index] = predicted;
    }
    predicted.tick = tick;
    predicted.id = id;
    for (let column = 0; column < columns.length; column++) {
      predicted.values[column] = columns[column]?.data[id & 0xffff];
    }
  }

  #emit(name: string, payload: ValuesOf<Fields>, to: Seat | undefined, by: number): void {
    const { seat } = this.#options;
    if ((to !== undefined && to.number !== seat) || (by !== seat && !this.#isWorld)) return;
    const tick = this.#tick ?? 0;
    const ordinal = this.#ordinals.get(name) ?? 0;
    this.#ordinals.set(name, ordinal + 1);
    // What the server has played already it tells itself.
    if (tick <= this.#confirmedTick) return;
    const isReplay = tick <= this.#furthest;
    if (this.#events.emit(tick, name, ordinal, payload, isReplay)) this.#emitted.push({ name, payload, tick });
  }

  /** Seats as far as a client knows them: the owners of avatars. */
  #seats(): readonly Seat[] {
    const numbers = new Set<number>();
    for (const avatar of this.#avatars) if (avatar.owner !== 0) numbers.add(avatar.owner);
    return [...numbers].map((number) => ({
      number,
      name: '',
      isBot: false,
      isDropped: false,
      user: null,
      rating: null,
      team: 0,
    }));
  }
}

/** What is drawn is on its way to the tick that is played. */
function drawnTick(playedTick: number): number {
  return playedTick - 1;
}

function movedOf(game: Game, table: string): Moved {
  if (game.predict === 'world') return 'all';
  if (Object.hasOwn(game.advance ?? {}, table)) return 'advanced';
  return table === game.avatars ? 'avatar' : 'none';
}

/** Columns that no client is told. */
function hiddenOf({ allMask, sharedMask, privateMask }: TableStore): number {
  return allMask & ~(sharedMask | privateMask);
}
