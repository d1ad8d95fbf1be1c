/** Documents that outlive the process. Each has a version, so that two writers cannot silently undo each other. */
import type { JsonValue } from '@madang/core';

export interface StoredDocument {
  readonly value: JsonValue;
  /** 1 for the first save; one more with each. */
  readonly version: number;
}

export interface Store {
  /** The document under this key, or null. */
  load(key: string): Promise<StoredDocument | null>;
  /**
   * Saves a document if the stored one is still at `baseVersion` (0: there is none yet) and answers the new version.
   * Throws STALE_VERSION otherwise, BAD_MESSAGE for a value that `load` would refuse, and changes nothing then.
   */
  save(key: string, value: JsonValue, baseVersion: number): Promise<number>;
  /** Frees what the store holds. Calling twice is fine; other calls are refused afterwards. */
  close(): Promise<void>;
}
