/** The most ground anybody ever ended a round of land-grab with, kept in a store. */
import { isGameError, isJsonObject } from '@madang/core';
import type { ServerEvent, Store } from '@madang/server';
import type { Logger } from 'pino';

const KEY = 'land-grab/record';

/** A record, as it is stored and served. */
export type Best = { readonly name: string; readonly score: number; readonly round: number };

export class YardRecord {
  readonly #store: Store;
  readonly #log: Logger;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** The record, or null while there is none. */
  async read(): Promise<Best | null> {
    return (await this.#load()).best;
  }

  /** Looks at what a game told its players; the end of a round may be a record. */
  hear({ game, name, payload }: ServerEvent): void {
    if (game !== 'land-grab' || name !== 'roundOver') return;
    const { name: who, score, number: round } = payload;
    if (typeof who !== 'string' || typeof score !== 'number' || typeof round !== 'number' || who === '') return;
    this.#offer({ name: who, score, round }).catch((err: unknown) => {
      this.#log.warn({ err }, 'the record could not be saved');
    });
  }

  async #offer(best: Best): Promise<void> {
    const { version, best: known } = await this.#load();
    if (known !== null && known.score >= best.score) return;
    try {
      await this.#store.save(KEY, { ...best }, version);
    } catch (error) {
      // Another room ended at the same moment: look again whether this still is a record.
      if (!isGameError(error, 'STALE_VERSION')) throw error;
      await this.#offer(best);
    }
  }

  async #load(): Promise<{ readonly version: number; readonly best: Best | null }> {
    const stored = await this.#store.load(KEY);
    const value = stored?.value;
    if (stored === null || !isJsonObject(value)) return { version: stored?.version ?? 0, best: null };
    const { name, score, round } = value;
    const isBest = typeof name === 'string' && typeof score === 'number' && typeof round === 'number';
    return { version: stored.version, best: isBest ? { name, score, round } : null };
  }
}
