/**
 * The journal in two tables, of rooms and of entries. Nothing is decided outside of the database: each statement writes only where its room has
 * not ended and is still its writer's, so that commits can be repeated and two writers cannot mix.
 */
import type {
  Journal,
  JournalCommit,
  JournalEnd,
  JournalEntry,
  JournaledRoom,
  RecordingPlace,
} from '../ports/journal.ts';
import { COLUMN_TYPES, type Migration, migrate } from './migrate.ts';
import type { Sql, SqlResult, SqlStatement, SqlValue } from './sql.ts';

/** The steps of the module `journal`. */
const MIGRATIONS: readonly Migration[] = [
  ({ bytes, whole, text, serialKey, strict }) => [
    // Numbered in the order in which they begin.
    `CREATE TABLE madang_journal_rooms (
      number ${serialKey}, room_id ${text} NOT NULL UNIQUE, game ${text} NOT NULL, epoch ${whole} NOT NULL,
      opened_ms ${whole} NOT NULL, ended_ms ${whole}
    ) ${strict}`,
    'CREATE INDEX madang_journal_ended ON madang_journal_rooms (ended_ms)',
    // Each entry knows where in its room's bytes it lies: what a room takes is then the last end less the first beginning.
    // Not kept in the order of its key: what many rooms write at once would touch a page of each, and not a few new ones.
    `CREATE TABLE madang_journal_entries (
      room ${whole} NOT NULL REFERENCES madang_journal_rooms (number) ON DELETE CASCADE,
      seq ${whole} NOT NULL, epoch ${whole} NOT NULL, tick ${whole} NOT NULL, is_snapshot ${whole} NOT NULL,
      from_bytes ${whole} NOT NULL, to_bytes ${whole} NOT NULL, bytes ${bytes} NOT NULL,
      PRIMARY KEY (room, seq)
    ) ${strict}`,
  ],
];

const BEGIN =
  'INSERT INTO madang_journal_rooms (room_id, game, epoch, opened_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING';

const END_KEPT = 'UPDATE madang_journal_rooms SET ended_ms = $3 WHERE room_id = $1 AND epoch = $2 AND ended_ms IS NULL';
const END = 'DELETE FROM madang_journal_rooms WHERE room_id = $1 AND epoch = $2 AND ended_ms IS NULL';

/** Where the snapshot was refused nothing goes. */
const COMPACT = `DELETE FROM madang_journal_entries
  WHERE seq < $3 AND room = (
    SELECT r.number FROM madang_journal_rooms r JOIN madang_journal_entries s ON s.room = r.number AND s.seq = $3
    WHERE r.room_id = $1 AND r.epoch = $2 AND r.ended_ms IS NULL AND s.is_snapshot = 1 AND s.epoch = $2
  )`;

const LAST = '(SELECT MAX(l.seq) FROM madang_journal_entries l WHERE l.room = r.number)';
const FIRST = '(SELECT MIN(l.seq) FROM madang_journal_entries l WHERE l.room = r.number)';

/** Of a room that gave nothing: who has it, and the entry that may be there already. */
const STANDING = `SELECT r.epoch, r.ended_ms, COALESCE(${LAST}, 0) AS last, e.epoch AS entry_epoch
  FROM madang_journal_rooms r LEFT JOIN madang_journal_entries e ON e.room = r.number AND e.seq = $2
  WHERE r.room_id = $1`;

const ROOMS = `SELECT r.room_id, r.game, r.epoch, l.seq, l.tick, l.to_bytes - f.from_bytes AS size_bytes, r.opened_ms, r.ended_ms
  FROM madang_journal_rooms r
  JOIN madang_journal_entries f ON f.room = r.number AND f.seq = ${FIRST}
  JOIN madang_journal_entries l ON l.room = r.number AND l.seq = ${LAST}`;

/** Entries, and about as many bytes, that are read at once: commits of rooms that are played go between such pages. */
const PAGE_ENTRIES = 64;
const PAGE_BYTES = 1024 * 1024;

const IS_THERE = 'SELECT number FROM madang_journal_rooms WHERE room_id = $1';

const LAST_SNAPSHOT = `SELECT seq FROM madang_journal_entries
  WHERE room = (${IS_THERE}) AND is_snapshot = 1 ORDER BY seq DESC LIMIT 1`;

const NEXT = `SELECT seq, from_bytes FROM madang_journal_entries WHERE room = (${IS_THERE}) AND seq > $2 ORDER BY seq`;

/** Where a page ends is found without reading what is in the entries. The first is in it, however large. */
const PAGE = `SELECT seq, bytes FROM madang_journal_entries
  WHERE room = (${IS_THERE}) AND seq > $2 AND seq <= (
    SELECT MAX(n.seq) FROM (${NEXT} LIMIT ${PAGE_ENTRIES}) n CROSS JOIN (${NEXT} LIMIT 1) f
    WHERE n.from_bytes < f.from_bytes + ${PAGE_BYTES}
  ) ORDER BY seq`;

/** Recordings that are too old, or that come after `$2` bytes of newer ones; the oldest first. */
const TOO_MUCH = `SELECT room_id FROM (
    SELECT room_id, ended_ms, number, SUM(size_bytes) OVER (ORDER BY ended_ms DESC, number DESC) AS so_far
    FROM (
      SELECT r.room_id, r.ended_ms, r.number, l.to_bytes - f.from_bytes AS size_bytes
      FROM madang_journal_rooms r
      JOIN madang_journal_entries f ON f.room = r.number AND f.seq = ${FIRST}
      JOIN madang_journal_entries l ON l.room = r.number AND l.seq = ${LAST}
      WHERE r.ended_ms IS NOT NULL
    ) sized
  ) summed
  WHERE ended_ms < $1 OR so_far > $2 ORDER BY ended_ms, number`;

/** Brings the database's tables up to date. Rejects with StoreError; `sql` stays the caller's then. */
export async function openSqlJournal(sql: Sql): Promise<SqlJournal> {
  await migrate(sql, 'journal', MIGRATIONS);
  return new SqlJournal(sql);
}

/** The journal on a database that was migrated; `openSqlJournal` does both. */
export class SqlJournal implements Journal {
  readonly #sql: Sql;
  readonly #appendSql: string;

  /** Of a database whose tables are there: see `openSqlJournal`. Closing the journal closes it. */
  constructor(sql: Sql) {
    this.#sql = sql;
    this.#appendSql = appendSql(sql);
  }

  async commit({ entries, ends, isSynced }: JournalCommit): Promise<{ readonly lost: readonly string[] }> {
    if (entries.length + ends.length === 0) return { lost: [] };
    const appends = entries.map((entry) => this.#append(entry));
    const compactions = entries.filter(({ isSnapshot, keepsHistory }) => isSnapshot && !keepsHistory).map(compact);
    const begins = firstOfEach(entries)
      .filter(({ begins, isSnapshot }) => begins && isSnapshot)
      .map(begin);
    const statements = [...begins, ...appends, ...compactions, ...ends.map(end)];
    const { results } = await this.#sql.transact(statements, { isSynced });
    const wasDone = (at: number): boolean => (results[at]?.changes ?? 0) > 0;
    // Mostly each did something. Of those that did not it has to be found out why.
    const idleEntries = entries.filter((_, index) => !wasDone(begins.length + index));
    const endsAt = statements.length - ends.length;
    const idleEnds = ends.filter((_, index) => !wasDone(endsAt + index));
    return { lost: await this.#lostOf(idleEntries, idleEnds, ends) };
  }

  async unfinished(): Promise<readonly JournaledRoom[]> {
    return (await this.#select(`${ROOMS} WHERE r.ended_ms IS NULL ORDER BY r.number`)).map(toRoom);
  }

  async claim(roomId: string): Promise<number | null> {
    const { results } = await this.#sql.transact(
      [
        {
          sql: 'UPDATE madang_journal_rooms SET epoch = epoch + 1 WHERE room_id = $1 AND ended_ms IS NULL RETURNING epoch',
          params: [roomId],
        },
      ],
      { isSynced: true },
    );
    const epoch = results[0]?.rows[0]?.epoch;
    return epoch === undefined ? null : Number(epoch);
  }

  async read(roomId: string, from: 'last-snapshot' | 'start'): Promise<readonly Uint8Array[]> {
    const [first] = from === 'start' ? [] : await this.#select(LAST_SNAPSHOT, [roomId]);
    const read: Uint8Array[] = [];
    let after = Number(first?.seq ?? 1) - 1;
    for (let pages = 1; ; pages++) {
      const rows = await this.#select(PAGE, [roomId, after]);
      const bytes = rows.flatMap((row) => (row.bytes instanceof Uint8Array ? [row.bytes] : []));
      read.push(...bytes);
      after = Number(rows.at(-1)?.seq ?? after);
      const isLast = rows.length < PAGE_ENTRIES && bytes.reduce((sum, { length }) => sum + length, 0) < PAGE_BYTES;
      if (!isLast) continue;
      // A room that was removed between two pages looks like one that ends there.
      const isWhole = pages === 1 || (await this.#select(IS_THERE, [roomId])).length > 0;
      return isWhole ? read : [];
    }
  }

  async recordings(limit: number, after?: RecordingPlace): Promise<readonly JournaledRoom[]> {
    const { endedWallMs, roomId } = after ?? { endedWallMs: Number.MAX_SAFE_INTEGER, roomId: '' };
    const next = 'WHERE (r.ended_ms, r.room_id) < ($1, $2) ORDER BY r.ended_ms DESC, r.room_id DESC LIMIT $3';
    return (await this.#select(`${ROOMS} ${next}`, [endedWallMs, roomId, limit])).map(toRoom);
  }

  async remove(roomId: string): Promise<void> {
    await this.#sql.transact([{ sql: 'DELETE FROM madang_journal_rooms WHERE room_id = $1', params: [roomId] }]);
  }

  async prune(limits: { readonly endedBeforeWallMs: number; readonly maxBytes: number }): Promise<number> {
    const goes = await this.#select(TOO_MUCH, [limits.endedBeforeWallMs, limits.maxBytes]);
    // One at a time: commits of rooms that are played go between them.
    for (const { room_id } of goes) await this.remove(String(room_id));
    return goes.length;
  }

  close(): Promise<void> {
    return this.#sql.close();
  }

  #append({ roomId, seq, epoch, tick, isSnapshot, bytes }: JournalEntry): SqlStatement {
    return { sql: this.#appendSql, params: [roomId, seq, epoch, tick, isSnapshot ? 1 : 0, bytes.length, bytes] };
  }

  /** The rooms among these that somebody else has, or whose journal is not what their writer takes it for. */
  async #lostOf(
    entries: readonly JournalEntry[],
    idleEnds: readonly JournalEnd[],
    ends: readonly JournalEnd[],
  ): Promise<readonly string[]> {
    const asked = [
      ...entries.map(({ roomId, epoch, seq }) => ({ roomId, epoch, seq })),
      ...idleEnds.map(({ roomId, epoch }) => ({ roomId, epoch, seq: 0 })),
    ];
    if (asked.length === 0) return [];
    const { results } = await this.#sql.transact(
      asked.map(({ roomId, seq }) => ({ sql: STANDING, params: [roomId, seq] })),
      { isRead: true },
    );
    const ending = new Set(ends.map(roomOf));
    const lost = asked.filter(({ roomId, epoch, seq }, index) => {
      const standing = results[index]?.rows[0];
      // Ended by what is repeated here, or taken away by somebody.
      if (standing === undefined) return !ending.has(roomId);
      if (standing.epoch !== epoch) return true;
      if (standing.ended_ms !== null || seq === 0) return false;
      // A number that another epoch wrote is another entry; one after a gap cannot be read.
      const isOthers = standing.entry_epoch !== null && standing.entry_epoch !== epoch;
      return isOthers || seq > Number(standing.last);
    });
    return [...new Set(lost.map(roomOf))];
  }

  async #select(sql: string, params: readonly SqlValue[] = []): Promise<SqlResult['rows']> {
    const { results } = await this.#sql.transact([{ sql, params }], { isRead: true });
    return results[0]?.rows ?? [];
  }
}

/**
 * After the last entry only. A snapshot may leave a gap: what its writer gave up in between is not needed to read on from there.
 * In PostgreSQL the room is locked, so that nobody claims it between the look and the entry.
 */
function appendSql({ dialect }: Sql): string {
  const { whole, bytes } = COLUMN_TYPES[dialect];
  const number = (param: number): string => `CAST($${param} AS ${whole})`;
  return `INSERT INTO madang_journal_entries (room, seq, epoch, tick, is_snapshot, from_bytes, to_bytes, bytes)
    SELECT r.number, ${number(2)}, r.epoch, ${number(4)}, ${number(5)},
      COALESCE(p.to_bytes, 0), COALESCE(p.to_bytes, 0) + ${number(6)}, CAST($7 AS ${bytes})
    FROM madang_journal_rooms r
    LEFT JOIN madang_journal_entries p ON p.room = r.number AND p.seq = ${LAST}
    WHERE r.room_id = $1 AND r.epoch = ${number(3)} AND r.ended_ms IS NULL
      AND (COALESCE(p.seq, 0) = ${number(2)} - 1 OR (${number(5)} = 1 AND COALESCE(p.seq, 0) < ${number(2)}))
    ${dialect === 'postgres' ? 'FOR UPDATE OF r' : ''}
    ON CONFLICT DO NOTHING`;
}

function begin({ roomId, game, epoch, wallMs }: JournalEntry): SqlStatement {
  return { sql: BEGIN, params: [roomId, game, epoch, wallMs] };
}

function compact({ roomId, epoch, seq }: JournalEntry): SqlStatement {
  return { sql: COMPACT, params: [roomId, epoch, seq] };
}

function end({ roomId, epoch, isKept, wallMs }: JournalEnd): SqlStatement {
  return isKept ? { sql: END_KEPT, params: [roomId, epoch, wallMs] } : { sql: END, params: [roomId, epoch] };
}

function firstOfEach(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const first = new Map<string, JournalEntry>();
  for (const entry of entries) if (!first.has(entry.roomId)) first.set(entry.roomId, entry);
  return [...first.values()];
}

function roomOf({ roomId }: { readonly roomId: string }): string {
  return roomId;
}

function toRoom(row: Readonly<Record<string, SqlValue>>): JournaledRoom {
  return {
    roomId: String(row.room_id),
    game: String(row.game),
    epoch: Number(row.epoch),
    seq: Number(row.seq),
    tick: Number(row.tick),
    sizeBytes: Number(row.size_bytes),
    openedWallMs: Number(row.opened_ms),
    endedWallMs: row.ended_ms == null ? null : Number(row.ended_ms),
  };
}
