/**
 * What befalls calls of a journal: disks that take their time, that are full or held by somebody else for a while, lines to a
 * database that break before, while and after it does what was asked.
 */
import type { SeededRandom } from '@madang/core';
import { StoreError, type StoreErrorKind } from '@madang/server/sql';
import { between } from '../random-streams.ts';
import type { CallFate, CallPlan } from './faulty.ts';

/** What a commit takes on a good disk. */
const GOOD_MS = 6;
/** What it takes on a bad one. */
const SLOW_MS = 2_500;
/** How late something that was on its way may be done. */
const LATE_MS = 3_000;
/** How likely a single call goes wrong by itself. */
const CALL_FAULT = 0.04;

/** After these nothing was done, and trying again helps. */
const PASSING: readonly StoreErrorKind[] = ['busy', 'timeout', 'gone', 'full', 'read-only'];

/** How the journal is, for a while. */
type Mood = 'good' | 'slow' | 'down';

export class JournalFaults {
  readonly #random: SeededRandom;
  /** Whether a call may wait for as long as its process lives: somebody has to end that process then. */
  readonly #mayHang: boolean;
  #mood: Mood = 'good';
  #kind: StoreErrorKind = 'gone';
  /** Calls that went wrong, or took long. */
  count = 0;

  constructor(random: SeededRandom, mayHang: boolean) {
    this.#random = random;
    this.#mayHang = mayHang;
  }

  /** It is down or slow from now on, or well again. */
  change(): void {
    const random = this.#random;
    this.#mood = this.#mood === 'good' ? random.pick(['slow', 'down'] as const) : 'good';
    this.#kind = random.pick(PASSING);
  }

  /** The fate of a call. */
  fateOf(method: string): CallFate {
    const random = this.#random;
    const doneAfterMs = between(random, 0.1, this.#mood === 'slow' ? SLOW_MS : GOOD_MS);
    const answersAfterMs = doneAfterMs + between(random, 0, 3);
    // What a process that has died still takes over it takes from the one that lives: that is beyond what claims can do.
    const diesWithCaller = random.chance(0.5) || method === 'claim';
    const isHit = random.chance(CALL_FAULT);
    if (this.#mood !== 'good' || isHit) this.count++;
    if (this.#mood === 'down') return fails(this.#kind, answersAfterMs);
    if (!isHit) return { doneAfterMs, answersAfterMs, diesWithCaller };
    switch (random.below(this.#mayHang ? 6 : 5)) {
      case 0:
        return fails(random.pick(PASSING), answersAfterMs);
      case 1:
        return { doneAfterMs, answersAfterMs, error: errorOf('unknown-outcome') };
      case 2:
        return method === 'commit'
          ? {
              ...fails('unknown-outcome', doneAfterMs),
              doneAfterMs: answersAfterMs + between(random, 0, LATE_MS),
              diesWithCaller,
            }
          : fails('unknown-outcome', answersAfterMs);
      case 3:
        return {
          ...fails(random.pick(['io', 'corrupt']), answersAfterMs),
          doneAfterMs: random.chance(0.5) ? doneAfterMs : null,
        };
      case 4: {
        const lateMs = between(random, 100, SLOW_MS);
        return { doneAfterMs: lateMs, answersAfterMs: lateMs, diesWithCaller };
      }
      default:
        return { doneAfterMs: random.chance(0.5) ? doneAfterMs : null, answersAfterMs: null, diesWithCaller };
    }
  }
}

/** Nothing is done, and says so. */
function fails(kind: StoreErrorKind, answersAfterMs: number): CallPlan {
  return { doneAfterMs: null, answersAfterMs, error: errorOf(kind) };
}

function errorOf(kind: StoreErrorKind): StoreError {
  return new StoreError(kind, `the simulation’s journal is ${kind}`);
}
