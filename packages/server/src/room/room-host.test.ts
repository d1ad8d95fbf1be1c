/** Who has the host's rights in a room. */
import { describe, expect, test } from 'vitest';
import type { Witness } from './room.test-support.ts';
import { GRACE_MS, playing, tokenOf } from './shop.test-support.ts';

describe('the host of a room', () => {
  const hostIn = ({ peopleTold }: Witness): string | undefined => {
    const people = new Map<number, { name: string; isHost: boolean }>();
    for (const { isWhole, here, gone } of peopleTold) {
      if (isWhole) people.clear();
      for (const person of here) people.set(person.id, person);
      for (const id of gone) people.delete(id);
    }
    return [...people.values()]
      .filter(({ isHost }) => isHost)
      .map(({ name }) => name)
      .join();
  };

  test('is who came first, also while its line is broken; once its seat is gone, who came next', () => {
    const { clock, back, ann, ben } = playing();
    expect(hostIn(ben.witness)).toBe('Ann');
    ann.seat.drop();
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ann');
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ann');
    again.seat.drop();
    clock.advance(GRACE_MS + 100);
    expect(hostIn(ben.witness)).toBe('Ben');
  });

  test('that goes leaves its rights to somebody who is there, and only where nobody is to somebody who is away', () => {
    const { clock, join, back, ann, ben } = playing();
    const cho = join({ name: 'Cho' });
    clock.advance(100);
    ben.seat.drop();
    ann.seat.leave();
    clock.advance(100);
    expect(hostIn(cho.witness)).toBe('Cho');
    cho.seat.leave();
    clock.advance(100);
    const again = back(tokenOf(ben.witness));
    clock.advance(100);
    expect(hostIn(again.witness)).toBe('Ben');
  });

  test('passes its rights on, and has them no more', () => {
    const { clock, room, ann, ben } = playing();
    ann.seat.hears(1);
    ann.seat.deed({ do: 'pass', who: 2 }, 1);
    clock.advance(100);
    expect(hostIn(ben.witness)).toBe('Ben');
    ann.seat.hears(2);
    ann.seat.deed({ do: 'kick', who: 2 }, 2);
    clock.advance(100);
    expect(ann.witness.answers).toMatchObject([
      { number: 1, answer: { kind: 'done' } },
      { number: 2, answer: { kind: 'refusal', error: { code: 'NOT_HOST' } } },
    ]);
    expect(room.taken).toBe(2);
  });

  test('of an empty room is nobody, and then who comes in', () => {
    const { clock, room, join, ann, ben } = playing();
    for (const { seat } of [ann, ben]) seat.leave();
    clock.advance(100);
    const cho = join({ room: room.id, name: 'Cho' });
    clock.advance(100);
    expect(hostIn(cho.witness)).toBe('Cho');
  });
});
