/** `simulate`: a whole run of a game with its faults, checked throughout; and the same run once more. */
import type { Game } from '@madang/core';
import { callingTestFile, SimulationFailure } from './simulation-failure.ts';
import type { ClientState } from './world/simulated-client.ts';
import { Violation } from './world/violation.ts';
import { openWorld } from './world/world.ts';
import type { WorldOptions } from './world/world-options.ts';

export interface SimulateOptions<G extends Game> extends WorldOptions<G> {
  /** Virtual milliseconds of play, faults included, before all is healed. 20,000. */
  readonly durationMs?: number;
}

export interface SimulationResult {
  readonly seed: number;
  /** A fingerprint of all that happened: the same for the same options. */
  readonly eventHash: string;
  /** Virtual milliseconds, recovery and end included. */
  readonly virtualMs: number;
  /** Ticks of all rooms. */
  readonly ticks: number;
  /** How often a client's state was compared with the server's. */
  readonly compared: number;
  /** Faults done, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Where the clients were after recovery. */
  readonly clients: readonly ClientState[];
}

/**
 * Plays a game for a while, with the faults that were asked for; heals everything; checks that all recover and agree; ends
 * it and checks that nothing is left. The variable MADANG_SEED overrides the seed.
 *
 * Throws SimulationFailure when something happened that may not: its message holds one line that repeats the run.
 */
export function simulate<G extends Game>(options: SimulateOptions<G>): Promise<SimulationResult> {
  return run({ ...options, seed: seedFromEnvironment() ?? options.seed ?? 1 }, callingTestFile());
}

/**
 * Runs exactly one again: a seed, or the line that a failure printed, whose options come before those given here. What
 * the line cannot hold, the game and whatever is a function, comes from here.
 */
export function replay<G extends Game>(
  seedOrLine: number | string,
  options: SimulateOptions<G>,
): Promise<SimulationResult> {
  const testFile = callingTestFile();
  if (typeof seedOrLine === 'number') return run({ ...options, seed: seedOrLine }, testFile);
  return run({ ...options, ...parseLine(seedOrLine), game: options.game }, testFile);
}

/** The seeds a test is to try: `count` of them, MADANG_SEEDS of them where that is set, or only MADANG_SEED. */
export function seeds(count: number): readonly number[] {
  const only = seedFromEnvironment();
  if (only !== null) return [only];
  return Array.from({ length: wholeNumber('MADANG_SEEDS') ?? count }, (_, index) => index + 1);
}

async function run<G extends Game>(
  options: SimulateOptions<G> & { readonly seed: number },
  testFile: string | null,
): Promise<SimulationResult> {
  const { durationMs = 20_000, seed } = options;
  const world = await openWorld(options);
  try {
    await world.advance(durationMs);
    await world.recover();
    const clients = world.clients.map(({ now }) => now);
    await world.close();
    return { seed, eventHash: world.eventHash, virtualMs: world.nowMs, ...world.counts, clients };
  } catch (problem) {
    const atMs = problem instanceof Violation ? problem.atMs : world.nowMs;
    const sentence = problem instanceof Error ? problem.message : String(problem);
    throw new SimulationFailure(sentence, atMs, printed(options, durationMs), testFile, problem);
  }
}

function printed<G extends Game>(
  { game, seed, clients, network, frameRateHz, faults, player }: SimulateOptions<G> & { readonly seed: number },
  durationMs: number,
): { game: string; seed: number } {
  const script = typeof player === 'function' ? undefined : player;
  return JSON.parse(
    JSON.stringify({ game: game.name, seed, clients, durationMs, network, frameRateHz, faults, player: script }),
  ) as { game: string; seed: number };
}

/** The options in a line, which somebody may have copied with what stands around them. */
function parseLine(line: string): { readonly seed: number } {
  const start = line.indexOf('{"');
  for (let end = line.indexOf('}', start); start >= 0 && end >= 0; end = line.indexOf('}', end + 1)) {
    const options = parsedOrNull(line.slice(start, end + 1));
    if (typeof options === 'object' && options !== null && 'seed' in options && typeof options.seed === 'number') {
      return options as { readonly seed: number };
    }
  }
  const seed = /MADANG_SEED=(\d+)/.exec(line)?.[1];
  if (seed === undefined) throw new TypeError('this is not the line of a failed simulation: it names no seed');
  return { seed: Number(seed) };
}

function parsedOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function seedFromEnvironment(): number | null {
  return wholeNumber('MADANG_SEED');
}

function wholeNumber(variable: string): number | null {
  const text = process.env[variable];
  if (text === undefined || text === '') return null;
  if (!/^\d+$/.test(text)) throw new TypeError(`${variable} must be a whole number, and is ${JSON.stringify(text)}`);
  return Number(text);
}
