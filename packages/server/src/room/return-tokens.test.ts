import { seededRandom } from '@madang/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandom } from '../node/system-random.ts';
import { ReturnTokens } from './return-tokens.ts';

const tokensOf = (seed: number): ReturnTokens<string> => new ReturnTokens(seededRandom(seed));

test('a token of 192 bits leads back to the seat it was made for, and to no other', () => {
  const tokens = tokensOf(1);
  const mine = tokens.rotate('seat 1');
  const yours = tokens.rotate('seat 2');
  expect(mine).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(tokens.find(mine)).toBe('seat 1');
  expect(tokens.find(yours)).toBe('seat 2');
});

test('[AU07] a token that was used works no more once the player has the next one', () => {
  const tokens = tokensOf(2);
  const first = tokens.rotate('seat');
  tokens.find(first);
  const second = tokens.rotate('seat');
  tokens.confirm('seat');
  expect(tokens.find(first)).toBeNull();
  expect(tokens.find(second)).toBe('seat');
});

test('[AU07] a player who never hears of the new token comes back with the old one, again and again', () => {
  const tokens = tokensOf(3);
  const first = tokens.rotate('seat');
  const unheard: string[] = [];
  for (let i = 0; i < 5; i++) {
    expect(tokens.find(first)).toBe('seat');
    unheard.push(tokens.rotate('seat'));
  }
  expect(unheard.map((token) => tokens.find(token))).toEqual([null, null, null, null, 'seat']);
});

test('[AU07] who heard of the new token and could not say so comes back with it, and the old one is over', () => {
  const tokens = tokensOf(4);
  const first = tokens.rotate('seat');
  tokens.find(first);
  const second = tokens.rotate('seat');
  tokens.find(second);
  const third = tokens.rotate('seat');
  expect([first, second, third].map((token) => tokens.find(token))).toEqual([null, 'seat', 'seat']);
});

test('a token that was forgotten leads nowhere, and what comes after it is the first again', () => {
  const tokens = tokensOf(5);
  const first = tokens.rotate('seat');
  tokens.find(first);
  const second = tokens.rotate('seat');
  tokens.forget('seat');
  tokens.forget('seat');
  tokens.confirm('seat');
  const third = tokens.rotate('seat');
  expect([first, second, third].map((token) => tokens.find(token))).toEqual([null, null, 'seat']);
});

test('[AU10] none of 100,000 guesses finds a seat, near misses among them', () => {
  const tokens = new ReturnTokens<number>(systemRandom());
  const issued = Array.from({ length: 1000 }, (_, seat) => tokens.rotate(seat));
  const guesses = seededRandom(10);
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  let hits = 0;
  for (let i = 0; i < 100_000; i++) {
    const near = guesses.pick(issued);
    const at = guesses.below(near.length);
    const others = alphabet.filter((letter) => letter !== near[at]);
    const guess =
      i % 2 === 0
        ? Array.from({ length: 32 }, () => guesses.pick(alphabet)).join('')
        : near.slice(0, at) + guesses.pick(others) + near.slice(at + 1);
    if (tokens.find(guess) !== null) hits++;
  }
  expect(hits).toBe(0);
  expect(new Set(issued).size).toBe(issued.length);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a number', 32],
  ['an object that calls itself a token', { toString: () => 'x'.repeat(32), length: 32 }],
  ['an empty text', ''],
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['a name that all objects have', '__proto__'],
])('%s is no token', (_, token) => {
  expect(tokensOf(6).find(token)).toBeNull();
});

test('[AU07] [AU10] whatever happens, at most two tokens of a seat work, and after a confirmation exactly one', () => {
  const kinds = ['rotate', 'find', 'confirm', 'forget'] as const;
  const anyStep = fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(20) });
  fc.assert(
    fc.property(fc.integer(), fc.array(anyStep, { maxLength: 40 }), (seed, steps) => {
      const tokens = tokensOf(seed);
      const other = tokens.rotate('another seat');
      const made: string[] = [];
      let working: readonly string[] = [];
      let used: string | undefined;
      for (const { kind, which } of steps) {
        if (kind === 'rotate') {
          const token = tokens.rotate('seat');
          working = used === undefined ? [token] : [token, used];
          made.push(token);
          used = token;
        } else if (kind === 'find') {
          const token = made[which % made.length];
          if (token !== undefined && tokens.find(token) !== null) used = token;
        } else if (kind === 'confirm') {
          tokens.confirm('seat');
          working = working.slice(0, 1);
          used = working[0];
        } else {
          tokens.forget('seat');
          working = [];
          used = undefined;
        }
        expect(new Set(made.filter((token) => tokens.find(token) === 'seat'))).toEqual(new Set(working));
        expect(working.length).toBeLessThanOrEqual(kind === 'confirm' ? 1 : 2);
        expect(tokens.find(other)).toBe('another seat');
        // Looking is using, as far as the tokens know.
        tokens.find(used);
      }
    }),
  );
});
