import { createServer, openSqliteJournal, openSqliteStore } from '@madang/server';
import { auction } from './game.ts';

const journal = await openSqliteJournal('data/journal.sqlite');
const store = await openSqliteStore('data/madang.sqlite');
const server = createServer({ games: [auction], journal, store, port: Number(process.env.PORT ?? 8888) });
const { url } = await server.start();
console.log(`Playing at ${url}`);

process.once('SIGTERM', async () => {
  await server.stop();
  await Promise.all([journal.close(), store.close()]);
});
