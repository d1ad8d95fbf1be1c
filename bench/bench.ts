/** What a bench is to the command that runs it. */
import type { Row } from './rows.ts';

export interface BenchOptions {
  /** Measure the peers alone, leave our side and its charts out. */
  readonly peerOnly: boolean;
  /** Repetitions are divided by this: 1 for figures that count, more for a look whether it runs at all. */
  readonly haste: number;
  /** Tells a waiting reader what is being measured. */
  progress(what: string): void;
}

export interface BenchResult {
  readonly rows: readonly Row[];
  /** Files for bench/results/. */
  readonly charts: readonly { readonly file: string; readonly svg: string }[];
}

export interface Bench {
  run(options: BenchOptions): BenchResult | Promise<BenchResult>;
}
