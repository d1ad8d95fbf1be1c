import { seededRandom } from '@madang/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlayerTime } from './player-time.ts';

const TICK_MS = 1000 / 30;

interface Way {
  /** Tick n is due at `originMs + n * TICK_MS` of the client's clock. */
  readonly originMs: number;
  upMs(): number;
  downMs(): number;
}

/** A client whose server ticks exactly; pictures each 16 ms, inputs five times a second. Answers the worst margin. */
function live(time: PlayerTime, way: Way, fromMs: number, toMs: number): { leastMarginTicks: number } {
  const seen = { leastMarginTicks: Number.POSITIVE_INFINITY };
  const events: { atMs: number; run: (atMs: number) => void }[] = [];
  const at = (atMs: number, run: (atMs: number) => void): void => void events.push({ atMs, run });
  let lastDownMs = 0;
  const firstTick = Math.ceil((fromMs - way.originMs) / TICK_MS);
  for (let tick = firstTick; way.originMs + tick * TICK_MS < toMs; tick++) {
    const downMs = Math.max(lastDownMs, way.originMs + tick * TICK_MS + way.downMs());
    lastDownMs = downMs;
    at(downMs, (nowMs) => time.arrived(tick, nowMs));
  }
  for (let atMs = fromMs + 50; atMs < toMs; atMs += 16) at(atMs, (nowMs) => time.isSet && time.steer(nowMs));
  for (let atMs = fromMs + 60; atMs < toMs; atMs += 200) {
    at(atMs, (nowMs) => {
      if (!time.isSet) return;
      const tick = time.playedTick(nowMs) + 1;
      const beginsMs = Math.max(nowMs, time.whenMs(tick));
      at(beginsMs, (sentMs) => {
        time.sending(tick, sentMs);
        const arrivedMs = sentMs + way.upMs();
        const position = (arrivedMs - way.originMs) / TICK_MS;
        const heldTicks = Math.ceil(position) - position;
        const marginTicks = tick - position;
        if (nowMs > fromMs + 3_000) seen.leastMarginTicks = Math.min(seen.leastMarginTicks, marginTicks);
        at(arrivedMs + heldTicks * TICK_MS + way.downMs(), (backMs) =>
          time.reported({ at: 0, tick, marginTicks, heldTicks, late: [] }, backMs),
        );
      });
    });
  }
  for (;;) {
    let next = 0;
    for (let i = 1; i < events.length; i++) if ((events[i]?.atMs ?? 0) < (events[next]?.atMs ?? 0)) next = i;
    const [event] = events.splice(next, 1);
    if (event === undefined || event.atMs > toMs) return seen;
    event.run(event.atMs);
  }
}

const steady = (upMs: number, downMs: number, originMs = 5_000): Way => ({
  originMs,
  upMs: () => upMs,
  downMs: () => downMs,
});

describe('the player’s own time', () => {
  test('is ahead by the round trip and little more, so that inputs come in time, however the way is split', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }), (upMs, downMs) => {
        const time = new PlayerTime(TICK_MS, 1);
        time.joined(upMs + downMs + 20);
        const { leastMarginTicks } = live(time, steady(upMs, downMs), 5_000, 12_000);
        expect(leastMarginTicks).toBeGreaterThan(0);
        expect(time.leadTicks(12_000) - (upMs + downMs) / TICK_MS).toBeLessThan(0.5);
        expect(time.roundTripMs).toBeCloseTo(upMs + downMs, 3);
      }),
      { numRuns: 20 },
    );
  });

  test('does not care what o’clock the client believes it is', () => {
    const [one, other] = [0, 31_536_000_000].map((originMs) => {
      const time = new PlayerTime(TICK_MS, 1);
      time.joined(80);
      live(time, steady(30, 30, originMs), originMs, originMs + 6_000);
      return time.played(originMs + 6_000) - time.viewed(originMs + 6_000);
    });
    expect(other).toBeCloseTo(one ?? 0, 3);
  });

  test('covers a way that sways: after it was learned hardly an input comes late', () => {
    const random = seededRandom(7);
    const time = new PlayerTime(TICK_MS, 1);
    time.joined(150);
    const sway = (): number => 40 + random.float() * 40;
    const { leastMarginTicks } = live(time, { originMs: 0, upMs: sway, downMs: sway }, 0, 20_000);
    expect(leastMarginTicks).toBeGreaterThan(-0.3);
    expect(time.jitterMs).toBeGreaterThan(40 / Math.sqrt(12) / 1.5);
  });

  test('when the way gets shorter it is nearer within five seconds', () => {
    const time = new PlayerTime(TICK_MS, 1);
    time.joined(400);
    live(time, steady(200, 200), 0, 5_000);
    expect(time.leadTicks(5_000)).toBeGreaterThan(12);
    live(time, steady(20, 20), 5_000, 10_000);
    expect(time.leadTicks(10_000)).toBeLessThan(2);
  });

  test('goes on at the pace it had, never back, and never a tenth too fast or slow', () => {
    const random = seededRandom(3);
    const time = new PlayerTime(TICK_MS, 1);
    time.joined(100);
    const sway = (): number => 30 + random.float() * 60;
    live(time, { originMs: 0, upMs: sway, downMs: sway }, 0, 4_000);
    expect(time.speed).toBeGreaterThanOrEqual(0.9);
    expect(time.speed).toBeLessThanOrEqual(1.1);
    const now = time.played(4_000);
    expect(time.whenMs(now + 3)).toBeCloseTo(4_000 + (3 * TICK_MS) / time.speed, 6);
  });

  test('a timer that waits for a tick finds that it has begun, whatever rounding does', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e10, noNaN: true }), fc.integer({ min: 1, max: 128 }), (startMs, hz) => {
        const time = new PlayerTime(1000 / hz, 1);
        time.joined(77);
        time.arrived(1_000, startMs);
        const tick = time.playedTick(startMs) + 1;
        expect(time.playedTick(time.whenMs(tick))).toBe(tick);
      }),
    );
  });
});

describe('the time others are seen in', () => {
  test.each([1, 3])(
    'is one and a half sendings behind on an even way, with %i ticks to a sending',
    (ticksPerSending) => {
      const time = new PlayerTime(TICK_MS, ticksPerSending);
      for (let tick = 0; tick < 60; tick += ticksPerSending) time.arrived(tick, 40 + tick * TICK_MS);
      const nowMs = 40 + 57 * TICK_MS;
      expect(time.viewDelayMs).toBeCloseTo(1.5 * ticksPerSending * TICK_MS, 6);
      expect(57 - time.viewed(nowMs)).toBeCloseTo(1.5 * ticksPerSending, 3);
    },
  );

  test('one state that a lost packet held up moves nothing; a way that has changed does', () => {
    const time = new PlayerTime(TICK_MS, 1);
    for (let tick = 0; tick < 60; tick++) time.arrived(tick, tick * TICK_MS);
    const before = time.viewDelayMs;
    time.arrived(60, 60 * TICK_MS + 300);
    expect([time.viewDelayMs, time.jitterMs]).toEqual([before, expect.closeTo(0, 6)]);
    for (let tick = 61; tick < 200; tick++) time.arrived(tick, tick * TICK_MS + 300);
    const nowMs = 199 * TICK_MS + 300;
    for (let i = 0; i < 200; i++) time.steer(nowMs + i * 16);
    expect(200 + (200 * 16) / TICK_MS - time.viewed(nowMs + 200 * 16)).toBeLessThan(4);
  });

  test('after a restart both clocks begin with the next state, and the lead is what it was', () => {
    const time = new PlayerTime(TICK_MS, 1);
    time.joined(100);
    live(time, steady(60, 60), 0, 4_000);
    const lead = time.leadTicks(4_000);
    time.restart();
    expect(time.isSet).toBe(false);
    time.arrived(9_000, 50_000);
    expect(time.isSet).toBe(true);
    expect(time.leadTicks(50_000)).toBeCloseTo(lead, 1);
    expect(time.viewed(50_000)).toBeCloseTo(9_000 - 1.5, 6);
  });
});
