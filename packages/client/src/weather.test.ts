import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinkEvents } from './link.ts';
import type { Timers } from './timers.ts';
import { fairWeather, type Weather, weatheredLink } from './weather.ts';

/** Time that stands still until told. */
class StillTime implements Timers {
  #nowMs = 1000;
  readonly #timers = new Set<{ dueMs: number; run: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.run();
    }
    this.#nowMs = endMs;
  }
}

/** A line to a server that notes what it gets, and a player that notes what it hears, each with the time. */
function openLine(weather: Weather, random = () => 0.5) {
  const time = new StillTime();
  const sent: string[] = [];
  const heard: string[] = [];
  let far: LinkEvents | undefined;
  const note = (list: string[], what: string | number | undefined) => void list.push(`${what}@${time.nowMs() - 1000}`);
  const open = weatheredLink(
    (_url, on) => {
      far = on;
      return { send: ([first]) => note(sent, first), close: () => note(sent, 'close') };
    },
    weather,
    time,
    random,
  );
  const link = open('wss://play.example', {
    open: () => note(heard, 'open'),
    frame: ([first]) => note(heard, first),
    closed: (code) => note(heard, code),
  });
  if (far === undefined) throw new Error('the line was not opened');
  return { time, sent, heard, link, far };
}

test('in fair weather a line is as it was', () => {
  const { sent, heard, link, far } = openLine(fairWeather());
  far.open();
  link.send(Uint8Array.of(1));
  far.frame(Uint8Array.of(2));
  link.close();
  far.closed(1000, '');
  expect(sent).toEqual(['1@0', 'close@0']);
  expect(heard).toEqual(['open@0', '2@0', '1000@0']);
});

test.each([
  [0, ['1@80', '2@130']],
  [0.5, ['1@100', '2@150']],
  [0.75, ['1@110', '2@160']],
])('a long way takes half of the round trip each way, and half of the jitter more or less: chance %d', (chance, at) => {
  const weather = { ...fairWeather(), roundTripMs: 200, jitterMs: 40 };
  const { time, sent, heard, link, far } = openLine(weather, () => chance);
  link.send(Uint8Array.of(1));
  time.advance(50);
  far.frame(Uint8Array.of(2));
  time.advance(1000);
  expect([...sent, ...heard]).toEqual(at);
});

test('bytes that are written anew before they are on their way arrive as they were sent', () => {
  const { time, sent, link } = openLine({ ...fairWeather(), roundTripMs: 200 });
  const bytes = Uint8Array.of(1);
  link.send(bytes);
  bytes[0] = 9;
  time.advance(100);
  expect(sent).toEqual(['1@100']);
});

test('a stall holds up what would arrive in it until its end', () => {
  const { time, heard, far } = openLine({ ...fairWeather(), stallEveryMs: 1000, stallMs: 300 });
  for (const frame of [1, 2, 3, 4]) {
    far.frame(Uint8Array.of(frame));
    time.advance(250);
  }
  time.advance(1000);
  expect(heard).toEqual(['1@0', '2@250', '3@500', '4@1000']);
});

test('a stall that would never end is one that ends: something always arrives', () => {
  const { time, heard, far } = openLine({ ...fairWeather(), stallEveryMs: 1000, stallMs: 5000 });
  time.advance(200);
  far.frame(Uint8Array.of(1));
  time.advance(1000);
  expect(heard).toEqual(['1@1000']);
});

test('weather that clears up does not let late frames overtake earlier ones', () => {
  const weather = { ...fairWeather(), roundTripMs: 400 };
  const { time, heard, far } = openLine(weather);
  far.frame(Uint8Array.of(1));
  time.advance(10);
  weather.roundTripMs = 0;
  far.frame(Uint8Array.of(2));
  time.advance(500);
  far.frame(Uint8Array.of(3));
  expect(heard).toEqual(['1@200', '2@200', '3@510']);
});

test('settings that make no sense add nothing', () => {
  const nonsense = { roundTripMs: Number.NaN, jitterMs: -5, stallEveryMs: Number.POSITIVE_INFINITY, stallMs: 10 };
  const { heard, far } = openLine(nonsense);
  far.frame(Uint8Array.of(1));
  expect(heard).toEqual(['1@0']);
});

test('what one frame does to its receiver does not keep the others from arriving', () => {
  const time = new StillTime();
  const heard: number[] = [];
  let far: LinkEvents | undefined;
  const open = weatheredLink(
    (_url, on) => {
      far = on;
      return { send: () => undefined, close: () => undefined };
    },
    { ...fairWeather(), roundTripMs: 100 },
    time,
  );
  open('wss://play.example', {
    open: () => undefined,
    frame: ([first = 0]) => {
      heard.push(first);
      if (first === 1) throw new Error('this frame was bad');
    },
    closed: () => undefined,
  });
  far?.frame(Uint8Array.of(1));
  far?.frame(Uint8Array.of(2));
  expect(() => time.advance(50)).toThrow('this frame was bad');
  time.advance(50);
  expect(heard).toEqual([1, 2]);
});

test('whatever the weather, nothing is lost and the order is kept, both ways', () => {
  const setting = fc.integer({ min: 0, max: 700 });
  const weather = fc.record({ roundTripMs: setting, jitterMs: setting, stallEveryMs: setting, stallMs: setting });
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 300 }), isSent: fc.boolean(), weather });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (steps, chance) => {
        const live = fairWeather();
        const { time, sent, heard, link, far } = openLine(live, () => chance.next().value ?? 0);
        const expected: { sent: number[]; heard: number[] } = { sent: [], heard: [] };
        for (const [index, { waitMs, isSent, weather: next }] of steps.entries()) {
          Object.assign(live, next);
          expected[isSent ? 'sent' : 'heard'].push(index);
          if (isSent) link.send(Uint8Array.of(index));
          else far.frame(Uint8Array.of(index));
          time.advance(waitMs);
        }
        far.closed(1000, '');
        time.advance(100_000);
        const order = (list: string[]): number[] => list.map((one) => Number.parseInt(one, 10));
        expect(order(sent)).toEqual(expected.sent);
        expect(order(heard)).toEqual([...expected.heard, 1000]);
      },
    ),
  );
});
