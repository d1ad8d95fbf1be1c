/**
 * The sync test: each tick's rules are played on a copy of the state first, with the same chance and the same inputs, and must
 * come to the same. What they do not is not deterministic: it would drift on clients that predict and in replays. For
 * development and tests; it costs a second tick and a copy of the state.
 *
 * Source: the sync test of GGPO and Photon Quantum, which roll back and replay each frame.
 */
import {
  createState,
  type Difference,
  firstDifference,
  type Game,
  type SeededRandom,
  type StateStore,
  seededRandom,
} from '@madang/core';
import { isPromise, NO_POWERS, type RulesHost, TickRules } from '@madang/core/netcode';
import type { RoomSeat } from './seat.ts';

/** Rules of a tick that are run, and fail, together. */
export interface Hook {
  readonly hook: string;
  /** Answers what the rules did: a promise is for the caller to refuse. */
  play(): unknown;
}

export class Rehearsal {
  readonly #real: StateStore;
  readonly #copy: StateStore;
  readonly #rules: TickRules;
  #random: SeededRandom | null = null;
  #hasThrown = false;

  constructor(game: Game, real: StateStore, host: RulesHost, badWrites: 'throw' | 'clamp') {
    this.#real = real;
    this.#copy = createState(game.state, { badWrites });
    // Nothing that happens here is told to anybody, and nothing is done to the room.
    const { lock, unlock, kick, close, announce, report } = NO_POWERS;
    const timers = { ...NO_POWERS.timers, leftSeconds: (name: string) => host.powers.timers.leftSeconds(name) };
    const powers = Object.assign(Object.create(host.powers), { lock, unlock, kick, close, announce, report, timers });
    this.#rules = new TickRules(game, this.#copy, { ...host, powers, emitted: () => {} });
  }

  /** Plays a tick's rules on a copy of the real state. What they throw, the real ones throw too. */
  play(
    tick: number,
    random: SeededRandom,
    seats: readonly (RoomSeat | null)[],
    hooksOf: (rules: TickRules) => readonly Hook[],
  ): void {
    this.#copy.copyFrom(this.#real);
    this.#random = seededRandom(random.state());
    this.#rules.begin(tick, this.#random);
    const teams = seats.map((seat) => seat?.team ?? 0);
    this.#hasThrown = false;
    try {
      for (const { play } of hooksOf(this.#rules)) {
        const answer = play();
        if (!isPromise(answer)) continue;
        // As in the real tick, which is refused for it: nobody awaits it, and nothing follows.
        answer.then(undefined, () => {});
        break;
      }
    } catch {
      // The real tick is judged, not its rehearsal.
      this.#hasThrown = true;
    }
    seats.forEach((seat, index) => {
      if (seat !== null) seat.team = teams[index] ?? 0;
    });
  }

  /**
   * After a real tick that did not throw: where the two differ first, or null. Chance that was drawn differently is
   * field `random` of no table, and what only the rehearsal threw is field `error`. (`RulePlay` adds `still`.)
   */
  difference(random: SeededRandom): Difference | null {
    const found = firstDifference(this.#real, this.#copy);
    if (found !== null) return found;
    if (this.#hasThrown) return { table: '', row: 0, field: 'error' };
    const isSame = String(this.#random?.state()) === String(random.state());
    return isSame ? null : { table: '', row: 0, field: 'random' };
  }
}
