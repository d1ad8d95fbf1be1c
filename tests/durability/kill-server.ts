/**
 * A server of ledgers that is going to be killed: `kill-server.ts DURABILITY PORT sqlite FILE`, or `postgres URL` in place of the last two.
 * Prints `listening`, and `durable MS` for each commit that is done: when it began, by the machine's monotonic clock. All that was told
 * before then is in the journal.
 */
import { openPostgres } from '@madang/postgres';
import { createServer, openSqliteJournal } from '@madang/server';
import type { Journal } from '@madang/server/sql';
import { ledgerOf } from '../support/ledger.ts';
import { nowMs } from './kill-clock.ts';

const [durability, port, kind, where = ''] = process.argv.slice(2);

async function opened(): Promise<Journal> {
  if (kind === 'sqlite') return openSqliteJournal(where);
  return (await openPostgres({ connectionString: where, maxConnections: 3 })).journal;
}

/** The same journal, which says what is durable. */
function telling(journal: Journal): Journal {
  const commit: Journal['commit'] = async (what) => {
    const beganMs = nowMs();
    const done = await journal.commit(what);
    process.stdout.write(`durable ${beganMs}\n`);
    return done;
  };
  return new Proxy(journal, {
    get(target, name) {
      const member: unknown = name === 'commit' ? commit : Reflect.get(target, name, target);
      return typeof member === 'function' && name !== 'commit' ? member.bind(target) : member;
    },
  });
}

// Whoever started it has ended.
process.stdin.on('end', () => process.exit()).resume();

const game = ledgerOf(durability === 'strict' ? 'strict' : 'async');
const journal = telling(await opened());
const server = createServer({
  games: [game],
  alwaysOpen: [game.name],
  port: Number(port),
  hosts: ['127.0.0.1'],
  journal,
});
await server.start();
process.stdout.write('listening\n');
