/** How one encoder's cost grows, one quantity at a time: four charts of the time per tick, and their figures as rows. */
import { type Chart, lineChart } from '../chart.ts';
import { type Row, toRow } from '../rows.ts';
import type { CaseShape } from './encoder.ts';
import { runCompare, type Side } from './job.ts';

interface Growth {
  readonly name: 'movers' | 'viewers' | 'visible' | 'world';
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  /** The time is drawn from 0 up, which shows a level line as level. Otherwise by ratios, like the quantity itself. */
  readonly timeFromZero?: boolean;
  readonly values: readonly number[];
  shapeFor(value: number): CaseShape;
}

const SEED = 20261120;

const GROWTHS: readonly Growth[] = [
  {
    name: 'movers',
    title: 'One frame for everybody, by what changed',
    subtitle: 'Every mover changes x, y and heading each tick; everybody sees everything',
    xLabel: 'movers changed per tick',
    values: [100, 200, 500, 1_000, 2_000, 5_000, 10_000],
    shapeFor: (movers) => ({ world: { seed: SEED, movers }, views: null, moving: false }),
  },
  {
    name: 'viewers',
    title: 'A frame for each viewer, by viewers',
    subtitle: '1,000 movers; every viewer sees about 70 of them',
    xLabel: 'viewers',
    values: [10, 20, 50, 100, 200, 500, 1_000],
    shapeFor: (viewers) => shapeWithViews({ viewers }),
  },
  {
    name: 'visible',
    title: 'A frame for each viewer, by what each sees',
    subtitle: '1,000 movers, 100 viewers',
    xLabel: 'visible rows per viewer (mean)',
    values: [10, 20, 50, 100, 200, 400],
    shapeFor: (visible) => shapeWithViews({ visible }),
  },
  {
    name: 'world',
    title: 'A frame for each viewer, by the size of the world',
    subtitle: '1,000 movers, 100 viewers who see about 70 of them; every further row stands still, out of sight',
    xLabel: 'rows in the world',
    timeFromZero: true,
    values: [1_000, 2_000, 5_000, 10_000, 20_000, 50_000],
    // The movers keep to the same place whatever stands beside it.
    shapeFor: (rows) => ({
      ...shapeWithViews({}),
      world: { seed: SEED, movers: 1_000, still: rows - 1_000, moverWidth: 0.4 },
    }),
  },
];

function shapeWithViews({ viewers = 100, visible = 70 }: { viewers?: number; visible?: number }): CaseShape {
  return { world: { seed: SEED, movers: 1_000 }, views: { viewers, visible }, moving: false };
}

export interface ChartFile {
  /** Name of the file in bench/results/. */
  readonly file: string;
  readonly svg: string;
}

/** Measures one side at every value of every quantity. Rows carry no goals: the shape of the line is what counts. */
export async function measureGrowth(
  side: Side,
  times: { readonly warmUp: number; readonly repetitions: number },
): Promise<{ rows: readonly Row[]; charts: readonly ChartFile[] }> {
  const rows: Row[] = [];
  const charts: ChartFile[] = [];
  const sides = side === 'ours' ? { ours: true, peer: null } : { ours: false, peer: side };
  for (const growth of GROWTHS) {
    const points: Point[] = [];
    for (const value of growth.values) {
      const { ours, peer } = await runCompare({ ...sides, ...times, shape: growth.shapeFor(value) });
      const figures = ours ?? peer;
      if (figures === null) throw new Error(`${growth.name}: nothing was measured`);
      points.push({ value, medianUs: figures.cpuUs, p99Us: figures.cpuP99Us });
      const name = `growth-${growth.name}-${value}`;
      rows.push(
        toRow({
          bench: 'encode',
          case: name,
          metric: 'cpu',
          unit: 'us/tick',
          ours: ours?.cpuUs ?? null,
          peer: peer?.cpuUs ?? null,
          peerName: side === 'ours' ? null : side,
        }),
      );
    }
    charts.push({ file: `encode-${growth.name}.svg`, svg: lineChart(toChart(growth, points)) });
  }
  return { rows, charts };
}

interface Point {
  readonly value: number;
  readonly medianUs: number;
  readonly p99Us: number;
}

function toChart({ title, subtitle, xLabel, timeFromZero = false }: Growth, points: readonly Point[]): Chart {
  return {
    title,
    subtitle,
    x: { label: xLabel, log: true },
    y: { label: 'time per tick (µs)', log: !timeFromZero },
    series: [
      { name: 'median', points: points.map(({ value, medianUs }) => ({ x: value, y: medianUs })) },
      { name: '99th percentile', points: points.map(({ value, p99Us }) => ({ x: value, y: p99Us })), dashed: true },
    ],
  };
}
