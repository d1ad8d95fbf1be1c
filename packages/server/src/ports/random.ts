/**
 * Chance from outside the rules: seeds of rooms and ids that nobody should guess. Core's `seededRandom` is one that
 * repeats itself, for tests and simulations.
 */
export interface Random {
  /** A whole number 0 to 2^32 - 1. */
  u32(): number;
}
