/** Accounts, matches, sanctions and the audit log in a database. */
import { parseJson, toJsonValue } from '@madang/core';
import type {
  Account,
  Accounts,
  AuditEntry,
  AuditLog,
  AuditRecord,
  Device,
  MatchLog,
  Sanction,
  SanctionLog,
  StoredMatch,
} from '../../ports/store.ts';
import { checkKeys, DEVICES_MAX, rowsAtMost, sanctionKey } from '../../ports/store-rules.ts';
import type { Sql } from '../sql.ts';
import { readSanction, readTeams } from './read-json.ts';
import { change, type Row, rowOf, rowsOf, write } from './statements.ts';

export class SqlAccounts implements Accounts {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async load(user: string): Promise<Account | null> {
    checkKeys(user);
    const row = await rowOf(this.#sql, {
      sql: 'SELECT user_id, name, created_ms FROM madang_accounts WHERE user_id = $1',
      params: [user],
    });
    return row === null ? null : accountOf(row);
  }

  async addDevice({ digest, user, createdAtMs }: Device, name: string | null): Promise<void> {
    checkKeys(digest, user, name ?? '');
    await write(
      this.#sql,
      {
        sql: 'INSERT INTO madang_accounts (user_id, name, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        params: [user, name, createdAtMs],
      },
      {
        sql: 'INSERT INTO madang_devices (digest, user_id, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        params: [digest, user, createdAtMs],
      },
      {
        // The new one stays by whatever clock it came.
        sql: `DELETE FROM madang_devices WHERE user_id = $1 AND digest <> $2 AND digest NOT IN (
          SELECT digest FROM madang_devices WHERE user_id = $1 AND digest <> $2 ORDER BY created_ms DESC, digest LIMIT $3)`,
        params: [user, digest, DEVICES_MAX - 1],
      },
    );
  }

  async findDevice(digest: string): Promise<(Device & { readonly account: Account }) | null> {
    checkKeys(digest);
    const row = await rowOf(this.#sql, {
      sql: `SELECT a.user_id, a.name, a.created_ms, d.created_ms AS device_ms
        FROM madang_devices d JOIN madang_accounts a ON a.user_id = d.user_id WHERE d.digest = $1`,
      params: [digest],
    });
    if (row === null) return null;
    const account = accountOf(row);
    return { digest, user: account.user, createdAtMs: Number(row.device_ms), account };
  }
}

function accountOf({ user_id, name, created_ms }: Row): Account {
  return {
    user: String(user_id),
    name: typeof name === 'string' ? name : null,
    createdAtMs: Number(created_ms),
  };
}

export class SqlMatches implements MatchLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async add({ id, game, roomId, endedAtMs, teams }: StoredMatch): Promise<boolean> {
    const users = teams.flatMap(({ players }) => players.flatMap(({ user }) => (user === null ? [] : [user])));
    checkKeys(id, game, roomId, ...users);
    return change(
      this.#sql,
      {
        sql: `INSERT INTO madang_matches (id, game, room_id, ended_ms, teams) VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT DO NOTHING`,
        params: [id, game, roomId, endedAtMs, JSON.stringify(teams)],
      },
      ...users.map((user) => ({
        sql: `INSERT INTO madang_match_players (user_id, ended_ms, match_id) VALUES ($1, $2, $3)
          ON CONFLICT DO NOTHING`,
        params: [user, endedAtMs, id],
      })),
    );
  }

  async load(id: string): Promise<StoredMatch | null> {
    checkKeys(id);
    const row = await rowOf(this.#sql, {
      sql: 'SELECT id, game, room_id, ended_ms, teams FROM madang_matches WHERE id = $1',
      params: [id],
    });
    return row === null ? null : matchOf(row);
  }

  async ofPlayer(user: string, limit: number): Promise<readonly StoredMatch[]> {
    checkKeys(user);
    const rows = await rowsOf(this.#sql, {
      sql: `SELECT m.id, m.game, m.room_id, m.ended_ms, m.teams
        FROM madang_match_players p JOIN madang_matches m ON m.id = p.match_id
        WHERE p.user_id = $1 ORDER BY p.ended_ms DESC, p.match_id DESC LIMIT $2`,
      params: [user, rowsAtMost(limit)],
    });
    return rows.map(matchOf);
  }
}

function matchOf({ id, game, room_id, ended_ms, teams }: Row): StoredMatch {
  return {
    id: String(id),
    game: String(game),
    roomId: String(room_id),
    endedAtMs: Number(ended_ms),
    teams: readTeams(parseJson(String(teams))),
  };
}

export class SqlSanctions implements SanctionLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async put(sanction: Sanction): Promise<void> {
    const key = sanctionKey(sanction);
    checkKeys(key);
    const text = JSON.stringify(toJsonValue(sanction));
    await write(
      this.#sql,
      // Whoever counts up holds the lock until it is done: no change is seen before one of a lower number.
      { sql: "UPDATE madang_counters SET value = value + 1 WHERE name = 'sanctions'" },
      {
        sql: `INSERT INTO madang_sanctions (key, change, value)
          SELECT $1, value, $2 FROM madang_counters WHERE name = 'sanctions'
          ON CONFLICT (key) DO UPDATE SET change = excluded.change, value = excluded.value`,
        params: [key, text],
      },
    );
  }

  async since(change: number, limit: number): Promise<{ readonly change: number; readonly sanctions: Sanction[] }> {
    const rows = await rowsOf(this.#sql, {
      sql: 'SELECT change, value FROM madang_sanctions WHERE change > $1 ORDER BY change LIMIT $2',
      params: [change, rowsAtMost(limit)],
    });
    return {
      change: Number(rows.at(-1)?.change ?? change),
      sanctions: rows.map(({ value }) => readSanction(parseJson(String(value)))),
    };
  }
}

export class SqlAudit implements AuditLog {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async append({ id, atMs, by, action, target, details }: AuditEntry): Promise<void> {
    checkKeys(id, by, action, target);
    await write(this.#sql, {
      sql: `INSERT INTO madang_audit (id, at_ms, by_whom, action, target, details) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO NOTHING`,
      params: [id, atMs, by, action, target, JSON.stringify(toJsonValue(details))],
    });
  }

  async list(limit: number, before: number = Number.MAX_SAFE_INTEGER): Promise<readonly AuditRecord[]> {
    const rows = await rowsOf(this.#sql, {
      sql: `SELECT number, id, at_ms, by_whom, action, target, details FROM madang_audit
        WHERE number < $1 ORDER BY number DESC LIMIT $2`,
      params: [before, rowsAtMost(limit)],
    });
    return rows.map(({ number, id, at_ms, by_whom, action, target, details }) => ({
      number: Number(number),
      id: String(id),
      atMs: Number(at_ms),
      by: String(by_whom),
      action: String(action),
      target: String(target),
      details: parseJson(String(details)),
    }));
  }
}
