/**
 * Bans, revocations and the log of who did what, as the store has them. Nobody who comes in waits for the store: there is a copy of the bans
 * here, which is loaded at the start and told of the changes of other servers every 15 seconds. What is decided here counts at once and is
 * written behind, in its order, again and again until the store has it. While the store has never been read nobody is kept out by what is
 * in it: that is logged.
 */
import { isGameError, type JsonValue } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { AuditEntry, Sanction, Store } from '../ports/store.ts';
import { sanctionKey } from '../ports/store-rules.ts';
import { type Ban, type BanList, type BanTarget, MemoryBanList, storedTarget } from './bans.ts';
import { unguessable } from './unguessable.ts';

const REFRESH_MS = 15_000;

/** Changes that are asked for at once. */
const PAGE = 1_000;

/** What the store does not take is tried again after this, then after twice as long each time, up to the most. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/** What waits to be written at most; more is in force and is not written. */
const WAITING_MAX = 10_000;

/** How long stopping waits for a store that does not answer. */
const STOP_MS = 1_500;

const ID_WORDS = 4;

export interface SanctionsOptions {
  readonly store: Pick<Store, 'sanctions' | 'audit'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

/** Something that was done and is to be remembered. */
export type Deed = Pick<AuditEntry, 'by' | 'action' | 'target'> & { readonly details?: JsonValue };

interface Waiting {
  /** What it decides about; null for what decides nothing. */
  readonly key: string | null;
  write(): Promise<void>;
}

export class Sanctions implements BanList {
  readonly #options: SanctionsOptions;
  readonly #bans = new MemoryBanList();
  readonly #waiting: Waiting[] = [];
  #change = 0;
  #retryMs = RETRY_MS;
  #writing: Promise<void> | null = null;
  #cancelRetry: (() => void) | null = null;
  #cancelRefresh: (() => void) | null = null;
  #heard: (sanction: Sanction) => void = () => {};
  #isStopped = false;
  /** Nothing is begun to be written from then on, by the clock. */
  #writesUntilMs = Number.POSITIVE_INFINITY;

  constructor(options: SanctionsOptions) {
    this.#options = options;
  }

  /** Loads what there is and goes on listening; `heard` is told of everything that is in the store. Never rejects. */
  async start(heard: (sanction: Sanction) => void): Promise<void> {
    this.#heard = heard;
    this.#isStopped = false;
    this.#writesUntilMs = Number.POSITIVE_INFINITY;
    this.#write();
    await this.#refresh();
  }

  /** Listens no more, and resolves once everything was written, the store has failed once more, or 1.5 seconds are over. */
  async stop(): Promise<void> {
    const { clock, log } = this.#options;
    this.#isStopped = true;
    this.#writesUntilMs = clock.nowMs() + STOP_MS;
    this.#cancelRefresh?.();
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#write();
    if (this.#writing !== null) await within(clock, STOP_MS, this.#writing);
    const unwritten = this.#waiting.length;
    if (unwritten > 0) log.error({ unwritten }, 'decisions about users were not written down: this server has stopped');
  }

  get all(): readonly Ban[] {
    return this.#bans.all;
  }

  find(target: BanTarget): Ban | null {
    return this.#bans.find(target);
  }

  put(ban: Ban): void {
    this.#bans.put(ban);
    this.#decide({ kind: 'ban', ban });
  }

  remove(target: BanTarget): boolean {
    const wasThere = this.#bans.remove(target);
    // Another server may have banned them, and this one not heard of it yet.
    this.#decide({ kind: 'lifted', target });
    return wasThere;
  }

  /** What was given to a user until a moment counts no more. */
  revoke(user: string, untilMs: number): void {
    this.#decide({ kind: 'revoked', user, untilMs });
  }

  /** Writes down what somebody did. */
  note({ by, action, target, details = null }: Deed): void {
    const { store, random, wallNowMs } = this.#options;
    // An id of its own, so that what is written twice is there once.
    const entry = { id: unguessable(random, ID_WORDS), atMs: wallNowMs(), by, action, target, details };
    this.#add({ key: null, write: () => store.audit.append(entry) });
  }

  #decide(sanction: Sanction): void {
    this.#add({ key: sanctionKey(sanction), write: () => this.#options.store.sanctions.put(sanction) });
  }

  #add(waiting: Waiting): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#options.log.error({ about: waiting.key }, 'the store takes nothing: this is not written down');
      return;
    }
    this.#waiting.push(waiting);
    this.#write();
  }

  #write(): void {
    if (this.#writing !== null || this.#cancelRetry !== null || this.#waiting.length === 0) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(): Promise<void> {
    const { clock, log } = this.#options;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (clock.nowMs() >= this.#writesUntilMs) return;
      try {
        await first.write();
        this.#retryMs = RETRY_MS;
      } catch (err) {
        log.error({ err, about: first.key }, 'what was decided about somebody could not be written down');
        // What the store refuses it refuses for ever.
        if (!isGameError(err)) {
          if (this.#isStopped) return;
          this.#cancelRetry = clock.after(this.#retryMs, () => {
            this.#cancelRetry = null;
            this.#write();
          });
          this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
          return;
        }
      }
      this.#waiting.shift();
    }
  }

  async #refresh(): Promise<void> {
    const { store, clock, log } = this.#options;
    try {
      for (;;) {
        const { change, sanctions } = await store.sanctions.since(this.#change, PAGE);
        if (this.#isStopped || change === this.#change) break;
        this.#change = change;
        for (const sanction of sanctions) this.#hear(sanction);
      }
    } catch (err) {
      log.error({ err, isLoaded: this.#change > 0 }, 'bans and revocations could not be read');
    }
    if (!this.#isStopped) this.#cancelRefresh = clock.after(REFRESH_MS, () => void this.#refresh());
  }

  #hear(stored: Sanction): void {
    const sanction = withTarget(stored);
    // What was decided here since and is not written yet is later than what is heard.
    const key = sanctionKey(sanction);
    if (this.#waiting.some((waiting) => waiting.key === key)) return;
    if (sanction.kind === 'ban') this.#bans.put(sanction.ban);
    if (sanction.kind === 'lifted') this.#bans.remove(sanction.target);
    this.#heard(sanction);
  }
}

/** What was written before addresses were looked up by their networks counts for the connections it meant. */
function withTarget(sanction: Sanction): Sanction {
  const { kind } = sanction;
  if (kind === 'ban') return { kind, ban: { ...sanction.ban, target: storedTarget(sanction.ban.target) } };
  return kind === 'lifted' ? { kind, target: storedTarget(sanction.target) } : sanction;
}

/** Resolves when the work has ended, and at the latest after so long. */
async function within(clock: Clock, timeMs: number, work: Promise<void>): Promise<void> {
  let cancel = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    cancel = clock.after(timeMs, resolve);
  });
  await Promise.race([work, isOver]);
  cancel();
}
