/**
 * What one player asks for, tick by tick, and how it arrives: the input that is held, inputs addressed to ticks to come, words
 * pressed for one tick, and the report to the client of how early its inputs come.
 */
import { type Fields, type InputReport, LATE_MAX, type LateInput, type TimedInput, type ValuesOf } from '@madang/core';
import { INPUTS_AHEAD_MAX, InputTimeline } from '@madang/core/netcode';
import { SeatScreen } from './seat-screen.ts';

/** Words pressed and not yet played; more would be play from the past. */
const PRESSED_MAX = 16;

/** Reports a client gets as soon as there is something to report, so that it finds its time quickly. */
const EAGER_REPORTS = 20;

/** Time between reports after that, unless an input was late. */
const REPORT_PERIOD_MS = 200;

/** An input as it came. A class and not a literal: see decision 30. */
class Held {
  readonly input: ValuesOf<Fields>;
  /** The tick it was addressed to; 0 where it was to none. */
  readonly tick: number;
  /** The tick of the others that its player saw then; null where nothing is known. */
  readonly viewTick: number | null;

  constructor(input: ValuesOf<Fields>, tick = 0, viewTick: number | null = null) {
    this.input = input;
    this.tick = tick;
    this.viewTick = viewTick;
  }
}

export interface SeatInputsOptions {
  /** What nobody's hand asks for. */
  readonly neutral: ValuesOf<Fields>;
  readonly tickRateHz: number;
  readonly ticksPerSending: number;
  /** True where rules may look at what players saw. */
  readonly mayLookBack: boolean;
}

export class SeatInputs {
  readonly #options: SeatInputsOptions;
  readonly #timeline: InputTimeline<Held>;
  readonly #pressed: Partial<ValuesOf<Fields>>[] = [];
  /** True where the last tick was played under a press. */
  #isPressed = false;
  /** Null where nobody asks what it saw. */
  readonly #screen: SeatScreen | null;
  #latest: Held;
  #current: Held;
  #viewTick: number | null = null;
  #late: LateInput[] = [];
  #worst: { readonly tick: number; readonly marginTicks: number; readonly arrivedAt: number } | null = null;
  #reports = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SeatInputsOptions) {
    this.#options = options;
    this.#latest = new Held(options.neutral);
    this.#current = this.#latest;
    this.#timeline = new InputTimeline(this.#latest, false);
    this.#screen = options.mayLookBack ? new SeatScreen(options) : null;
  }

  /** Claims of what this player saw that its measured latency could not explain. */
  get distrusted(): number {
    return this.#screen?.distrusted ?? 0;
  }

  /** The input of the tick that was played last. */
  get held(): ValuesOf<Fields> {
    return this.#current.input;
  }

  /** The newest input there is, played or not: what one without some fields leaves as it is. */
  get latest(): ValuesOf<Fields> {
    return this.#latest.input;
  }

  /** True where the next tick may play something else than the last one did, or see something else. */
  get isOnItsWay(): boolean {
    const { viewTick } = this.#current;
    return this.#current !== this.#latest || viewTick !== null || this.#pressed.length > 0 || this.#isPressed;
  }

  /** Words that wait for their tick. */
  get pressedCount(): number {
    return this.#pressed.length;
  }

  /**
   * The tick of the others as this player saw them when it gave the input of the tick that is played; null for one of whom
   * nothing is known.
   */
  get viewTick(): number | null {
    return this.#viewTick;
  }

  /** Holds an input from the tick after `tick` on. */
  hold(input: ValuesOf<Fields>, tick: number): void {
    this.#put(new Held(input), tick + 1);
  }

  /**
   * Takes an input for the tick it is addressed to; one that came late goes to the tick after `tick`, which is the last one
   * played, one from too far ahead is void, and both are reported. `position` is what the room's clock reads, in ticks.
   */
  take(timed: TimedInput, tick: number, position: number): void {
    const marginTicks = timed.tick - position;
    if (this.#worst === null || marginTicks < this.#worst.marginTicks) {
      this.#worst = { tick: timed.tick, marginTicks, arrivedAt: position };
    }
    const viewTick = this.#screen?.believed(timed, position) ?? null;
    if (timed.tick > tick + INPUTS_AHEAD_MAX) return this.#report({ tick: timed.tick, appliedAt: 0 });
    const appliedAt = Math.max(timed.tick, tick + 1);
    this.#put(new Held(timed.input, timed.tick, viewTick), appliedAt);
    if (appliedAt !== timed.tick) this.#report({ tick: timed.tick, appliedAt });
  }

  /** Presses an input for one tick, over what is held. False where too many wait. */
  press(press: Partial<ValuesOf<Fields>>): boolean {
    if (this.#pressed.length >= PRESSED_MAX) return false;
    this.#pressed.push(press);
    return true;
  }

  /** The input of this tick: what is held, under the oldest press. */
  play(tick: number): ValuesOf<Fields> {
    const before = this.#current;
    if (!this.isOnItsWay) {
      // Where nobody touches anything it is so for all seats in every tick.
      this.#viewTick = null;
      return before.input;
    }
    this.#current = this.#timeline.settle(tick);
    const isNew = this.#current !== before;
    const { tick: givenFor, viewTick } = this.#current;
    // What is held goes on being seen with the delay it was given with; a late one was given with its own.
    if (viewTick === null || this.#screen === null) this.#viewTick = null;
    else this.#viewTick = this.#screen.onward(isNew ? viewTick : tick - (givenFor - viewTick), tick, givenFor);
    const press = this.#pressed.shift();
    this.#isPressed = press !== undefined;
    return press === undefined ? this.#current.input : { ...this.#current.input, ...press };
  }

  /** Hands off: nothing is held, addressed or pressed any more. */
  release(): void {
    this.goOn(this.#options.neutral);
  }

  /** Holds this and nothing else, as of now. */
  goOn(input: ValuesOf<Fields>): void {
    this.#latest = new Held(input);
    this.#current = this.#latest;
    this.#timeline.release(this.#latest);
    this.#pressed.length = 0;
  }

  /** A client is back, perhaps another than before: nothing is held, and it hears at once how its inputs arrive. */
  restart(): void {
    this.release();
    this.#late = [];
    this.#worst = null;
    this.#reports = 0;
  }

  /** True where there is something to report, now or soon. */
  get hasReport(): boolean {
    return this.#worst !== null;
  }

  /** What the client is to be told of its inputs with the sending of this tick, if anything. */
  report(at: number, position: number): InputReport | null {
    const worst = this.#worst;
    if (worst === null) return null;
    const periodTicks = (REPORT_PERIOD_MS / 1000) * this.#options.tickRateHz;
    const isDue = this.#reports < EAGER_REPORTS || position - this.#reportedAt >= periodTicks;
    if (!isDue && this.#late.length === 0) return null;
    this.#reports++;
    this.#reportedAt = position;
    const late = this.#late;
    this.#late = [];
    this.#worst = null;
    return {
      at,
      tick: worst.tick,
      marginTicks: worst.marginTicks,
      heldTicks: Math.max(0, position - worst.arrivedAt),
      late,
    };
  }

  #put(held: Held, tick: number): void {
    this.#latest = held;
    this.#timeline.put(tick, held);
    if (this.#late.length === 0) return;
    // What was to be applied from there on is void.
    this.#late = this.#late.map((one) => (one.appliedAt >= tick ? { tick: one.tick, appliedAt: 0 } : one));
  }

  #report(late: LateInput): void {
    this.#late.push(late);
    if (this.#late.length > LATE_MAX) this.#late.shift();
  }
}
