import { expect, test } from 'vitest';
import { MemoryStore } from '../memory/memory-store.ts';
import { guestSecret } from './guest-secret.ts';

test('guests are known again after a restart, and servers that start at once agree on the secret', async () => {
  const store = new MemoryStore();
  const [one, other] = await Promise.all([guestSecret(store), guestSecret(store)]);
  expect(other).toBe(one);
  expect(await guestSecret(store)).toBe(one);
  expect(one.length).toBeGreaterThanOrEqual(64);
  expect(await guestSecret(new MemoryStore())).not.toBe(one);
});
