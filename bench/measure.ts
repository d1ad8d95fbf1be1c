/**
 * Measures two implementations of one job against each other on a machine that is never quite quiet.
 *
 * Both do the same ticks in the same run, taking turns block by block, so that a slow minute of the machine falls on
 * both. A block is some ticks of one side in a row: taking turns tick by tick would let each side pay for the garbage
 * and the cold caches of the other. Before every block all garbage is collected, and the first ticks after that are not
 * counted. What a side throws away within its own block it also collects there, and that counts.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One side. Phases are timed one by one, in the order they are listed, once a tick. */
export interface Subject<Phase extends string> {
  /** Sets the tick up; not timed. */
  before(): void;
  /** Each returns a figure of its own, such as a number of bytes, whose mean is reported; 0 where there is none. */
  readonly phases: Readonly<Record<Phase, () => number>>;
}

/** What one phase took, tick by tick. */
export interface Samples {
  readonly us: Float64Array;
  readonly meanFigure: number;
}

export type Measured<Phase extends string> = Readonly<Record<Phase, Samples>>;

export interface Measurement<Phase extends string> {
  /** Null leaves a side out. */
  readonly ours: Subject<Phase> | null;
  readonly peer: Subject<Phase> | null;
  /** Ticks each side runs before anything is counted: long enough for the compiler to have settled. */
  readonly warmUp: number;
  /** Ticks counted for each side; rounded up to whole blocks. */
  readonly repetitions: number;
}

const BLOCK_TICKS = 50;
/** The first ticks after a full collection find their data moved and their caches cold. */
const UNCOUNTED_TICKS = 4;

/** Runs both sides, or the one there is, and answers every sample of every phase. */
export function compare<Phase extends string>({
  ours,
  peer,
  warmUp,
  repetitions,
}: Measurement<Phase>): {
  ours: Measured<Phase> | null;
  peer: Measured<Phase> | null;
} {
  const blocks = Math.ceil(repetitions / BLOCK_TICKS);
  const first = ours === null ? null : new Recorder(ours, blocks * BLOCK_TICKS);
  const second = peer === null ? null : new Recorder(peer, blocks * BLOCK_TICKS);
  first?.skip(warmUp);
  second?.skip(warmUp);
  for (let block = 0; block < blocks; block++) {
    // Who goes first alternates, too.
    for (const side of block % 2 === 0 ? [first, second] : [second, first]) {
      if (side === null) continue;
      collectGarbage();
      side.skip(UNCOUNTED_TICKS);
      side.record(BLOCK_TICKS);
    }
  }
  return { ours: first?.measured() ?? null, peer: second?.measured() ?? null };
}

class Recorder<Phase extends string> {
  private readonly subject: Subject<Phase>;
  private readonly phases: readonly { name: Phase; run: () => number; us: Float64Array; total: number }[];
  private ticks = 0;

  constructor(subject: Subject<Phase>, ticks: number) {
    this.subject = subject;
    this.phases = (Object.keys(subject.phases) as Phase[]).map((name) => ({
      name,
      run: subject.phases[name],
      us: new Float64Array(ticks),
      total: 0,
    }));
  }

  skip(ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      this.subject.before();
      for (const phase of this.phases) phase.run();
    }
  }

  record(ticks: number): void {
    for (let i = 0; i < ticks; i++, this.ticks++) {
      this.subject.before();
      for (const phase of this.phases) {
        const startedMs = performance.now();
        const figure = phase.run();
        phase.us[this.ticks] = (performance.now() - startedMs) * 1000;
        phase.total += figure;
      }
    }
  }

  measured(): Measured<Phase> {
    const entries = this.phases.map(({ name, us, total }) => [name, { us, meanFigure: total / this.ticks }]);
    return Object.fromEntries(entries) as Measured<Phase>;
  }
}

/** The smallest sample that at least `share` of all samples do not exceed. */
export function quantile(us: Float64Array, share: number): number {
  const sorted = us.toSorted();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (us: Float64Array): number => quantile(us, 0.5);
export const p99 = (us: Float64Array): number => quantile(us, 0.99);

/** Two phases as if they had been timed in one. */
export function together(a: Samples, b: Samples): Samples {
  return { us: a.us.map((us, tick) => us + (b.us[tick] ?? 0)), meanFigure: a.meanFigure + b.meanFigure };
}

/** A full collection. V8 offers it only on demand, and the flag can be set while running. */
export const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();
