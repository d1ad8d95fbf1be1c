/** What every store promises: one suite, run against each. */
import { expect, test } from 'vitest';
import type { Store } from './store.ts';

export function storeContract(name: string, open: () => Store): void {
  const opened = async (use: (store: Store) => Promise<void>): Promise<void> => {
    const store = open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  };

  test(`${name}: what was saved is loaded, with its version`, () =>
    opened(async (store) => {
      expect(await store.load('a')).toBeNull();
      expect(await store.save('a', { 이름: ['마당', 1, null] }, 0)).toBe(1);
      expect(await store.save('a', { n: 2 }, 1)).toBe(2);
      expect(await store.load('a')).toEqual({ value: { n: 2 }, version: 2 });
      expect(await store.load('b')).toBeNull();
    }));

  test(`${name}: a save from a stale version is refused and changes nothing`, () =>
    opened(async (store) => {
      await store.save('a', 1, 0);
      for (const stale of [0, 2]) {
        await expect(store.save('a', 9, stale)).rejects.toMatchObject({
          code: 'STALE_VERSION',
          details: { expected: stale, actual: 1 },
        });
      }
      await expect(store.save('new', 9, 1)).rejects.toMatchObject({ code: 'STALE_VERSION' });
      expect(await store.load('a')).toEqual({ value: 1, version: 1 });
    }));

  test(`${name}: what could not be loaded again is not saved`, () =>
    opened(async (store) => {
      for (const value of [JSON.parse('{"constructor":1}'), { n: Number.NaN }, '\ud800']) {
        await expect(store.save('a', value, 0)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
      }
      expect(await store.load('a')).toBeNull();
    }));

  test(`${name}: what was loaded is the caller's own`, () =>
    opened(async (store) => {
      const value = { list: [1] };
      await store.save('a', value, 0);
      value.list.push(2);
      expect((await store.load('a'))?.value).toEqual({ list: [1] });
    }));

  test(`${name}: keys are text and nothing else [AU20]`, () =>
    opened(async (store) => {
      for (const key of ["'; DROP TABLE documents; --", '__proto__', '%', '']) {
        await store.save(key, key, 0);
        expect((await store.load(key))?.value).toBe(key);
      }
    }));

  test(`${name}: closing twice is fine, using it afterwards is not`, async () => {
    const store = open();
    await store.close();
    await store.close();
    await expect(store.load('a')).rejects.toThrow();
  });
}
