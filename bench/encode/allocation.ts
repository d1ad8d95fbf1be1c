/**
 * How much an encoder allocates per tick once it has settled.
 *
 * V8's sampling heap profiler looks at every few hundred bytes allocated, collected since or not, and scales up. Only
 * what `encode` allocates counts: it is called inside a generator, which V8 never inlines, so that everything below the
 * generator's frame in the profile is the encoder's. Driving the generator itself costs some 40 bytes a tick, which are
 * included. The memory behind a large typed array lies outside of the heap and is not seen; the object that owns it is.
 */
import { type HeapProfiler, Session } from 'node:inspector';
import { collectGarbage } from '../measure.ts';
import type { EncodeSubject } from './encoder.ts';

const SAMPLING_INTERVAL_BYTES = 256;
const WARM_UP_TICKS = 600;
const FRAME_NAME = 'encodeForProfile';

/** Bytes that one `encode` allocates, in the mean over many ticks. */
export function allocatedPerTick({ before, phases }: EncodeSubject, ticks: number): number {
  const encodes = encodeForProfile(phases.encode);
  const run = (count: number): void => {
    for (let tick = 0; tick < count; tick++) {
      before();
      phases.mutate();
      phases.follow();
      encodes.next();
    }
  };
  run(WARM_UP_TICKS);
  collectGarbage();

  const session = new Session();
  session.connect();
  let bytes = 0;
  try {
    session.post('HeapProfiler.startSampling', {
      samplingInterval: SAMPLING_INTERVAL_BYTES,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    run(ticks);
    // Answered at once: the session is connected to its own thread.
    session.post('HeapProfiler.stopSampling', (error, result) => {
      if (error !== null) throw new Error('The heap profiler gave no profile', { cause: error });
      bytes = bytesBelow(result.profile.head, false);
    });
  } finally {
    session.disconnect();
  }
  return bytes / ticks;
}

function* encodeForProfile(encode: () => number): Generator<undefined, never> {
  for (;;) {
    encode();
    yield;
  }
}

function bytesBelow(node: HeapProfiler.SamplingHeapProfileNode, inside: boolean): number {
  const isInside = inside || node.callFrame.functionName === FRAME_NAME;
  return node.children.reduce((total, child) => total + bytesBelow(child, isInside), isInside ? node.selfSize : 0);
}
