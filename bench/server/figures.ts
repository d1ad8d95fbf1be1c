/** What the bench measures, in the words of its report. */
import type { WorkloadId } from './workloads.ts';

export const SERVER_IDS = [
  'madang',
  'madang-socketio',
  'madang-websocket',
  'colyseus',
  'colyseus-quantized',
  'socketio',
  'flask',
  'tornado',
  'ws-send',
  'ws-framed',
  'net',
  'bun',
] as const;

export type ServerId = (typeof SERVER_IDS)[number];

/** One run: a server, a workload, and how many clients take part, riders included. */
export interface CellRequest {
  readonly server: ServerId;
  readonly workload: WorkloadId;
  readonly players: number;
  /** How long is measured. 10,000 unless given. */
  readonly measuredMs?: number;
  /** Of the server's process, where Node runs it: `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

/** How times were distributed. */
export interface Spread {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** From asking for something to the first state that shows it. */
export interface RoundTrip extends Spread {
  readonly samples: number;
}

/** How those fared who came while others left. */
export interface ChurnFigures {
  readonly joins: number;
  readonly leaves: number;
  /** Of those who were to come, the ones who did not. */
  readonly failures: number;
  /** From the first packet of each to its first state. */
  readonly waits: Spread;
}

/** What one run came to. */
export interface Figures {
  readonly server: ServerId;
  readonly workload: WorkloadId;
  readonly players: number;
  readonly seconds: number;
  /** Share of one core that the server used; more than 1 where it has threads and the whole machine. */
  readonly coreShare: number;
  readonly cpuUsPerClientPerSecond: number;
  /** Of the server, per state frame that reached a client; null where there were none. */
  readonly cpuUsPerFrame: number | null;
  /** State frames per client and second. */
  readonly ratePerClientHz: number;
  /** The messages' own bytes, without the transport's. */
  readonly bytesPerFrame: number | null;
  /** Everything that came from the server, the transport's framing and what is no state included. */
  readonly bytesPerClientPerSecond: number;
  /** Between two state frames of one client; null where there were none. */
  readonly spacing: Spread | null;
  /** Null where no riders rode along. */
  readonly roundTrip: RoundTrip | null;
  /** Share of the moves that riders saw that were right. */
  readonly rightShare: number | null;
  /** What the server's resident memory grew by with each client, garbage collected where the runtime lets that be asked for. */
  readonly kibPerClient: number;
  readonly joinsPerSecond: number;
  /** Share of its core that the load used: near 1, it is the load that was measured. */
  readonly loadCoreShare: number;
  /** Ticks that the server says it left out; 0 where it does not count them. */
  readonly slippedTicks: number;
  /** How long ticks took; null where the server does not say. */
  readonly tickP99Ms: number | null;
  /** Clients whose connection ended by itself. */
  readonly lost: number;
  readonly churn: ChurnFigures | null;
}

/** A step of the ramp. */
export interface CapacityStep {
  readonly players: number;
  readonly coreShare: number;
  readonly loadCoreShare: number;
  readonly ratePerClientHz: number;
  readonly spacing: Spread | null;
  readonly lost: number;
}

/** What ended a ramp: the figure that was not good any more, or that everybody had come who was to come at most. */
export type CapacityEnd = 'spacing' | 'rate' | 'lost' | 'joins' | 'most';

/** How many clients one server on one core can take. */
export interface CapacityFigures {
  readonly server: ServerId;
  readonly workload: WorkloadId;
  /** The last count with which all was well; 0 where there was none. */
  readonly players: number;
  readonly endedBy: CapacityEnd;
  /** Whether the load had no time left either at the end: then the server may take more than could be measured. */
  readonly isLimitedByLoad: boolean;
  /** In the order in which they were measured, the one that was too many included. */
  readonly steps: readonly CapacityStep[];
}
