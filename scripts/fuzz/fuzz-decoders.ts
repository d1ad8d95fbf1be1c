/** Feeds decoders by chance, and finds what breaks their promises, what takes long and what takes much memory. */
import type { SeededRandom } from '@madang/core';
import { DecoderFigures } from './decoder-figures.ts';
import type { Decoder } from './decoders.ts';
import type { Failure } from './failure.ts';
import { anyBytes, mutated, smallest } from './mutate.ts';

/** Bytes of an input at most, as the catalogue has it. */
const INPUT_BYTES_MAX = 512;

/** Every so manieth input is measured for memory. */
const MEASURED_EVERY = 1_009;

/** Reads so many inputs, or up to the first that is not taken as its decoder promises. */
export async function fuzzDecoders(
  decoders: readonly Decoder[],
  count: number,
  random: SeededRandom,
  progress: (done: number) => void,
): Promise<{ readonly figures: DecoderFigures; readonly failure: Failure | null }> {
  const turns = decoders.flatMap((decoder) => new Array<Decoder>(decoder.weight).fill(decoder));
  const figures = new DecoderFigures();
  while (figures.inputs < count) {
    const decoder = random.pick(turns);
    const input = anyInput(decoder, random);
    figures.inputs++;
    try {
      // A stack for each of millions of refusals would take a third of the time. What fails is read again with one.
      const ms = withoutStacks(() => {
        const startMs = performance.now();
        const outcome = decoder.read(input);
        const tookMs = performance.now() - startMs;
        if (outcome === 'taken') figures.taken++;
        decoder.restore();
        return tookMs;
      });
      figures.add({ decoder, input }, ms);
      if (figures.inputs % MEASURED_EVERY === 0) figures.measureMemory({ decoder, input });
    } catch (error) {
      return { figures, failure: await failureOf(decoder, input, error) };
    }
    if (figures.inputs % 100_000 === 0) progress(figures.inputs);
  }
  return { figures, failure: null };
}

/**
 * Reads one input again, as the line of a failure has it. Answers what it throws. Throws RangeError for an unknown
 * name.
 */
export function replayDecoder(
  decoders: readonly Decoder[],
  name: string,
  hex: string,
): { readonly error: unknown } | null {
  const decoder = decoders.find((one) => one.name === name);
  if (decoder === undefined) throw new RangeError(`there is no decoder ${name}`);
  return errorOf(decoder, Buffer.from(hex, 'hex'));
}

function anyInput(decoder: Decoder, random: SeededRandom): Uint8Array {
  const honest = random.pick(decoder.honest);
  const kind = random.below(10);
  if (kind === 0) return anyBytes(random, INPUT_BYTES_MAX);
  if (kind === 1) {
    // Any bytes at all, behind a first byte that is known.
    const bytes = anyBytes(random, INPUT_BYTES_MAX);
    bytes.set(honest.subarray(0, Math.min(1, bytes.length)));
    return bytes;
  }
  return mutated(random, honest, random.pick(decoder.honest), INPUT_BYTES_MAX);
}

async function failureOf(decoder: Decoder, input: Uint8Array, error: unknown): Promise<Failure> {
  const least = await smallest(input, (bytes) => {
    const found = errorOf(decoder, bytes);
    return found !== null && causeOf(found.error) === causeOf(error);
  });
  return {
    line: `${decoder.name} ${Buffer.from(least).toString('hex')}`,
    error: errorOf(decoder, least)?.error ?? error,
  };
}

function errorOf(decoder: Decoder, input: Uint8Array): { readonly error: unknown } | null {
  try {
    decoder.read(input);
    decoder.restore();
    return null;
  } catch (error) {
    return { error };
  }
}

/** Two errors of which this is the same have one cause, as far as that can be told. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name} ${'code' in error ? String(error.code) : error.message}`;
}

function withoutStacks<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
