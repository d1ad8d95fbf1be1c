/** What the embedded journal does when the disk, the file or the process under it fails: with real files and real processes. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteJournal, openSqliteStore, type SqliteJournal } from '@madang/server';
import { describe, expect, test } from 'vitest';
import { freshFolder } from '../support/process.ts';
import { holdLock, type Line, mountDisk, startWriter, works } from './sqlite-processes.ts';

type Alarm = { readonly kind: string; readonly message: string };

const isRoot = process.getuid?.() === 0;

/** Somebody without rights of their own. */
const NOBODY = 65_534;

async function opened(
  file: string,
  use: (journal: SqliteJournal, alarms: readonly Alarm[]) => Promise<void>,
): Promise<void> {
  const alarms: Alarm[] = [];
  const journal = await openSqliteJournal(file, { onAlarm: (alarm) => alarms.push(alarm) });
  try {
    await use(journal, alarms);
  } finally {
    await journal.close();
  }
}

async function write(journal: SqliteJournal, roomId: string, seq: number, sizeBytes = 100): Promise<readonly string[]> {
  const bytes = new Uint8Array(sizeBytes).fill(seq);
  const isFirst = seq === 1;
  const told = { roomId, game: 'chess', epoch: 1, seq, tick: seq, isSnapshot: isFirst, begins: isFirst };
  const entry = { ...told, keepsHistory: true, wallMs: seq, bytes };
  const { lost } = await journal.commit({ entries: [entry], ends: [], isSynced: true });
  return lost;
}

/** A journal as a process leaves it that dies: the newest entries are in its log only. */
async function crashed(entries = 40): Promise<string> {
  const file = join(freshFolder(), 'journal.sqlite');
  const left = join(freshFolder(), 'journal.sqlite');
  await opened(file, async (journal) => {
    for (let seq = 1; seq <= entries; seq++) await write(journal, 'a', seq, 1_000);
    for (const end of ['', '-wal', '-shm']) copyFileSync(`${file}${end}`, `${left}${end}`);
  });
  return left;
}

/** A journal that was closed in order. */
async function closed(entries = 40): Promise<string> {
  const file = await crashed(entries);
  await opened(file, async () => {});
  return file;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function integrityOf(file: string): unknown {
  const database = new DatabaseSync(file);
  const found = database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  database.close();
  return found;
}

/** What became of each try, in order. */
function triesIn(lines: readonly Line[]): readonly unknown[] {
  return lines.flatMap(
    ({ written, alarm }) => written ?? (alarm === undefined ? [] : [`alarm: ${(alarm as Alarm).kind}`]),
  );
}

test('[ST02] a full disk refuses what it cannot hold, keeps what it acknowledged, is read meanwhile, and goes on once there is room', async () => {
  const disk = mountDisk('size=2m');
  const file = join(disk?.folder ?? freshFolder(), 'journal.sqlite');
  const ballast = join(dirname(file), 'ballast');
  // A limit on the size of files stands in for the disk where none can be had; it says "too large", not "full".
  if (disk !== null) writeFileSync(ballast, Buffer.alloc(512 * 1024));
  const under = disk === null ? ['prlimit', '--fsize=1500000:unlimited'] : [];
  const writer = startWriter(file, 'fill', { under });
  const { refused, acked, kept } = await writer.said('refused');
  expect(refused).toBe(disk === null ? 'io' : 'full');
  expect(acked).toBeGreaterThan(10);
  expect(kept).toBe(acked);
  if (disk === null) works('prlimit', `--pid=${writer.process.pid}`, '--fsize=unlimited:unlimited');
  else rmSync(ballast);
  writer.process.stdin?.end('there is room\n');
  expect((await writer.ended()).at(-1)).toEqual({ acked: Number(acked) + 1, kept: Number(acked) + 1 });
  expect(integrityOf(file)).toBe('ok');
});

describe('[ST03] a sync that fails is not taken for done by trying again: the file is closed, checked and opened anew first', () => {
  const check = async (file: string, lines: readonly Line[]): Promise<void> => {
    const tries = triesIn(lines);
    const failedAt = tries.indexOf('alarm: io');
    expect(failedAt).toBeGreaterThan(-1);
    expect(tries).toContain('io');
    // Between the failure and the next acknowledgement the file was trusted again.
    const healedAt = tries.indexOf('alarm: healed', failedAt);
    expect(healedAt).toBeGreaterThan(failedAt);
    expect(tries.slice(failedAt, healedAt)).not.toContain('acked');
    expect(tries.filter((one) => one === 'acked')).toHaveLength(30);
    await opened(file, async (journal) => expect(await journal.read('a', 'start')).toHaveLength(30));
    expect(integrityOf(file)).toBe('ok');
  };

  test('by SQLite itself', async () => {
    const file = join(freshFolder(), 'journal.sqlite');
    await check(file, await startWriter(file, 'one-by-one', { faults: { SQLITE_FAIL_COMMITS: '5..7' } }).ended());
  });

  test('by the system', async () => {
    const file = join(freshFolder(), 'journal.sqlite');
    // The journal is made before, so that what fails are the syncs of commits.
    await opened(file, async () => {});
    const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync'];
    const failing = ['-e', 'inject=fsync,fdatasync:error=EIO:when=6..9'];
    const hasStrace = works(...(['strace', ...strace.slice(1), ...failing, 'true'] as const));
    const wish = hasStrace ? { under: [...strace, ...failing] } : { faults: { SQLITE_FAIL_COMMITS: '6..9' } };
    await check(file, await startWriter(file, 'one-by-one', wish).ended());
  });
});

describe('[ST05] who dies at any statement of a migration leaves a database that the next start finishes', () => {
  const schemaOf = (file: string): unknown => {
    const database = new DatabaseSync(file);
    const found = database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
    database.close();
    return found;
  };

  test.each(['open', 'store'])(
    '%s',
    async (how) => {
      const folder = freshFolder();
      const whole = join(folder, 'whole.sqlite');
      const lines = await startWriter(whole, how, { faults: { SQLITE_COUNT: '1' } }).ended();
      const statements = Number(lines.at(-1)?.statements);
      expect(statements).toBeGreaterThan(15);
      const killedAt = async (killAt: number): Promise<void> => {
        const file = join(folder, `${killAt}.sqlite`);
        const killed = startWriter(file, how, { faults: { SQLITE_KILL_AT: String(killAt) } });
        await killed.ended();
        expect(killed.process.signalCode).toBe('SIGKILL');
        const alarms: Alarm[] = [];
        const open = how === 'store' ? openSqliteStore : openSqliteJournal;
        await (await open(file, { onAlarm: (alarm) => alarms.push(alarm) })).close();
        expect([killAt, schemaOf(file), alarms]).toEqual([killAt, schemaOf(whole), []]);
        expect(integrityOf(file)).toBe('ok');
      };
      const waiting = Array.from({ length: statements }, (_, index) => index + 1);
      const work = async (): Promise<void> => {
        for (let killAt = waiting.pop(); killAt !== undefined; killAt = waiting.pop()) await killedAt(killAt);
      };
      // Most of their time is that of starting.
      await Promise.all([work(), work(), work()]);
    },
    240_000,
  );
});

describe('[ST06] a file that cannot be trusted is refused with a sentence and stays as it is', () => {
  const refused: readonly (readonly [string, RegExp, (file: string) => void])[] = [
    ['a page of another file', /is damaged/, (file) => overwrite(file, 2 * 4096, Buffer.alloc(4096, 'x'))],
    ['a page that was half written', /is damaged/, (file) => overwrite(file, 3 * 4096, Buffer.alloc(2048))],
    ['cut off', /is damaged|malformed/, (file) => truncateSync(file, 3 * 4096 + 100)],
    ['no bytes at all', /is empty/, (file) => truncateSync(file, 0)],
    ['no database', /is not a database/, (file) => writeFileSync(file, 'these are my notes. '.repeat(50))],
    ['shorter than a header', /is not a database/, (file) => writeFileSync(file, 'SQLite format 3')],
    [
      'a directory',
      /is a directory/,
      (file) => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ];

  test.each(refused)('%s', async (_, sentence, spoil) => {
    const file = await closed();
    spoil(file);
    const isFile = statSync(file).isFile();
    const before = isFile ? hashOf(file) : '';
    for (let i = 0; i < 2; i++) {
      await expect(openSqliteJournal(file)).rejects.toMatchObject({
        kind: expect.stringMatching(/^(corrupt|refused)$/),
        message: expect.stringMatching(sentence),
      });
      await expect(openSqliteJournal(file)).rejects.toThrow(file);
    }
    if (isFile) expect(hashOf(file)).toBe(before);
  });

  test.each(['empty', 'gone'])('a database that is %s beside its log', async (what) => {
    const file = await crashed();
    if (what === 'gone') rmSync(file);
    else truncateSync(file, 0);
    const log = hashOf(`${file}-wal`);
    await expect(openSqliteJournal(file)).rejects.toMatchObject({ kind: 'corrupt' });
    expect(hashOf(`${file}-wal`)).toBe(log);
    expect(existsSync(file)).toBe(what === 'empty');
  });

  const lost: Readonly<Record<string, (log: string) => void>> = {
    gone: (log) => rmSync(log),
    empty: (log) => truncateSync(log, 0),
    'cut off': (log) => truncateSync(log, Math.floor(statSync(log).size / 2)),
    spoiled: (log) => overwrite(log, Math.floor(statSync(log).size / 2), Buffer.from('spoiled')),
  };

  test.each(Object.entries(lost))(
    'a log that is %s: what is left is used, and an alarm says that something is lost',
    async (_, spoil) => {
      const file = await crashed();
      spoil(`${file}-wal`);
      await opened(file, async (journal, alarms) => {
        expect(alarms).toMatchObject([{ kind: 'lost', message: expect.stringContaining(file) }]);
        const left = await journal.read('a', 'start');
        expect(left.length).toBeLessThan(40);
        // What is left is the beginning, without a hole.
        expect(left.map((bytes) => bytes[0])).toEqual(left.map((_one, index) => index + 1));
      });
      expect(integrityOf(file)).toBe('ok');
    },
  );

  test('without the index of its log everything is there', async () => {
    const file = await crashed();
    rmSync(`${file}-shm`);
    await opened(file, async (journal, alarms) => {
      expect(await journal.read('a', 'start')).toHaveLength(40);
      expect(alarms).toEqual([]);
    });
  });

  test('a process that died leaves nothing to be alarmed about', async () => {
    await opened(await crashed(), async (journal, alarms) => {
      expect(await journal.read('a', 'start')).toHaveLength(40);
      expect(alarms).toEqual([]);
    });
  });
});

describe('[ST07] on a disk that can only be read the journal is read and refuses what is written', () => {
  test.each(['closed in order', 'left by a process that died'])('%s', async (how) => {
    const made = how === 'closed in order' ? await closed() : await crashed();
    const disk = mountDisk('size=8m');
    const folder = disk?.folder ?? freshFolder();
    const file = join(folder, 'journal.sqlite');
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(`${made}${end}`)) copyFileSync(`${made}${end}`, `${file}${end}`);
    if (disk === null) {
      // Rights stand in for the disk; they bind nobody who is root.
      for (const end of ['', '-wal', '-shm']) if (existsSync(`${file}${end}`)) chmodSync(`${file}${end}`, 0o444);
      if (isRoot) chownSync(folder, 0, 0);
      chmodSync(folder, 0o555);
      chmodSync(dirname(folder), 0o755);
      const lines = await startWriter(file, 'try', isRoot ? { uid: NOBODY } : {}).ended();
      expect(lines.at(-1)).toEqual({ rooms: 1, written: 'read-only' });
      return;
    }
    disk.remount('ro');
    await opened(file, async (journal, alarms) => {
      expect(await journal.read('a', 'start')).toHaveLength(40);
      await expect(write(journal, 'a', 41)).rejects.toMatchObject({ kind: 'read-only' });
      expect(await journal.unfinished()).toHaveLength(1);
      expect(alarms.map(({ kind }) => kind)).toEqual(['read-only']);
      disk.remount('rw');
      await expect.poll(() => write(journal, 'a', 41).catch(() => ['refused']), { timeout: 20_000 }).toEqual([]);
      expect(alarms.map(({ kind }) => kind)).toEqual(['read-only', 'healed']);
    });
  });
});

test('[ST08] while another process holds the database, writes are refused in time and reads and this process go on', async () => {
  const file = await closed();
  await opened(file, async (journal) => {
    const holder = await holdLock(file);
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 20);
    const refusal = expect(write(journal, 'a', 41)).rejects.toMatchObject({ kind: 'busy' });
    await refusal;
    clearInterval(turning);
    expect(turns).toBeGreaterThan(10);
    expect(await journal.read('a', 'start')).toHaveLength(40);
    holder.kill('SIGKILL');
    await expect.poll(() => write(journal, 'a', 41).catch(() => ['refused']), { timeout: 20_000 }).toEqual([]);
  });
});

test('[ST09] on a slow disk what is asked at once shares its syncs, and beyond the bound it is refused', async () => {
  const file = join(freshFolder(), 'journal.sqlite');
  const writer = startWriter(file, 'at-once', { faults: { SQLITE_SLOW_MS: '100' } });
  const { acked, busy, turns, kept } = await writer.said('acked');
  expect([acked, busy, kept]).toEqual([1_024, 2_000 - 1_024, 1_024]);
  expect(turns).toBeGreaterThan(20);
});

test('[PC01] a worker that dies is replaced; what it was at is repeated, and nothing is there twice', async () => {
  const file = join(freshFolder(), 'journal.sqlite');
  const lines = await startWriter(file, 'one-by-one', { faults: { SQLITE_EXIT_AT: '12' } }).ended();
  const tries = triesIn(lines);
  expect(tries.slice(0, 14)).toEqual([
    ...Array(10).fill('acked'),
    'alarm: gone',
    'unknown-outcome',
    'alarm: healed',
    'acked',
  ]);
  expect(tries.filter((one) => one === 'acked')).toHaveLength(30);
  await opened(file, async (journal) => expect(await journal.read('a', 'start')).toHaveLength(30));
});

describe('[ST20] a backup from yesterday', () => {
  test('goes on from yesterday: its rooms are taken over anew, and who wrote today is not mixed in', async () => {
    const file = await crashed(10);
    const backup = join(freshFolder(), 'backup.sqlite');
    await opened(file, async (journal) => {
      await journal.backup(backup);
      for (let seq = 11; seq <= 20; seq++) await write(journal, 'a', seq);
    });
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    copyFileSync(backup, file);
    await opened(file, async (journal, alarms) => {
      expect(alarms).toEqual([]);
      expect(await journal.read('a', 'start')).toHaveLength(10);
      expect(await write(journal, 'a', 21)).toEqual(['a']);
      expect(await journal.claim('a')).toBe(2);
      expect(await write(journal, 'a', 11)).toEqual(['a']);
    });
    expect(integrityOf(file)).toBe('ok');
  });

  test('is refused beside the log of today, which would be written into it', async () => {
    const file = await crashed();
    const backup = join(freshFolder(), 'backup.sqlite');
    await opened(await closed(), (journal) => journal.backup(backup));
    copyFileSync(backup, file);
    await expect(openSqliteJournal(file)).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining('looks like a backup'),
    });
    expect(hashOf(file)).toBe(hashOf(backup));
  });
});

function overwrite(file: string, at: number, bytes: Uint8Array): void {
  const whole = readFileSync(file);
  whole.set(bytes, at);
  writeFileSync(file, whole);
}
