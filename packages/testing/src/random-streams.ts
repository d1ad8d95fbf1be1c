/**
 * Chance for many subjects out of one seed. Each subject has a sequence of its own, so that leaving one out, such as a
 * kind of fault, changes nothing for the others: a failing run stays one while it is made smaller.
 */
import { type SeededRandom, seededRandom } from '@madang/core';

/** The sequence of one subject, such as `player 3`. The same seed and subject give the same numbers. */
export function streamOf(seed: number, subject: string): SeededRandom {
  let hash = seed | 0;
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
  return seededRandom(hash);
}

/** A number from `low` up to, not including, `high`. */
export function between(random: SeededRandom, low: number, high: number): number {
  return low + random.float() * (high - low);
}
