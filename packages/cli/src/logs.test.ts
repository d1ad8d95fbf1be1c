import { expect, test } from 'vitest';
import { plainLine } from './logs.ts';

test('a log line reads as a sentence with its facts, and an error has its stack below', () => {
  const err = { type: 'Error', message: 'no', stack: 'Error: no\n    at f' };
  const line = JSON.stringify({ level: 40, time: 1, room: 'abc', tick: 3, msg: 'the room fell behind' });
  expect(plainLine(line)).toBe('warning: the room fell behind (room abc, tick 3)\n');
  expect(plainLine(JSON.stringify({ level: 50, time: 1, err, msg: 'a rule failed' }))).toBe(
    'error: a rule failed\n  Error: no\n      at f\n',
  );
});
