/**
 * The rules of a game as one room runs them: every hook so that what it throws stays in the room, and those of a tick in their
 * order. With the sync test on, control, advance and step are rehearsed on a copy first.
 */
import type { Difference, Fields, Game, GameError, Row, Seat, SeededRandom, StateStore, ValuesOf } from '@madang/core';
import { isPromise, type RoomPowers, type RulesHost, TickRules } from '@madang/core/netcode';
import type { Logger } from 'pino';
import { avatarsBySeat } from './avatars.ts';
import { runGameCode } from './game-code.ts';
import { type Hook, Rehearsal } from './rehearsal.ts';
import type { Rewind } from './rewind.ts';
import type { TickTimers } from './room-timers.ts';
import type { RoomSeat } from './seat.ts';
import type { Seats } from './seats.ts';

export interface RulePlayOptions {
  readonly roomId: string;
  readonly game: Game;
  readonly state: StateStore;
  readonly random: SeededRandom;
  readonly seats: Seats;
  readonly timers: TickTimers;
  readonly rewind: Rewind;
  /** What rules can do to the room. */
  readonly powers: RoomPowers;
  readonly log: Logger;
  readonly badWrites: 'throw' | 'clamp';
  readonly syncTest: boolean;
  /** Told what a seat plays in the tick at hand, and where its player's screen was. */
  played(seat: RoomSeat, input: ValuesOf<Fields>, viewTick: number | null): void;
  emitted(name: string, payload: ValuesOf<Fields>, to: Seat | undefined, by: number): void;
}

/** What a recording has a seat play. */
export interface ReplayedInput {
  readonly input: ValuesOf<Fields>;
  readonly viewTick: number | null;
}

export class RulePlay {
  /** Where the sync test found the rules to differ from themselves first; null while it has not. */
  unsynced: (Difference & { readonly tick: number }) | null = null;

  /** What people's seats play, in place of their own inputs, where a recording is played again. */
  replayed: ((seat: number) => ReplayedInput) | null = null;

  readonly #options: RulePlayOptions;
  readonly #rules: TickRules;
  readonly #hooks: readonly Hook[];
  readonly #rehearsal: Rehearsal | null;
  /** What each seat plays in the tick at hand, by number - 1; null for one that is free. */
  readonly #inputs: (ValuesOf<Fields> | null)[];
  /** Avatars by seat number: only of worth while they are played. */
  readonly #avatars: (Row<Fields> | undefined)[] = [];
  #tick = 0;

  constructor(options: RulePlayOptions) {
    const { roomId, game, state, random, seats, rewind, powers, badWrites } = options;
    this.#options = options;
    const host: RulesHost = {
      roomId,
      random,
      powers,
      seats: () => seats.seated,
      emitted: (name, payload, to, by) => options.emitted(name, payload, to, by),
      seenBy: (seat, look) => rewind.look(this.#screenOfNumber(seat.number), this.#tick, look),
    };
    this.#rules = new TickRules(game, state, host);
    this.#hooks = this.#hooksOf(this.#rules);
    this.#inputs = new Array<ValuesOf<Fields> | null>(game.seats).fill(null);
    this.#rehearsal = options.syncTest ? new Rehearsal(game, state, host, badWrites) : null;
  }

  /** The tick whose rules run, or ran last. */
  get tick(): number {
    return this.#tick;
  }

  /** The tick whose rules follow. */
  begin(tick: number): void {
    this.#tick = tick;
    this.#rules.begin(tick);
  }

  /** The room as rules see it. */
  get scope(): TickRules['scope'] {
    return this.#rules.scope;
  }

  get moment(): TickRules['moment'] {
    return this.#rules.moment;
  }

  /** Runs game code. Answers null, or what went wrong: logged, and safe to show to a player. */
  run(hook: string, code: () => unknown): GameError | null {
    const { log, roomId } = this.#options;
    return runGameCode(log, { room: roomId, tick: this.#tick, hook }, code);
  }

  /** Runs the timers that are due, up to the first that fails. */
  runTimers(): GameError | null {
    const { game, timers: clocks } = this.#options;
    const { timers = {} } = game;
    for (let name = clocks.takeNext(); name !== null; name = clocks.takeNext()) {
      const timer = timers[name];
      const fault = this.run(`timers.${name}`, () => timer?.(this.scope, this.moment));
      if (fault !== null) return fault;
    }
    return null;
  }

  /** Plays control of each seat, advance and step, up to the first that fails. */
  play(): GameError | null {
    const { seats, random } = this.#options;
    this.#takeInputs();
    const rehearsal = this.unsynced === null ? this.#rehearsal : null;
    rehearsal?.play(this.#tick, random, seats.numbered, (rules) => this.#hooksOf(rules));
    for (const { hook, play } of this.#hooks) {
      const fault = this.run(hook, play);
      if (fault !== null) return fault;
    }
    this.#compareWith(rehearsal);
    return null;
  }

  #takeInputs(): void {
    const { seats, played } = this.#options;
    const { numbered } = seats;
    for (let index = 0; index < numbered.length; index++) {
      const seat = numbered[index] ?? null;
      const input = seat?.isSeated ? this.#inputOf(seat) : null;
      this.#inputs[index] = input;
      if (seat !== null && input !== null) played(seat, input, this.#screenOf(seat));
    }
  }

  #hooksOf(rules: TickRules): readonly Hook[] {
    return [
      { hook: 'control', play: () => this.#playControl(rules) },
      { hook: 'advance', play: () => rules.advance() },
      { hook: 'step', play: () => rules.step() },
    ];
  }

  #playControl(rules: TickRules): unknown {
    const { avatars, seats, control } = this.#options.game;
    if (avatars === undefined || control === undefined) return undefined;
    const rows = avatarsBySeat(rules.state.table(avatars), seats, this.#avatars);
    for (let number = 1; number <= seats; number++) {
      const input = this.#inputs[number - 1] ?? null;
      const avatar = rows[number];
      if (input === null || avatar === undefined) continue;
      const answer = rules.control(number, avatar as Row<Fields>, input);
      if (isPromise(answer)) return answer;
    }
    return undefined;
  }

  #compareWith(rehearsal: Rehearsal | null): void {
    const { roomId, random, log } = this.#options;
    const difference = rehearsal?.difference(random) ?? null;
    if (difference === null) return;
    this.unsynced = { ...difference, tick: this.#tick };
    log.error({ room: roomId, tick: this.#tick, ...difference }, 'sync test: the rules are not deterministic');
  }

  #inputOf(seat: RoomSeat): ValuesOf<Fields> {
    if (this.replayed !== null && !seat.isBot) return this.replayed(seat.number).input;
    return seat.inputs.play(this.#tick);
  }

  #screenOfNumber(number: number): number | null {
    const seat = this.#options.seats.at(number);
    return seat === null ? null : this.#screenOf(seat);
  }

  /** Where a player's screen was when it gave the input that is played now; null where its screen shows the newest state. */
  #screenOf({ stay, number, inputs }: RoomSeat): number | null {
    if (stay.state !== 'occupied') return null;
    return this.replayed === null ? inputs.viewTick : this.replayed(number).viewTick;
  }
}
