/** Leaderboards beside a sorted list: whatever is submitted, both say the same. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { BoardKey, KeptScore, Leaderboards, Standing } from './store.ts';

interface Submission {
  readonly user: string;
  readonly score: number;
  readonly keep: KeptScore;
}

/** Few users and few scores: most of them are tied, move, and come again. */
const anySubmission: fc.Arbitrary<Submission> = fc.record({
  user: fc.integer({ min: 0, max: 30 }).map((number) => `user ${number}`),
  score: fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: -1_000, max: 1_000 }),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -0),
  ),
  keep: fc.constantFrom<KeptScore>('best', 'latest', 'sum'),
});

/** The slow way: sorts everything, each time. */
class SortedList {
  readonly #order: BoardKey['order'];
  #all: { user: string; score: number }[] = [];

  constructor(order: BoardKey['order']) {
    this.#order = order;
  }

  submit({ user, score, keep }: Submission): boolean {
    const known = this.#all.find((one) => one.user === user);
    const next = known === undefined ? score : this.#next(known.score, score, keep);
    if (!Number.isSafeInteger(next)) return false;
    if (next === known?.score) return true;
    // Who comes last to a score stands behind those who have it: sorting keeps them in this order.
    this.#all = [...this.#all.filter((one) => one !== known), { user, score: next + 0 }];
    const sign = this.#order === 'highest' ? -1 : 1;
    this.#all.sort((a, b) => Math.sign(a.score - b.score) * sign);
    return true;
  }

  get ranked(): readonly Pick<Standing, 'rank' | 'user' | 'score'>[] {
    return this.#all.map(({ user, score }, index) => ({ rank: index + 1, user, score }));
  }

  #next(before: number, score: number, keep: KeptScore): number {
    if (keep === 'sum') return before + score;
    if (keep === 'latest') return score;
    return this.#order === 'highest' ? Math.max(before, score) : Math.min(before, score);
  }
}

/** Holds leaderboards against the list, board by board. `after` is called at the end of each. */
export async function holdAgainstList(
  leaderboards: Leaderboards,
  runs: number,
  after: (board: BoardKey) => Promise<void> = async () => {},
): Promise<void> {
  let boards = 0;
  const anyScript = fc.array(anySubmission, { minLength: 1, maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('highest', 'lowest'), anyScript, async (order, script) => {
      const board: BoardKey = { name: 'held against a list', period: `${boards++}`, order };
      const list = new SortedList(order);
      for (const [index, submission] of script.entries()) {
        const { user, score, keep } = submission;
        const submitting = leaderboards.submit(board, keep, { user, name: `${index}`, score, atMs: index });
        if (list.submit(submission)) {
          const { rank, score: now, name } = await submitting;
          expect({ rank, user, score: now }).toEqual(list.ranked.find((one) => one.user === user));
          expect(name).toBe(`${index}`);
        } else await expect(submitting).rejects.toMatchObject({ code: 'BAD_SCORE' });
      }
      const { ranked } = list;
      const shown = (standings: readonly Standing[]) =>
        standings.map(({ rank, user, score }) => ({ rank, user, score }));
      expect(await leaderboards.size(board)).toBe(ranked.length);
      expect(shown(await leaderboards.top(board, 1_000))).toEqual(ranked);
      for (const [index, one] of ranked.entries()) {
        expect(shown([await leaderboards.standing(board, one.user)].flatMap((found) => found ?? []))).toEqual([one]);
        const around = shown(await leaderboards.around(board, one.user, 5));
        expect(around).toEqual(ranked.slice(Math.max(0, index - 2), index + 3));
      }
      await after(board);
    }),
    { numRuns: runs },
  );
}
