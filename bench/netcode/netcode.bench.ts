/**
 * Netcode: what players of several links feel, in virtual time with fixed seeds, so that the figures are the same on every
 * machine; and what it costs, which is not.
 *
 * There is no peer here: none says under which network its prediction holds, or offers a way to find out.
 */
import type { Bench, BenchOptions, BenchResult } from '../bench.ts';
import { type Figure, type Row, toRow } from '../rows.ts';
import { chart } from './charts.ts';
import { measureFrames } from './frame-cost.ts';
import { LINKS, type Link, type Played, playLink } from './play.ts';
import { measureServer } from './server-cost.ts';

const TICK_MS = 1000 / 30;
const PLAY_MS = 60_000;

/** Of a spread that is drawn evenly from ±1. */
const EVEN_SIGMA = 1 / Math.sqrt(3);

export const netcodeBench: Bench = {
  async run({ haste, progress }: BenchOptions): Promise<BenchResult> {
    const rows: Row[] = [];
    const played: { readonly link: Link; readonly figures: Played }[] = [];
    for (const link of LINKS) {
      progress(`a link of ${link.name}`);
      const figures = await playLink(link, PLAY_MS / haste);
      played.push({ link, figures });
      rows.push(...feelOf(link, figures));
    }
    progress('a frame of 1 predicted and 100 interpolated rows in Chromium');
    for (const { name, unit, ours, goal } of await measureFrames(haste))
      rows.push(figure('client', name, unit, ours, goal));
    progress('an input and the rewind ring on the server');
    for (const { name, unit, ours, goal } of await measureServer(haste))
      rows.push(figure('server', name, unit, ours, goal));
    return { rows, charts: chart(played) };
  },
};

function feelOf({ name, conditions, hasStalls }: Link, played: Played): readonly Row[] {
  const { roundTripMs = 0, jitterMs = 0 } = conditions;
  // Each way draws evenly from half the jitter; a round trip is the sum of two such.
  const waySigmaMs = (jitterMs / 2) * EVEN_SIGMA;
  const tripSigmaMs = waySigmaMs * Math.SQRT2;
  const unlessStalls = (goal: number): number | undefined => (hasStalls ? undefined : goal);
  const delays = sorted(played.inputDelaysMs);
  return [
    figure(name, 'corrections', 'per minute', played.correctionsPerMinute, unlessStalls(0)),
    figure(name, 'visible error p99', 'steps', at(sorted(played.visibleErrorSteps), 0.99), 10),
    figure(name, 'late inputs after 2 s', 'inputs', played.lateAfterStart, unlessStalls(0)),
    figure(name, 'input to state, mean', 'ms', mean(delays), roundTripMs + TICK_MS + 2 * tripSigmaMs),
    figure(name, 'input to state, p99', 'ms', at(delays, 0.99)),
    figure(name, 'remote delay, mean', 'ms', mean(played.remoteDelaysMs), 1.5 * TICK_MS + 2 * waySigmaMs),
    figure(name, 'rewind error, p99', 'ticks', at(sorted(played.rewindErrorsTicks), 0.99), 1),
    figure(name, 'rewind error, max', 'ticks', at(sorted(played.rewindErrorsTicks), 1)),
    figure(name, 'predicted events', 'events', played.predictedEvents),
    figure(name, 'of them rejected', 'events', played.rejectedEvents),
  ];
}

/** Figures and goals to a hundredth: what is an interval and a half by design is not missed by rounding. */
function figure(name: string, metric: string, unit: string, ours: number, goal?: number): Row {
  const base: Figure = { bench: 'netcode', case: name, metric, unit, ours: rounded(ours), peer: null, peerName: null };
  return toRow(goal === undefined ? base : { ...base, goal: rounded(goal), goalOn: 'ours' });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function sorted(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function at(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
