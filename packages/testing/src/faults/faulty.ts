/**
 * A port that fails as real ones do: a call is refused, takes its time, or does its work and then reports a failure, so
 * that the caller cannot know. Wraps any object whose methods answer promises: a Store, a Directory, whatever comes.
 */
import type { SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';

/** What becomes of one call: `unknown` is done and then reported as failed. */
export type CallFate = 'ok' | 'fails' | 'slow' | 'unknown';

export interface FaultyOptions {
  readonly clock: Clock;
  /** Decides the fate of each call; calls are numbered from 1, all methods together. */
  fate(call: { readonly number: number; readonly method: string }): CallFate;
  /** How long a slow call takes to begin. 0 unless given. */
  readonly slowMs?: number;
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
  const { clock, slowMs = 0 } = options;
  let number = 0;
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name === 'symbol') return member;
      return (...args: unknown[]): unknown => {
        // Called on the port itself, which may have private fields.
        const call = (): unknown => member.apply(target, args);
        switch (options.fate({ number: ++number, method: name })) {
          case 'ok':
            return call();
          case 'fails':
            return Promise.reject(new PortFault(name, false));
          case 'slow':
            return new Promise<void>((resolve) => void clock.after(slowMs, resolve)).then(call);
          case 'unknown':
            return Promise.resolve(call()).then(() => Promise.reject(new PortFault(name, true)));
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
