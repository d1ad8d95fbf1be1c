import { VirtualClock } from '@madang/server/memory';
import { expect, test } from 'vitest';
import { ParticipantClock } from './participant-clock.ts';

function clocks(options = {}) {
  const world = new VirtualClock();
  const clock = new ParticipantClock(world, options);
  const ran: string[] = [];
  const set = (name: string, delayMs: number) =>
    clock.after(delayMs, () => ran.push(`${name}@${Math.round(world.nowMs())}`));
  return { world, clock, ran, set };
}

test('a clock that starts elsewhere and goes faster runs its timers by its own time', () => {
  const { world, clock, ran, set } = clocks({ startsAtMs: 1e9, rate: 2 });
  set('a', 100);
  world.advance(49);
  expect([clock.nowMs(), ran]).toEqual([1e9 + 98, []]);
  world.advance(2);
  expect([clock.nowMs(), ran]).toEqual([1e9 + 102, ['a@50']]);
});

test('a clock that changes its rate keeps its time and moves its timers', () => {
  const { world, clock, ran, set } = clocks();
  set('a', 100);
  world.advance(50);
  clock.rate = 0.5;
  expect(clock.nowMs()).toBe(50);
  world.advance(102);
  expect([clock.nowMs(), ran]).toEqual([101, ['a@150']]);
});

test('a jump makes what falls due by then run at once, in order, and the rest sooner', () => {
  const { world, clock, ran, set } = clocks();
  set('late', 300);
  set('second', 90);
  set('first', 80);
  world.advance(10);
  clock.jump(200);
  expect([clock.nowMs(), ran]).toEqual([210, []]);
  world.advance(1);
  expect(ran).toEqual(['first@10', 'second@10']);
  world.advance(100);
  expect(ran[2]).toBe('late@100');
  expect(() => clock.jump(-1)).toThrow(RangeError);
});

test('one that sleeps runs nothing until it wakes, and then everything that fell due, in order', () => {
  const { world, clock, ran, set } = clocks();
  set('second', 90);
  set('first', 80);
  set('after', 150);
  clock.sleep(100);
  set('asleep', 5);
  world.advance(99);
  expect([clock.nowMs(), ran]).toEqual([99, []]);
  world.advance(52);
  expect(ran).toEqual(['first@100', 'second@100', 'asleep@100', 'after@150']);
  set('again', 10);
  clock.sleep(1_000);
  clock.wake();
  world.advance(11);
  expect(ran[4]).toBe('again@161');
});

test('one that is put to sleep again, for a shorter while, wakes at the later end', () => {
  const { world, clock, ran, set } = clocks();
  set('a', 100);
  clock.sleep(5_000);
  world.advance(1_000);
  clock.sleep(50);
  world.advance(3_999);
  expect(ran).toEqual([]);
  world.advance(2);
  expect(ran).toEqual(['a@5000']);
  clock.sleep(5_000);
  clock.sleep(50);
  set('b', 10);
  clock.wake();
  world.advance(11);
  expect(ran[1]).toBe('b@5011');
});

test('one that crashed runs nothing more and takes no more timers', () => {
  const { world, clock, ran, set } = clocks();
  set('a', 1);
  clock.crash();
  set('b', 1);
  world.advance(10);
  expect([ran, clock.pending, world.pending, clock.nowMs()]).toEqual([[], 0, 0, 10]);
});

test('a timer that waits for a moment always finds that it has come, whatever rounding does', () => {
  const { world, clock } = clocks({ startsAtMs: 31_536_000_000, rate: 1.0001 });
  let dueMs = clock.nowMs();
  let fired = 0;
  const again = (): void => {
    expect(clock.nowMs()).toBeGreaterThanOrEqual(dueMs);
    fired++;
    dueMs += 1000 / 30;
    clock.after(dueMs - clock.nowMs(), again);
  };
  again();
  world.advance(100_000);
  expect(fired).toBe(3_001);
});

test('cancelling keeps a timer from running, also after the clock was changed', () => {
  const { world, clock, ran, set } = clocks();
  const cancel = set('a', 10);
  clock.jump(5);
  cancel();
  cancel();
  world.advance(100);
  expect([ran, clock.pending, world.pending]).toEqual([[], 0, 0]);
});
