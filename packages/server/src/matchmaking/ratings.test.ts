import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../memory/memory-store.ts';
import type { Documents } from '../ports/store.ts';
import { NEW_RATING, shownRating } from './rating.ts';
import { type MatchResult, Ratings, type ResultTeam } from './ratings.ts';

const GAME = 'omok';
const team = (place: number | null, ...users: (string | null)[]): ResultTeam => ({
  place,
  players: users.map((user) => ({ user })),
});
const duel = (matchId: string, winner: string, loser: string): MatchResult => ({
  game: GAME,
  matchId,
  teams: [team(1, winner), team(2, loser)],
});

describe('ratings', () => {
  test('are a new player’s until somebody has played', async () => {
    const ratings = new Ratings(new MemoryStore());
    expect(await ratings.load(GAME, 'ann')).toEqual(NEW_RATING);
  });

  test('rise for who won, fall for who lost, and become surer for both', async () => {
    const ratings = new Ratings(new MemoryStore());
    const [ann, bob] = await ratings.apply(duel('m1', 'ann', 'bob'));
    expect([ann?.user, bob?.user]).toEqual(['ann', 'bob']);
    expect(ann?.after.mu).toBeGreaterThan(NEW_RATING.mu);
    expect(bob?.after.mu).toBeLessThan(NEW_RATING.mu);
    expect(ann?.after.sigma).toBeLessThan(NEW_RATING.sigma);
    expect([await ratings.load(GAME, 'ann'), await ratings.load(GAME, 'bob')]).toEqual([ann?.after, bob?.after]);
    expect(await ratings.load('chess', 'ann')).toEqual(NEW_RATING);
  });

  test('are the same for equal players who tie, and for all of a team', async () => {
    const ratings = new Ratings(new MemoryStore());
    const [ann, bob] = await ratings.apply({ game: GAME, matchId: 'm1', teams: [team(1, 'ann'), team(1, 'bob')] });
    expect(ann?.after).toEqual(bob?.after);
    const teams = [team(2, 'cho', 'dan'), team(1, 'eve', 'fay'), team(2, 'gil', 'han')];
    const changes = await ratings.apply({ game: GAME, matchId: 'm2', teams });
    const mu = new Map(changes.map(({ user, after }) => [user, after.mu]));
    expect(mu.get('cho')).toBe(mu.get('dan'));
    expect(mu.get('cho')).toBeCloseTo(mu.get('gil') ?? 0, 9);
    expect(mu.get('eve')).toBeGreaterThan(mu.get('cho') ?? 0);
  });

  test('of who left fall although the team won; those who stayed get what is theirs', async () => {
    const ratings = new Ratings(new MemoryStore());
    const winners: ResultTeam = { place: 1, players: [{ user: 'ann' }, { user: 'bob', hasLeft: true }] };
    const [ann, bob, cho] = await ratings.apply({ game: GAME, matchId: 'm1', teams: [winners, team(2, 'cho', 'dan')] });
    expect(ann?.after.mu).toBeGreaterThan(NEW_RATING.mu);
    expect(bob?.after.mu).toBeLessThan(NEW_RATING.mu);
    expect(cho?.after.mu).toBeLessThan(NEW_RATING.mu);
  });

  test('put teams that did not finish behind the others, and ignore matches that nobody finished', async () => {
    const ratings = new Ratings(new MemoryStore());
    const changes = await ratings.apply({ game: GAME, matchId: 'm1', teams: [team(null, 'ann'), team(1, 'bob')] });
    expect(changes.map(({ after }) => after.mu > NEW_RATING.mu)).toEqual([false, true]);
    const none = { game: GAME, matchId: 'm2', teams: [team(null, 'cho'), team(null, 'dan')] };
    expect(await ratings.apply(none)).toEqual([]);
    expect(await ratings.apply({ game: GAME, matchId: 'm3', teams: [team(1, 'cho', 'dan')] })).toEqual([]);
    expect(await ratings.load(GAME, 'cho')).toEqual(NEW_RATING);
  });

  test('take somebody without an identity for a new player, and remember nothing of them', async () => {
    const store = new MemoryStore();
    const changes = await new Ratings(store).apply({
      game: GAME,
      matchId: 'm1',
      teams: [team(1, 'ann'), team(2, null)],
    });
    expect(changes.map(({ user }) => user)).toEqual(['ann']);
    expect(await store.load(`rating:${GAME}:null`)).toBeNull();
  });

  test('count a match once, however often and by however many nodes it is reported', async () => {
    const store = new MemoryStore();
    const nodes = [new Ratings(store), new Ratings(store), new Ratings(store)];
    const answers = await Promise.all(nodes.map((ratings) => ratings.apply(duel('m1', 'ann', 'bob'))));
    expect(new Set(answers.map((changes) => JSON.stringify(changes))).size).toBe(1);
    expect(await nodes[0]?.apply(duel('m1', 'ann', 'bob'))).toEqual(answers[0]);
    expect(await nodes[1]?.load(GAME, 'ann')).toEqual(answers[0]?.[0]?.after);
  });

  test('count for the rest of the players where the process ended half-way', async () => {
    const store = new MemoryStore();
    let savesLeft = 1;
    const failing: Documents = {
      load: (key) => store.load(key),
      save: (key, value, version) =>
        savesLeft-- > 0 ? store.save(key, value, version) : Promise.reject(new Error('the machine is gone')),
    };
    await expect(new Ratings(failing).apply(duel('m1', 'ann', 'bob'))).rejects.toThrow('the machine is gone');
    const changes = await new Ratings(store).apply(duel('m1', 'ann', 'bob'));
    const whole = await new Ratings(new MemoryStore()).apply(duel('m1', 'ann', 'bob'));
    expect(changes).toEqual(whole);
    expect(await new Ratings(store).load(GAME, 'bob')).toEqual(whole[1]?.after);
  });

  test('give up where others never stop saving the same player', async () => {
    const store = new MemoryStore();
    let saves = 0;
    const busy: Documents = {
      load: (key) => store.load(key),
      save: (key, value, version) => {
        saves++;
        return store.save(key, value, version + 1);
      },
    };
    await expect(new Ratings(busy).apply(duel('m1', 'ann', 'bob'))).rejects.toMatchObject({ code: 'STALE_VERSION' });
    expect(saves).toBe(20);
  });

  test('of keys that look like something else are nobody else’s [AU20]', async () => {
    const ratings = new Ratings(new MemoryStore());
    const users = ["'; DROP TABLE documents; --", '__proto__', 'a:b', 'b', '%'];
    for (const [index, user] of users.entries()) await ratings.apply(duel(`m${index}`, user, `loser of ${index}`));
    for (const user of users) expect((await ratings.load(GAME, user)).mu).toBeGreaterThan(NEW_RATING.mu);
    expect(await ratings.load(GAME, 'a')).toEqual(NEW_RATING);
  });

  test('count every match once where many end at the same time and are reported twice', async () => {
    const users = ['ann', 'bob', 'cho', 'dan'];
    const anyPair = fc.uniqueArray(fc.constantFrom(...users), { minLength: 2, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(fc.array(anyPair, { minLength: 1, maxLength: 5 }), async (pairs) => {
        const store = new MemoryStore();
        const results = pairs.map(([winner = '', loser = ''], index) => duel(`m${index}`, winner, loser));
        await Promise.all([...results, ...results].map((result) => new Ratings(store).apply(result)));
        for (const user of users) {
          const played = pairs.filter((pair) => pair.includes(user)).length;
          const document = await store.load(`rating:${GAME}:${user}`);
          expect(document?.version ?? 0).toBe(played);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('are shown on the scale of chess: 900 for the new, about 1,500 for the average, never below 0', () => {
    expect(shownRating(NEW_RATING)).toBe(900);
    expect(shownRating({ mu: 25, sigma: 1.6 })).toBe(1506);
    expect(shownRating({ mu: 40, sigma: 1.5 })).toBe(1965);
    expect(shownRating({ mu: -60, sigma: 3 })).toBe(0);
  });
});
