/** What code allocates, measured on the heap itself, with the collector under control. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
setFlagsFromString('--single-threaded-gc');
// A young generation large enough that nothing is collected, and so nothing hidden, while one frame is read.
setFlagsFromString('--semi-space-growth-factor=16');
const collect = runInNewContext('gc') as () => void;

/** What refusing costs whatever the input: the error, its sentence and its stack. Small beside the inputs of the tests. */
export const REFUSAL_BYTES = 8 * 1024;

/** Bytes that a run allocates. What the runtime does on the side comes and goes: the least of a few runs counts. */
export function allocatedBy(run: () => void): number {
  collect();
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  return after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers);
}
