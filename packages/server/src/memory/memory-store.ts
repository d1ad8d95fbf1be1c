/** Documents that live as long as the process. */
import { GameError, type JsonValue, toJsonValue } from '@madang/core';
import type { Store, StoredDocument } from '../ports/store.ts';

export class MemoryStore implements Store {
  readonly #documents = new Map<string, StoredDocument>();
  #isClosed = false;

  async load(key: string): Promise<StoredDocument | null> {
    this.#refuseWhenClosed();
    const document = this.#documents.get(key);
    return document === undefined ? null : structuredClone(document);
  }

  async save(key: string, value: JsonValue, baseVersion: number): Promise<number> {
    this.#refuseWhenClosed();
    const actual = this.#documents.get(key)?.version ?? 0;
    if (actual !== baseVersion) throw staleVersion(key, baseVersion, actual);
    this.#documents.set(key, { value: toJsonValue(value), version: actual + 1 });
    return actual + 1;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Error('the store is closed');
  }
}

/** What every store throws when somebody else saved first. */
export function staleVersion(key: string, expected: number, actual: number): GameError<'STALE_VERSION'> {
  return new GameError(
    'STALE_VERSION',
    `Document ${key} is at version ${actual}, not ${expected}: load it again and decide anew.`,
    { key, expected, actual },
  );
}
