/**
 * @madang/postgres: rooms that outlive their process, and everything else that is kept, in PostgreSQL 12 or later.
 *
 *     const database = await openPostgres({ connectionString: process.env.DATABASE_URL });
 *     const server = createServer({ games, journal: database.journal, store: database.store });
 *
 * What is lost when. A commit that is synced (rooms that are `strict`, everything in the store but leaderboards) is on PostgreSQL's disk when it resolves, and
 * with its synchronous standbys where there are any. Others are with PostgreSQL and not yet on its disk (`synchronous_commit = off`): when our
 * process is killed nothing of them is lost; when PostgreSQL itself or its machine dies, up to the last 0.6 seconds (three times
 * `wal_writer_delay`) may be, whole commits from the end on and never a part of one. A database with `fsync = off` keeps none of this.
 *
 * Whose time. Leases and epochs are numbers that PostgreSQL counts, never moments; deadlines, pauses and probes are measured by this machine's
 * monotonic clock. Wall times are kept for people and for limits of age, and decide nothing else: clocks may differ.
 *
 * In front of PostgreSQL a pool of connections (PgBouncer) has to be in session mode, or, from its version 1.21 on, in transaction mode with
 * `max_prepared_statements` above 0. It has to pass the parameters `statement_timeout` and `idle_in_transaction_session_timeout` on, or be
 * told to ignore them (`ignore_startup_parameters`).
 *
 * Backup, while rooms are played: one moment of the whole database. Restore, into an empty database and before any server is started on it:
 *
 *     pg_dump --format=custom --no-owner --file=madang.dump "$DATABASE_URL"
 *     pg_restore --exit-on-error --single-transaction --no-owner --dbname="$DATABASE_URL" madang.dump
 *
 * Rooms go on from where they were in the dump. Where what came after it matters as well, archive the WAL (`pg_basebackup`,
 * `archive_command`): PostgreSQL's documentation, "Continuous Archiving and Point-in-Time Recovery".
 */
export { openPostgres, type PostgresDatabase } from './open-postgres.ts';
export { openPostgresSql, type PostgresOptions } from './open-postgres-sql.ts';
export type { PostgresFigures, PostgresSql } from './postgres-sql.ts';
