/**
 * What one player's screen showed when it gave an input, as far as that is believed: only asked of players of games that
 * rewind. Measured from its own latency: how long after a state was sent an input came that had seen it.
 */
import type { TimedInput } from '@madang/core';
import { RunningEstimate } from '@madang/core/netcode';

/** A player's screen may lag behind its newest state by this many sendings, and by the spread of arrivals. */
const INTERPOLATED_SENDINGS = 1.5;

/** View delay beyond what was measured that is believed: a tick, since inputs are for whole ones, and this much. */
const VIEW_SLACK_MS = 20;

/** Of a latency that varies by chance, this many sigma above the mean is all there is. */
const COVERED_SIGMAS = 4;

/** An input that was held up on its way for longer than this is judged as if it had been given later. */
const HELD_UP_MS = 100;

/** How long a screen takes to get where its latency would have it, and at least so many sendings: screens are steered, not set. */
const STEERED_MS = 2_000;
const STEERED_SENDINGS = 20;

export interface SeatScreenOptions {
  readonly tickRateHz: number;
  readonly ticksPerSending: number;
}

export class SeatScreen {
  /** Claims of what the player saw that its measured latency could not explain. */
  distrusted = 0;

  readonly #options: SeatScreenOptions;
  /** In ticks. */
  readonly #latency: RunningEstimate;
  readonly #mostLatency: RecentMost;
  readonly #steeredTicks: number;
  /** When the first input came. */
  #firstAt: number | null = null;
  /** The newest tick of others that this player was shown, as far as it is believed. */
  #shownTick = Number.NEGATIVE_INFINITY;
  /** The newest state that it has had. */
  #seenTick = 0;

  constructor(options: SeatScreenOptions) {
    this.#options = options;
    this.#latency = new RunningEstimate({ tolerance: 2 * options.ticksPerSending, trustsLow: true });
    const { tickRateHz, ticksPerSending } = options;
    this.#steeredTicks = Math.max((STEERED_MS / 1000) * tickRateHz, STEERED_SENDINGS * ticksPerSending);
    this.#mostLatency = new RecentMost(this.#steeredTicks);
  }

  /**
   * What the player saw, as far as its latency explains it. A state was on its way, waited to be drawn, and the input was on
   * its way and early: whoever claims to have seen an older world than all that is not believed. One who claims ever more
   * latency than it has only gets what it would have with that latency, and never more than the game's `rewindMs`.
   *
   * An input that was held up on its way is older than the latency explains, and it is nobody's fault: it counts as given at
   * the usual latency, and is not held against its player. Nor is a screen that is only just finding its time.
   */
  believed({ tick, seenTick, viewDelayTicks }: TimedInput, position: number): number | null {
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

  /**
   * Screens do not go back: whoever was shown one world is not shown an older one by its next input, save by as much as that
   * was held up on its way. So nobody chooses shot by shot between what is and what was.
   */
  onward(viewTick: number, tick: number, addressedTo: number): number {
    const heldUpTicks = Math.min(Math.max(0, tick - addressedTo), (HELD_UP_MS / 1000) * this.#options.tickRateHz);
    const shown = Math.max(viewTick, this.#shownTick - 1 - heldUpTicks);
    this.#shownTick = Math.max(this.#shownTick, shown);
    return shown;
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
