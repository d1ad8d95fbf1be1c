import { UNHEARD_MAX } from '@madang/core';
/** What becomes of what was asked for when lines break: it is done once, and answered. */
import { describe, expect, test } from 'vitest';
import { ask, playing, refused, replied, tokenOf } from './shop.test-support.ts';

describe('[GA08] [PR13] a numbered request', () => {
  test('that is sent again when the player is back is done once, and answered again', () => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 });
    clock.advance(100);
    expect(ann.witness.answers).toEqual([replied(1, 70)]);
    ann.seat.drop();
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    ask(again.seat, 1, 'buy', { item: 30 });
    ask(again.seat, 2, 'buy', { item: 20 });
    clock.advance(100);
    expect(again.witness.answers).toEqual([replied(1, 70), replied(2, 50)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });

  test.each([
    ['before its tick', 0],
    ['after its tick', 100],
  ])('whose line breaks %s is done, and answered to the line that came after', (_, waitMs) => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 });
    ann.seat.drop();
    clock.advance(waitMs);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    expect(again.witness.welcomed).toMatchObject({ heard: 1 });
    ask(again.seat, 1, 'buy', { item: 30 });
    clock.advance(100);
    expect(again.witness.answers).toContainEqual(replied(1, 70));
    expect(ben.witness.state.world).toEqual({ bought: 1 });
  });

  test('that was refused is refused again in the same words, by the game and by the limits alike', () => {
    const { clock, back, ann } = playing({ rates: { buy: 0.5 } });
    ask(ann.seat, 1, 'steal', {});
    ask(ann.seat, 2, 'buy', { item: 1 });
    ask(ann.seat, 3, 'buy', { item: 1 });
    ask(ann.seat, 4, 'buy', { item: -1 });
    clock.advance(100);
    const answers = ann.witness.answers.toSorted((a, b) => a.number - b.number);
    const codes = answers.map(({ answer }) => (answer.kind === 'refusal' ? answer.error.code : answer.kind));
    expect(codes).toEqual(['REFUSED', 'reply', 'TOO_OFTEN', 'BAD_COMMAND']);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    for (const number of [1, 2, 3, 4]) expect(again.seat.hears(number)).toBe(false);
    expect(again.witness.answers).toEqual(answers);
  });

  test('that leaves one out is not taken: the one between would be lost without a word', () => {
    const { ann } = playing();
    expect(() => ann.seat.hears(2)).toThrow(refused('BAD_FRAME'));
    expect(ann.seat.hears(1)).toBe(true);
    expect(() => ann.seat.hears(2 ** 32 - 1)).toThrow(refused('BAD_FRAME'));
    expect(ann.seat.hears(0)).toBe(false);
  });

  test('with a key is done once for the key: two at once, and one more after a return', () => {
    const { clock, back, ann, ben } = playing();
    ask(ann.seat, 1, 'buy', { item: 30 }, 'sword');
    ask(ann.seat, 2, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    expect(ann.witness.answers).toEqual([replied(1, 70), replied(2, 70)]);
    const again = back(tokenOf(ann.witness));
    clock.advance(100);
    ask(again.seat, 3, 'buy', { item: 30 }, 'sword');
    ask(again.seat, 4, 'buy', { item: 30 }, 'shield');
    clock.advance(100);
    expect(again.witness.answers).toEqual([replied(3, 70), replied(4, 40)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });

  test('with a key that could not be asked for may be asked again under that key', () => {
    const { clock, ann, ben } = playing();
    let number = 0;
    // Of one kind alone so many would come too often.
    for (let i = 0; i < UNHEARD_MAX / 2; i++) {
      ask(ann.seat, ++number, 'steal', {});
      ask(ann.seat, ++number, 'buy', { item: 0 });
    }
    ask(ann.seat, ++number, 'buy', { item: 30 }, 'sword');
    expect(ann.witness.answers).toMatchObject([
      { number: UNHEARD_MAX + 1, answer: { error: { code: 'INPUT_QUEUE_FULL' } } },
    ]);
    clock.advance(100);
    ask(ann.seat, ++number, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    expect(ann.witness.answers.at(-1)).toEqual(replied(UNHEARD_MAX + 2, 70));
    expect(ben.witness.state.world).toEqual({ bought: UNHEARD_MAX / 2 + 1 });
  });

  test('of one player is no other’s: keys and numbers are the seat’s own', () => {
    const { clock, ann, ben } = playing();
    for (const { seat } of [ann, ben]) ask(seat, 1, 'buy', { item: 30 }, 'sword');
    clock.advance(100);
    for (const { witness } of [ann, ben]) expect(witness.answers).toEqual([replied(1, 70)]);
    expect(ben.witness.state.world).toEqual({ bought: 2 });
  });
});
