/** From what an operator says to a database that can be asked. */
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '@madang/server';
import { PooledSql } from './pooled-sql.ts';
import type { PostgresSql } from './postgres-sql.ts';

/** What is not said comes from PGHOST, PGUSER and the like, as in PostgreSQL's own programs. */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; what it says goes before what the options below say. */
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  /** A function is asked for each new connection, for passwords that expire. */
  readonly password?: string | (() => Promise<string>);
  readonly database?: string;
  /** True: over TLS, with a certificate that this machine trusts. Options of `node:tls` say what else to trust. */
  readonly ssl?: boolean | ConnectionOptions;
  /** Connections at most, 2 or more. Default 10: what all servers take together has to fit into `max_connections`. */
  readonly maxConnections?: number;
  /** Calls that may wait for a connection; further ones are refused as `busy`. Default 1,000. */
  readonly waitingMax?: number;
  /** A call is answered or refused after so long; PostgreSQL gives up on a statement of it after three quarters. Default 2,000. */
  readonly timeoutMs?: number;
}

const systemClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** Nothing is connected before the first call. */
export function openPostgresSql(options: PostgresOptions = {}): PostgresSql {
  const { maxConnections = 10, waitingMax = 1_000, timeoutMs = 2_000, ...connection } = options;
  return new PooledSql({
    connection: { application_name: 'madang', ...connection },
    maxConnections,
    waitingMax,
    timeoutMs,
    clock: systemClock,
    random: Math.random,
  });
}
