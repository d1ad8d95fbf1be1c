/** What a bench is to the command that runs it. */
import type { Row } from './rows.ts';

export interface BenchOptions {
  /** Measure the peers alone, leave our side and its charts out. */
  readonly peerOnly: boolean;
  /** Repetitions are divided by this: 1 for figures that count, more for a look whether it runs at all. */
  readonly haste: number;
  /** Workloads and servers to run, by name; all where there is none. Of the bench's `parts`. */
  readonly only: readonly string[];
  readonly servers: readonly string[];
  /** Tells a waiting reader what is being measured, or has just been. */
  progress(what: string): void;
}

export interface BenchResult {
  readonly rows: readonly Row[];
  /** Files for bench/results/. */
  readonly charts: readonly { readonly file: string; readonly svg: string }[];
  /** For a bench whose rows are its goals alone: the figures behind them, printed first. */
  readonly tables?: string;
  /** Those figures for a machine to read, goals included: kept in bench/results/, and written in place of the rows. */
  readonly record?: object;
}

export interface Bench {
  /** Names of which some can be asked for without the others; for a bench that has such parts. */
  readonly parts?: { readonly workloads: readonly string[]; readonly servers: readonly string[] };
  run(options: BenchOptions): BenchResult | Promise<BenchResult>;
}
