import { type Fields, GameError, UNHEARD_MAX, type ValuesOf } from '@madang/core';
import { VirtualClock } from '@madang/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Requests } from './requests.ts';

const refused = new GameError('REFUSED', 'no', { reason: 'no' });
const over = new GameError('SEAT_GONE', 'gone', {});

/** A frame that is its number. */
const numbered = (number: number): Uint8Array => Uint8Array.of(number);
const replyOf = (number: number): ValuesOf<Fields> => ({ is: number });

function requests() {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const made = new Requests(clock, ([number = 0]) => void sent.push(number));
  return { clock, made, sent, taken: () => sent.splice(0) };
}

describe('a request', () => {
  test('is sent with the next number and resolves with its own answer, whatever the order of answers', async () => {
    const { made, taken, clock } = requests();
    const asked = [1, 2, 3].map(() => made.ask(numbered, 1_000));
    expect(taken()).toEqual([1, 2, 3]);
    for (const number of [3, 1, 2]) made.answered(number, replyOf(number));
    expect(await Promise.all(asked)).toEqual([replyOf(1), replyOf(2), replyOf(3)]);
    expect(clock.pending).toBe(0);
  });

  test('that was refused rejects with the refusal; what nobody waits for is told to whoever hears errors', async () => {
    const { made, clock } = requests();
    const asked = expect(made.ask(numbered, 1_000)).rejects.toBe(refused);
    made.tell(numbered);
    expect([made.refused(1, refused), made.refused(2, refused), made.refused(3, refused)]).toEqual([
      true,
      false,
      false,
    ]);
    await asked;
    expect(clock.pending).toBe(0);
  });

  test('that is not answered in time rejects with TIMEOUT, and its late answer is nobody’s', async () => {
    const { made, clock } = requests();
    const asked = expect(made.ask(numbered, 1_000)).rejects.toMatchObject({
      code: 'TIMEOUT',
      details: { afterMs: 1_000 },
    });
    clock.advance(1_000);
    await asked;
    expect(made.refused(1, refused)).toBe(true);
    made.answered(1, replyOf(1));
  });

  test('is not taken on beyond what the server remembers', async () => {
    const { made, sent, clock } = requests();
    for (let i = 0; i < UNHEARD_MAX; i++) made.tell(numbered);
    const full = expect.objectContaining({ code: 'INPUT_QUEUE_FULL', details: { queued: UNHEARD_MAX } });
    expect(() => made.tell(numbered)).toThrow(full);
    await expect(made.ask(numbered, 1_000)).rejects.toEqual(full);
    expect([sent.length, clock.pending]).toEqual([UNHEARD_MAX, 0]);
    made.answered(7, {});
    made.tell(numbered);
    expect(sent.at(-1)).toBe(UNHEARD_MAX + 1);
  });

  test('whose frame cannot be made takes no number', () => {
    const { made, sent } = requests();
    expect(() =>
      made.tell(() => {
        throw new RangeError('no such command');
      }),
    ).toThrow(RangeError);
    made.tell(numbered);
    expect(sent).toEqual([1]);
  });
});

describe('a seat that is back', () => {
  test('is told again what it has not answered, in order, under the same numbers', () => {
    const { made, taken } = requests();
    for (let i = 0; i < 5; i++) made.tell(numbered);
    made.answered(2, {});
    taken();
    made.resume(3, true);
    expect(taken()).toEqual([1, 3, 4, 5]);
    made.tell(numbered);
    expect(taken()).toEqual([6]);
  });

  test('whose server has forgotten what it answered last is told what waits, under the same numbers', () => {
    const { made, taken } = requests();
    for (let i = 0; i < 3; i++) made.tell(numbered);
    made.answered(1, {});
    made.answered(2, {});
    taken();
    made.resume(1, true);
    expect(taken()).toEqual([3]);
    made.tell(numbered);
    expect(taken()).toEqual([4]);
  });

  test('counts on where another page has left off', () => {
    const { made, taken } = requests();
    made.resume(41, true);
    made.tell(numbered);
    expect(taken()).toEqual([42]);
  });

  test('that knows nothing of what went before is another one: what waited is refused, and numbers begin anew', async () => {
    const { made, taken, clock } = requests();
    made.tell(numbered);
    made.answered(1, {});
    const asked = expect(made.ask(numbered, 1_000)).rejects.toMatchObject({ code: 'LINK_LOST' });
    taken();
    made.resume(0, false);
    await asked;
    made.tell(numbered);
    expect([taken(), clock.pending]).toEqual([[1], 0]);
  });
});

test('[CL14] when the seat is gone all that waits is told why, and nothing more is taken on', async () => {
  const { made, sent, clock } = requests();
  const asked = expect(made.ask(numbered, 1_000)).rejects.toBe(over);
  made.tell(numbered);
  made.end(over);
  await asked;
  await expect(made.ask(numbered, 1_000)).rejects.toBe(over);
  made.tell(numbered);
  made.answered(1, {});
  made.resume(0, true);
  expect([sent, clock.pending]).toEqual([[1, 2], 0]);
});

test('whatever is lost and sent again, each request is done once and answered once', async () => {
  const anyStep = fc.oneof(
    { weight: 4, arbitrary: fc.constant('ask') },
    { weight: 3, arbitrary: fc.constant('tell') },
    { weight: 4, arbitrary: fc.constant('hear') },
    { weight: 4, arbitrary: fc.constant('answer') },
    { weight: 1, arbitrary: fc.constant('break') },
    { weight: 2, arbitrary: fc.constant('return') },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 120 }), async (steps) => {
      /** Both directions of the line; what is on it when it breaks is lost. */
      let up: number[] = [];
      let down: number[] = [];
      let isOpen = true;
      const made = new Requests(new VirtualClock(), ([number = 0]) => void (isOpen && up.push(number)));
      // The server, as it is meant to be: does each number once, in order, and answers again what it has answered.
      let heard = 0;
      const done: number[] = [];
      const hear = (number: number): void => {
        if (number === heard + 1) {
          heard = number;
          done.push(number);
        } else if (number > heard) throw new Error(`${number} came after ${heard}`);
        down.push(number);
      };
      const answers: number[] = [];
      const settled = new Set<number>();
      let asked = 0;
      let told = 0;
      const returned = (): void => {
        isOpen = true;
        made.resume(heard, true);
      };
      for (const step of steps) {
        const isFull = asked + told - settled.size >= UNHEARD_MAX;
        if (step === 'ask' && !isFull) {
          asked++;
          void made.ask(numbered, 1e9).then(({ is }) => answers.push(Number(is)));
        }
        if (step === 'tell' && !isFull) {
          told++;
          made.tell(numbered);
        }
        if (step === 'hear') for (const number of up.splice(0, 1)) hear(number);
        if (step === 'answer') {
          for (const number of down.splice(0, 1)) {
            settled.add(number);
            made.answered(number, replyOf(number));
          }
        }
        if (step === 'break') {
          isOpen = false;
          [up, down] = [[], []];
        }
        if (step === 'return' && !isOpen) returned();
      }
      if (!isOpen) returned();
      while (up.length > 0 || down.length > 0) {
        for (const number of up.splice(0)) hear(number);
        for (const number of down.splice(0)) made.answered(number, replyOf(number));
      }
      await null;
      await null;
      expect(done).toEqual(Array.from({ length: asked + told }, (_, index) => index + 1));
      expect(answers.length).toBe(asked);
      expect(new Set(answers).size).toBe(asked);
      made.resume(heard, true);
      expect(up).toEqual([]);
    }),
    { numRuns: 500, examples: [[['ask', 'hear', 'break', 'ask', 'return', 'hear', 'break', 'return']]] },
  );
});
