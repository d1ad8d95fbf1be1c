import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SystemClock } from './system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What ran, and when; `after` notes a name. */
function noting() {
  const clock = new SystemClock();
  const startMs = clock.nowMs();
  const ran: (readonly [string, number])[] = [];
  const note = (name: string): void => void ran.push([name, clock.nowMs() - startMs]);
  return { clock, ran, note, after: (ms: number, name: string) => clock.after(ms, () => note(name)) };
}

test('timers run once, in the order they are due, whenever they were set', () => {
  const { ran, after } = noting();
  after(30, 'third');
  after(10, 'first');
  after(20, 'second');
  vi.advanceTimersByTime(1_000);
  expect(ran).toEqual([
    ['first', 10],
    ['second', 20],
    ['third', 30],
  ]);
});

test('one timer of the runtime stands for all, and none while nothing is awaited', () => {
  const { after } = noting();
  const cancels = Array.from({ length: 100 }, (_, index) => after(100 - index, 'never'));
  expect(vi.getTimerCount()).toBe(1);
  for (const cancel of cancels) cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test('a timer that was cancelled does not run, and those behind it do', () => {
  const { ran, after } = noting();
  const cancel = after(10, 'cancelled');
  after(20, 'kept');
  cancel();
  cancel();
  vi.advanceTimersByTime(1_000);
  expect(ran).toEqual([['kept', 20]]);
});

test('a timer may set and cancel others', () => {
  const { clock, ran, note, after } = noting();
  clock.after(10, () => {
    note('one');
    cancel();
    after(5, 'another');
  });
  const cancel = after(20, 'cancelled');
  vi.advanceTimersByTime(1_000);
  expect(ran).toEqual([
    ['one', 10],
    ['another', 15],
  ]);
});

test('a runtime that fires early is waited for: nothing runs before it is due', () => {
  const { ran, after } = noting();
  after(10.9, 'late rather than early');
  vi.advanceTimersByTime(1_000);
  expect(ran.length).toBe(1);
  expect(ran[0]?.[1]).toBeGreaterThanOrEqual(10.9);
});

test('what is always due leaves the event loop its turns', () => {
  const { clock } = noting();
  let rounds = 0;
  const again = (): void => {
    rounds++;
    cancel = clock.after(0, again);
  };
  let cancel = clock.after(0, again);
  vi.advanceTimersToNextTimer();
  expect(rounds).toBeLessThan(3);
  vi.advanceTimersToNextTimer();
  vi.advanceTimersToNextTimer();
  expect(rounds).toBeGreaterThan(1);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that throws takes no other with it', () => {
  const { clock, ran, after } = noting();
  clock.after(10, () => {
    throw new Error('of its own making');
  });
  after(10, 'with it');
  after(20, 'later');
  expect(() => vi.advanceTimersByTime(15)).toThrow('of its own making');
  vi.advanceTimersByTime(1_000);
  expect(ran.map(([name]) => name)).toEqual(['with it', 'later']);
});

test('a delay beyond what the runtime can count is kept all the same', () => {
  const { ran, after } = noting();
  after(2 ** 31 + 1_000, 'in 25 days');
  vi.advanceTimersByTime(2 ** 31);
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(1_000);
  expect(ran.map(([name]) => name)).toEqual(['in 25 days']);
});

test('after long work the event loop goes round before what else is due: what was sent goes out', () => {
  const { clock, ran, note } = noting();
  const machineMs = clock.nowMs.bind(clock);
  let workedMs = 0;
  vi.spyOn(clock, 'nowMs').mockImplementation(() => machineMs() + workedMs);
  for (const name of ['one', 'two']) {
    clock.after(10, () => {
      note(name);
      workedMs += 5;
    });
  }
  vi.advanceTimersToNextTimer();
  expect(ran.map(([name]) => name)).toEqual(['one']);
  vi.advanceTimersToNextTimer();
  expect(ran.map(([name]) => name)).toEqual(['one', 'two']);
});

test('a delay that is no number is none, and keeps nobody waiting', () => {
  const { ran, after } = noting();
  after(Number.NaN, 'at once');
  after(10, 'later');
  vi.advanceTimersByTime(20);
  expect(ran.map(([name]) => name)).toEqual(['at once', 'later']);
});
