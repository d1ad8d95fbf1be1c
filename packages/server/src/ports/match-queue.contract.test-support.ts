/** What every match queue promises: one suite, run against each. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MatchQueue } from './match-queue.ts';

export function matchQueueContract(name: string, open: () => MatchQueue): void {
  test(`${name}: a player waits once, and again only after leaving`, async () => {
    const queue = open();
    expect(await queue.enter('t1', ['ann', 'bob'])).toBe(true);
    expect(await queue.enter('t2', ['cho', 'bob'])).toBe(false);
    expect(await queue.enter('t3', ['cho'])).toBe(true);
    await queue.leave('t2');
    expect(await queue.enter('t4', ['bob'])).toBe(false);
    await queue.leave('t1');
    expect(await queue.enter('t5', ['bob', 'ann'])).toBe(true);
  });

  test(`${name}: a claim has all of its tickets or none`, async () => {
    const queue = open();
    await queue.enter('t1', ['ann']);
    await queue.enter('t2', ['bob']);
    await queue.enter('t3', ['cho']);
    expect(await queue.claim('m1', ['t1', 't2'])).toEqual([]);
    expect(await queue.claim('m2', ['t3', 't2', 'gone'])).toEqual(['t2', 'gone']);
    expect(await queue.claim('m3', ['t3'])).toEqual([]);
  });

  test(`${name}: tickets of a match that came to nothing can be had again, but for those that left`, async () => {
    const queue = open();
    await queue.enter('t1', ['ann']);
    await queue.enter('t2', ['bob']);
    await queue.claim('m1', ['t1', 't2']);
    await queue.leave('t1');
    await queue.release('m1');
    await queue.release('m1');
    expect(await queue.claim('m2', ['t1'])).toEqual(['t1']);
    expect(await queue.claim('m2', ['t2'])).toEqual([]);
  });

  test(`${name}: whoever left and entered again is not drawn into the match that was left`, async () => {
    const queue = open();
    await queue.enter('t1', ['ann']);
    await queue.claim('m1', ['t1']);
    await queue.leave('t1');
    expect(await queue.enter('t2', ['ann'])).toBe(true);
    await queue.settle('m1');
    expect(await queue.enter('t3', ['ann'])).toBe(false);
  });

  test(`${name}: the players of a match that was made may enter again`, async () => {
    const queue = open();
    await queue.enter('t1', ['ann']);
    await queue.claim('m1', ['t1']);
    await queue.settle('m1');
    await queue.settle('m1');
    expect(await queue.enter('t2', ['ann'])).toBe(true);
    expect(await queue.claim('m2', ['t1'])).toEqual(['t1']);
  });

  test(`${name}: keys are text and nothing else [AU20] [AU21]`, async () => {
    const queue = open();
    const keys = ["'; DROP TABLE tickets; --", '__proto__', 'a\r\nDEL b', '*', '{a}', 'a:b', '%', ''];
    for (const [index, key] of keys.entries()) expect(await queue.enter(`t${index}`, [key])).toBe(true);
    for (const key of keys) expect(await queue.enter('again', [key])).toBe(false);
  });

  test(`${name}: whoever claims, and whenever, no ticket is in two matches`, async () => {
    const ids = ['t0', 't1', 't2', 't3', 't4', 't5'];
    const anyClaim = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(anyClaim, { maxLength: 12 }), async (claims) => {
        const queue = open();
        for (const id of ids) await queue.enter(id, [`player of ${id}`]);
        const answers = await Promise.all(claims.map((tickets, match) => queue.claim(`m${match}`, tickets)));
        const had = claims.filter((_, match) => answers[match]?.length === 0).flat();
        expect(new Set(had).size).toBe(had.length);
      }),
    );
  });
}
