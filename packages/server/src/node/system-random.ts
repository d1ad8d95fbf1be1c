/** Chance from the operating system. */
import { randomFillSync } from 'node:crypto';
import type { Random } from '../ports/random.ts';

/** Asked for so much at a time: each asking costs more than what it brings. */
const POOL_WORDS = 1024;

/** A source that nobody can foresee; each has a pool of its own. */
export function systemRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  return {
    u32() {
      if (used === POOL_WORDS) {
        randomFillSync(pool);
        used = 0;
      }
      const word = pool[used] ?? 0;
      // What was given out is not kept.
      pool[used++] = 0;
      return word;
    },
  };
}
