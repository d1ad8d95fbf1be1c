/**
 * What one player asks for, tick by tick, and how it arrives: the input that is held, inputs addressed to ticks to come, words
 * pressed for one tick, the report to the client of how early its inputs come, and what the player saw as it gave them.
 */
import { type Fields, type InputReport, LATE_MAX, type LateInput, type TimedInput, type ValuesOf } from '@madang/core';
import { INPUTS_AHEAD_MAX, InputTimeline, RunningEstimate } from '@madang/core/netcode';

/** Words pressed and not yet played; more would be play from the past. */
const PRESSED_MAX = 16;

/** Reports a client gets as soon as there is something to report, so that it finds its time quickly. */
const EAGER_REPORTS = 20;

/** Time between reports after that, unless an input was late. */
const REPORT_PERIOD_MS = 200;

/** A player's screen may lag behind its newest state by this many sendings, and by the spread of arrivals. */
const INTERPOLATED_SENDINGS = 1.5;

/** View delay beyond what was measured that is believed: a tick, since inputs are for whole ones, and this much. */
const VIEW_SLACK_MS = 20;

/** Of a latency that varies by chance, this many sigma above the mean is all there is. */
const COVERED_SIGMAS = 4;

/** An input that was held up on its way for longer than this is judged as if it had been given later. */
const HELD_UP_MS = 100;

/** How long a screen takes to get where its latency would have it: screens are steered, not set. */
const STEERED_MS = 2_000;

/** An input as it came. */
interface Held {
  readonly input: ValuesOf<Fields>;
  /** The tick it was addressed to; 0 where it was to none. */
  readonly tick: number;
  /** The tick of the others that its player saw then; null where nothing is known. */
  readonly viewTick: number | null;
}

export interface SeatInputsOptions {
  /** What nobody's hand asks for. */
  readonly neutral: ValuesOf<Fields>;
  readonly tickRateHz: number;
  readonly ticksPerSending: number;
}

export class SeatInputs {
  /** Claims of what a player saw that its measured latency could not explain. */
  distrusted = 0;

  readonly #options: SeatInputsOptions;
  readonly #timeline: InputTimeline<Held>;
  readonly #pressed: Partial<ValuesOf<Fields>>[] = [];
  /** How long after a state was sent an input came that had seen it, in ticks. */
  readonly #latency: RunningEstimate;
  readonly #mostLatency: RecentMost;
  readonly #steeredTicks: number;
  /** When the first input came. */
  #firstAt: number | null = null;
  #latest: Held;
  #current: Held;
  #viewTick: number | null = null;
  /** The newest tick of others that this player was shown, as far as it is believed. */
  #shownTick = Number.NEGATIVE_INFINITY;
  /** The newest state that it has had. */
  #seenTick = 0;
  #late: LateInput[] = [];
  #worst: { readonly tick: number; readonly marginTicks: number; readonly arrivedAt: number } | null = null;
  #reports = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SeatInputsOptions) {
    this.#options = options;
    this.#latest = { input: options.neutral, tick: 0, viewTick: null };
    this.#current = this.#latest;
    this.#timeline = new InputTimeline(this.#latest, false);
    this.#latency = new RunningEstimate({ tolerance: 2 * options.ticksPerSending, trustsLow: true });
    this.#steeredTicks = (STEERED_MS / 1000) * options.tickRateHz;
    this.#mostLatency = new RecentMost(this.#steeredTicks);
  }

  /** The input of the tick that was played last. */
  get held(): ValuesOf<Fields> {
    return this.#current.input;
  }

  /** The newest input there is, played or not: what one without some fields leaves as it is. */
  get latest(): ValuesOf<Fields> {
    return this.#latest.input;
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
    this.#put({ input, tick: 0, viewTick: null }, tick + 1);
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
    const viewTick = this.#believed(timed, position);
    if (timed.tick > tick + INPUTS_AHEAD_MAX) return this.#report({ tick: timed.tick, appliedAt: 0 });
    const appliedAt = Math.max(timed.tick, tick + 1);
    this.#put({ input: timed.input, tick: timed.tick, viewTick }, appliedAt);
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
    if (before === this.#latest && before.viewTick === null && this.#pressed.length === 0) {
      // Nothing waits. Where nobody touches anything it is so for all seats in every tick.
      this.#viewTick = null;
      return before.input;
    }
    this.#current = this.#timeline.settle(tick);
    const isNew = this.#current !== before;
    const { tick: givenFor, viewTick } = this.#current;
    // What is held goes on being seen with the delay it was given with; a late one was given with its own.
    if (viewTick === null) this.#viewTick = null;
    else this.#viewTick = this.#onward(isNew ? viewTick : tick - (givenFor - viewTick), tick, givenFor);
    const press = this.#pressed.shift();
    return press === undefined ? this.#current.input : { ...this.#current.input, ...press };
  }

  /**
   * Screens do not go back: whoever was shown one world is not shown an older one by its next input, save by as much as that
   * was held up on its way. So nobody chooses shot by shot between what is and what was.
   */
  #onward(viewTick: number, tick: number, addressedTo: number): number {
    const heldUpTicks = Math.min(Math.max(0, tick - addressedTo), (HELD_UP_MS / 1000) * this.#options.tickRateHz);
    const shown = Math.max(viewTick, this.#shownTick - 1 - heldUpTicks);
    this.#shownTick = Math.max(this.#shownTick, shown);
    return shown;
  }

  /** Hands off: nothing is held, addressed or pressed any more. */
  release(): void {
    this.goOn(this.#options.neutral);
  }

  /** Holds this and nothing else, as of now. */
  goOn(input: ValuesOf<Fields>): void {
    this.#latest = { input, tick: 0, viewTick: null };
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

  /**
   * What the player saw, as far as its latency explains it. A state was on its way, waited to be drawn, and the input was on
   * its way and early: whoever claims to have seen an older world than all that is not believed. One who claims ever more
   * latency than it has only gets what it would have with that latency, and never more than the game's `rewindMs`.
   *
   * An input that was held up on its way is older than the latency explains, and it is nobody's fault: it counts as given at
   * the usual latency, and is not held against its player. Nor is a screen that is only just finding its time.
   */
  #believed({ tick, seenTick, viewDelayTicks }: TimedInput, position: number): number | null {
    // What has been seen stays so, whatever is claimed later; whoever has seen nothing yet has seen nobody anywhere.
    this.#seenTick = Math.max(this.#seenTick, Math.min(seenTick, position));
    if (this.#seenTick === 0) return null;
    const { ticksPerSending, tickRateHz } = this.#options;
    const ownLatency = Math.max(0, position - this.#seenTick);
    this.#latency.add(ownLatency, (position * 1000) / tickRateHz);
    const latency = this.#mostLatency.of(this.#latency.mean + COVERED_SIGMAS * this.#latency.sigma, position);
    this.#firstAt ??= position;
    const claimed = tick - viewDelayTicks;
    if (position - this.#firstAt < this.#steeredTicks) return claimed;
    const onScreen = INTERPOLATED_SENDINGS * ticksPerSending + 1 + (VIEW_SLACK_MS * tickRateHz) / 1000;
    if (claimed < position - onScreen - Math.max(latency, ownLatency)) this.distrusted++;
    return Math.max(claimed, position - onScreen - latency);
  }
}

/** The largest of the values of late: of at least the last `window` of time, and of at most twice that. */
class RecentMost {
  readonly #window: number;
  #begin = Number.NEGATIVE_INFINITY;
  #most = 0;
  #mostBefore = 0;

  constructor(window: number) {
    this.#window = window;
  }

  /** One value more. Answers the largest. */
  of(value: number, at: number): number {
    if (at - this.#begin >= this.#window) {
      this.#mostBefore = at - this.#begin < 2 * this.#window ? this.#most : 0;
      this.#most = 0;
      this.#begin = at;
    }
    this.#most = Math.max(this.#most, value);
    return Math.max(this.#most, this.#mostBefore);
  }
}
