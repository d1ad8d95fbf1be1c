/**
 * The tables of the store. Names begin with `madang_`, for the database may be shared with others. Migrations that were published are never
 * changed: what comes later is added below.
 */
import type { ColumnTypes, Migration } from '../migrate.ts';
import type { SqlDialect } from '../sql.ts';

/** `height` of the first bucket: no score is lower. */
export const HEIGHT_MIN = Number.MIN_SAFE_INTEGER;

/** The steps of the module `store`. */
export function storeMigrations(dialect: SqlDialect): readonly Migration[] {
  return [(types) => [...firstTables(types), ...(dialect === 'sqlite' ? TAKE_OVER : [])], () => DEVICES_OF_USERS];
}

function firstTables({ whole, text, serialKey, strict, strictByKey }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE madang_documents (
      key ${text} PRIMARY KEY, version ${whole} NOT NULL, value ${text} NOT NULL
    ) ${strictByKey}`,
    `CREATE TABLE madang_player_documents (
      owner ${text} NOT NULL, collection ${text} NOT NULL, key ${text} NOT NULL,
      version ${whole} NOT NULL, value ${text} NOT NULL,
      PRIMARY KEY (owner, collection, key)
    ) ${strictByKey}`,
    `CREATE TABLE madang_accounts (
      user_id ${text} PRIMARY KEY, name ${text}, created_ms ${whole} NOT NULL
    ) ${strictByKey}`,
    `CREATE TABLE madang_devices (
      digest ${text} PRIMARY KEY, user_id ${text} NOT NULL, created_ms ${whole} NOT NULL
    ) ${strictByKey}`,
    // `changes` is one more with each score that counts, and the lock under which they do.
    `CREATE TABLE madang_boards (
      id ${serialKey}, name ${text} NOT NULL, period ${text} NOT NULL, rank_order ${text} NOT NULL, changes ${whole} NOT NULL,
      UNIQUE (name, period, rank_order)
    ) ${strict}`,
    // Ascending from the top: `height` is the score, or less than nothing by it where the highest is at the top; then who came first.
    `CREATE TABLE madang_scores (
      board ${whole} NOT NULL, user_id ${text} NOT NULL, name ${text} NOT NULL,
      height ${whole} NOT NULL, came ${whole} NOT NULL, at_ms ${whole} NOT NULL,
      PRIMARY KEY (board, user_id)
    ) ${strictByKey}`,
    'CREATE UNIQUE INDEX madang_scores_in_order ON madang_scores (board, height, came)',
    // How many scores there are from this place on to the next bucket's.
    `CREATE TABLE madang_score_buckets (
      board ${whole} NOT NULL, height ${whole} NOT NULL, came ${whole} NOT NULL, size ${whole} NOT NULL,
      PRIMARY KEY (board, height, came)
    ) ${strictByKey}`,
    `CREATE TABLE madang_matches (
      id ${text} PRIMARY KEY, game ${text} NOT NULL, room_id ${text} NOT NULL, ended_ms ${whole} NOT NULL, teams ${text} NOT NULL
    ) ${strictByKey}`,
    `CREATE TABLE madang_match_players (
      user_id ${text} NOT NULL, ended_ms ${whole} NOT NULL, match_id ${text} NOT NULL,
      PRIMARY KEY (user_id, ended_ms, match_id)
    ) ${strictByKey}`,
    `CREATE TABLE madang_sanctions (
      key ${text} PRIMARY KEY, change ${whole} NOT NULL UNIQUE, value ${text} NOT NULL
    ) ${strictByKey}`,
    // The number of the last change, by what it is that changes; counted up under its lock.
    `CREATE TABLE madang_counters (name ${text} PRIMARY KEY, value ${whole} NOT NULL) ${strictByKey}`,
    "INSERT INTO madang_counters (name, value) VALUES ('sanctions', 0)",
    `CREATE TABLE madang_audit (
      number ${serialKey}, id ${text} NOT NULL UNIQUE, at_ms ${whole} NOT NULL, by_whom ${text} NOT NULL,
      action ${text} NOT NULL, target ${text} NOT NULL, details ${text} NOT NULL
    ) ${strict}`,
  ];
}

/** The devices of a user are counted. */
const DEVICES_OF_USERS: readonly string[] = [
  'CREATE INDEX madang_devices_of_users ON madang_devices (user_id, created_ms)',
];

/** Files of the time before there were migrations have one table, of documents. */
const TAKE_OVER: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS documents (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
  'INSERT INTO madang_documents (key, version, value) SELECT key, version, value FROM documents',
  'DROP TABLE documents',
];
