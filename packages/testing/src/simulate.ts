/** `simulate`: a whole run of a game with its faults, checked throughout; and the same run once more. */
import type { Game } from '@madang/core';
import { callingTestFile, type PrintedOptions, SimulationFailure } from './simulation-failure.ts';
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
  /** How often a client came back to the seat that it had. */
  readonly returned: number;
  /** Faults done, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Where the clients were after recovery. */
  readonly clients: readonly ClientState[];
}

/**
 * Plays a game for a while, with the faults that were asked for; heals everything; checks that all recover and agree; ends
 * it and checks that nothing is left. The variable MADANG_SEED overrides the seed.
 *
 * Throws SimulationFailure when something happened that may not: its message holds one line that repeats the run. Throws
 * RangeError where nobody plays.
 */
export function simulate<G extends Game>(options: SimulateOptions<G>): Promise<SimulationResult> {
  return run({ ...options, seed: seedFromEnvironment() ?? options.seed ?? 1 }, callingTestFile());
}

/**
 * Runs exactly one again: a seed, or the line that a failure printed, whose options come before those given here. What
 * the line cannot hold, the game and whatever is a function, comes from here: the line names it.
 */
export function replay<G extends Game>(
  seedOrLine: number | string,
  options: SimulateOptions<G>,
): Promise<SimulationResult> {
  const testFile = callingTestFile();
  if (typeof seedOrLine === 'number') return run({ ...options, seed: seedOrLine }, testFile);
  const line = parseLine(seedOrLine);
  return run({ ...options, ...line, game: options.game, server: { ...options.server, ...line.server } }, testFile);
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
  const { durationMs = 20_000, seed, clients } = options;
  if (clients !== undefined && !(clients >= 1)) throw new RangeError(`a run needs clients, and is given ${clients}`);
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
    const again = { options: printed(options, durationMs), needed: notPrinted(options), testFile };
    throw new SimulationFailure(sentence, atMs, again, problem);
  }
}

/** A run's options, as far as they are plain. */
function printed<G extends Game>(
  { game, seed, clients, network, frameRateHz, faults, journal, player, server = {} }: SimulateOptions<G>,
  durationMs: number,
): PrintedOptions {
  const script = typeof player === 'function' ? undefined : player;
  const plain = Object.entries(server).filter(([, value]) => isPlain(value));
  return JSON.parse(
    JSON.stringify({
      game: game.name,
      seed,
      clients,
      durationMs,
      network,
      frameRateHz,
      faults,
      journal,
      player: script,
      server: plain.length === 0 ? undefined : Object.fromEntries(plain),
    }),
  ) as PrintedOptions;
}

/** The options that must be given again beside the printed ones. */
function notPrinted<G extends Game>(options: SimulateOptions<G>): readonly string[] {
  const { check, player, wish, wrapLink, server = {} } = options;
  const needed = {
    game: true,
    check: check !== undefined,
    player: typeof player === 'function',
    wish: wish !== undefined,
    wrapLink: wrapLink !== undefined,
    server: Object.values(server).some((value) => value !== undefined && !isPlain(value)),
  };
  return Object.entries(needed).flatMap(([option, isNeeded]) => (isNeeded ? [option] : []));
}

function isPlain(value: unknown): boolean {
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string';
}

/** What a line says; of the server only what is plain. */
interface PrintedLine {
  readonly seed: number;
  readonly server?: WorldOptions<Game>['server'];
}

/** The options in a line, which somebody may have copied with what stands around them. */
function parseLine(line: string): PrintedLine {
  const start = line.indexOf('{"');
  for (let end = line.indexOf('}', start); start >= 0 && end >= 0; end = line.indexOf('}', end + 1)) {
    const options = parsedOrNull(line.slice(start, end + 1));
    if (typeof options === 'object' && options !== null && 'seed' in options && typeof options.seed === 'number') {
      return options as PrintedLine;
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
