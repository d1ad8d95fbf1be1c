/** All players there are, and what they have been sent. */
import type { Setting } from '../setting.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import { Inputs } from './inputs.ts';
import type { LoadReading, LoadStart } from './orders.ts';
import { Player, type PlayerEvents } from './player.ts';
import { Spacings } from './spacings.ts';

/** A silence of more ticks than this is one though no state has ended it yet. */
const SILENT_TICKS = 2;

/** What becomes of one who is to come. */
export interface Coming {
  playing(waitMs: number): void;
  failed(why: string): void;
}

export class Crowd implements PlayerEvents {
  readonly #start: LoadStart;
  readonly #setting: Setting;
  readonly #dialects = new Map<boolean, Dialect>();
  readonly #playing: Player[] = [];
  readonly #watching = new Set<Player>();
  readonly #coming = new Map<
    Player,
    { readonly fromMs: number; readonly isWatching: boolean; readonly what: Coming }
  >();
  readonly #spacings = new Spacings();
  readonly #losses = new Map<string, number>();
  #made = 0;
  #nowMs = performance.now();
  #frames = 0;
  #payloadBytes = 0;
  #wireBytes = 0;
  #lost = 0;
  #resetAtMs = performance.now();
  /** Times of all who were there, up to the last change of who is. */
  #presentMs = 0;
  #presentAtMs = performance.now();
  #cpuBefore = process.cpuUsage();

  constructor(start: LoadStart) {
    this.#start = start;
    this.#setting = start.setting;
    const { isMoving, tickRateHz: rateHz, turnEveryTicks } = start.setting;
    if (isMoving) new Inputs(this.#playing, { rateHz, turnEveryTicks }).start();
  }

  /** Who is there. */
  get size(): number {
    return this.#playing.length + this.#watching.size;
  }

  /** One more comes. */
  add(isWatching: boolean, what: Coming): void {
    let dialect = this.#dialects.get(isWatching);
    if (dialect === undefined) {
      dialect = dialectOf(this.#start, isWatching);
      this.#dialects.set(isWatching, dialect);
    }
    const player = new Player(this.#made++, this.#start.port, dialect, this);
    this.#coming.set(player, { fromMs: performance.now(), isWatching, what });
    player.come();
  }

  /** One of those who play leaves; answers whether there was one. */
  removeOne(): boolean {
    const index = Math.floor(Math.random() * this.#playing.length);
    const player = this.#playing[index];
    if (player === undefined) return false;
    this.#countPresence();
    this.#takeOut(player);
    player.leave();
    return true;
  }

  /** Begins a window. */
  reset(): void {
    this.#frames = 0;
    this.#payloadBytes = 0;
    this.#wireBytes = 0;
    this.#lost = 0;
    this.#losses.clear();
    this.#spacings.clear();
    this.#cpuBefore = process.cpuUsage();
    this.#countPresence();
    this.#presentMs = 0;
    this.#resetAtMs = performance.now();
  }

  /** What came in the window. */
  read(): LoadReading {
    const seconds = (performance.now() - this.#resetAtMs) / 1000;
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    if (this.#setting.isMoving) this.#addSilences();
    this.#countPresence();
    return {
      players: this.size,
      seconds,
      playerSeconds: this.#presentMs / 1000,
      frames: this.#frames,
      payloadBytes: this.#payloadBytes,
      wireBytes: this.#wireBytes,
      spacing: this.#spacings.spread,
      coreShare: (user + system) / 1e6 / seconds,
      lost: this.#lost,
      losses: Object.fromEntries(this.#losses),
    };
  }

  received(bytes: number): void {
    this.#nowMs = performance.now();
    this.#wireBytes += bytes;
  }

  state(player: Player, bytes: number): void {
    this.#frames++;
    this.#payloadBytes += bytes;
    this.#spacings.add(this.#nowMs - player.stateAtMs);
    player.stateAtMs = this.#nowMs;
  }

  playing(player: Player): void {
    player.stateAtMs = this.#nowMs;
    const coming = this.#coming.get(player);
    if (coming === undefined) return;
    this.#coming.delete(player);
    this.#countPresence();
    if (coming.isWatching) this.#watching.add(player);
    else this.#playing.push(player);
    coming.what.playing(this.#nowMs - coming.fromMs);
  }

  lost(player: Player, why: string): void {
    const coming = this.#coming.get(player);
    if (coming !== undefined) {
      this.#coming.delete(player);
      coming.what.failed(why);
      return;
    }
    this.#countPresence();
    if (!this.#watching.delete(player)) this.#takeOut(player);
    this.#lost++;
    this.#losses.set(why, (this.#losses.get(why) ?? 0) + 1);
  }

  #takeOut(player: Player): void {
    const index = this.#playing.indexOf(player);
    const last = this.#playing.pop();
    if (index < 0 || last === undefined) throw new Error('a player who does not play cannot stop');
    if (last !== player) this.#playing[index] = last;
  }

  /** Before anybody comes or goes. */
  #countPresence(): void {
    const nowMs = performance.now();
    this.#presentMs += (nowMs - this.#presentAtMs) * this.size;
    this.#presentAtMs = nowMs;
  }

  /** Who gets nothing any more must not look as smooth as who gets everything. */
  #addSilences(): void {
    const nowMs = performance.now();
    const silentMs = (SILENT_TICKS * 1000) / this.#setting.sendRateHz;
    for (const player of [...this.#playing, ...this.#watching]) {
      const sinceMs = nowMs - player.stateAtMs;
      if (player.isPlaying && sinceMs > silentMs) this.#spacings.add(sinceMs);
    }
  }
}
