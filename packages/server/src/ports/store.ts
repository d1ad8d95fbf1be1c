/**
 * What outlives the process, in groups. Refusals are GameErrors and change nothing; everything else that goes wrong is a StoreError, whose
 * kind says whether it passes. Texts are keys and names and nothing else: whatever they hold, they are never read as anything. Moments are
 * whole milliseconds since the epoch.
 */
import type { JsonValue } from '@madang/core';
import type { Ban, BanTarget } from '../identity/bans.ts';

/** A document as it is kept. */
export interface StoredDocument {
  readonly value: JsonValue;
  /** 1 for the first save; one more with each. */
  readonly version: number;
}

/** Documents of the server's own. Each has a version, so that two writers cannot silently undo each other. */
export interface Documents {
  /** The document under this key, or null. */
  load(key: string): Promise<StoredDocument | null>;
  /**
   * Saves a document if the stored one is still at `baseVersion` (0: there is none yet) and answers the new version.
   * Throws STALE_VERSION otherwise, BAD_MESSAGE for a value or a key that `load` would refuse, and changes nothing then.
   */
  save(key: string, value: JsonValue, baseVersion: number): Promise<number>;
}

/** All that a server keeps beside its rooms. Calls reject with what is refused, or with a StoreError where the store fails. */
export interface Store extends Documents {
  readonly documents: PlayerDocuments;
  readonly accounts: Accounts;
  readonly leaderboards: Leaderboards;
  readonly matches: MatchLog;
  readonly sanctions: SanctionLog;
  readonly audit: AuditLog;
  /** Frees what the store holds. Calling twice is fine; other calls are refused afterwards. */
  close(): Promise<void>;
}

/** Where a player's document is. */
export interface DocumentPlace {
  /** A user's id. */
  readonly owner: string;
  readonly collection: string;
  readonly key: string;
}

/** A document in a list, without its value. */
export interface ListedDocument {
  readonly key: string;
  readonly version: number;
}

/** Documents of players: of each at most 256 in a collection. */
export interface PlayerDocuments {
  load(place: DocumentPlace): Promise<StoredDocument | null>;
  /** As `Documents.save`. Throws DOCUMENTS_FULL, too. */
  save(place: DocumentPlace, value: JsonValue, baseVersion: number): Promise<number>;
  /** Deletes a document that is at `version`. Throws STALE_VERSION where it is not. */
  remove(place: DocumentPlace, version: number): Promise<void>;
  /** A collection of one player's, by key. */
  list(owner: string, collection: string): Promise<readonly ListedDocument[]>;
}

/** Somebody whom this server knows by more than a token. */
export interface Account {
  readonly user: string;
  readonly name: string | null;
  readonly createdAtMs: number;
}

/** Who shows a device's secret is the account's user. Of the secret only a digest is kept. */
export interface Device {
  /** 32 bytes in hexadecimal. */
  readonly digest: string;
  readonly user: string;
  readonly createdAtMs: number;
}

/** Who somebody is, and the devices that lead back to that. */
export interface Accounts {
  load(user: string): Promise<Account | null>;
  /** Keeps a device, and the account where there is none yet. The same device again changes nothing. */
  addDevice(device: Device, name: string | null): Promise<void>;
  /** The device of this digest with its account, or null. */
  findDevice(digest: string): Promise<(Device & { readonly account: Account }) | null>;
}

/** One leaderboard of one period. The same name in the other order is another. */
export interface BoardKey {
  readonly name: string;
  readonly period: string;
  /** What is at the top. */
  readonly order: 'highest' | 'lowest';
}

/** What counts of several scores of one player. */
export type KeptScore = 'best' | 'latest' | 'sum';

/** What a player came to on a board. */
export interface Score {
  readonly user: string;
  /** Shown; '' for nobody in particular. */
  readonly name: string;
  /** A whole number, at most 2^53 - 1 in either direction. */
  readonly score: number;
  readonly atMs: number;
}

/** A player's place. Of equal scores the one that was there earlier is higher: no two places are the same. */
export interface Standing extends Score {
  /** 1 for the top. */
  readonly rank: number;
}

/** Exact at any size: what is asked takes about as long among a million as among a thousand. */
export interface Leaderboards {
  /**
   * Counts a score and answers where its player stands then. One that changes nothing leaves its place, and who was there earlier; the name
   * is the latest. Throws BAD_SCORE for what is no whole number, or a sum that would be none that is exact.
   */
  submit(board: BoardKey, keep: KeptScore, score: Score): Promise<Standing>;
  standing(board: BoardKey, user: string): Promise<Standing | null>;
  /** The best, at most `limit` of them. */
  top(board: BoardKey, limit: number): Promise<readonly Standing[]>;
  /** Who stands around somebody, at most `limit` of them, in order; none where that player is not there. */
  around(board: BoardKey, user: string, limit: number): Promise<readonly Standing[]>;
  /** How many are there. */
  size(board: BoardKey): Promise<number>;
}

/** A match that has ended. */
export interface StoredMatch {
  readonly id: string;
  readonly game: string;
  readonly roomId: string;
  readonly endedAtMs: number;
  readonly teams: readonly StoredTeam[];
}

/** A team as it ended a match. */
export interface StoredTeam {
  /** 1 for the best; teams of the same place are tied. Null for a team that did not finish. */
  readonly place: number | null;
  /** `user` is null for somebody without an identity; `hasLeft` for who went before the end. */
  readonly players: readonly { readonly user: string | null; readonly hasLeft: boolean }[];
}

/** Results of matches, each once. */
export interface MatchLog {
  /** Keeps a match, once: answers false and changes nothing where one of this id is kept. */
  add(match: StoredMatch): Promise<boolean>;
  load(id: string): Promise<StoredMatch | null>;
  /** The latest matches of somebody, the newest first, at most `limit`. */
  ofPlayer(user: string, limit: number): Promise<readonly StoredMatch[]>;
}

/** What keeps somebody out: a ban, or the end of what was given out until a moment. */
export type Sanction =
  | { readonly kind: 'ban'; readonly ban: Ban }
  | { readonly kind: 'lifted'; readonly target: BanTarget }
  | { readonly kind: 'revoked'; readonly user: string; readonly untilMs: number };

/** Bans and revocations. The latest of a target counts; each change has a number, so that servers learn of each other's. */
export interface SanctionLog {
  put(sanction: Sanction): Promise<void>;
  /**
   * What counts since the change of this number (0: all of it), the latest of each target, in the order of their numbers; at most `limit` of
   * them. `change` is the number to go on from: where it is what was given, there is nothing more.
   */
  since(change: number, limit: number): Promise<{ readonly change: number; readonly sanctions: readonly Sanction[] }>;
}

/** Something that somebody with power over others did. */
export interface AuditEntry {
  /** Nobody else's: the same entry again is not kept twice. */
  readonly id: string;
  readonly atMs: number;
  /** Who did it. */
  readonly by: string;
  /** What: `ban`, `unban`, `revoke`… */
  readonly action: string;
  /** To whom. */
  readonly target: string;
  readonly details: JsonValue;
}

/** An entry of the audit log, with its number: later ones have higher ones. */
export interface AuditRecord extends AuditEntry {
  /** One more than the entry before it had, or more. */
  readonly number: number;
}

/** Entries are added, and neither changed nor deleted. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** The newest first, at most `limit`, of those with a number below `before`. */
  list(limit: number, before?: number): Promise<readonly AuditRecord[]>;
}
