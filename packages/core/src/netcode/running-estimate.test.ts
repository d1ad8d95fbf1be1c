import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SeededRandom, seededRandom } from '../random.ts';
import { RunningEstimate } from './running-estimate.ts';

/** Time between two states. */
const STATE_MS = 1000 / 30;

const OPTIONS = { tolerance: 20, trustsLow: false };

/** Delays around 50 ms with a spread that has a standard deviation of 5 ms. */
const usual = (random: SeededRandom) => 50 + 5 * Math.sqrt(12) * (random.float() - 0.5);

/** An estimate of a line that has been as it is for five seconds, and the time until then. */
function ofQuietLine(random: SeededRandom, options = OPTIONS) {
  const estimate = new RunningEstimate(options);
  let nowMs = 0;
  for (; nowMs < 5_000; nowMs += STATE_MS) estimate.add(usual(random), nowMs);
  return { estimate, nowMs };
}

describe('the delay of a line', () => {
  test('is unknown until the first sample, and that sample then', () => {
    const estimate = new RunningEstimate(OPTIONS);
    expect(estimate.isKnown).toBe(false);
    expect(estimate.add(70, 0)).toBe(true);
    expect([estimate.isKnown, estimate.mean, estimate.sigma]).toEqual([true, 70, 0]);
    estimate.forget();
    expect(estimate.isKnown).toBe(false);
    estimate.add(1_000, 0);
    expect([estimate.mean, estimate.sigma]).toEqual([1_000, 0]);
  });

  test('is the average of the first samples, with their spread', () => {
    const estimate = new RunningEstimate({ ...OPTIONS, tolerance: 1_000 });
    for (const sample of [10, 20, 60]) estimate.add(sample, 0);
    expect(estimate.mean).toBeCloseTo(30, 9);
    expect(estimate.sigma).toBeCloseTo(Math.sqrt((20 ** 2 + 10 ** 2 + 30 ** 2) / 3), 9);
  });

  test('is found, and so is its spread, whatever the chance', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { estimate } = ofQuietLine(seededRandom(seed));
        expect(Math.abs(estimate.mean - 50)).toBeLessThan(4);
        expect(Math.abs(estimate.sigma - 5)).toBeLessThan(2.5);
      }),
    );
  });

  test('is found where its spread is much more than what is tolerated at first', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const estimate = new RunningEstimate({ tolerance: 15, trustsLow: false });
        let leftOut = 0;
        for (let state = 0; state < 1_200; state++) {
          const counts = estimate.add(100 + 120 * (random.float() - 0.5), state * 8);
          if (!counts && state >= 600) leftOut++;
        }
        expect(leftOut).toBe(0);
        expect(Math.abs(estimate.mean - 100)).toBeLessThan(30);
        expect(Math.abs(estimate.sigma - 120 / Math.sqrt(12))).toBeLessThan(17);
      }),
    );
  });

  test('is followed where it drifts', () => {
    const estimate = new RunningEstimate(OPTIONS);
    for (let state = 0; state < 900; state++) estimate.add(50 + state / 10, state * STATE_MS);
    expect(Math.abs(estimate.mean - 140)).toBeLessThan(5);
  });

  test('is always among the samples, and its spread no more than they are apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 0, max: 300 }),
        fc.boolean(),
        (samples, everyMs, trustsLow) => {
          const estimate = new RunningEstimate({ tolerance: 20, trustsLow });
          samples.forEach((sample, index) => {
            estimate.add(sample, index * everyMs);
          });
          const [low, high] = [Math.min(...samples), Math.max(...samples)];
          expect(estimate.mean).toBeGreaterThanOrEqual(low - 1e-6);
          expect(estimate.mean).toBeLessThanOrEqual(high + 1e-6);
          expect(estimate.sigma).toBeGreaterThanOrEqual(0);
          expect(estimate.sigma).toBeLessThanOrEqual(high - low + 1e-6);
        },
      ),
    );
  });
});

describe('a stall', () => {
  test('of 300 ms leaves mean and spread alone: what comes then in one go says nothing of the line', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 100, max: 450 }), (seed, stallMs) => {
        const random = seededRandom(seed);
        const { estimate, nowMs } = ofQuietLine(random);
        const before = { mean: estimate.mean, sigma: estimate.sigma };
        // Everything that was sent meanwhile arrives at its end, the oldest first.
        for (let sentMs = nowMs; sentMs < nowMs + stallMs; sentMs += STATE_MS) {
          estimate.add(usual(random) + nowMs + stallMs - sentMs, nowMs + stallMs);
        }
        expect(Math.abs(estimate.mean - before.mean)).toBeLessThan(3);
        expect(Math.abs(estimate.sigma - before.sigma)).toBeLessThan(3.5);
      }),
    );
  });

  test('is told from what counts', () => {
    const { estimate, nowMs } = ofQuietLine(seededRandom(1));
    expect(estimate.add(350, nowMs)).toBe(false);
    expect(estimate.add(50, nowMs + 1)).toBe(true);
  });

  test('again and again is no lasting change while what is usual comes between', () => {
    const random = seededRandom(2);
    const { estimate, nowMs } = ofQuietLine(random);
    for (let state = 0; state < 300; state++) {
      estimate.add(state % 3 === 0 ? 400 : usual(random), nowMs + state * STATE_MS);
    }
    expect(Math.abs(estimate.mean - 50)).toBeLessThan(4);
  });
});

describe('a lasting change', () => {
  test.each([
    ['longer', 200],
    ['shorter', 5],
  ])('to a %s delay is believed after half a second, and then at once', (_, delay) => {
    const { estimate, nowMs } = ofQuietLine(seededRandom(3));
    const { mean } = estimate;
    let atMs = nowMs;
    for (; atMs < nowMs + 500; atMs += STATE_MS) expect(estimate.add(delay, atMs)).toBe(false);
    expect(estimate.mean).toBe(mean);
    expect(estimate.add(delay, atMs)).toBe(true);
    expect([estimate.mean, estimate.sigma]).toEqual([delay, 0]);
  });

  test('to a shorter delay is believed at once where nothing can come too early by chance', () => {
    const { estimate, nowMs } = ofQuietLine(seededRandom(4), { tolerance: 20, trustsLow: true });
    expect(estimate.add(200, nowMs)).toBe(false);
    expect(estimate.add(5, nowMs)).toBe(true);
    expect(estimate.mean).toBe(5);
  });
});
