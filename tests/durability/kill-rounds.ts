/**
 * Rounds of kill -9: a server of ledgers, players who pay and come back by themselves, and what they were told. The players run here, in the
 * process that is not killed, with the SDK over real WebSockets.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { connect } from '@madang/client';
import { type SeededRandom, seededRandom } from '@madang/core';
import type { RoomOf } from '@madang/testing';
import { onTestFinished } from 'vitest';
import { type Acknowledged, keyOf, type LedgerGame, ledgerOf, paymentsIn } from '../support/ledger.ts';
import { until } from '../support/yard.ts';
import { nowMs } from './kill-clock.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const PLAYERS = 3;

/** Requests of one player that wait for an answer, and how long a player waits between two. */
const WAITING_MAX = 12;
const PAY_EVERY_MS = 15;

/** Of the time that players spread their tries to come back over: kills that follow each other as fast as here would make that 10 s. */
const SPREAD = 0.1;

/** How long is played between two kills, at least and at most; and how many processes are killed before they have started. */
const PLAYED_MS = [100, 600] as const;
const EARLY = 0.15;
const EARLY_MS = 700;

/** For a machine that has much else to do. */
const BACK_MS = 60_000;

export interface KillOptions {
  readonly durability: 'strict' | 'async';
  readonly rounds: number;
  readonly seed: number;
  readonly port: number;
  /** What `kill-server.ts` is told of its journal. */
  readonly journal: readonly [kind: string, where: string];
  /** Called when everybody is back after a kill. */
  readonly looked?: () => void;
}

/** What was found: lists of what may not be, and figures. */
export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged, and not there: none in a strict room; otherwise none that the journal had. */
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  /** What was seen of a strict room, and taken back. */
  readonly takenBack: readonly string[];
  /** Players who were sent away. */
  readonly sentAway: readonly string[];
  /** Acknowledged in the last moment before a kill, and gone with it: how long before. */
  readonly windowMs: readonly number[];
  /** Milliseconds from a process's start until it listens, and from a kill until it does, and until a player has a state again. */
  readonly startMs: readonly number[];
  readonly listeningMs: readonly number[];
  readonly frameMs: readonly number[];
}

/** Plays and kills. */
export async function killRounds(options: KillOptions): Promise<KillReport> {
  const { durability, rounds, seed, port, looked } = options;
  const random = seededRandom(seed);
  const game = ledgerOf(durability);
  const players = Array.from({ length: PLAYERS }, (_, number) => new Payer(game, `http://127.0.0.1:${port}`, number));
  onTestFinished(() => {
    for (const player of players) player.stop();
  });
  const lives = [new Server(options)];
  const audit = new Audit(durability, lives, players);
  const [startMs, listeningMs, frameMs]: number[][] = [[], [], []];

  await lives[0]?.listening();
  await Promise.all(players.map((player) => player.join()));
  for (let round = 0; round < rounds; round++) {
    await pause(between(random, ...PLAYED_MS));
    let server = await replaced(lives, options);
    while (random.chance(EARLY)) {
      await pause(between(random, 0, EARLY_MS));
      server = await replaced(lives, options);
    }
    const goneAtMs = lives.at(-2)?.goneAtMs ?? 0;
    await server.listening();
    await until('everybody is back', () => players.every(({ backAtMs }) => backAtMs > goneAtMs), BACK_MS);
    startMs?.push(server.listeningAtMs - server.startedAtMs);
    listeningMs?.push(server.listeningAtMs - goneAtMs);
    for (const { backAtMs } of players) frameMs?.push(backAtMs - goneAtMs);
    audit.look();
    looked?.();
  }
  for (const player of players) player.stop();
  await lives.at(-1)?.kill();
  return {
    kills: lives.length - 1,
    acknowledged: players.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    lost: audit.lost,
    twice: [...audit.twice],
    takenBack: durability === 'strict' ? players.flatMap(({ takenBack }) => takenBack) : [],
    sentAway: players.flatMap(({ sentAway }) => sentAway),
    windowMs: audit.windowMs,
    startMs: startMs ?? [],
    listeningMs: listeningMs ?? [],
    frameMs: frameMs ?? [],
  };
}

/** Kills the last process, and starts another at once. */
async function replaced(lives: Server[], options: KillOptions): Promise<Server> {
  await lives.at(-1)?.kill();
  const server = new Server(options);
  lives.push(server);
  return server;
}

/** Holds what players were told against what is there. */
class Audit {
  readonly lost: string[] = [];
  readonly twice = new Set<string>();
  readonly windowMs: number[] = [];
  readonly #durability: KillOptions['durability'];
  readonly #lives: readonly Server[];
  readonly #players: readonly Payer[];
  readonly #known = new Set<Acknowledgement>();

  constructor(durability: KillOptions['durability'], lives: readonly Server[], players: readonly Payer[]) {
    this.#durability = durability;
    this.#lives = lives;
    this.#players = players;
  }

  /** Everybody is back. */
  look(): void {
    for (const player of this.#players) {
      const paid = paymentsIn(player.payments);
      for (const [key, times] of paid) if (times > 1) this.twice.add(key);
      for (const one of player.acknowledged) {
        // What this process has acknowledged may be newer than the state that the player has.
        if (one.line === player.line || paid.has(keyOf(one)) || this.#known.has(one)) continue;
        this.#known.add(one);
        const life = this.#lastMomentOf(one);
        if (life === null) this.lost.push(`${keyOf(one)} in tick ${one.tick}, acknowledged ${this.#ageOf(one)}`);
        else this.windowMs.push(Math.max(0, life.goneAtMs - one.atMs));
      }
    }
  }

  /** The process that may have taken this with it; null where it was durable. */
  #lastMomentOf({ atMs }: Acknowledgement): Server | null {
    if (this.#durability === 'strict') return null;
    const mayHave = (life: Server, index: number): boolean =>
      atMs >= life.durableAtMs && atMs < (this.#lives[index + 1]?.listeningAtMs ?? Number.POSITIVE_INFINITY);
    return this.#lives.find(mayHave) ?? null;
  }

  #ageOf({ atMs }: Acknowledgement): string {
    const kill = this.#lives.find(({ goneAtMs }) => goneAtMs > atMs);
    return kill === undefined ? 'after the last kill' : `${Math.round(kill.goneAtMs - atMs)} ms before a kill`;
  }
}

interface Acknowledgement extends Acknowledged {
  readonly atMs: number;
  /** The line that it came on, counted. */
  readonly line: number;
}

/** A player who pays all the time, and comes back by itself. */
class Payer {
  readonly acknowledged: Acknowledgement[] = [];
  readonly takenBack: string[] = [];
  readonly sentAway: string[] = [];
  /** Counts its lines, and says when the last one brought the first state. */
  line = 0;
  backAtMs = 0;
  readonly #game: LedgerGame;
  readonly #url: string;
  readonly #number: number;
  #room: RoomOf<LedgerGame> | null = null;
  #serial = 0;
  #waiting = 0;
  #seenTick = 0;
  #seenSize = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(game: LedgerGame, url: string, number: number) {
    this.#game = game;
    this.#url = url;
    this.#number = number;
  }

  get payments(): Iterable<{ readonly client: number; readonly serial: number }> {
    return this.#room?.state.payments ?? [];
  }

  async join(): Promise<void> {
    const room = await connect(this.#url, { random: () => Math.random() * SPREAD }).join(this.#game, {
      name: `payer ${this.#number}`,
    });
    this.#room = room;
    let isNew = false;
    room.onConnection((connection) => {
      if (connection === 'open') isNew = true;
    });
    room.onState((tick) => {
      if (isNew) {
        isNew = false;
        this.line++;
        this.backAtMs = nowMs();
      }
      const { size } = room.state.payments;
      if (tick < this.#seenTick || size < this.#seenSize) {
        this.takenBack.push(`tick ${this.#seenTick} with ${this.#seenSize} became tick ${tick} with ${size}`);
      }
      this.#seenTick = tick;
      this.#seenSize = size;
    });
    room.onClose(({ code, message }) => {
      if (this.#timer !== undefined) this.sentAway.push(`${code}: ${message}`);
    });
    this.#timer = setInterval(() => this.#pay(room), PAY_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    void this.#room?.leave();
  }

  #pay(room: RoomOf<LedgerGame>): void {
    if (this.#waiting >= WAITING_MAX) return;
    this.#waiting++;
    const [client, serial] = [this.#number, ++this.#serial];
    room
      .ask('pay', { client, serial }, { timeoutMs: BACK_MS })
      .then(
        ({ tick }) => this.acknowledged.push({ roomId: room.id, client, serial, tick, atMs: nowMs(), line: this.line }),
        () => {},
      )
      .finally(() => this.#waiting--);
  }
}

/** One process. */
class Server {
  readonly startedAtMs = nowMs();
  /** Never, until it does. */
  listeningAtMs = Number.POSITIVE_INFINITY;
  goneAtMs = Number.POSITIVE_INFINITY;
  /** When the last commit began that it said was done. */
  durableAtMs = 0;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #hasEnded = false;
  #stderr = '';

  constructor({ durability, port, journal }: KillOptions) {
    const script = join(import.meta.dirname, 'kill-server.ts');
    const child = spawn(process.execPath, [script, durability, String(port), ...journal], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#said(line);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
    this.#closed = new Promise((closed) => {
      child.on('close', () => {
        this.#hasEnded = true;
        closed();
      });
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  async listening(): Promise<void> {
    const isThere = (): boolean => this.listeningAtMs < Number.POSITIVE_INFINITY;
    await until('the server listens, or has ended', () => isThere() || this.#hasEnded, BACK_MS);
    if (!isThere()) throw new Error(`the server ended before it listened:\n${this.#stderr}`);
  }

  /** Kills it, and reads all that it said. */
  async kill(): Promise<void> {
    if (this.#hasEnded) throw new Error(`the server ended by itself:\n${this.#stderr}`);
    this.goneAtMs = nowMs();
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  #said(line: string): void {
    const [word, ms] = line.split(' ');
    if (word === 'listening') this.listeningAtMs = nowMs();
    if (word === 'durable') this.durableAtMs = Number(ms);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}

function between(random: SeededRandom, low: number, high: number): number {
  return low + random.float() * (high - low);
}

/** The middle and the largest of some figures, in whole milliseconds. */
export function figures(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? 0;
  return `p50 ${Math.round(middle)} ms, max ${Math.round(sorted.at(-1) ?? 0)} ms`;
}
