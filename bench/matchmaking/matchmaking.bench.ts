/**
 * The matchmaker: ten thousand tickets that come at once into a queue where many wait whom nobody fits. No peer has a
 * queue with ratings, parties and criteria that could stand beside it.
 *
 * `matched in` is all the work there is: checking, entering, finding, claiming, telling. A turn is what holds the
 * event loop.
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { median, p99 } from '../measure.ts';
import { type Figure, type Row, toRow } from '../rows.ts';
import { CROWDS, type Crowd, type QueueFigures, runQueue } from './queue.ts';

const NEWCOMERS = 10_000;
const STRANGERS = [5_000, 10_000, 20_000, 50_000];
const REPETITIONS = 5;

/** The most that ten thousand tickets may take, however many wait. */
const MATCHED_MS = 2_000;
/** All the work by all who are in the queue: no more of it for each, the more there are. */
const GROWTH = 1.2;

export const matchmakingBench: Bench = {
  async run({ haste, progress }: BenchOptions): Promise<BenchResult> {
    const rows: Row[] = [];
    for (const crowd of CROWDS) {
      // Once before, so that what is measured is compiled.
      await runQueue(crowd, 1_000, NEWCOMERS);
      const costs: number[] = [];
      for (const strangers of STRANGERS) {
        progress(`${crowd.name}, ${strangers.toLocaleString('en')} waiting`);
        const figures: QueueFigures[] = [];
        for (let run = 0; run < Math.ceil(REPETITIONS / haste); run++) {
          figures.push(await runQueue(crowd, strangers, NEWCOMERS));
        }
        costs.push(medianOf(figures, ({ tookMs }) => tookMs) / (strangers + NEWCOMERS));
        rows.push(...rowsOf(crowd, strangers, figures));
      }
      const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
      rows.push(figure(crowd.name, 'for each in the queue, 50,000 to 5,000', 'times', growth, GROWTH));
    }
    return { rows, charts: [] };
  },
};

function rowsOf({ name }: Crowd, strangers: number, figures: readonly QueueFigures[]): readonly Row[] {
  const called = `${name}: ${strangers.toLocaleString('en')}`;
  const of = (pick: (one: QueueFigures) => number): number => medianOf(figures, pick);
  return [
    figure(
      called,
      `${NEWCOMERS.toLocaleString('en')} matched in`,
      'ms',
      of(({ tookMs }) => tookMs),
      MATCHED_MS,
    ),
    figure(
      called,
      'tickets',
      '/s',
      of(({ matched, tookMs }) => (1000 * matched) / tookMs),
    ),
    figure(
      called,
      'a ticket',
      'us',
      of(({ matched, tookMs }) => (1000 * tookMs) / matched),
    ),
    figure(
      called,
      'turn, p99',
      'ms',
      of(({ turnsMs }) => p99(Float64Array.from(turnsMs))),
    ),
    figure(
      called,
      'waiting, each ticket',
      'us/s',
      of((one) => (1000 * one.idleMsPerSecond) / strangers),
    ),
  ];
}

function medianOf(figures: readonly QueueFigures[], pick: (one: QueueFigures) => number): number {
  return median(Float64Array.from(figures, pick));
}

function figure(name: string, metric: string, unit: string, ours: number, goal?: number): Row {
  const base: Figure = { bench: 'matchmaking', case: name, metric, unit, ours, peer: null, peerName: null };
  return toRow(goal === undefined ? base : { ...base, goal, goalOn: 'ours' });
}
