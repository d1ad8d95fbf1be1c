/** Text that nobody can guess, where the source of chance cannot be foreseen. */
import type { Random } from '../ports/random.ts';

/** `words` times 32 random bits in letters that are safe in URLs. */
export function unguessable(random: Random, words: number): string {
  return Buffer.from(Uint32Array.from({ length: words }, () => random.u32()).buffer).toString('base64url');
}
