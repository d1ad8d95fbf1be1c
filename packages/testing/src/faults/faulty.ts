/**
 * A port that fails as real ones do: a call is refused, takes its time, or does its work and then reports a failure, so
 * that the caller cannot know. Wraps any object whose methods answer promises: a Store, a Directory, whatever comes.
 */
import type { SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';

/** What becomes of one call: `unknown` is done and then reported as failed. */
export type CallFate = 'ok' | 'fails' | 'slow' | 'unknown' | CallPlan;

/** What becomes of one call, in milliseconds from the call on. */
export interface CallPlan {
  /** When it is done; null: never. 0. */
  readonly doneAfterMs?: number | null;
  /** When it answers: when it is done, unless this says otherwise; null: never. A call that fails may do so before it is done. */
  readonly answersAfterMs?: number | null;
  /** What it fails with. Absent: it answers what the port does. */
  readonly error?: Error;
  /** What is not done yet when its caller dies is not done at all. Absent: it was on its way, and is done. */
  readonly diesWithCaller?: boolean;
}

export interface FaultyOptions {
  readonly clock: Clock;
  /** Decides the fate of each call; calls are numbered from 1, all methods together. */
  fate(call: { readonly number: number; readonly method: string }): CallFate;
  /** How long a slow call takes to begin. 0 unless given. */
  readonly slowMs?: number;
  /** True once the caller's process has died: it asks nothing more, and is answered nothing. */
  readonly isCallerDead?: () => boolean;
}

/** What a faulty port throws. */
export class PortFault extends Error {
  override readonly name = 'PortFault';
  readonly isDone: boolean;

  constructor(method: string, isDone: boolean) {
    super(`the simulation let ${method} fail${isDone ? ' after it was done' : ''}`);
    this.isDone = isDone;
  }
}

/**
 * The same port, with faults. What is no function is passed through. Every call of a function has a fate; one that is not
 * `ok` answers a promise, also where the port's own method answers none.
 */
export function faulty<T extends object>(port: T, options: FaultyOptions): T {
  const { clock, slowMs = 0, isCallerDead = () => false } = options;
  let number = 0;
  const planned = (call: () => unknown, plan: CallPlan): Promise<unknown> => {
    const { doneAfterMs = 0, answersAfterMs = doneAfterMs, error, diesWithCaller = false } = plan;
    const doing = later(clock, doneAfterMs).then(() =>
      diesWithCaller && isCallerDead() ? new Promise(() => {}) : call(),
    );
    // Whether it is done has nothing to do with who still listens.
    if (error !== undefined) doing.catch(() => {});
    return later(clock, answersAfterMs)
      .then(() => (error === undefined ? doing : Promise.reject(error)))
      .finally(() => (isCallerDead() ? new Promise(() => {}) : undefined));
  };
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name === 'symbol') return member;
      return (...args: unknown[]): unknown => {
        if (isCallerDead()) return new Promise(() => {});
        // Called on the port itself, which may have private fields.
        const call = (): unknown => member.apply(target, args);
        const fate = options.fate({ number: ++number, method: name });
        switch (fate) {
          case 'ok':
            // Its answer may come too late, too.
            return options.isCallerDead === undefined ? call() : planned(call, {});
          case 'fails':
            return Promise.reject(new PortFault(name, false));
          case 'slow':
            return planned(call, { doneAfterMs: slowMs });
          case 'unknown':
            return Promise.resolve(call()).then(() => Promise.reject(new PortFault(name, true)));
          default:
            return planned(call, fate);
        }
      };
    },
  });
}

/** The n-th call fails, all others do not. For sweeps over every n [ST01]. */
export function failsAt(failing: number, as: CallFate = 'fails'): FaultyOptions['fate'] {
  return ({ number }) => (number === failing ? as : 'ok');
}

/** Each call meets one of the faults with the given likelihood, 0 to 1. */
export function failsByChance(random: SeededRandom, likelihood: number): FaultyOptions['fate'] {
  return () => (random.chance(likelihood) ? random.pick(['fails', 'slow', 'unknown'] as const) : 'ok');
}

/** Resolves after so long; null: never. */
function later(clock: Clock, ms: number | null): Promise<void> {
  if (ms === null) return new Promise(() => {});
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => void clock.after(ms, resolve));
}
