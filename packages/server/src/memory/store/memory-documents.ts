/** Documents that live as long as the process. */
import { type JsonValue, toJsonValue } from '@madang/core';
import type { DocumentPlace, Documents, ListedDocument, PlayerDocuments, StoredDocument } from '../../ports/store.ts';
import { checkKeys, DOCUMENTS_MAX, documentsFull, nameOf, staleVersion } from '../../ports/store-rules.ts';

export class MemoryDocuments implements Documents {
  readonly #documents = new Map<string, StoredDocument>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async load(key: string): Promise<StoredDocument | null> {
    this.#check();
    checkKeys(key);
    const document = this.#documents.get(key);
    return document === undefined ? null : structuredClone(document);
  }

  async save(key: string, value: JsonValue, baseVersion: number): Promise<number> {
    this.#check();
    checkKeys(key);
    return saved(this.#documents, key, value, baseVersion, key);
  }
}

export class MemoryPlayerDocuments implements PlayerDocuments {
  /** By owner and collection; then by key. */
  readonly #collections = new Map<string, Map<string, StoredDocument>>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async load(place: DocumentPlace): Promise<StoredDocument | null> {
    const document = this.#collectionOf(place).get(place.key);
    return document === undefined ? null : structuredClone(document);
  }

  async save(place: DocumentPlace, value: JsonValue, baseVersion: number): Promise<number> {
    const collection = this.#collectionOf(place);
    const isNew = baseVersion === 0 && !collection.has(place.key);
    if (isNew && collection.size >= DOCUMENTS_MAX) throw documentsFull(place);
    const version = saved(collection, place.key, value, baseVersion, nameOf(place));
    this.#collections.set(idOf(place), collection);
    return version;
  }

  async remove(place: DocumentPlace, version: number): Promise<void> {
    const collection = this.#collectionOf(place);
    const actual = collection.get(place.key)?.version ?? 0;
    if (actual !== version || version === 0) throw staleVersion(nameOf(place), version, actual);
    collection.delete(place.key);
    if (collection.size === 0) this.#collections.delete(idOf(place));
  }

  async list(owner: string, collection: string): Promise<readonly ListedDocument[]> {
    const documents = this.#collectionOf({ owner, collection, key: '' });
    const listed = [...documents].map(([key, { version }]) => ({ key, version }));
    return listed.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  #collectionOf(place: DocumentPlace): Map<string, StoredDocument> {
    this.#check();
    checkKeys(place.owner, place.collection, place.key);
    return this.#collections.get(idOf(place)) ?? new Map();
  }
}

function idOf({ owner, collection }: DocumentPlace): string {
  return JSON.stringify([owner, collection]);
}

function saved(
  documents: Map<string, StoredDocument>,
  key: string,
  value: JsonValue,
  baseVersion: number,
  name: string,
): number {
  const actual = documents.get(key)?.version ?? 0;
  const kept = toJsonValue(value);
  if (actual !== baseVersion) throw staleVersion(name, baseVersion, actual);
  documents.set(key, { value: kept, version: actual + 1 });
  return actual + 1;
}
