/**
 * Taking players in: joins a second to the first state, and everybody cut at once. Each server in turn in the same run, in a process
 * pinned to one core; the players, the same for all, on the other.
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Row, toRow } from '../rows.ts';
import { type JoinsFigures, measureJoins } from './joins.ts';
import type { ServerName } from './load/orders.ts';
import { measureStorm, type StormFigures } from './storm.ts';

type PeerName = Exclude<ServerName, 'madang'>;

const PEERS: Readonly<Record<PeerName, string>> = {
  colyseus: 'Colyseus 0.18',
  socketio: 'Socket.IO 4',
  floor: 'ws 8 and nothing else',
};

/** Each server is started and measured so often; the middle one counts. */
const ROUNDS = 3;

/** 3,000 joins a second, and what that was beside the peers on the machine where the goal was set (1,672 and 1,932 a second). */
const JOIN_US_GOAL = 1e6 / 3_000;
const JOIN_RATIO_GOALS: Readonly<Partial<Record<PeerName, number>>> = {
  colyseus: 1_672 / 3_000,
  socketio: 1_932 / 3_000,
};
const BACK_MS_GOAL = 10_000;
const STALL_MS_GOAL = 100;

export const roomsBench: Bench = {
  async run(options: BenchOptions): Promise<BenchResult> {
    return {
      rows: [...(await joinRows(options)), ...(await stormRows(options))],
      charts: [],
    };
  },
};

async function joinRows({ peerOnly, haste, progress }: BenchOptions): Promise<readonly Row[]> {
  const rounds: Record<ServerName, JoinsFigures[]> = { madang: [], colyseus: [], socketio: [], floor: [] };
  for (let round = 0; round < Math.max(1, Math.round(ROUNDS / haste)); round++) {
    for (const name of serversOf(peerOnly)) {
      progress(`joins of ${name}`);
      rounds[name].push(await measureJoins(name));
    }
  }
  const middle = (name: ServerName): JoinsFigures | null => {
    const sorted = rounds[name].toSorted((a, b) => a.joinsPerSecond - b.joinsPerSecond);
    return sorted[(sorted.length - 1) >> 1] ?? null;
  };
  const ours = middle('madang');
  return eachPeer((name) => {
    const figure = figuresOf('joins', name, ours, middle(name));
    const ratioGoal = JOIN_RATIO_GOALS[name];
    return [
      figure('rate', 'joins/s', ({ joinsPerSecond }) => joinsPerSecond),
      figure('time', 'us per join', ({ joinsPerSecond }) => 1e6 / joinsPerSecond, ratioGoal, 'ratio'),
      figure('cpu', 'us of the server per join', ({ serverUsPerJoin }) => serverUsPerJoin),
      figure('p99 to first state', 'ms', ({ p99WaitMs }) => p99WaitMs),
      figure('refused', 'tries', ({ setbacks }) => setbacks),
      figure('load', 'share of its core', ({ loadCoreShare }) => loadCoreShare),
    ];
  }).concat(
    toRow({
      bench: 'rooms',
      case: 'joins',
      metric: 'time',
      unit: 'us per join',
      ours: ours === null ? null : 1e6 / ours.joinsPerSecond,
      peer: null,
      peerName: null,
      goal: JOIN_US_GOAL,
      goalOn: 'ours',
    }),
  );
}

async function stormRows({ peerOnly, progress }: BenchOptions): Promise<readonly Row[]> {
  const figures = await ofEach(peerOnly, 'a storm on', progress, measureStorm);
  const rows = eachPeer((name) => stormRowsOf('storm', name, figures.madang, figures[name]));
  if (figures.madang === null) return rows;
  progress('a storm on madang, all joining anew');
  const anew = await measureStorm('madang', [], 'anew');
  return [
    ...rows,
    ...stormRowsOf('storm', null, figures.madang, null),
    ...stormRowsOf('storm, joining anew', null, anew, null),
  ];
}

function stormRowsOf(
  title: string,
  peer: PeerName | null,
  ours: StormFigures | null,
  theirs: StormFigures | null,
): readonly Row[] {
  const figure = figuresOf(title, peer, ours, theirs);
  const goal = (limit: number): number | undefined => (peer === null ? limit : undefined);
  return [
    figure('core before', 'share of the core', ({ calmCoreShare }) => calmCoreShare),
    figure('99 % back', 'ms', ({ p99BackMs }) => p99BackMs, goal(BACK_MS_GOAL)),
    figure('all back', 'ms', ({ allBackMs }) => allBackMs),
    figure('not back', 'players', ({ missing }) => missing),
    figure('in the seat they had', 'players', ({ seatsKept }) => seatsKept),
    figure('tries', 'per player', ({ tries, players }) => tries / players),
    figure('stall', 'ms', ({ stallMs }) => stallMs, goal(STALL_MS_GOAL)),
    figure('stall before', 'ms', ({ calmStallMs }) => calmStallMs),
    figure('bystanders: slipped', 'ticks', ({ slippedTicks }) => slippedTicks, goal(0)),
    figure('bystanders: missing', 'share of updates', ({ bystanderMissingShare }) => bystanderMissingShare),
    figure('bystanders: gap', 'ms', ({ bystanderGapMs }) => bystanderGapMs),
    figure('bystanders: gap before', 'ms', ({ calmBystanderGapMs }) => calmBystanderGapMs),
  ];
}

function serversOf(peerOnly: boolean): readonly ServerName[] {
  const peers: readonly ServerName[] = ['colyseus', 'socketio', 'floor'];
  return peerOnly ? peers : ['madang', ...peers];
}

function eachPeer(rowsOf: (name: PeerName) => readonly Row[]): Row[] {
  return (['colyseus', 'socketio', 'floor'] as const).flatMap(rowsOf);
}

async function ofEach<T>(
  peerOnly: boolean,
  what: string,
  progress: (what: string) => void,
  measure: (name: ServerName) => Promise<T>,
): Promise<Record<ServerName, T | null>> {
  const figures: Record<ServerName, T | null> = { madang: null, colyseus: null, socketio: null, floor: null };
  for (const name of serversOf(peerOnly)) {
    progress(`${what} ${name}`);
    figures[name] = await measure(name);
  }
  return figures;
}

/** Makes rows of one case: ours beside one peer, or alone. A goal is on ours unless said otherwise. */
function figuresOf<T>(title: string, peer: PeerName | null, ours: T | null, theirs: T | null) {
  return (
    metric: string,
    unit: string,
    of: (side: T) => number | undefined,
    goal?: number,
    goalOn: 'ours' | 'ratio' = 'ours',
  ): Row =>
    toRow({
      bench: 'rooms',
      case: title,
      metric,
      unit,
      ours: ours === null ? null : finite(of(ours)),
      peer: theirs === null ? null : finite(of(theirs)),
      peerName: peer === null ? null : PEERS[peer],
      ...(goal === undefined ? {} : { goal, goalOn }),
    });
}

/** Null for what was never reached. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
