/** Work of a known amount, not of a known time: who loses the core in the middle of it has all of it left to do. */

/** Does so many rounds; what it answers keeps the compiler from leaving them out. */
export function work(rounds: number): number {
  let bits = 1;
  for (let i = 0; i < rounds; i++) {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
  }
  return bits;
}
