/** A store that lives as long as the process. */
import type { JsonValue } from '@madang/core';
import type { Store, StoredDocument } from '../ports/store.ts';
import { closedStore } from '../ports/store-rules.ts';
import { MemoryDocuments, MemoryPlayerDocuments } from './store/memory-documents.ts';
import { MemoryLeaderboards } from './store/memory-leaderboards.ts';
import { MemoryAccounts, MemoryAudit, MemoryMatches, MemorySanctions } from './store/memory-records.ts';

export class MemoryStore implements Store {
  #isClosed = false;
  readonly #check = (): void => {
    if (this.#isClosed) throw closedStore();
  };
  readonly #documents = new MemoryDocuments(this.#check);
  readonly documents = new MemoryPlayerDocuments(this.#check);
  readonly accounts = new MemoryAccounts(this.#check);
  readonly leaderboards = new MemoryLeaderboards(this.#check);
  readonly matches = new MemoryMatches(this.#check);
  readonly sanctions = new MemorySanctions(this.#check);
  readonly audit = new MemoryAudit(this.#check);

  load(key: string): Promise<StoredDocument | null> {
    return this.#documents.load(key);
  }

  save(key: string, value: JsonValue, baseVersion: number): Promise<number> {
    return this.#documents.save(key, value, baseVersion);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
