import { GameError, UNHEARD_MAX } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, SeatRequests } from './seat-requests.ts';

const DONE: Answer = { kind: 'done' };
const refusal = (reason: string): Answer => ({ kind: 'refusal', error: new GameError('REFUSED', reason, { reason }) });
const BAD_FRAME = expect.objectContaining({ code: 'BAD_FRAME' });

describe('what a seat asks for by number', () => {
  test('[PR13] is taken in order: a gap is refused with BAD_FRAME, a repeat and what went before are not done again', () => {
    const requests = new SeatRequests();
    expect(() => requests.hear(2)).toThrow(BAD_FRAME);
    expect(requests.hear(1)).toBe('new');
    expect(requests.hear(1)).toBeNull();
    expect(requests.hear(2)).toBe('new');
    requests.answered(1, DONE, '');
    expect(requests.hear(1)).toBe(DONE);
    expect(requests.hear(2)).toBeNull();
    expect(() => requests.hear(4)).toThrow(BAD_FRAME);
    expect(requests.heard).toBe(2);
  });

  test.each([0, 2 ** 31, 2 ** 32 - 1, 2 ** 53])('[PR13] %d is not the first number, and is not done', (number) => {
    const requests = new SeatRequests();
    if (number === 0) expect(requests.hear(number)).toBeNull();
    else expect(() => requests.hear(number)).toThrow(BAD_FRAME);
    expect(requests.heard).toBe(0);
  });

  test('is answered again as long as a client may have to hear it again, and memory is kept of no more', () => {
    const requests = new SeatRequests();
    const answers = Array.from({ length: 3 * UNHEARD_MAX }, (_, index) => refusal(String(index)));
    for (const [index, answer] of answers.entries()) {
      requests.hear(index + 1);
      requests.answered(index + 1, answer, '');
    }
    const known = answers.map((_, index) => requests.hear(index + 1));
    const forgotten = answers.length - UNHEARD_MAX;
    expect(known).toEqual([...Array<null>(forgotten).fill(null), ...answers.slice(forgotten)]);
  });
});

describe('[GA08] what is asked for under a key', () => {
  test('is done once; who repeats the key while it is being done is answered with it', () => {
    const requests = new SeatRequests();
    for (const number of [1, 2, 3]) requests.hear(number);
    expect(requests.enter(1, 'sword')).toBe('new');
    expect(requests.enter(2, 'sword')).toBeNull();
    expect(requests.enter(3, 'shield')).toBe('new');
    expect(requests.answered(1, DONE, 'sword')).toEqual([1, 2]);
    expect(requests.answered(3, refusal('no'), 'shield')).toEqual([3]);
    expect(requests.hear(2)).toBe(DONE);
  });

  test('is remembered for the last 64 keys', () => {
    const requests = new SeatRequests();
    for (let number = 1; number <= UNHEARD_MAX + 1; number++) {
      requests.hear(number);
      requests.enter(number, `key ${number}`);
      requests.answered(number, DONE, `key ${number}`);
    }
    expect(requests.enter(UNHEARD_MAX + 2, 'key 2')).toBe(DONE);
    expect(requests.enter(UNHEARD_MAX + 3, 'key 1')).toBe('new');
  });

  test('without a key is done each time', () => {
    const requests = new SeatRequests();
    expect([requests.enter(1, ''), requests.enter(2, '')]).toEqual(['new', 'new']);
  });
});

test('[GA08] [PR13] however often a client sends what, each request is done once and has one answer, keys included', () => {
  const anyStep = fc.oneof(
    fc.record({ kind: fc.constant('ask'), key: fc.constantFrom('', 'a', 'b') }),
    fc.record({ kind: fc.constant('repeat'), which: fc.nat(60) }),
    fc.record({ kind: fc.constant('tick') }),
  );
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: UNHEARD_MAX }), (steps) => {
      const requests = new SeatRequests();
      const keys: string[] = [];
      const doneNumbers: number[] = [];
      const answers = new Map<number, Answer>();
      let queue: number[] = [];
      /** As a handle does it: queues what is new, and takes note of what is answered. */
      const send = (number: number): void => {
        const known = requests.hear(number);
        if (known !== 'new') {
          expect(known).toBe(answers.get(number) ?? null);
          return;
        }
        const entered = requests.enter(number, keys[number - 1] ?? '');
        if (entered === 'new') queue.push(number);
        else if (entered !== null) answers.set(number, entered);
      };
      const tick = (): void => {
        for (const number of queue) {
          doneNumbers.push(number);
          const answer = refusal(String(number));
          for (const one of requests.answered(number, answer, keys[number - 1] ?? '')) {
            expect(answers.has(one)).toBe(false);
            answers.set(one, answer);
          }
        }
        queue = [];
      };
      for (const step of steps) {
        if (step.kind === 'tick') tick();
        else if ('key' in step) {
          keys.push(step.key);
          send(keys.length);
        } else if ('which' in step && keys.length > 0) send((step.which % keys.length) + 1);
      }
      tick();
      expect(requests.heard).toBe(keys.length);
      expect([...answers.keys()].sort((a, b) => a - b)).toEqual(keys.map((_, index) => index + 1));
      expect(new Set(doneNumbers).size).toBe(doneNumbers.length);
      for (const key of ['a', 'b']) {
        const ofKey = keys.flatMap((one, index) => (one === key ? [index + 1] : []));
        expect(doneNumbers.filter((number) => ofKey.includes(number))).toEqual(ofKey.slice(0, 1));
        expect(new Set(ofKey.map((number) => answers.get(number))).size).toBeLessThanOrEqual(1);
      }
      const keyless = keys.flatMap((one, index) => (one === '' ? [index + 1] : []));
      expect(doneNumbers.filter((number) => keyless.includes(number)).sort((a, b) => a - b)).toEqual(keyless);
    }),
  );
});
