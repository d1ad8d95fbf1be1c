/**
 * Encoding a tick in which every mover changed x, y and heading, against @colyseus/schema: CPU, bytes and garbage.
 *
 * `cpu` is the encoding alone. `mutate` is what writing the rows into the state took, where both sides also pay for
 * noticing changes. `follow` is what keeping the views up to date took; the peer leaves that to the game, so the search
 * for who is near is the bench's own for it, and part of the figure.
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Row, toRow } from '../rows.ts';
import type { CaseShape } from './encoder.ts';
import { measureGrowth } from './growth.ts';
import { runAllocation, runCompare, type SideFigures } from './job.ts';
import type { PeerMode } from './peer.ts';

interface Case {
  readonly name: string;
  readonly shape: CaseShape;
  readonly repetitions: number;
  readonly peers: readonly PeerMode[];
  /** On the ratio to the quantized peer; undefined where the figure is for information. */
  readonly goals: { readonly cpu?: number; readonly bytes?: number; readonly spread?: number };
}

const SEED = 20261120;
const VISIBLE = 70;
const PEER_VERSION = '@colyseus/schema 5.0.34';

function viewsCase(movers: number, viewers: number, moving: boolean, repetitions: number): Case {
  return {
    name: `views-${movers}x${viewers}${moving ? '-moving' : ''}`,
    shape: { world: { seed: SEED, movers }, views: { viewers, visible: VISIBLE }, moving },
    repetitions,
    peers: ['quantized'],
    goals: moving ? {} : { cpu: 0.1, bytes: 0.5, spread: 3 },
  };
}

const CASES: readonly Case[] = [
  {
    name: 'shared-1000',
    shape: { world: { seed: SEED, movers: 1_000 }, views: null, moving: false },
    repetitions: 3_000,
    peers: ['quantized', 'float32'],
    goals: { cpu: 0.15, bytes: 0.5 },
  },
  viewsCase(1_000, 100, false, 2_000),
  viewsCase(1_000, 100, true, 1_000),
  viewsCase(5_000, 200, false, 600),
  viewsCase(5_000, 200, true, 400),
];

/** Bytes on the heap: less than a byte for a row, and one small object per viewer to hand its frame over in. */
const ALLOCATION_GOALS = { perMover: 1, perViewer: 256 };

export const encodeBench: Bench = {
  async run(options: BenchOptions): Promise<BenchResult> {
    const rows: Row[] = [];
    for (const one of CASES) {
      for (const mode of one.peers) rows.push(...(await measureCase(one, mode, options)));
    }
    if (options.peerOnly) return { rows, charts: [] };
    for (const one of CASES.filter(({ shape }) => !shape.moving)) rows.push(await measureAllocation(one, options));
    options.progress('growth');
    const times = { warmUp: Math.ceil(300 / options.haste), repetitions: Math.ceil(500 / options.haste) };
    const growth = await measureGrowth('ours', times);
    return { rows: [...rows, ...growth.rows], charts: growth.charts };
  },
};

async function measureCase(one: Case, mode: PeerMode, options: BenchOptions): Promise<readonly Row[]> {
  const { peerOnly, haste, progress } = options;
  progress(`${one.name}, ${mode}`);
  const { ours, peer } = await runCompare({
    shape: one.shape,
    ours: !peerOnly,
    peer: mode,
    warmUp: Math.ceil(Math.min(one.repetitions / 2, 500) / haste),
    repetitions: Math.ceil(one.repetitions / haste),
  });
  const goals: Case['goals'] = mode === 'quantized' ? one.goals : {};
  const figure = (metric: string, unit: string, of: (side: SideFigures) => number, goal?: number): Row =>
    toRow({
      bench: 'encode',
      case: one.name,
      metric,
      unit,
      ours: ours === null ? null : of(ours),
      peer: peer === null ? null : of(peer),
      peerName: `${PEER_VERSION}, ${mode}`,
      ...(goal === undefined ? {} : { goal, goalOn: metric === 'p99/median' ? 'ours' : 'ratio' }),
    });
  const perRow = one.shape.views === null ? 'B/mover' : 'B/visible row';
  return [
    figure('cpu', 'us/tick', (side) => side.cpuUs, goals.cpu),
    figure('cpu p99', 'us/tick', (side) => side.cpuP99Us),
    figure('p99/median', 'times', (side) => side.cpuP99Us / side.cpuUs, goals.spread),
    ...(one.shape.moving
      ? [
          figure('cpu with follow', 'us/tick', (side) => side.cpuAndFollowUs),
          figure('cpu with follow p99', 'us/tick', (side) => side.cpuAndFollowP99Us),
        ]
      : []),
    figure('mutate', 'us/tick', (side) => side.mutateUs),
    figure('bytes', perRow, (side) => side.bytesPerRow, goals.bytes),
  ];
}

async function measureAllocation(one: Case, { haste, progress }: BenchOptions): Promise<Row> {
  progress(`${one.name}, allocation`);
  const ticks = Math.ceil(one.repetitions / haste);
  const bytes = await runAllocation({ shape: one.shape, side: 'ours', ticks });
  const { views, world } = one.shape;
  return toRow({
    bench: 'encode',
    case: one.name,
    metric: 'allocated',
    unit: views === null ? 'B/mover' : 'B/viewer',
    ours: bytes / (views?.viewers ?? world.movers),
    peer: null,
    peerName: null,
    goal: views === null ? ALLOCATION_GOALS.perMover : ALLOCATION_GOALS.perViewer,
    goalOn: 'ours',
  });
}
