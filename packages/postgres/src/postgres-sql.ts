/** What can be asked of a PostgreSQL database, and of how it is. */
import type { Sql } from '@madang/server/sql';

/** How a database is from here. */
export interface PostgresFigures {
  /** False while calls are refused because several in a row were not answered. */
  readonly isReachable: boolean;
  /** Connections that are open, and how many of them nobody uses. */
  readonly connections: number;
  readonly idle: number;
  /** Calls that wait for a connection. */
  readonly waiting: number;
}

/** PostgreSQL as journals and stores see it, with figures of how it does. */
export interface PostgresSql extends Sql {
  figures(): PostgresFigures;
}
