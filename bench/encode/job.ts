/** One measurement of the encoding bench, run as a process of its own: either two sides in turn, or the garbage of one. */
import { answer, isolated } from '../isolated.ts';
import { compare, type Measured, median, p99, together } from '../measure.ts';
import { allocatedPerTick } from './allocation.ts';
import { type CaseShape, type CreateEncoder, createSubject, type EncodeSubject, type Phase } from './encoder.ts';
import { createOurs } from './ours.ts';
import { createPeer, type PeerMode } from './peer.ts';

export type Side = 'ours' | PeerMode;

interface CompareJob {
  readonly kind: 'compare';
  readonly shape: CaseShape;
  readonly ours: boolean;
  readonly peer: PeerMode | null;
  readonly warmUp: number;
  readonly repetitions: number;
}

interface AllocationJob {
  readonly kind: 'allocation';
  readonly shape: CaseShape;
  readonly side: Side;
  readonly ticks: number;
}

/** What is kept of one side's samples. Times are microseconds per tick. */
export interface SideFigures {
  readonly mutateUs: number;
  readonly cpuUs: number;
  readonly cpuP99Us: number;
  /** The same with `follow`, tick by tick. */
  readonly cpuAndFollowUs: number;
  readonly cpuAndFollowP99Us: number;
  /** Mean per mover, or per visible row. */
  readonly bytesPerRow: number;
}

interface Compared {
  readonly ours: SideFigures | null;
  readonly peer: SideFigures | null;
}

export function runCompare(job: Omit<CompareJob, 'kind'>): Promise<Compared> {
  return isolated<CompareJob, Compared>(new URL(import.meta.url), { ...job, kind: 'compare' });
}

/** Resolves to the bytes that one tick's encoding allocates. */
export function runAllocation(job: Omit<AllocationJob, 'kind'>): Promise<number> {
  return isolated<AllocationJob, number>(new URL(import.meta.url), { ...job, kind: 'allocation' });
}

if (import.meta.main) {
  answer((job: CompareJob | AllocationJob) =>
    job.kind === 'compare'
      ? measureBoth(job)
      : allocatedPerTick(createSubject(creatorOf(job.side), job.shape), job.ticks),
  );
}

function measureBoth({ shape, ours, peer, warmUp, repetitions }: CompareJob): Compared {
  const subjectOf = (side: Side | null): EncodeSubject | null =>
    side === null ? null : createSubject(creatorOf(side), shape);
  const measured = compare({ ours: subjectOf(ours ? 'ours' : null), peer: subjectOf(peer), warmUp, repetitions });
  return { ours: figuresOf(measured.ours), peer: figuresOf(measured.peer) };
}

function creatorOf(side: Side): CreateEncoder {
  return side === 'ours' ? createOurs : createPeer(side);
}

function figuresOf(measured: Measured<Phase> | null): SideFigures | null {
  if (measured === null) return null;
  const { mutate, follow, encode } = measured;
  const both = together(follow, encode);
  return {
    mutateUs: median(mutate.us),
    cpuUs: median(encode.us),
    cpuP99Us: p99(encode.us),
    cpuAndFollowUs: median(both.us),
    cpuAndFollowP99Us: p99(both.us),
    bytesPerRow: encode.meanFigure,
  };
}
