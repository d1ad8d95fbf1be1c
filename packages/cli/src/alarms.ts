/** What a database says is wrong with it while a command uses it. */
import type { SqliteAlarm } from '@madang/server';

export interface AlarmOptions {
  onAlarm(alarm: SqliteAlarm): void;
}

/**
 * Opens a database whose alarms are told on standard error, a line each. Those of before it is open are told then: where it cannot be
 * opened they are why, and said once.
 */
export async function withAlarms<T>(
  open: (options: AlarmOptions) => Promise<T>,
  tell = (line: string): void => void process.stderr.write(line),
): Promise<T> {
  const early: SqliteAlarm[] = [];
  const told = ({ message }: SqliteAlarm): void => tell(`warning: ${message}\n`);
  let alarmed = (alarm: SqliteAlarm): void => void early.push(alarm);
  const opened = await open({ onAlarm: (alarm) => alarmed(alarm) });
  alarmed = told;
  early.forEach(told);
  return opened;
}
