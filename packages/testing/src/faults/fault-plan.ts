/** What goes wrong in a run, and when: drawn from the seed, each kind from a sequence of its own. */
import type { SeededRandom } from '@madang/core';
import type { Clock } from '@madang/server';
import type { Conditions } from '../network/conditions.ts';
import type { SeededNetwork } from '../network/seeded-network.ts';
import { between, streamOf } from '../random-streams.ts';
import type { SimulatedClient } from '../world/simulated-client.ts';
import type { CallFate } from './faulty.ts';
import { JournalFaults } from './journal-faults.ts';

/**
 * - `weather`: ways become long, unsteady, lossy, narrow.
 * - `cuts`: lines break, and no new one can be opened for a while; now and then for longer than a seat may be held.
 * - `readers`: a client stops reading, for longer than the server may put up with.
 * - `tabs`: a page is hidden behind another for a while.
 * - `crashes`: the server's process is killed, or stopped as an operator does, and a new one starts.
 * - `directory`: calls of the directory fail, are slow, or are done and reported as failed.
 * - `journal`: where there is one, calls of it fail in every way, are slow, hang, or are done and reported as failed; it is full or
 *   away for a while; what was on its way when a process died is done, is done later, or is not.
 * - `clocks`: machines sleep, clocks jump forward and run at different rates.
 * - `leaving`: players leave with and without a word, load the page again, and come back.
 * - `duplicates`: a tab is duplicated while it plays, and the older page lives on behind the new one.
 * - `replays`: tokens that have been used up are tried again by somebody.
 * - `buggify`: the product's own unlikely branches are taken.
 */
export const FAULT_KINDS = [
  'weather',
  'cuts',
  'readers',
  'tabs',
  'crashes',
  'directory',
  'journal',
  'clocks',
  'leaving',
  'duplicates',
  'replays',
  'buggify',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** The kinds that a run is to have. */
export type Faults = 'all' | readonly FaultKind[];

/** What faults are done to. */
export interface FaultTargets {
  readonly clock: Clock;
  readonly network: SeededNetwork;
  readonly clients: readonly SimulatedClient[];
  readonly hasJournal: boolean;
  readonly node: {
    readonly clock: { rate: number; jump(ms: number): void };
    sleep(ms: number): void;
  };
  /** The server is killed; another starts after `downMs`. */
  kill(downMs: number): void;
  /** The server is stopped; another starts after `downMs`. */
  restart(downMs: number): void;
}

/** How likely a single call of a faulty port, and a point of the product, goes wrong. */
const CALL_FAULT = 0.1;
const BUGGIFY = 0.05;

/** How long players who left stay away; some do not come back. */
const AWAY_MIN_MS = 300;
const AWAY_MAX_MS = 4_000;

export class FaultPlan {
  readonly #seed: number;
  readonly #kinds: ReadonlySet<FaultKind>;
  readonly #targets: FaultTargets;
  readonly #directory: SeededRandom;
  readonly #buggify: SeededRandom;
  readonly #journal: JournalFaults;
  readonly #cancels = new Set<() => void>();
  readonly #returning = new Set<SimulatedClient>();
  /** Faults done so far, by kind. */
  readonly counts: Record<FaultKind, number>;
  #hasStarted = false;
  #isOver = false;

  constructor(seed: number, faults: Faults, targets: FaultTargets) {
    this.#seed = seed;
    const kinds = new Set(faults === 'all' ? FAULT_KINDS : faults);
    if (!targets.hasJournal) kinds.delete('journal');
    this.#kinds = kinds;
    this.#targets = targets;
    this.#directory = streamOf(seed, 'fault directory');
    this.#buggify = streamOf(seed, 'fault buggify');
    // Somebody has to end a process whose journal hangs.
    this.#journal = new JournalFaults(streamOf(seed, 'fault journal calls'), this.#kinds.has('crashes'));
    this.counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  }

  /** Faults happen from now on. */
  start(): void {
    this.#hasStarted = true;
    const { clients, network } = this.#targets;
    const anyone = (random: SeededRandom): SimulatedClient | undefined => clients[random.below(clients.length)];
    this.#often('weather', 1_500, (random) => anyone(random)?.network.set(drawWeather(random)));
    this.#often('cuts', 4_000, (random) => {
      const client = anyone(random);
      const isAll = random.chance(0.1);
      const downMs = random.chance(0.5) ? 0 : between(random, 100, random.chance(0.1) ? 12_000 : 4_000);
      if (!isAll && random.chance(0.7)) client?.network.cut();
      if (downMs === 0) return;
      const way = isAll ? network : client?.network;
      way?.set({ isDown: true });
      this.#after(downMs, () => {
        way?.set({ isDown: false });
        // Most machines say that they have a network again.
        if (random.chance(0.7)) for (const one of isAll ? clients : [client]) one?.online();
      });
    });
    this.#often('readers', 4_000, (random) => {
      const client = anyone(random);
      if (client === undefined) return;
      this.#after(between(random, 50, random.chance(0.2) ? 12_000 : 1_500), client.network.pause());
    });
    this.#often('tabs', 5_000, (random) => {
      const client = anyone(random);
      client?.hide(true);
      this.#after(between(random, 50, 5_000), () => client?.hide(false));
    });
    this.#often('crashes', 9_000, (random) => {
      const downMs = between(random, 50, 2_000);
      if (random.chance(0.6)) this.#targets.kill(downMs);
      else this.#targets.restart(downMs);
    });
    this.#often('journal', 4_000, () => this.#journal.change());
    this.#often('clocks', 3_000, (random) => this.#disturbClock(random, anyone(random)));
    this.#often('leaving', 4_000, (random) => {
      const client = anyone(random);
      if (client === undefined || client.now.state === 'away') return;
      if (random.chance(0.3)) return client.reload();
      if (random.chance(0.5)) client.leave();
      else client.vanish();
      if (!random.chance(0.85)) return;
      this.#returning.add(client);
      this.#after(between(random, AWAY_MIN_MS, AWAY_MAX_MS), () => {
        this.#returning.delete(client);
        client.join();
      });
    });
    this.#often('duplicates', 5_000, (random) => anyone(random)?.duplicate());
    this.#often('replays', 2_000, (random) => anyone(random)?.replayToken());
  }

  /** No more faults. Who is away and was to come back does so now. */
  stop(): void {
    this.#isOver = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    for (const client of this.#returning) client.join();
    this.#returning.clear();
  }

  /** The fate of a call of the directory. */
  fateOfCall(): 'ok' | 'fails' | 'slow' | 'unknown' {
    if (this.#isOver || !this.#kinds.has('directory') || !this.#directory.chance(CALL_FAULT)) return 'ok';
    this.counts.directory++;
    return this.#directory.pick(['fails', 'slow', 'unknown'] as const);
  }

  /** The fate of a call of the journal. None fails before the first process has started. */
  fateOfJournal(method: string): CallFate {
    if (!this.#hasStarted || this.#isOver || !this.#kinds.has('journal')) return 'ok';
    const { count } = this.#journal;
    const fate = this.#journal.fateOf(method);
    this.counts.journal += this.#journal.count - count;
    return fate;
  }

  /** Whether the product is to be unlucky at one of its points. */
  buggify(_point: string): boolean {
    if (this.#isOver || !this.#kinds.has('buggify') || !this.#buggify.chance(BUGGIFY)) return false;
    this.counts.buggify++;
    return true;
  }

  #disturbClock(random: SeededRandom, client: SimulatedClient | undefined): void {
    const { node } = this.#targets;
    const disturb = [
      () => client?.sleep(between(random, 50, 5_000)),
      () => client?.clock.jump(between(random, 10, random.chance(0.1) ? 3_600_000 : 3_000)),
      () => client !== undefined && setRate(client.clock, between(random, 0.98, 1.02)),
      () => node.sleep(between(random, 20, 2_000)),
      () => node.clock.jump(between(random, 10, 2_000)),
      () => setRate(node.clock, between(random, 0.995, 1.005)),
    ];
    random.pick(disturb)();
  }

  /** Does something again and again, at moments by chance that are `everyMs` apart on average. */
  #often(kind: FaultKind, everyMs: number, run: (random: SeededRandom) => void): void {
    if (!this.#kinds.has(kind)) return;
    const random = streamOf(this.#seed, `fault ${kind}`);
    const again = (): void =>
      this.#after(between(random, 0, 2 * everyMs), () => {
        again();
        this.counts[kind]++;
        run(random);
      });
    again();
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#targets.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}

function setRate(clock: { rate: number }, rate: number): void {
  clock.rate = rate;
}

/** From a good line at home to a train in a valley. */
function drawWeather(random: SeededRandom): Partial<Conditions> {
  const roundTripMs = between(random, 0, random.chance(0.2) ? 600 : 150);
  return {
    roundTripMs,
    jitterMs: random.chance(0.5) ? 0 : between(random, 0, roundTripMs),
    lossPercent: random.chance(0.6) ? 0 : between(random, 0, 8),
    bytesPerSecond: random.chance(0.8) ? null : between(random, 2_000, 60_000),
    stalls: random.chance(0.85) ? null : { everyMs: 1_000, forMs: between(random, 50, 500) },
  };
}
