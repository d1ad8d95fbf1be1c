/** What lasts as long as its keys: `useMemo` with a promise, for what costs a seat when it is made anew. */
import { useState } from 'react';

/**
 * What `make` answered when the keys were last others than these. Unlike the value of `useMemo` it is never dropped to save
 * memory. `make` must open nothing: React may call it for a component that is never shown.
 */
export function useKept<T>(keys: readonly unknown[], make: () => T): T {
  const [held, hold] = useState(() => ({ keys, value: make() }));
  const isSame = held.keys.length === keys.length && keys.every((key, index) => Object.is(key, held.keys[index]));
  if (isSame) return held.value;
  const next = { keys, value: make() };
  // React renders again at once, with this, before anything is shown.
  hold(next);
  return next.value;
}
