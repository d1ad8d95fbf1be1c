/** The store of a database: written once for SQLite and PostgreSQL. */
import type { JsonValue } from '@madang/core';
import type { Store, StoredDocument } from '../../ports/store.ts';
import type { Sql } from '../sql.ts';
import { SqlDocuments, SqlPlayerDocuments } from './sql-documents.ts';
import { SqlLeaderboards } from './sql-leaderboards.ts';
import { SqlAccounts, SqlAudit, SqlMatches, SqlSanctions } from './sql-records.ts';

/** Of a database that has the tables of `storeMigrations`. Closing it closes the database. */
export class SqlStore implements Store {
  readonly #sql: Sql;
  readonly #documents: SqlDocuments;
  readonly documents: SqlPlayerDocuments;
  readonly accounts: SqlAccounts;
  readonly leaderboards: SqlLeaderboards;
  readonly matches: SqlMatches;
  readonly sanctions: SqlSanctions;
  readonly audit: SqlAudit;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#documents = new SqlDocuments(sql);
    this.documents = new SqlPlayerDocuments(sql);
    this.accounts = new SqlAccounts(sql);
    this.leaderboards = new SqlLeaderboards(sql);
    this.matches = new SqlMatches(sql);
    this.sanctions = new SqlSanctions(sql);
    this.audit = new SqlAudit(sql);
  }

  load(key: string): Promise<StoredDocument | null> {
    return this.#documents.load(key);
  }

  save(key: string, value: JsonValue, baseVersion: number): Promise<number> {
    return this.#documents.save(key, value, baseVersion);
  }

  close(): Promise<void> {
    return this.#sql.close();
  }
}
