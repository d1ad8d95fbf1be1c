import { VirtualClock } from '@madang/server/memory';
import { StoreError } from '@madang/server/sql';
import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';

interface Tried {
  readonly clock: VirtualClock;
  readonly breaker: Breaker;
  /** When the database was asked whether it is there. */
  readonly probedAtMs: number[];
  isThere: boolean;
}

function tried(random = () => 1): Tried {
  const clock = new VirtualClock();
  const all: Tried = {
    clock,
    probedAtMs: [],
    isThere: false,
    breaker: new Breaker({
      clock,
      random,
      probe: async () => {
        all.probedAtMs.push(clock.nowMs());
        if (!all.isThere) throw new StoreError('gone', 'no answer');
      },
    }),
  };
  return all;
}

const failTimes = ({ breaker }: Tried, times: number): void => {
  for (let i = 0; i < times; i++) breaker.failed(new StoreError('timeout', 'no answer in time'));
};

test('two calls in a row without an answer may be bad luck; after the third, calls are refused at once [ST10]', () => {
  const it = tried();
  failTimes(it, 2);
  it.breaker.answered();
  failTimes(it, 2);
  it.breaker.check();
  failTimes(it, 1);
  expect(it.breaker.isOpen).toBe(true);
  expect(() => it.breaker.check()).toThrow(expect.objectContaining({ kind: 'gone', cause: expect.any(StoreError) }));
});

test('a database that does not answer is asked by one probe at a time, less and less often, at least every 5 seconds', async () => {
  const it = tried();
  failTimes(it, 10);
  await it.clock.advanceAsync(30_000);
  expect(it.probedAtMs).toEqual([250, 750, 1_750, 3_750, 7_750, 12_750, 17_750, 22_750, 27_750]);
});

test('servers that lost it at the same moment do not ask at the same moment', async () => {
  const early = tried(() => 0);
  failTimes(early, 3);
  await early.clock.advanceAsync(1_000);
  expect(early.probedAtMs).toEqual([125, 375, 875]);
});

test('the first probe that is answered lets calls through, and the next trouble begins from the start', async () => {
  const it = tried();
  failTimes(it, 3);
  await it.clock.advanceAsync(4_000);
  it.isThere = true;
  await it.clock.advanceAsync(4_000);
  it.breaker.check();
  it.isThere = false;
  failTimes(it, 2);
  it.breaker.check();
  failTimes(it, 1);
  it.probedAtMs.length = 0;
  const fromMs = it.clock.nowMs();
  await it.clock.advanceAsync(250);
  expect(it.probedAtMs).toEqual([fromMs + 250]);
});

test('an answer to a call from before does not let others through: a probe finds out', () => {
  const it = tried();
  failTimes(it, 3);
  it.breaker.answered();
  expect(it.breaker.isOpen).toBe(true);
});

test('once stopped it asks no more', async () => {
  const it = tried();
  failTimes(it, 3);
  it.breaker.stop();
  await it.clock.advanceAsync(60_000);
  expect(it.probedAtMs).toEqual([]);
  failTimes(it, 5);
  expect(it.clock.pending).toBe(0);
});
