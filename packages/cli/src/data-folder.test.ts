import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteJournal, openSqliteStore } from '@madang/server';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isWhole, refuseHalf } from './data-folder.ts';
import { restore } from './restore.ts';

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'madang-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test.each([
  ['journal.sqlite', 'madang.sqlite'],
  ['madang.sqlite', 'journal.sqlite'],
])('a folder that has %s and no %s is refused, with what to do', (has, lacks) => {
  const folder = freshFolder();
  writeFileSync(join(folder, has), '');
  const refused = expect.objectContaining({ exitCode: 78, message: expect.stringContaining(`has lost its ${lacks}:`) });
  expect(() => refuseHalf(folder)).toThrow(refused);
  writeFileSync(join(folder, lacks), '');
  refuseHalf(folder);
});

test('a first start that was killed between its two files is no half; once both were there one that is gone is', () => {
  const folder = freshFolder();
  refuseHalf(folder);
  writeFileSync(join(folder, 'journal.sqlite'), '');
  refuseHalf(folder);
  writeFileSync(join(folder, 'madang.sqlite'), '');
  isWhole(folder);
  rmSync(join(folder, 'madang.sqlite'));
  expect(() => refuseHalf(folder)).toThrow('has lost its madang.sqlite');
});

test('a folder in which a restore was cut short is refused, whatever is in it, until a restore has ended [ST20]', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers().restoreAllMocks());
  const [backup, data] = [freshFolder(), freshFolder()];
  await (await openSqliteJournal(join(backup, 'journal.sqlite'))).close();
  await (await openSqliteStore(join(backup, 'madang.sqlite'))).close();
  mkdirSync(join(data, 'restoring-abc'));
  expect(() => refuseHalf(data)).toThrow(
    expect.objectContaining({
      exitCode: 78,
      message: expect.stringMatching(/did not end: .* remove restoring-abc\.$/u),
    }),
  );
  // Cut short again, with the journal in place and the store not yet.
  writeFileSync(join(data, 'journal.sqlite'), '');
  // All in one second.
  for (let times = 1; times <= 3; times++) {
    expect(await restore([backup, '--data', data])).toBe(0);
    refuseHalf(data);
  }
  const names = readdirSync(data);
  expect(names.filter((name) => name.startsWith('replaced-'))).toHaveLength(3);
  expect(names.filter((name) => name.startsWith('restoring-'))).toEqual([]);
  // A backup that cannot be restored leaves all as it is.
  writeFileSync(join(backup, 'journal.sqlite'), 'spoiled');
  await expect(restore([backup, '--data', data])).rejects.toThrow('cannot be restored');
  refuseHalf(data);
});
