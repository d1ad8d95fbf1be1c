/**
 * Bad weather for one's own line: what a long way, an uneven one and one that stops now and then feel like, without
 * leaving the desk. Wraps what opens a line; the settings may change at any time and hold for what is sent or arrives
 * from then on.
 *
 * As a real line under TCP does, it keeps the order and loses nothing: a frame that is held up holds up those behind
 * it.
 */
import type { Link, LinkEvents, OpenLink } from './link.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Timers and clocks agree to within this. */
const ROUNDING_MS = 0.001;

/** What the weather is like. Nothing is added where all are 0; what is not a positive number counts as 0. */
export interface Weather {
  /** Added to the way there and back together, half of it each way. */
  roundTripMs: number;
  /** By how much a round trip may be longer or shorter than that: each frame draws half of it, evenly, for its own way. */
  jitterMs: number;
  /** How often the line stands still, and for how long; at most nine tenths of the time. */
  stallEveryMs: number;
  stallMs: number;
}

/** No weather at all, to be made worse. */
export function fairWeather(): Weather {
  return { roundTripMs: 0, jitterMs: 0, stallEveryMs: 0, stallMs: 0 };
}

/** Opens lines as `openLink` does, and lets the weather have them. `random` answers numbers from 0 up to 1. */
export function weatheredLink(
  openLink: OpenLink,
  weather: Readonly<Weather>,
  timers: Timers = systemTimers,
  random: () => number = Math.random,
): OpenLink {
  return (url, on) => {
    const openedAtMs = timers.nowMs();
    const arrivalMs = (): number => {
      const now = timers.nowMs();
      const jitter = (random() - 0.5) * amount(weather.jitterMs);
      const way = Math.max(0, amount(weather.roundTripMs) / 2 + jitter);
      return now + way + stallAt(now + way - openedAtMs, weather);
    };
    const inwards = new Lane(timers, arrivalMs);
    const outwards = new Lane(timers, arrivalMs);
    let isClosed = false;
    const line = openLink(url, {
      open: () => inwards.pass(() => on.open()),
      frame: (frame) => inwards.pass(() => on.frame(frame)),
      closed: (closeCode, reason) => {
        isClosed = true;
        inwards.pass(() => on.closed(closeCode, reason));
      },
    } satisfies LinkEvents);
    return {
      send: (frame) => {
        if (isClosed) return;
        // Whoever sends may write the next frame into the same bytes before this one is on its way.
        const copy = frame.slice();
        outwards.pass(() => line.send(copy));
      },
      close: () => outwards.pass(() => line.close()),
    } satisfies Link;
  };
}

/** How much longer the line stands still at a moment of its life. */
function stallAt(sinceOpenedMs: number, weather: Readonly<Weather>): number {
  const everyMs = amount(weather.stallEveryMs);
  if (everyMs === 0) return 0;
  const stallMs = Math.min(amount(weather.stallMs), everyMs * 0.9);
  // The first stall comes when the line has lived for a while, or nobody would ever get in.
  const untilStallMs = everyMs - stallMs;
  const phaseMs = sinceOpenedMs % everyMs;
  return phaseMs >= untilStallMs ? everyMs - phaseMs : 0;
}

function amount(setting: number): number {
  return setting > 0 && setting < Number.POSITIVE_INFINITY ? setting : 0;
}

/** One direction: what passes arrives later, in the order it came. */
class Lane {
  readonly #timers: Timers;
  readonly #arrivalMs: () => number;
  readonly #waiting: { readonly dueMs: number; readonly run: () => void }[] = [];
  #isTimed = false;

  constructor(timers: Timers, arrivalMs: () => number) {
    this.#timers = timers;
    this.#arrivalMs = arrivalMs;
  }

  pass(run: () => void): void {
    const dueMs = Math.max(this.#arrivalMs(), this.#waiting.at(-1)?.dueMs ?? 0);
    // In fair weather the line is as it was, to the same moment.
    if (this.#waiting.length === 0 && dueMs <= this.#timers.nowMs()) return run();
    this.#waiting.push({ dueMs, run });
    this.#wait();
  }

  #wait(): void {
    const first = this.#waiting[0];
    if (this.#isTimed || first === undefined) return;
    this.#isTimed = true;
    this.#timers.after(first.dueMs - this.#timers.nowMs(), () => this.#arrive());
  }

  #arrive(): void {
    this.#isTimed = false;
    try {
      // Rounding may let a timer be a hair early, and another one for that hair would be too, for ever.
      while ((this.#waiting[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= this.#timers.nowMs() + ROUNDING_MS)
        this.#waiting.shift()?.run();
    } finally {
      // Also after a receiver threw: the others still arrive.
      this.#wait();
    }
  }
}
