/**
 * A server's start on a database, as a process to be killed. `node postgres-migrator.ts URL N`: brings the tables up to date, but waits for a
 * lock before its n-th statement; without N it does not wait. Prints `done`.
 */
import { openPostgres, openPostgresSql } from '@madang/postgres';
import { migrate, openSqlJournal, type Sql, type SqlStatement, storeMigrations } from '@madang/server/sql';
import { HOLD } from './postgres-hold.ts';

const [connectionString = '', holdAt] = process.argv.slice(2);

if (holdAt === undefined) {
  const database = await openPostgres({ connectionString });
  await database.close();
} else {
  const sql = openPostgresSql({ connectionString, timeoutMs: 60_000 });
  let passed = 0;
  const held: Sql = {
    dialect: sql.dialect,
    transact(statements, options) {
      if (options?.isRead === true) return sql.transact(statements, options);
      const here = Number(holdAt) - passed;
      passed += statements.length + 1;
      const hold: SqlStatement = { sql: HOLD };
      const isHere = here >= 0 && here <= statements.length;
      return sql.transact(isHere ? statements.toSpliced(here, 0, hold) : statements, options);
    },
    close: () => sql.close(),
  };
  await openSqlJournal(held);
  await migrate(held, 'store', storeMigrations(held.dialect));
  await held.close();
}
console.log('done');
