import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryStore } from '../../memory/memory-store.ts';
import { openSqliteStore } from '../../node/sqlite-store.ts';

test.each(['memory', 'sqlite'])(
  '%s: a user has 16 devices: another takes the place of the oldest, and nobody else’s',
  async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'madang-records-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const store = kind === 'memory' ? new MemoryStore() : await openSqliteStore(join(folder, 'store.sqlite'));
    onTestFinished(() => store.close());
    const { accounts } = store;
    const add = (user: string, number: number, createdAtMs = number) =>
      accounts.addDevice({ digest: `${user} ${number}`, user, createdAtMs }, null);
    const known = async (user: string): Promise<readonly number[]> => {
      const all = Array.from({ length: 20 }, (_, number) => number);
      const found = await Promise.all(all.map((number) => accounts.findDevice(`${user} ${number}`)));
      return all.filter((number) => found[number] !== null);
    };
    await add('bob', 0);
    for (let number = 0; number < 17; number++) await add('ann', number);
    expect(await known('ann')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    // The same again changes nothing, and a new one stays where the clock was set back.
    await add('ann', 16);
    await add('ann', 19, 0);
    expect(await known('ann')).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19]);
    expect(await known('bob')).toEqual([0]);
    expect(await accounts.load('ann')).toMatchObject({ user: 'ann' });
  },
);
