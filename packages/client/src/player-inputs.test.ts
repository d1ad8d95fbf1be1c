import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlayerInputs } from './player-inputs.ts';

const TICK_MS = 1000 / 30;

/** What goes out for each tick up to `last`, a sign of life being what it is. */
function play(inputs: PlayerInputs<string>, first: number, last: number): string[] {
  const sent: string[] = [];
  for (let tick = first; tick <= last; tick++) {
    const input = inputs.begin(tick);
    if (input !== null) sent.push(`${input}@${tick}`);
  }
  return sent;
}

/** One whose first, eager signs of life are over. */
function settled(): PlayerInputs<string> {
  const inputs = new PlayerInputs('still', TICK_MS);
  play(inputs, 1, 60);
  return inputs;
}

describe('inputs', () => {
  test('go out with the next tick; what follows waits, and of several the last one goes', () => {
    const inputs = settled();
    for (const input of ['a', 'b', 'c', 'd']) inputs.ask(input);
    expect(inputs.asked).toBe('d');
    expect(play(inputs, 61, 64)).toEqual(['a@61', 'd@62']);
    expect([60, 61, 62, 63].map((tick) => inputs.timeline.at(tick))).toEqual(['still', 'a', 'd', 'd']);
  });

  test('of ticks that nobody played go to the one that is played', () => {
    const inputs = settled();
    inputs.ask('a');
    inputs.ask('b');
    expect([inputs.begin(70), inputs.begin(90)]).toEqual(['a', 'b']);
  });

  test('are let go at once, and what waited is forgotten', () => {
    const inputs = settled();
    inputs.ask('a');
    inputs.ask('b');
    expect(inputs.release(61)).toBe('still');
    expect([inputs.asked, inputs.timeline.at(61)]).toEqual(['still', 'still']);
    expect(play(inputs, 62, 64)).toEqual([]);
  });

  test('that a server has forgotten go out anew: nothing was held meanwhile, and what is asked for is from the next tick on', () => {
    const inputs = settled();
    inputs.ask('a');
    expect(play(inputs, 61, 63)).toEqual(['a@61']);
    inputs.ask('b');
    inputs.ask('c');
    inputs.restart();
    expect([inputs.asked, inputs.timeline.at(90)]).toEqual(['c', 'still']);
    expect(play(inputs, 90, 96)).toEqual(['c@90', 'c@92', 'c@94', 'c@96']);
    expect([89, 90].map((tick) => inputs.timeline.at(tick))).toEqual(['still', 'c']);
  });

  test('each last a tick at least, none but the newest waits for long, and the last one always comes', () => {
    const script = fc.array(fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 1_000 })), { maxLength: 60 });
    fc.assert(
      fc.property(script, (steps) => {
        const inputs = new PlayerInputs(0, TICK_MS);
        const asked: number[] = [];
        let tick = 0;
        for (const step of steps) {
          if (step === null) {
            const held = inputs.begin(++tick);
            // A tick whose input was not sent has the one before.
            expect(inputs.timeline.at(tick)).toBe(held ?? inputs.timeline.at(tick - 1));
          } else {
            inputs.ask(step);
            asked.push(step);
          }
        }
        inputs.begin(++tick);
        inputs.begin(++tick);
        expect(inputs.timeline.at(tick)).toBe(asked.at(-1) ?? 0);
      }),
    );
  });
});

describe('signs of life', () => {
  test('come every second tick at first, and then five times a second', () => {
    const inputs = new PlayerInputs('still', TICK_MS);
    const sent = play(inputs, 1, 100).map((one) => Number(one.split('@')[1]));
    const gaps = sent.slice(1).map((tick, index) => tick - (sent[index] ?? 0));
    expect(gaps.slice(0, 19)).toEqual(new Array(19).fill(2));
    expect(gaps.slice(19)).toEqual(new Array(gaps.length - 19).fill(6));
  });

  test.each([1, 2, 5, 30, 128])('come within 1.1 seconds at %i Hz, and as often as is said', (tickRateHz) => {
    const inputs = new PlayerInputs('still', 1000 / tickRateHz);
    let sentAt = 0;
    for (let tick = 1; tick < 500; tick++) {
      const isDue = inputs.dueTick(tick - 1) === tick;
      expect(inputs.begin(tick) !== null).toBe(isDue);
      if (isDue) {
        expect((tick - sentAt) / tickRateHz).toBeLessThanOrEqual(1);
        sentAt = tick;
      }
    }
  });

  test('are sent anew by a clock that went back', () => {
    const inputs = settled();
    inputs.ask('a');
    inputs.begin(100);
    expect(inputs.begin(80)).toBe('a');
    expect(play(inputs, 81, 85)).toEqual([]);
    expect(inputs.timeline.at(80)).toBe('a');
  });
});
