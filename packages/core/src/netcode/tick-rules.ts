/**
 * The rules of one tick over a state: `control`, `advance`, `step`. The server plays them, its sync test plays them again, and a
 * client that predicts plays them ahead: all three through here, so that they cannot differ.
 */

import { GameError } from '../errors.ts';
import type { SeededRandom } from '../random.ts';
import type { Fields, ValuesOf } from '../schema/field.ts';
import type { AdvanceMoment, ControlMoment, Game, Messages, RoomScope, Seat, StepMoment } from '../schema/game.ts';
import { parseMessage } from '../schema/message.ts';
import type { Row, StateSchema } from '../schema/state-schema.ts';
import type { StateStore } from '../state/state-store.ts';

/** What rules can do to the room itself. Its members are read through the scope, so they may not look at `this`. */
export type RoomPowers = Pick<
  RoomScope<StateSchema, Messages>,
  'host' | 'isLocked' | 'lock' | 'unlock' | 'kick' | 'close' | 'announce' | 'report' | 'timers'
>;

/** Of a room that is only played ahead, or by oneself: there is nobody to be kept out and nothing to be ended. */
export const NO_POWERS: RoomPowers = {
  host: null,
  isLocked: false,
  lock() {},
  unlock() {},
  kick() {},
  close() {},
  announce() {},
  report() {},
  timers: { start() {}, stop() {}, leftSeconds: () => null },
};

/** What rules reach beside their state. */
export interface RulesHost {
  readonly powers: RoomPowers;
  readonly roomId: string;
  readonly random: SeededRandom;
  seats(): readonly Seat[];
  /** `by` is the number of the seat whose `control` emits, 0 elsewhere. The payload was checked. */
  emitted(name: string, payload: ValuesOf<Fields>, to: Seat | undefined, by: number): void;
  seenBy: StepMoment<StateSchema>['seenBy'];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What differs from tick to tick though nothing happens. */
interface Passing {
  tick: number;
  random: SeededRandom;
  /** True once rules have asked for any of it, or for the past. Whoever wants to know of a tick sets it to false before. */
  isAskedFor: boolean;
}

export class TickRules {
  /** The room as rules see it. */
  readonly scope: RoomScope<StateSchema, Messages>;
  /** The moment of every rule but `control` and `advance`. Its tick moves on with `begin`. */
  readonly moment: Readonly<StepMoment<StateSchema>>;
  readonly state: StateStore;
  /** Rules see it through their moments. */
  readonly passing: Passing;

  readonly #game: Game;
  readonly #control: Mutable<ControlMoment<StateSchema>>;
  readonly #advance: AdvanceMoment<StateSchema>;
  readonly #advanced: readonly (readonly [string, (row: Row<Fields>, moment: AdvanceMoment<StateSchema>) => unknown])[];

  constructor(game: Game, state: StateStore, host: RulesHost) {
    this.#game = game;
    this.state = state;
    const emit = (name: string, payload: unknown, to: Seat | undefined, by: number): void => {
      const fields = Object.hasOwn(game.events, name) ? game.events[name] : undefined;
      if (fields === undefined) {
        throw new GameError('BAD_EVENT', 'This game has no event of that name.', { field: '', reason: 'unknown' });
      }
      host.emitted(name, parseMessage(fields, payload, 'BAD_EVENT'), to, by);
    };
    const own: Pick<RoomScope<StateSchema, Messages>, 'id' | 'state' | 'emit'> = {
      id: host.roomId,
      state: state.view,
      emit: (name, payload, to) => emit(name, payload, to, 0),
    };
    const seats = { get: () => host.seats() };
    this.scope = Object.assign(Object.create(host.powers, { seats }), own);
    const dt = 1 / game.tickRateHz;
    const passing = { tick: 0, random: host.random, isAskedFor: false };
    const ask = (): Passing => {
      passing.isAskedFor = true;
      return passing;
    };
    this.passing = passing;
    this.moment = {
      get tick() {
        return ask().tick;
      },
      dt,
      get random() {
        return ask().random;
      },
      seenBy(seat, look) {
        ask();
        return host.seenBy(seat, look);
      },
    };
    this.#control = {
      get tick() {
        return ask().tick;
      },
      dt,
      state: state.view,
      seat: 0,
      spawn: (table, start) => state.table(table).add(start, { owner: { number: this.#control.seat } }) as never,
      emit: (name, payload) => emit(name, payload, undefined, this.#control.seat),
    };
    this.#advance = {
      get tick() {
        return ask().tick;
      },
      dt,
      state: state.view,
    };
    this.#advanced = Object.entries(game.advance ?? {}) as never;
  }

  /** The tick whose rules follow, and their chance where it is another than the host's. */
  begin(tick: number, random = this.passing.random): void {
    this.passing.tick = tick;
    this.passing.random = random;
  }

  /** One seat's avatar. Answers what the rule did: a promise is for the caller to refuse. */
  control(seat: number, avatar: Row<Fields>, input: ValuesOf<Fields>): unknown {
    this.#control.seat = seat;
    return this.#game.control?.(avatar as never, input, this.#control);
  }

  /** All rows that go on by themselves, or only those of one owner. Answers a promise where a rule did, and stops there. */
  advance(owner: number | null = null): unknown {
    for (const [name, run] of this.#advanced) {
      for (const row of this.state.table(name)) {
        if (owner !== null && row.owner !== owner) continue;
        const answer = run(row, this.#advance);
        if (isPromise(answer)) return answer;
      }
    }
    return undefined;
  }

  step(): unknown {
    return this.#game.step?.(this.scope, this.moment);
  }
}

/** True for what a rule may not answer: rules that wait would run outside their tick. */
export function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function';
}
