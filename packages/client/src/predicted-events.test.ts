import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PredictedEvents } from './predicted-events.ts';

const PAYLOAD = {};

/** Emits as rules do that are played for the first time, or again. */
function rules(events: PredictedEvents) {
  return {
    first: (tick: number, ordinal = 0, name = 'shot') => events.emit(tick, name, ordinal, PAYLOAD, false),
    again: (tick: number, ordinal = 0, name = 'shot') => events.emit(tick, name, ordinal, PAYLOAD, true),
    rejected: (upTo: number) => events.rejectUpTo(upTo).map(({ tick }) => tick),
  };
}

test('an event is news once, however often its tick is played again', () => {
  const events = new PredictedEvents();
  const { first, again, rejected } = rules(events);
  expect([first(10), again(10), again(10)]).toEqual([true, false, false]);
  expect(events.confirm(10, 'shot', 0)).toBe(true);
  expect([again(10), events.confirm(10, 'shot', 0), rejected(100)]).toEqual([false, false, []]);
});

test('events of each tick, of one tick and of several names are told apart', () => {
  const events = new PredictedEvents();
  const { first } = rules(events);
  expect([first(10), first(11), first(11, 1), first(11, 0, 'step')]).toEqual([true, true, true, true]);
  expect(events.confirm(11, 'step', 0)).toBe(true);
  expect(events.confirm(11, 'step', 1)).toBe(false);
  expect([events.confirm(10, 'shot', 0), events.confirm(11, 'shot', 0), events.confirm(11, 'shot', 1)]).toEqual([
    true,
    true,
    true,
  ]);
});

test('one that a replay or the server moves by two ticks is the same, by more another', () => {
  const events = new PredictedEvents();
  const { first, again } = rules(events);
  first(10);
  expect([again(12), again(8), again(13)]).toEqual([false, false, true]);
  expect(events.confirm(9, 'shot', 0)).toBe(true);
  expect(events.confirm(9, 'shot', 0)).toBe(false);
});

test('one whose input was applied late is confirmed where it was applied', () => {
  const events = new PredictedEvents();
  const { first, rejected } = rules(events);
  first(10);
  events.correct({ tick: 10, appliedAt: 17 });
  expect(rejected(16)).toEqual([]);
  expect(events.confirm(17, 'shot', 0)).toBe(true);
  first(30);
  // Void: it will not happen.
  events.correct({ tick: 30, appliedAt: 0 });
  expect(rejected(40)).toEqual([30]);
});

test('what the server has not emitted by three ticks later is rejected, once', () => {
  const events = new PredictedEvents();
  const { first, rejected } = rules(events);
  first(10);
  first(11);
  expect([rejected(12), rejected(13), rejected(13), rejected(14)]).toEqual([[], [10], [], [11]]);
  expect(events.confirm(10, 'shot', 0)).toBe(false);
});

test('whatever is emitted, moved and confirmed: each told event is confirmed or rejected, never both', () => {
  const tick = fc.integer({ min: 0, max: 30 });
  const act = fc.oneof(
    fc.record({
      kind: fc.constant('emit' as const),
      tick,
      ordinal: fc.integer({ min: 0, max: 1 }),
      again: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('confirm' as const), tick, ordinal: fc.integer({ min: 0, max: 1 }) }),
    fc.record({ kind: fc.constant('correct' as const), tick, appliedAt: tick }),
    fc.record({ kind: fc.constant('reject' as const), tick }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const events = new PredictedEvents();
      let told = 0;
      let over = 0;
      for (const one of acts) {
        if (one.kind === 'emit') told += Number(events.emit(one.tick, 'shot', one.ordinal, PAYLOAD, one.again));
        else if (one.kind === 'confirm') over += Number(events.confirm(one.tick, 'shot', one.ordinal));
        else if (one.kind === 'correct') events.correct(one);
        else over += events.rejectUpTo(one.tick).length;
        expect(over).toBeLessThanOrEqual(told);
      }
      over += events.rejectUpTo(1_000).length;
      expect(over).toBe(told);
    }),
  );
});
