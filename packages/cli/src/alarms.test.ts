import { expect, test } from 'vitest';
import { type AlarmOptions, withAlarms } from './alarms.ts';

test('alarms are told once it is open, those from before as well, and none where it cannot be opened', async () => {
  const said: string[] = [];
  const tell = (line: string): void => void said.push(line);
  let later: AlarmOptions | null = null;
  const opened = await withAlarms(async (options) => {
    options.onAlarm({ kind: 'lost', message: 'a second is lost' });
    expect(said).toEqual([]);
    later = options;
    return 'a journal';
  }, tell);
  expect([opened, said]).toEqual(['a journal', ['warning: a second is lost\n']]);
  (later as AlarmOptions | null)?.onAlarm({ kind: 'read-only', message: 'it cannot be written' });
  expect(said.slice(1)).toEqual(['warning: it cannot be written\n']);
  const refused = withAlarms(async ({ onAlarm }) => {
    onAlarm({ kind: 'corrupt', message: 'it is damaged' });
    throw new Error('it is damaged');
  }, tell);
  await expect(refused).rejects.toThrow('it is damaged');
  expect(said).toHaveLength(2);
});
