/** What decoders cost at most, by kind of decoder: time and memory of the inputs that took most of it. */
import type { Decoder } from './decoders.ts';

/** The slowest inputs are read again so often: what the runtime did beside one of them does not come back. */
const SLOWEST_KEPT = 16;
const SLOWEST_TIMES = 20;

/** An input is read so often when its memory is measured. */
const MEASURED_TIMES = 16;

/** An input and the decoder that read it. */
export interface Reading {
  readonly decoder: Decoder;
  readonly input: Uint8Array;
}

interface Cost extends Reading {
  readonly cost: number;
}

export class DecoderFigures {
  inputs = 0;
  taken = 0;
  /** By kind, descending. */
  readonly #slow = new Map<string, Cost[]>();
  /** By kind, the most bytes of memory that an input took. */
  readonly #hungry = new Map<string, Cost>();

  /** Notes how long a reading took. */
  add(reading: Reading, ms: number): void {
    const kind = kindOf(reading.decoder);
    const slow = this.#slow.get(kind) ?? [];
    const last = slow.at(-1);
    if (slow.length >= SLOWEST_KEPT && last !== undefined && ms <= last.cost) return;
    slow.push({ ...reading, cost: ms });
    slow.sort((a, b) => b.cost - a.cost);
    this.#slow.set(kind, slow.slice(0, SLOWEST_KEPT));
  }

  /** Reads again, and notes what memory it takes. */
  measureMemory(reading: Reading): void {
    const { decoder, input } = reading;
    const alone = heapBytes(() => decoder.restore());
    const both = heapBytes(() => {
      decoder.read(input);
      decoder.restore();
    });
    if (alone === null || both === null) return;
    const cost = both - alone;
    if (cost > (this.#hungry.get(kindOf(decoder))?.cost ?? 0)) this.#hungry.set(kindOf(decoder), { ...reading, cost });
  }

  /** A line for each kind of decoder. */
  lines(): readonly string[] {
    return [...this.#slow].map(([kind, slow]) => {
      const times = slow.map((one) => ({ ...one, ms: leastMs(one) }));
      const slowest = times.reduce((most, one) => (one.ms > most.ms ? one : most));
      const hungriest = this.#hungry.get(kind);
      const memory =
        hungriest === undefined ? '' : `, most memory ${hungriest.cost.toFixed(0)} (${hungriest.input.length} bytes)`;
      const time = `slowest ${(slowest.ms * 1000).toFixed(0)} us (${slowest.input.length} bytes)`;
      return `  ${kind.padEnd(8)}${time}${memory}`;
    });
  }
}

function kindOf({ name }: Decoder): string {
  return name.split('/')[0] ?? name;
}

function leastMs({ decoder, input }: Reading): number {
  const times = Array.from({ length: SLOWEST_TIMES }, () => {
    const startMs = performance.now();
    decoder.read(input);
    const ms = performance.now() - startMs;
    decoder.restore();
    return ms;
  });
  return Math.min(...times);
}

/** What one run takes of the heap; null where the collector came in between. */
function heapBytes(run: () => void): number | null {
  const before = process.memoryUsage();
  for (let left = MEASURED_TIMES; left > 0; left--) run();
  const after = process.memoryUsage();
  const bytes = after.heapUsed - before.heapUsed + (after.arrayBuffers - before.arrayBuffers);
  return bytes < 0 ? null : bytes / MEASURED_TIMES;
}
