/** What every store promises: one suite, run against each. */
import { expect, test } from 'vitest';
import { holdAgainstList } from './leaderboards.model.test-support.ts';
import type { BoardKey, Sanction, Score, Store, StoredMatch } from './store.ts';

/** Texts that are something else where they are not taken for text. */
const ODD_TEXTS = [
  "'; DROP TABLE madang_documents; --",
  '__proto__',
  'constructor',
  '%',
  '_',
  '',
  '마당',
  '😀',
  'a:b',
  '$1',
  '?',
];

const BOARD: BoardKey = { name: 'ground', period: 'ever', order: 'highest' };

const score = (user: string, points: number, more: Partial<Score> = {}): Score => ({
  user,
  name: user.toUpperCase(),
  score: points,
  atMs: 1_000,
  ...more,
});

const match = (id: string, endedAtMs: number, ...users: (string | null)[]): StoredMatch => ({
  id,
  game: 'duel',
  roomId: 'room',
  endedAtMs,
  teams: users.map((user, index) => ({ place: index === 0 ? 1 : null, players: [{ user, hasLeft: index > 1 }] })),
});

/** `open` makes an empty store. */
export function storeContract(name: string, open: () => Store | Promise<Store>): void {
  const promises = (what: string, use: (store: Store) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const store = await open();
      try {
        await use(store);
      } finally {
        await store.close();
      }
    });
  };

  promises('what was saved is loaded, with its version', async (store) => {
    expect(await store.load('a')).toBeNull();
    expect(await store.save('a', { 이름: ['마당', 1, null] }, 0)).toBe(1);
    expect(await store.save('a', { n: 2 }, 1)).toBe(2);
    expect(await store.load('a')).toEqual({ value: { n: 2 }, version: 2 });
    expect(await store.load('b')).toBeNull();
  });

  promises('a save from a stale version is refused and changes nothing', async (store) => {
    await store.save('a', 1, 0);
    for (const stale of [0, 2, -1, 1.5, Number.NaN]) {
      await expect(store.save('a', 9, stale)).rejects.toMatchObject({
        code: 'STALE_VERSION',
        details: { expected: stale, actual: 1 },
      });
    }
    await expect(store.save('new', 9, 1)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    expect(await store.load('a')).toEqual({ value: 1, version: 1 });
  });

  promises('of many who save the same version one does', async (store) => {
    await store.save('a', 0, 0);
    const saves = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => store.save('a', index, 1)));
    expect(saves.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store.load('a'))?.version).toBe(2);
  });

  promises('what could not be loaded again is not saved', async (store) => {
    for (const value of [JSON.parse('{"constructor":1}'), { n: Number.NaN }, '\ud800']) {
      await expect(store.save('a', value, 0)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
    }
    for (const key of ['\ud800', 'a\0b', 'x'.repeat(257)]) {
      await expect(store.save(key, 1, 0)).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
      await expect(store.documents.save({ owner: 'a', collection: 'b', key }, 1, 0)).rejects.toMatchObject({
        code: 'BAD_MESSAGE',
      });
      await expect(store.leaderboards.submit(BOARD, 'best', score(key, 1))).rejects.toMatchObject({
        code: 'BAD_MESSAGE',
      });
    }
    expect(await store.load('a')).toBeNull();
    await store.save('a', '\0', 0);
    expect((await store.load('a'))?.value).toBe('\0');
  });

  promises('what was loaded is the caller’s own', async (store) => {
    const value = { list: [1] };
    await store.save('a', value, 0);
    value.list.push(2);
    expect((await store.load('a'))?.value).toEqual({ list: [1] });
  });

  promises('keys are text and nothing else [AU20]', async (store) => {
    for (const text of ODD_TEXTS) {
      const place = { owner: text, collection: text, key: text };
      await store.save(text, text, 0);
      await store.documents.save(place, text, 0);
      await store.leaderboards.submit({ ...BOARD, name: text, period: text }, 'best', score(text, 1, { name: text }));
      await store.accounts.addDevice({ digest: text, user: text, createdAtMs: 1 }, text);
      await store.matches.add(match(text, 1, text, 'other'));
      await store.sanctions.put({ kind: 'ban', ban: { target: { userId: text }, untilMs: null, reason: text } });
      await store.audit.append({ id: text, atMs: 1, by: text, action: text, target: text, details: text });
    }
    for (const text of ODD_TEXTS) {
      expect((await store.load(text))?.value).toBe(text);
      expect((await store.documents.load({ owner: text, collection: text, key: text }))?.value).toBe(text);
      expect(await store.documents.list(text, text)).toEqual([{ key: text, version: 1 }]);
      const top = await store.leaderboards.top({ ...BOARD, name: text, period: text }, 10);
      expect(top).toEqual([{ rank: 1, ...score(text, 1, { name: text }) }]);
      expect((await store.accounts.findDevice(text))?.account).toEqual({ user: text, name: text, createdAtMs: 1 });
      expect((await store.matches.ofPlayer(text, 10)).map(({ id }) => id)).toEqual([text]);
    }
    expect((await store.sanctions.since(0, 100)).sanctions).toHaveLength(ODD_TEXTS.length);
    expect((await store.audit.list(100)).map(({ target }) => target)).toEqual(ODD_TEXTS.toReversed());
  });

  promises('closing twice is fine, using it afterwards is not', async (store) => {
    await store.close();
    await store.close();
    await expect(store.load('a')).rejects.toMatchObject({ kind: 'closed' });
    await expect(store.leaderboards.top(BOARD, 1)).rejects.toMatchObject({ kind: 'closed' });
    await expect(store.audit.list(1)).rejects.toMatchObject({ kind: 'closed' });
  });

  promises('a player’s documents are the player’s, and of one collection', async ({ documents }) => {
    const place = { owner: 'ann', collection: 'settings', key: 'keys' };
    expect(await documents.save(place, { jump: 'space' }, 0)).toBe(1);
    for (const other of [{ owner: 'bob' }, { collection: 'other' }, { key: 'other' }]) {
      expect(await documents.load({ ...place, ...other })).toBeNull();
    }
    expect(await documents.save(place, { jump: 'w' }, 1)).toBe(2);
    await expect(documents.save(place, 1, 1)).rejects.toMatchObject({
      code: 'STALE_VERSION',
      details: { key: 'ann/settings/keys', expected: 1, actual: 2 },
    });
    await expect(documents.remove(place, 1)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await documents.save({ ...place, key: 'a' }, 1, 0);
    expect(await documents.list('ann', 'settings')).toEqual([
      { key: 'a', version: 1 },
      { key: 'keys', version: 2 },
    ]);
    await documents.remove(place, 2);
    expect(await documents.load(place)).toBeNull();
    await expect(documents.remove(place, 2)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await expect(documents.remove(place, 0)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    expect(await documents.list('ann', 'settings')).toEqual([{ key: 'a', version: 1 }]);
  });

  promises('a player has so many documents in a collection and no more', async ({ documents }) => {
    const place = (key: string) => ({ owner: 'ann', collection: 'saves', key });
    await Promise.all(Array.from({ length: 256 }, (_, index) => documents.save(place(`${index}`), 1, 0)));
    await expect(documents.save(place('more'), 1, 0)).rejects.toMatchObject({
      code: 'DOCUMENTS_FULL',
      details: { collection: 'saves', limit: 256 },
    });
    expect(await documents.save(place('7'), 2, 1)).toBe(2);
    await expect(documents.save(place('7'), 2, 0)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    await documents.save({ ...place('more'), collection: 'others' }, 1, 0);
    await documents.remove(place('7'), 2);
    expect(await documents.save(place('more'), 1, 0)).toBe(1);
  });

  promises('a device leads to its account, and the first one of an account makes it', async ({ accounts }) => {
    expect(await accounts.findDevice('d1')).toBeNull();
    await accounts.addDevice({ digest: 'd1', user: 'guest:a', createdAtMs: 10 }, 'Ann');
    await accounts.addDevice({ digest: 'd2', user: 'guest:a', createdAtMs: 20 }, 'another name');
    await accounts.addDevice({ digest: 'd1', user: 'guest:thief', createdAtMs: 30 }, null);
    const account = { user: 'guest:a', name: 'Ann', createdAtMs: 10 };
    expect(await accounts.findDevice('d1')).toEqual({ digest: 'd1', user: 'guest:a', createdAtMs: 10, account });
    expect(await accounts.findDevice('d2')).toEqual({ digest: 'd2', user: 'guest:a', createdAtMs: 20, account });
    expect(await accounts.load('guest:a')).toEqual(account);
    expect(await accounts.load('nobody')).toBeNull();
  });

  promises('of equal scores who was there earlier is above, and who leaves and comes back is below', async (store) => {
    const { leaderboards } = store;
    for (const user of ['ann', 'bob', 'cho']) await leaderboards.submit(BOARD, 'latest', score(user, 5));
    await leaderboards.submit(BOARD, 'latest', score('ann', 4));
    const back = await leaderboards.submit(BOARD, 'latest', score('ann', 5, { atMs: 2_000 }));
    expect(back).toEqual({ rank: 3, ...score('ann', 5, { atMs: 2_000 }) });
    expect((await leaderboards.top(BOARD, 10)).map(({ user }) => user)).toEqual(['bob', 'cho', 'ann']);
    // The same again leaves everybody in place; a worse one does, too, where the best counts.
    await leaderboards.submit(BOARD, 'latest', score('bob', 5, { name: 'Bobby', atMs: 3_000 }));
    expect(await leaderboards.submit(BOARD, 'best', score('cho', 1))).toEqual({ rank: 2, ...score('cho', 5) });
    expect(await leaderboards.standing(BOARD, 'bob')).toEqual({ rank: 1, ...score('bob', 5, { name: 'Bobby' }) });
  });

  promises('boards, their periods and their orders are apart', async ({ leaderboards }) => {
    await leaderboards.submit(BOARD, 'best', score('ann', 5));
    const others: readonly BoardKey[] = [
      { ...BOARD, name: 'other' },
      { ...BOARD, period: 'other' },
      { ...BOARD, order: 'lowest' },
    ];
    for (const other of others) {
      expect(await leaderboards.top(other, 10)).toEqual([]);
      expect(await leaderboards.standing(other, 'ann')).toBeNull();
      expect(await leaderboards.around(other, 'ann', 10)).toEqual([]);
      expect(await leaderboards.size(other)).toBe(0);
    }
  });

  promises('scores that are no whole numbers are refused', async ({ leaderboards }) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 53, 1e300]) {
      await expect(leaderboards.submit(BOARD, 'best', score('ann', bad))).rejects.toMatchObject({ code: 'BAD_SCORE' });
    }
    await leaderboards.submit(BOARD, 'sum', score('ann', Number.MAX_SAFE_INTEGER));
    await expect(leaderboards.submit(BOARD, 'sum', score('ann', 1))).rejects.toMatchObject({ code: 'BAD_SCORE' });
    expect((await leaderboards.top(BOARD, 10)).map(({ score: points }) => points)).toEqual([Number.MAX_SAFE_INTEGER]);
  });

  promises('no limit answers more than there is, and none of them fails', async ({ leaderboards, audit, matches }) => {
    await leaderboards.submit(BOARD, 'best', score('ann', 1));
    for (const limit of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(await leaderboards.top(BOARD, limit)).toEqual([]);
      expect(await leaderboards.around(BOARD, 'ann', limit)).toEqual([]);
      expect(await audit.list(limit)).toEqual([]);
      expect(await matches.ofPlayer('ann', limit)).toEqual([]);
    }
    expect(await leaderboards.top(BOARD, Number.POSITIVE_INFINITY)).toHaveLength(1);
    expect(await leaderboards.around(BOARD, 'ann', 1)).toHaveLength(1);
  });

  promises('scores of many at once are all counted', async ({ leaderboards }) => {
    const all = Array.from({ length: 40 }, (_, index) => score(`user ${index % 20}`, index));
    await Promise.all(all.map((one) => leaderboards.submit(BOARD, 'best', one)));
    const top = await leaderboards.top(BOARD, 100);
    expect(top.map(({ score: points }) => points)).toEqual(Array.from({ length: 20 }, (_, index) => 39 - index));
    const standings = await Promise.all(top.map(({ user }) => leaderboards.standing(BOARD, user)));
    expect(standings).toEqual(top);
  });

  promises('what one player does many times at once counts as often', async ({ leaderboards }) => {
    const counts = Array.from({ length: 30 }, () => leaderboards.submit(BOARD, 'sum', score('ann', 1)));
    await Promise.all(counts);
    expect(await leaderboards.standing(BOARD, 'ann')).toMatchObject({ score: 30 });
  });

  promises('ranks are those of a sorted list, whatever is submitted', ({ leaderboards }) =>
    holdAgainstList(leaderboards, 20),
  );

  promises('a match is kept once, and listed for its players, the newest first', async ({ matches }) => {
    expect(await matches.add(match('m1', 10, 'ann', 'bob', null))).toBe(true);
    expect(await matches.add(match('m1', 99, 'cho', 'dan'))).toBe(false);
    expect(await matches.add(match('m3', 30, 'ann', 'cho'))).toBe(true);
    expect(await matches.add(match('m2', 20, 'bob', 'ann'))).toBe(true);
    expect(await matches.load('m1')).toEqual(match('m1', 10, 'ann', 'bob', null));
    expect(await matches.load('m9')).toBeNull();
    expect((await matches.ofPlayer('ann', 2)).map(({ id }) => id)).toEqual(['m3', 'm2']);
    expect(await matches.ofPlayer('ann', 10)).toHaveLength(3);
    expect(await matches.ofPlayer('dan', 10)).toEqual([]);
  });

  promises('of a target the latest sanction counts, and each is heard of once', async ({ sanctions }) => {
    const ban = (userId: string, reason: string): Sanction => ({
      kind: 'ban',
      ban: { target: { userId }, untilMs: null, reason },
    });
    const address: Sanction = { kind: 'ban', ban: { target: { address: '::1' }, untilMs: 5, reason: 'flood' } };
    const revoked: Sanction = { kind: 'revoked', user: 'ann', untilMs: 7 };
    for (const one of [ban('ann', 'first'), address, revoked, ban('ann', 'second'), ban('bob', 'both')]) {
      await sanctions.put(one);
    }
    const all = await sanctions.since(0, 100);
    expect(all.sanctions).toEqual([address, revoked, ban('ann', 'second'), ban('bob', 'both')]);
    expect(await sanctions.since(all.change, 100)).toEqual({ change: all.change, sanctions: [] });
    const page = await sanctions.since(0, 3);
    expect((await sanctions.since(page.change, 3)).sanctions).toEqual([ban('bob', 'both')]);
    await sanctions.put({ kind: 'lifted', target: { userId: 'ann' } });
    const news = await sanctions.since(all.change, 100);
    expect(news.sanctions).toEqual([{ kind: 'lifted', target: { userId: 'ann' } }]);
    expect((await sanctions.since(0, 100)).sanctions).toHaveLength(4);
  });

  promises('the audit log lists what was done, the newest first, each entry once', async ({ audit }) => {
    const entry = (id: string) => ({ id, atMs: 1, by: 'operator', action: 'ban', target: 'ann', details: { id } });
    for (const id of ['a', 'b', 'c', 'a']) await audit.append(entry(id));
    const records = await audit.list(10);
    expect(records.map(({ number, ...one }) => one)).toEqual(['c', 'b', 'a'].map(entry));
    expect((await audit.list(10, records[0]?.number)).map(({ id }) => id)).toEqual(['b', 'a']);
    expect((await audit.list(1)).map(({ id }) => id)).toEqual(['c']);
  });
}
