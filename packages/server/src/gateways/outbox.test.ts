import { isGameError } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { Outbox } from './outbox.ts';

const {
  outboxHardBytes: OUTBOX_HARD_BYTES,
  outboxSlowMs: OUTBOX_SLOW_MS,
  outboxSoftBytes: OUTBOX_SOFT_BYTES,
  outboxWaiting: OUTBOX_WAITING_MAX,
} = DEFAULT_LIMITS;

const FULL = OUTBOX_SOFT_BYTES + 1;

/** A peer that reads when the test says so. */
function peer() {
  const clock = new VirtualClock();
  const line = { bufferedBytes: 0 };
  const outbox = new Outbox(clock, DEFAULT_LIMITS, line);
  const sent: string[] = [];
  const send = (text: string, key: string | null = null, sizeBytes = text.length): void =>
    outbox.send({ key, sizeBytes, send: () => void sent.push(text) });
  return { clock, line, outbox, sent, send };
}

/** The code of what this throws, or null. */
function codeOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return isGameError(error) ? error.code : String(error);
  }
}

describe('events and messages', () => {
  test('go at once to a peer that reads', () => {
    const { sent, send } = peer();
    send('a');
    send('b', 'score');
    send('c', 'score');
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  test('wait in order while the peer is full, and go after the state that it can take again', () => {
    const { line, outbox, sent, send } = peer();
    line.bufferedBytes = FULL;
    for (const text of ['a', 'b', 'c']) send(text);
    expect([outbox.mayGo(), sent]).toEqual([false, []]);
    line.bufferedBytes = 0;
    send('d');
    expect(sent).toEqual([]);
    expect(outbox.mayGo()).toBe(true);
    outbox.drain();
    send('e');
    expect(sent).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('of which only the latest counts replace their earlier ones; the others are all kept', () => {
    const { line, outbox, sent, send } = peer();
    line.bufferedBytes = FULL;
    for (const [text, key] of [
      ['s1', 'score'],
      ['x'],
      ['w1', 'wind'],
      ['s2', 'score'],
      ['y'],
      ['s3', 'score'],
    ] as const) {
      send(text, key ?? null);
    }
    line.bufferedBytes = 0;
    outbox.drain();
    expect(sent).toEqual(['x', 'w1', 'y', 's3']);
  });

  test('arrive as promised whatever the peer does: none twice, in order, the latest of each name at least', () => {
    const anyLetter = fc.record({ key: fc.constantFrom(null, 'score', 'wind'), isFull: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyLetter, { maxLength: 200 }), (letters) => {
        const { line, outbox, sent, send } = peer();
        letters.forEach(({ key, isFull }, index) => {
          line.bufferedBytes = isFull ? FULL : 0;
          if (outbox.mayGo()) outbox.drain();
          send(String(index), key);
        });
        line.bufferedBytes = 0;
        outbox.drain();
        const numbers = sent.map(Number);
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        const lastOf = (key: string) => letters.findLastIndex((letter) => letter.key === key);
        const promised = letters.flatMap(({ key }, index) => (key === null || index === lastOf(key) ? [index] : []));
        expect(numbers).toEqual(expect.arrayContaining(promised));
      }),
    );
  });

  test('are held up to a number, beyond which the peer is given up: each was promised', () => {
    const { line, send, sent } = peer();
    line.bufferedBytes = FULL;
    for (let i = 0; i < OUTBOX_WAITING_MAX; i++) send('x');
    expect(codeOf(() => send('latest', 'score'))).toBe('TOO_SLOW');
    expect(sent).toEqual([]);
  });

  test('of which only the latest counts may come as often as they like', () => {
    const { line, outbox, send, sent } = peer();
    line.bufferedBytes = FULL;
    for (let i = 0; i < 10 * OUTBOX_WAITING_MAX; i++) send(String(i), 'score', 10_000);
    line.bufferedBytes = 0;
    outbox.drain();
    expect(sent).toEqual([String(10 * OUTBOX_WAITING_MAX - 1)]);
  });
});

describe('a peer is given up as too slow', () => {
  test('when it holds more than the hard limit, what waits for it included', () => {
    const { line, outbox, send } = peer();
    line.bufferedBytes = OUTBOX_HARD_BYTES;
    expect(codeOf(() => outbox.mayGo())).toBeNull();
    line.bufferedBytes = OUTBOX_HARD_BYTES + 1;
    expect(codeOf(() => outbox.mayGo())).toBe('TOO_SLOW');
    line.bufferedBytes = FULL;
    expect(codeOf(() => send('half', null, (OUTBOX_HARD_BYTES - FULL) / 2))).toBeNull();
    expect(codeOf(() => send('more', null, OUTBOX_HARD_BYTES - FULL))).toBe('TOO_SLOW');
  });

  test('when it reads nothing for a while over the soft limit', () => {
    const { clock, line, outbox } = peer();
    line.bufferedBytes = FULL;
    for (let ms = 0; ms <= OUTBOX_SLOW_MS; ms += 100) {
      expect(outbox.mayGo()).toBe(false);
      clock.advance(100);
    }
    expect(codeOf(() => outbox.mayGo())).toBe('TOO_SLOW');
  });

  test('and not while it reads a little now and then', () => {
    const { clock, line, outbox } = peer();
    line.bufferedBytes = OUTBOX_HARD_BYTES - 1;
    for (let ms = 0; ms < 20 * OUTBOX_SLOW_MS; ms += OUTBOX_SLOW_MS - 100) {
      expect(outbox.mayGo()).toBe(false);
      clock.advance(OUTBOX_SLOW_MS - 100);
      line.bufferedBytes -= 100;
    }
    expect(outbox.mayGo()).toBe(false);
  });

  test('and not for a pause of before: the while begins anew once it has caught up', () => {
    const { clock, line, outbox } = peer();
    for (let pauses = 0; pauses < 5; pauses++) {
      line.bufferedBytes = FULL;
      expect(outbox.mayGo()).toBe(false);
      clock.advance(OUTBOX_SLOW_MS - 1);
      expect(outbox.mayGo()).toBe(false);
      line.bufferedBytes = 0;
      expect(outbox.mayGo()).toBe(true);
    }
  });

  test('also where what it has not read grows meanwhile: only less is progress', () => {
    const { clock, line, outbox, send } = peer();
    line.bufferedBytes = FULL;
    let code: string | null = null;
    for (let ms = 0; ms <= OUTBOX_SLOW_MS + 200 && code === null; ms += 100) {
      line.bufferedBytes += 10;
      code = codeOf(() => outbox.mayGo()) ?? codeOf(() => send('x'));
      clock.advance(100);
    }
    expect(code).toBe('TOO_SLOW');
  });
});

describe('a state larger than the hard limit', () => {
  test('does not count against its peer while it drains, and what comes on top of it does', () => {
    const { line, outbox } = peer();
    const large = 3 * OUTBOX_HARD_BYTES;
    line.bufferedBytes = large;
    outbox.stateSent();
    expect(codeOf(() => outbox.mayGo())).toBeNull();
    line.bufferedBytes = large + OUTBOX_HARD_BYTES;
    expect(codeOf(() => outbox.mayGo())).toBe('TOO_SLOW');
    line.bufferedBytes = 0;
    expect(outbox.mayGo()).toBe(true);
    line.bufferedBytes = OUTBOX_HARD_BYTES + 1;
    expect(codeOf(() => outbox.mayGo())).toBe('TOO_SLOW');
  });
});
