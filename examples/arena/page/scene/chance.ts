/** Chance that gives the same stars on every visit. */
import { seededRandom } from '@madang/core';

/** Numbers from 0 up to 1, always the same for a seed. */
export function seeded(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random.float();
}
