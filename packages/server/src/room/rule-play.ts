/**
 * The rules of a game as one room runs them: every hook so that what it throws stays in the room, and those of a tick in their
 * order. With the sync test on, control, advance and step are rehearsed on a copy first.
 *
 * Rules are functions of what they can see. Where they did nothing in a tick, and asked for nothing that passes by itself, they would
 * do nothing in the next one either: a room is still then, and they are not played until something has changed that they can see. See
 * docs/decisions/0029.
 */
import {
  type Difference,
  type Fields,
  type Game,
  type GameError,
  isSameMessage,
  type Row,
  type Seat,
  type SeededRandom,
  type StateStore,
  type ValuesOf,
} from '@madang/core';
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

const NOWHERE = { table: '', row: 0 };

export class RulePlay {
  /** Where the sync test found the rules to differ from themselves first; null while it has not. */
  unsynced: (Difference & { readonly tick: number }) | null = null;

  /** What people's seats play, in place of their own inputs, where a recording is played again. */
  replayed: ((seat: number) => ReplayedInput) | null = null;

  readonly #options: RulePlayOptions;
  readonly #rules: TickRules;
  readonly #hooks: readonly Hook[];
  readonly #rehearsal: Rehearsal | null;
  /** True where control, advance and step did nothing when they were played last, and nothing else that they can see has changed. */
  #isStill = false;
  /** True where no input waits at any seat. */
  #isQuiet = false;
  /**
   * What rules can change beside the state without anybody being told, as it was after a tick in which they wrote nothing and since
   * which nothing has happened; '' after any other.
   */
  #unwritten = '';
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
      powers: watched(powers, () => this.disturb()),
      seats: () => seats.seated,
      emitted: (name, payload, to, by) => {
        this.disturb();
        options.emitted(name, payload, to, by);
      },
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

  /** Something has changed that rules can see beside the state and what seats play. */
  disturb(): void {
    this.#isStill = false;
    this.#unwritten = '';
  }

  /** True where `play` would do nothing. */
  get isIdle(): boolean {
    return this.#isStill && this.#isQuiet && this.#mayRest && this.#touched === null;
  }

  /** False where rules are watched, or follow a recording. */
  get #mayRest(): boolean {
    return this.#rehearsal === null && this.replayed === null;
  }

  /** A seat was given an input. */
  stir(): void {
    this.#isQuiet = false;
  }

  /** Runs game code. Answers null, or what went wrong: logged, and safe to show to a player. */
  run(hook: string, code: () => unknown): GameError | null {
    this.disturb();
    return this.#run(hook, code);
  }

  #run(hook: string, code: () => unknown): GameError | null {
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

  /** Plays control of each seat, advance and step, up to the first that fails; none of them where they would do nothing. */
  play(): GameError | null {
    const { seats, random } = this.#options;
    if (this.isIdle) return null;
    const isStill = this.#takeInputs() && this.#touched === null;
    if (isStill && this.#mayRest) return null;
    const rehearsal = this.unsynced === null ? this.#rehearsal : null;
    rehearsal?.play(this.#tick, random, seats.numbered, (rules) => this.#hooksOf(rules));
    this.#isStill = true;
    this.#rules.passing.isAskedFor = false;
    for (const { hook, play } of this.#hooks) {
      const fault = this.#run(hook, play);
      if (fault === null) continue;
      this.disturb();
      return fault;
    }
    if (this.#rules.passing.isAskedFor || this.#touched !== null) this.disturb();
    this.#isStill = this.#isStill && this.#isUnwrittenSame();
    if (rehearsal === null) return null;
    const difference = rehearsal.difference(random);
    this.#compared(
      difference ?? (isStill && !this.#isStill ? { ...(this.#touched ?? NOWHERE), field: 'still' } : null),
    );
    return null;
  }

  /** What rules have written since it was published last: the first there is, or null. */
  get #touched(): Pick<Difference, 'table' | 'row'> | null {
    for (const part of this.#options.state.parts) {
      if (part.touchedCount > 0) return { table: part.name, row: part.touched[0] ?? 0 };
    }
    return null;
  }

  #isUnwrittenSame(): boolean {
    const { seats, random } = this.#options;
    const before = this.#unwritten;
    this.#unwritten = `${seats.numbered.map((seat) => seat?.team ?? 0)} ${random.state()}`;
    return this.#unwritten === before;
  }

  /** Answers whether every seat plays what it played in the tick before, as far as the room has been still so long. */
  #takeInputs(): boolean {
    const { seats, played, game } = this.#options;
    const { numbered } = seats;
    let isSame = this.#isStill;
    this.#isQuiet = true;
    for (let index = 0; index < numbered.length; index++) {
      const seat = numbered[index] ?? null;
      const input = seat?.isSeated ? this.#inputOf(seat) : null;
      const before = this.#inputs[index] ?? null;
      this.#inputs[index] = input;
      if (isSame && input !== before) {
        isSame = input !== null && before !== null && isSameMessage(game.input, input, before);
      }
      if (seat === null || input === null) continue;
      played(seat, input, this.#screenOf(seat));
      if (seat.inputs.isOnItsWay) this.#isQuiet = false;
    }
    return isSame;
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

  #compared(difference: Difference | null): void {
    const { roomId, log } = this.#options;
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

/** What rules can do to a room, telling of whatever they do, and where they ask for a time that passes by itself. */
function watched(powers: RoomPowers, used: () => void): RoomPowers {
  const telling =
    <A extends readonly unknown[], R>(use: (...args: A) => R) =>
    (...args: A): R => {
      used();
      return use(...args);
    };
  const { timers } = powers;
  return {
    get host() {
      return powers.host;
    },
    get isLocked() {
      return powers.isLocked;
    },
    lock: telling(powers.lock),
    unlock: telling(powers.unlock),
    kick: telling(powers.kick),
    close: telling(powers.close),
    announce: telling(powers.announce),
    report: telling(powers.report),
    timers: {
      start: telling((name: string, afterSeconds: number) => timers.start(name, afterSeconds)),
      stop: telling((name: string) => timers.stop(name)),
      leftSeconds: telling((name: string) => timers.leftSeconds(name)),
    },
  };
}
