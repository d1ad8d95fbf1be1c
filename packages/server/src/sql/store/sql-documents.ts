/** Documents in a database. */
import { type JsonValue, parseJson, toJsonValue } from '@madang/core';
import type { DocumentPlace, Documents, ListedDocument, PlayerDocuments, StoredDocument } from '../../ports/store.ts';
import { checkKeys, DOCUMENTS_MAX, documentsFull, nameOf, staleVersion } from '../../ports/store-rules.ts';
import type { Sql, SqlStatement } from '../sql.ts';
import { change, rowOf, rowsOf } from './statements.ts';

export class SqlDocuments implements Documents {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async load(key: string): Promise<StoredDocument | null> {
    checkKeys(key);
    return loaded(this.#sql, { sql: 'SELECT version, value FROM madang_documents WHERE key = $1', params: [key] });
  }

  async save(key: string, value: JsonValue, baseVersion: number): Promise<number> {
    checkKeys(key);
    const text = JSON.stringify(toJsonValue(value));
    const isSaved = await change(
      this.#sql,
      baseVersion === 0
        ? {
            sql: 'INSERT INTO madang_documents (key, version, value) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING',
            params: [key, text],
          }
        : {
            sql: 'UPDATE madang_documents SET version = version + 1, value = $2 WHERE key = $1 AND version = $3',
            params: [key, text, wholeOrNone(baseVersion)],
          },
    );
    if (!isSaved) throw staleVersion(key, baseVersion, (await this.load(key))?.version ?? 0);
    return baseVersion + 1;
  }
}

const HERE = 'owner = $1 AND collection = $2 AND key = $3';

export class SqlPlayerDocuments implements PlayerDocuments {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async load(place: DocumentPlace): Promise<StoredDocument | null> {
    return loaded(this.#sql, {
      sql: `SELECT version, value FROM madang_player_documents WHERE ${HERE}`,
      params: keysOf(place),
    });
  }

  async save(place: DocumentPlace, value: JsonValue, baseVersion: number): Promise<number> {
    const keys = keysOf(place);
    const text = JSON.stringify(toJsonValue(value));
    const isSaved = await change(
      this.#sql,
      baseVersion === 0
        ? {
            sql: `INSERT INTO madang_player_documents (owner, collection, key, version, value)
              SELECT $1, $2, $3, 1, $4
              WHERE (SELECT COUNT(*) FROM madang_player_documents WHERE owner = $1 AND collection = $2) < $5
              ON CONFLICT DO NOTHING`,
            params: [...keys, text, DOCUMENTS_MAX],
          }
        : {
            sql: `UPDATE madang_player_documents SET version = version + 1, value = $4 WHERE ${HERE} AND version = $5`,
            params: [...keys, text, wholeOrNone(baseVersion)],
          },
    );
    if (isSaved) return baseVersion + 1;
    const actual = (await this.load(place))?.version ?? 0;
    throw actual === 0 && baseVersion === 0 ? documentsFull(place) : staleVersion(nameOf(place), baseVersion, actual);
  }

  async remove(place: DocumentPlace, version: number): Promise<void> {
    const isGone = await change(this.#sql, {
      sql: `DELETE FROM madang_player_documents WHERE ${HERE} AND version = $4`,
      params: [...keysOf(place), wholeOrNone(version)],
    });
    if (!isGone) throw staleVersion(nameOf(place), version, (await this.load(place))?.version ?? 0);
  }

  async list(owner: string, collection: string): Promise<readonly ListedDocument[]> {
    checkKeys(owner, collection);
    const rows = await rowsOf(this.#sql, {
      sql: 'SELECT key, version FROM madang_player_documents WHERE owner = $1 AND collection = $2 ORDER BY key',
      params: [owner, collection],
    });
    return rows.map(({ key, version }) => ({ key: String(key), version: Number(version) }));
  }
}

function keysOf({ owner, collection, key }: DocumentPlace): [owner: string, collection: string, key: string] {
  checkKeys(owner, collection, key);
  return [owner, collection, key];
}

/** A version that no document has, for what is no version at all. */
function wholeOrNone(version: number): number {
  return Number.isSafeInteger(version) ? version : -1;
}

async function loaded(sql: Sql, statement: SqlStatement): Promise<StoredDocument | null> {
  const row = await rowOf(sql, statement);
  return row === null ? null : { version: Number(row.version), value: parseJson(String(row.value)) };
}
