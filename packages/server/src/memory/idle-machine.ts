/** A machine with nothing else to do: for simulations, which must not depend on the one they run on. */
import type { Machine } from '../ports/machine.ts';

export const idleMachine: Machine = {
  start: () => {},
  stop: () => {},
  usedMemoryShare: () => 0,
  loopDelayMs: () => 0,
};
