/**
 * The two clocks of a player: the tick it plays, ahead of the server by the least lead with which its inputs come in
 * time, and the tick it sees others at, behind the newest state by what hides the network's jitter. Both follow the
 * arrival of states, both by monotonic time only, and both are steered rather than set.
 *
 * Lead: for each input the server reports how early it came, and so which lead would just have done; the clock is
 * steered to the mean of the last ones, two sigma and a little slack. View: 1.5 sendings and two sigma behind.
 */
import type { InputReport } from '@madang/core';
import { RunningEstimate, SteeredClock } from '@madang/core/netcode';

/** States that others are drawn behind the newest one, before jitter. */
const VIEW_SENDINGS = 1.5;

/** Spread of arrival and of lead that is covered, in sigma: of a jitter of fixed width, all of it. */
const COVERED_SIGMAS = 2;

/** Ticks by which inputs come too early on purpose. */
const LEAD_SLACK_TICKS = 0.2;

/**
 * How early a tick may begin: far below what anybody sees, and above what arithmetic loses. A timer that waits for a
 * tick would otherwise find it not begun, and wait again, at the same moment for ever.
 */
const EARLY_TICKS = 1e-6;

/** Others are never drawn further behind than this. */
const VIEW_DELAY_MAX_MS = 1_000;

/** Inputs whose sending is remembered, and leads that the least is taken over: three seconds of reports. */
const SENT_KEPT = 256;
const LEADS_KEPT = 16;

interface Sent {
  readonly tick: number;
  readonly atMs: number;
  /** How far ahead of arriving states this client was. */
  readonly leadTicks: number;
}

export class PlayerTime {
  readonly tickMs: number;
  readonly #sendMs: number;
  readonly #played: SteeredClock;
  readonly #viewed: SteeredClock;
  /** When a state arrives, less its tick's time. */
  readonly #arrival: RunningEstimate;
  /** The lead with which an input would have come just in time, in ticks: tells stalls from spread. */
  readonly #lead: RunningEstimate;
  readonly #roundTrip: RunningEstimate;
  readonly #sent: (Sent | undefined)[] = [];
  readonly #leads: number[] = [];
  /** The lead that is steered to. */
  #leastLeadTicks = 1;
  marginMs = 0;

  constructor(tickMs: number, ticksPerSending: number) {
    this.tickMs = tickMs;
    this.#sendMs = tickMs * ticksPerSending;
    this.#played = new SteeredClock(tickMs);
    this.#viewed = new SteeredClock(tickMs);
    this.#arrival = new RunningEstimate({ tolerance: 1.5 * this.#sendMs, trustsLow: true });
    this.#lead = new RunningEstimate({ tolerance: 2, trustsLow: false });
    this.#roundTrip = new RunningEstimate({ tolerance: 50, trustsLow: false });
  }

  /** False until the first state, and after `restart` until the next. */
  get isSet(): boolean {
    return this.#played.isSet;
  }

  get roundTripMs(): number {
    return this.#roundTrip.mean;
  }

  get jitterMs(): number {
    return this.#arrival.sigma;
  }

  get speed(): number {
    return this.#played.speed;
  }

  /** How far behind the newest state others are drawn. */
  get viewDelayMs(): number {
    return Math.min(VIEW_DELAY_MAX_MS, VIEW_SENDINGS * this.#sendMs + COVERED_SIGMAS * this.#arrival.sigma);
  }

  /** The join took this long, which is a round trip and a wait for the next tick: where the lead begins. */
  joined(tookMs: number): void {
    this.#leastLeadTicks = tookMs / this.tickMs + 1;
  }

  /** A state of this tick is here. */
  arrived(tick: number, nowMs: number): void {
    this.#arrival.add(nowMs - tick * this.tickMs, nowMs);
    this.steer(nowMs);
  }

  /** An input for this tick goes out. */
  sending(tick: number, nowMs: number): void {
    this.#sent[tick % SENT_KEPT] = { tick, atMs: nowMs, leadTicks: this.#played.read(nowMs) - this.#newest(nowMs) };
  }

  /** The server tells how inputs arrive. */
  reported({ tick, marginTicks, heldTicks }: InputReport, nowMs: number): void {
    this.marginMs = marginTicks * this.tickMs;
    const sent = this.#sent[tick % SENT_KEPT];
    if (sent?.tick !== tick) return;
    this.#roundTrip.add(Math.max(0, nowMs - sent.atMs - heldTicks * this.tickMs), nowMs);
    const lead = sent.leadTicks - marginTicks;
    if (!this.#lead.add(lead, nowMs)) return;
    // Without any spread it has just begun anew: the network is another one.
    if (this.#lead.sigma === 0) this.#leads.length = 0;
    this.#leads.push(lead);
    if (this.#leads.length > LEADS_KEPT) this.#leads.shift();
    this.#leastLeadTicks = Math.max(coveredBy(this.#leads), ...this.#leads) + LEAD_SLACK_TICKS;
  }

  /** Brings both clocks nearer to where they should be. */
  steer(nowMs: number): void {
    if (!this.#arrival.isKnown) return;
    const newest = this.#newest(nowMs);
    this.#viewed.steer(newest - this.viewDelayMs / this.tickMs, nowMs);
    this.#played.steer(newest + this.#leastLeadTicks, nowMs);
  }

  /** The tick this player plays, with fractions: its inputs of now are for the next whole one. */
  played(nowMs: number): number {
    return this.#played.read(nowMs);
  }

  /** The last tick that has begun; a hair before its time counts, for a timer that waits for it may come so early. */
  playedTick(nowMs: number): number {
    return Math.floor(this.#played.read(nowMs) + EARLY_TICKS);
  }

  /** The tick that others are drawn at, with fractions. */
  viewed(nowMs: number): number {
    return this.#viewed.read(nowMs);
  }

  /** How far ahead of the states that arrive now. */
  leadTicks(nowMs: number): number {
    return this.#played.read(nowMs) - this.#newest(nowMs);
  }

  /** When this tick begins to be played, if the clock goes on as it does. */
  whenMs(tick: number): number {
    return this.#played.whenMs(tick);
  }

  /** Nobody knows what went by meanwhile: the next state sets the clocks anew. What is known of the lead stays. */
  restart(): void {
    this.#arrival.forget();
    this.#played.unset();
    this.#viewed.unset();
  }

  /** The tick whose state arrives now. */
  #newest(nowMs: number): number {
    return (nowMs - this.#arrival.mean) / this.tickMs;
  }
}

/** The mean and what is covered of the spread. */
function coveredBy(samples: readonly number[]): number {
  let sum = 0;
  for (const sample of samples) sum += sample;
  const mean = sum / samples.length;
  let squares = 0;
  for (const sample of samples) squares += (sample - mean) ** 2;
  return mean + COVERED_SIGMAS * Math.sqrt(squares / samples.length);
}
