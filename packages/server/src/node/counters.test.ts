import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Counters } from './counters.ts';

function open() {
  const clock = new VirtualClock();
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'info', base: null, timestamp: false },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  return { clock, lines, counters: new Counters({ clock, log }) };
}

describe('what was refused', () => {
  test('is counted by its reason, and shown with what else the server counts', async () => {
    const { counters } = open();
    counters.refused('BAD_FRAME', 'a connection was ended');
    counters.refused('BAD_FRAME', 'an upgrade was refused');
    counters.count('BAD_MESSAGE');
    counters.joined();
    counters.gauge('madang_connections', 'Connections.', () => 7);
    const text = await counters.text();
    expect(text).toContain('madang_refusals_total{reason="BAD_FRAME"} 2\n');
    expect(text).toContain('madang_refusals_total{reason="BAD_MESSAGE"} 1\n');
    expect(text).toContain('madang_joins_total 1\n');
    expect(text).toContain('madang_connections 7\n');
  });

  test('is counted by each server for itself', async () => {
    const [one, other] = [open().counters, open().counters];
    one.refused('BAD_FRAME', 'x');
    expect(await other.text()).not.toContain('BAD_FRAME');
  });

  test('[RX14] has one line a second in the log, however much of it there is, and the rest by number', () => {
    const { clock, lines, counters } = open();
    const flood = (seconds: number): void => {
      for (let ms = 0; ms < seconds * 1_000; ms++) {
        counters.refused('RATE_LIMITED', 'a connection was ended', { closeCode: 4429 });
        clock.advance(1);
      }
    };
    flood(10);
    clock.advance(5_000);
    expect(lines.length).toBeLessThanOrEqual(11);
    expect(lines.reduce((sum, { count }) => sum + Number(count), 0)).toBe(10_000);
    expect(lines[0]).toEqual({
      level: 30,
      reason: 'RATE_LIMITED',
      closeCode: 4429,
      count: 1,
      msg: 'a connection was ended',
    });
  });

  test('has a line at once where it is the first of its kind for a while', () => {
    const { clock, lines, counters } = open();
    counters.refused('BAD_FRAME', 'a');
    counters.refused('BAD_FRAME', 'b');
    clock.advance(1_000);
    counters.refused('BAD_FRAME', 'a');
    expect(lines.map(({ msg, count }) => [msg, count])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 1],
    ]);
  });

  test('is in the log before the server has stopped, and no timer is left', () => {
    const { clock, lines, counters } = open();
    for (let i = 0; i < 5; i++) counters.refused('BAD_FRAME', 'a');
    counters.stop();
    expect(lines.map(({ count }) => count)).toEqual([1, 4]);
    expect(clock.pending).toBe(0);
  });
});
