/**
 * Seeded chance: the only kind that rules know. The same seed gives the same numbers on every machine, and the state
 * is four words that can be saved and put back.
 */

/** Words that continue a sequence exactly where it was. */
export type RandomState = readonly [number, number, number, number];

/** A source of reproducible chance. */
export interface SeededRandom {
  /** A whole number 0 to 2^32 - 1. */
  u32(): number;
  /** A number from 0 up to, not including, 1. */
  float(): number;
  /** A whole number from 0 up to, not including, `below` (1 to 2^32), each equally likely. */
  below(below: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One item of a list that is not empty. */
  pick<T>(from: readonly T[]): T;
  state(): RandomState;
}

/**
 * xoshiro128** seeded through splitmix32, so that near seeds give unrelated sequences.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2018).
 */
export function seededRandom(seed: number | RandomState): SeededRandom {
  let [a, b, c, d] = typeof seed === 'number' ? spread(seed) : seed;

  const u32 = (): number => {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled;
  };
  const below = (limit: number): number => {
    if (!Number.isInteger(limit) || limit < 1 || limit > 2 ** 32) {
      throw new RangeError(`below(${limit}) needs a whole number from 1 to 2^32`);
    }
    // Numbers of the last, incomplete cycle would make small results likelier: draw again.
    const fair = 2 ** 32 - (2 ** 32 % limit);
    let drawn = u32();
    while (drawn >= fair) drawn = u32();
    return drawn % limit;
  };
  return {
    u32,
    float: () => u32() / 2 ** 32,
    below,
    chance: (p) => u32() / 2 ** 32 < p,
    pick: (from) => {
      const index = below(from.length);
      return from[index] as (typeof from)[number];
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

function spread(seed: number): [number, number, number, number] {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return [next(), next(), next(), next()];
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
