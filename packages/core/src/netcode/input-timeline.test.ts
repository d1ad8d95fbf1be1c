import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LateInput } from '../wire/frames.ts';
import { INPUTS_AHEAD_MAX, InputTimeline } from './input-timeline.ts';

/** A timeline with these inputs, in the order in which they were given. */
function given(...inputs: readonly (readonly [tick: number, input: string])[]) {
  const timeline = new InputTimeline('neutral');
  for (const [tick, input] of inputs) timeline.put(tick, input);
  return timeline;
}
const during = (timeline: InputTimeline<string>, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => timeline.at(from + index));

describe('an input', () => {
  test('counts from its tick until the next one', () => {
    expect(during(given([3, 'left'], [5, 'right']), 1, 7)).toEqual([
      ...['neutral', 'neutral'],
      ...['left', 'left'],
      ...['right', 'right', 'right'],
    ]);
  });

  test('goes on being held once its tick is over', () => {
    const timeline = given([3, 'left'], [5, 'right']);
    expect([timeline.settle(2), timeline.waiting]).toEqual(['neutral', 2]);
    expect([timeline.settle(3), timeline.waiting]).toEqual(['left', 1]);
    expect([timeline.at(4), timeline.at(5)]).toEqual(['left', 'right']);
    expect([timeline.settle(99), timeline.waiting]).toEqual(['right', 0]);
    expect(timeline.at(1_000)).toBe('right');
  });

  test('for a tick that has one already replaces it', () => {
    const timeline = given([3, 'left'], [3, 'right']);
    expect([timeline.at(3), timeline.waiting]).toEqual(['right', 1]);
  });

  test('of a clock that went back makes void what was addressed to later ticks', () => {
    const timeline = given([3, 'old'], [8, 'from a clock that was wrong'], [9, 'so was this'], [5, 'new']);
    expect(during(timeline, 3, 9)).toEqual(['old', 'old', 'new', 'new', 'new', 'new', 'new']);
    expect(timeline.waiting).toBe(2);
  });

  test('does not count any more after hands were taken off', () => {
    const timeline = given([3, 'left'], [9, 'right']);
    timeline.settle(3);
    timeline.release('neutral');
    expect([timeline.at(4), timeline.at(9), timeline.waiting]).toEqual(['neutral', 'neutral', 0]);
  });

  test('of which too many wait makes the oldest go', () => {
    const timeline = new InputTimeline(0);
    for (let tick = 1; tick <= INPUTS_AHEAD_MAX + 2; tick++) timeline.put(tick, tick);
    expect(timeline.waiting).toBe(INPUTS_AHEAD_MAX);
    expect([timeline.at(1), timeline.at(2), timeline.at(3)]).toEqual([0, 0, 3]);
    expect(timeline.settle(INPUTS_AHEAD_MAX + 2)).toBe(INPUTS_AHEAD_MAX + 2);
  });
});

describe('what the server says of a late input', () => {
  test('moves it to the tick at which it was applied', () => {
    const timeline = given([3, 'left'], [9, 'right']);
    timeline.correct({ tick: 3, appliedAt: 6 });
    expect(during(timeline, 3, 9)).toEqual([...Array<string>(3).fill('neutral'), 'left', 'left', 'left', 'right']);
  });

  test('takes away one that was never applied', () => {
    const timeline = given([3, 'left'], [99, 'too far ahead']);
    timeline.correct({ tick: 99, appliedAt: 0 });
    expect([timeline.at(99), timeline.waiting]).toEqual(['left', 1]);
  });

  test('goes for all that were put after it too: they had not come by then, or it would be void', () => {
    for (const newer of [4, 6]) {
      const timeline = given([3, 'older'], [newer, 'newer']);
      timeline.correct({ tick: 3, appliedAt: 6 });
      expect(during(timeline, 3, 7)).toEqual(['neutral', 'neutral', 'neutral', 'older', 'newer']);
      timeline.correct({ tick: newer, appliedAt: 9 });
      expect([timeline.at(8), timeline.at(9)]).toEqual(['older', 'newer']);
    }
  });

  test('of two that came late together leaves the newer one', () => {
    const timeline = given([3, 'older'], [4, 'newer']);
    timeline.correct({ tick: 3, appliedAt: 6 });
    timeline.correct({ tick: 4, appliedAt: 6 });
    expect([timeline.at(5), timeline.at(6)]).toEqual(['neutral', 'newer']);
  });

  test('does not take an input away for one that it replaced on the same tick', () => {
    const timeline = given([3, 'older'], [3, 'newer']);
    timeline.correct({ tick: 3, appliedAt: 0 });
    expect(timeline.at(3)).toBe('newer');
    timeline.correct({ tick: 3, appliedAt: 5 });
    expect([timeline.at(4), timeline.at(5)]).toEqual(['neutral', 'newer']);
  });

  test('changes nothing where the input is not known any more', () => {
    const timeline = given([3, 'left'], [5, 'right']);
    timeline.settle(3);
    timeline.correct({ tick: 3, appliedAt: 4 });
    timeline.correct({ tick: 77, appliedAt: 80 });
    timeline.correct({ tick: 78, appliedAt: 0 });
    expect([timeline.at(4), timeline.at(5), timeline.waiting]).toEqual(['left', 'right', 1]);
  });
});

/** The server's side of one player's inputs: what comes late goes to the next tick, and is told with the next state. */
class Server {
  readonly timeline = new InputTimeline('neutral');
  tick = 0;
  late: LateInput[] = [];

  take(tick: number, input: string): void {
    if (tick > this.tick + INPUTS_AHEAD_MAX) {
      this.late.push({ tick, appliedAt: 0 });
      return;
    }
    const appliedAt = Math.max(tick, this.tick + 1);
    this.timeline.put(appliedAt, input);
    this.late = this.late.map((one) => (one.appliedAt >= appliedAt ? { ...one, appliedAt: 0 } : one));
    if (appliedAt !== tick) this.late.push({ tick, appliedAt });
  }
}

/** One tick of a line: what the player does in it, and how much of what is under way arrives. */
const anyTick = fc.record({
  /** For each input, how far ahead of the server's time its player's clock is. */
  inputs: fc.array(
    fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -3, max: 6 }) }, fc.integer({ min: -20, max: 70 })),
    {
      maxLength: 2,
    },
  ),
  up: fc.nat(3),
  down: fc.nat(3),
});

test('server and client agree about every tick to come, however late inputs and reports are', () => {
  fc.assert(
    fc.property(fc.array(anyTick, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (ticks, ticksPerState) => {
      const server = new Server();
      const client = new InputTimeline('neutral');
      const up: { tick: number; input: string }[] = [];
      const down: { tick: number; late: LateInput[] }[] = [];
      let inputs = 0;
      let isAnythingUnderWay = false;

      const play = (given: readonly number[], arriving: { up: number; down: number }): void => {
        for (const ahead of given) {
          const tick = Math.max(1, server.tick + ahead);
          const input = `input ${++inputs} for ${tick}`;
          client.put(tick, input);
          up.push({ tick, input });
        }
        for (const { tick, input } of up.splice(0, arriving.up)) server.take(tick, input);
        server.tick++;
        server.timeline.settle(server.tick);
        if (server.tick % ticksPerState === 0) down.push({ tick: server.tick, late: server.late.splice(0) });
        for (const { tick, late } of down.splice(0, arriving.down)) {
          for (const one of late) client.correct(one);
          client.settle(tick);
        }
        isAnythingUnderWay = up.length > 0 || server.late.length > 0 || down.some(({ late }) => late.length > 0);
      };
      const compare = (): void => {
        for (let tick = server.tick + 1; tick < server.tick + INPUTS_AHEAD_MAX + 10; tick++) {
          expect(`tick ${tick}: ${client.at(tick)}`).toBe(`tick ${tick}: ${server.timeline.at(tick)}`);
        }
      };

      for (const tick of ticks) {
        play(tick.inputs, tick);
        // Until the last input has arrived and the last report is back, they cannot know.
        if (!isAnythingUnderWay) compare();
      }
      for (let tick = 0; tick < 2 * ticksPerState; tick++) play([], { up: up.length, down: 99 });
      compare();
    }),
    { numRuns: 2_000 },
  );
});
