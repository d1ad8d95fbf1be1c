/**
 * A process that writes a journal and says what became of it, a line of JSON each. `sqlite-writer.ts FILE HOW`, where HOW is
 *
 *   open       opens it, closes it
 *   store      the same with a store
 *   one-by-one 30 synced entries, each repeated until it is acknowledged
 *   at-once    2,000 entries of as many rooms at once; says how many were acknowledged and refused, and how often its own loop turned
 *   fill       entries of 16 KiB until one is refused; each that was acknowledged is read again. Then it waits for a line, and writes one more
 *   try        reads, and tries to write
 */
import { once } from 'node:events';
import { openSqliteJournal, openSqliteStore, type SqliteJournal } from '@madang/server';
import { StoreError } from '@madang/server/sql';

const [file = '', how = ''] = process.argv.slice(2);
const say = (what: object): void => console.log(JSON.stringify(what));
const onAlarm = (alarm: object): void => say({ alarm });

if (how === 'store') await (await openSqliteStore(file, { onAlarm })).close();
else {
  const journal = await openSqliteJournal(file, { onAlarm });
  say({ opened: true });
  if (how === 'one-by-one') await writeOneByOne(journal);
  if (how === 'at-once') await writeAtOnce(journal);
  if (how === 'fill') await fill(journal);
  if (how === 'try') say({ rooms: (await journal.unfinished()).length, written: await write(journal, 'b', 1) });
  await journal.close();
}

async function writeOneByOne(journal: SqliteJournal): Promise<void> {
  for (let seq = 1; seq <= 30; seq++) {
    for (let written = ''; written !== 'acked'; ) {
      written = await write(journal, 'a', seq);
      say({ seq, written });
      if (written !== 'acked') await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function writeAtOnce(journal: SqliteJournal): Promise<void> {
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 10);
  const rooms = Array.from({ length: 2_000 }, (_, index) => write(journal, `room ${index}`, 1));
  const all = await Promise.all(rooms);
  clearInterval(turning);
  const count = (written: string): number => all.filter((one) => one === written).length;
  say({ acked: count('acked'), busy: count('busy'), turns, kept: (await journal.unfinished()).length });
}

async function fill(journal: SqliteJournal): Promise<void> {
  let seq = 1;
  let written = await write(journal, 'a', seq, 16_384);
  while (written === 'acked') written = await write(journal, 'a', ++seq, 16_384);
  say({ refused: written, acked: seq - 1, kept: (await journal.read('a', 'start')).length });
  await once(process.stdin, 'data');
  process.stdin.destroy();
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    written = await write(journal, 'a', seq, 16_384);
  } while (written !== 'acked');
  say({ acked: seq, kept: (await journal.read('a', 'start')).length });
}

async function write(journal: SqliteJournal, roomId: string, seq: number, sizeBytes = 100): Promise<string> {
  const isFirst = seq === 1;
  const bytes = new Uint8Array(sizeBytes).fill(seq);
  const told = { roomId, game: 'chess', epoch: 1, seq, tick: seq, isSnapshot: isFirst, begins: isFirst };
  const entry = { ...told, keepsHistory: true, wallMs: seq, bytes };
  try {
    const { lost } = await journal.commit({ entries: [entry], ends: [], isSynced: true });
    return lost.length > 0 ? 'lost' : 'acked';
  } catch (error) {
    if (error instanceof StoreError) return error.kind;
    throw error;
  }
}
