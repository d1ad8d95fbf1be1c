import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aCommit, journalContract, wordsOf } from '../ports/journal.contract.test-support.ts';
import { openSqliteJournal } from './sqlite-journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'madang-journal-'));
let files = 0;
const newFile = (): string => join(folder, `${files++}`, 'journal.sqlite');
afterAll(() => rmSync(folder, { recursive: true }));

journalContract('sqlite', () => openSqliteJournal(newFile()));

test('sqlite: a journal goes on where an earlier process left it', async () => {
  const file = newFile();
  const before = await openSqliteJournal(file);
  await before.commit(
    aCommit([
      { roomId: 'a', seq: 1 },
      { roomId: 'a', seq: 2 },
    ]),
  );
  await before.close();
  const after = await openSqliteJournal(file);
  expect(await wordsOf(after, 'a')).toEqual(['a:1', 'a:2']);
  expect(await after.claim('a')).toBe(2);
  await after.close();
});

test('[ST20] sqlite: a backup that is taken while rooms are written is put in place of the journal', async () => {
  const file = newFile();
  const journal = await openSqliteJournal(file);
  await journal.commit(aCommit([{ roomId: 'a', seq: 1 }]));
  const copy = join(folder, 'backup.sqlite');
  const backup = journal.backup(copy);
  await journal.commit(aCommit([{ roomId: 'a', seq: 2 }]));
  await backup;
  await expect(journal.backup(copy)).rejects.toMatchObject({ kind: 'refused' });
  await journal.close();
  const alarms: unknown[] = [];
  const restored = await openSqliteJournal(copy, { onAlarm: (alarm) => alarms.push(alarm) });
  expect((await wordsOf(restored, 'a'))[0]).toBe('a:1');
  expect(alarms).toEqual([]);
  await restored.close();
});
