/** A store that can be switched off, and says what it is asked. */

import type { Store } from '../ports/store.ts';
import { StoreError, type StoreErrorKind } from '../ports/store-error.ts';
import { MemoryStore } from './memory-store.ts';

export interface FailingStore {
  readonly store: Store;
  readonly kept: MemoryStore;
  /** Every call, as `sanctions.put`. */
  readonly calls: string[];
  /** How calls fail from now on; null: not at all. */
  failsAs(kind: StoreErrorKind | null): void;
}

export function failingStore(kept: MemoryStore = new MemoryStore()): FailingStore {
  const calls: string[] = [];
  let fails: StoreErrorKind | null = null;
  const failing = <T extends object>(group: T, path: string): T =>
    new Proxy(group, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        const called = `${path}${String(name)}`;
        if (typeof member === 'object' && member !== null) return failing(member, `${called}.`);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          calls.push(called);
          if (fails !== null) return Promise.reject(new StoreError(fails, 'secret: /var/lib/madang.sqlite'));
          return member.apply(target, args);
        };
      },
    });
  return {
    store: failing(kept, ''),
    kept,
    calls,
    failsAs(kind) {
      fails = kind;
    },
  };
}
