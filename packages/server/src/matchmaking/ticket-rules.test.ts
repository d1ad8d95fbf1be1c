import { bool, checkMatchRules, choice, u8 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import type { TicketWish } from './ticket.ts';
import { TicketRules } from './ticket-rules.ts';

const rules = new TicketRules(
  checkMatchRules({ teams: 2, teamSize: 2, criteria: { mode: choice('duel', 'melee'), ranked: bool, map: u8 } }, 4),
  ['seoul', 'tokyo'],
);
const ann = { key: 'ann' };

describe('what a ticket may wish for', () => {
  test('is a value for some of the criteria, and where it is near', () => {
    const { criteria, latenciesMs } = rules.check({
      players: [{ key: 'ann', latenciesMs: { seoul: 12 } }, { key: 'bob' }],
      criteria: { map: 7, mode: 'melee', ranked: null },
    });
    expect(rules.valuesOf(criteria)).toEqual({ mode: 'melee', map: 7 });
    expect(latenciesMs).toEqual([12, Number.POSITIVE_INFINITY]);
  });

  test('is the wish of a whole party: the one who is farthest away counts', () => {
    const { latenciesMs } = rules.check({
      players: [
        { key: 'ann', latenciesMs: { seoul: 12, tokyo: 40 } },
        { key: 'bob', latenciesMs: { seoul: 90, tokyo: 20 } },
      ],
    });
    expect(latenciesMs).toEqual([90, 40]);
  });

  test.each<[string, unknown]>([
    ['an operator', { mode: { $gt: '' } }],
    ['an operator for a number', { map: { $ne: 1 } }],
    ['a list of values', { mode: ['duel', 'melee'] }],
    ['a nested object', { mode: { mode: 'duel' } }],
    ['an operator in place of a name', { $or: [{ mode: 'duel' }] }],
    ['a name that every object has', { constructor: 'duel' }],
    ['a name that is no property', JSON.parse('{"__proto__":"duel"}')],
    ['a list', ['duel']],
    ['a text', 'duel'],
    ['a number', 1],
    ['a word that is not offered', { mode: 'chess' }],
    ['an object that turns into a word', { mode: { toString: () => 'duel' } }],
    ['a number as text', { map: '1' }],
    ['a number out of range', { map: 256 }],
    ['a fraction', { map: 0.5 }],
    ['no number', { map: Number.NaN }],
    ['a number for a truth', { ranked: 1 }],
  ])('is not %s [GA21]', (_, criteria) => {
    expect(() => rules.check({ players: [ann], criteria })).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  });

  test.each<[string, unknown]>([
    ['a region that is not there', { paris: 1 }],
    ['a region of every object', { toString: 1 }],
    ['a time as text', { seoul: '1' }],
    ['a time before', { seoul: -1 }],
    ['no time', { seoul: Number.NaN }],
    ['no end', { seoul: Number.POSITIVE_INFINITY }],
    ['an operator', { seoul: { $lt: 5 } }],
    ['a list', [1, 2]],
  ])('has no latencies that are %s [GA21]', (_, latenciesMs) => {
    expect(() => rules.check({ players: [{ key: 'ann', latenciesMs }] })).toThrow(
      expect.objectContaining({ code: 'BAD_MESSAGE' }),
    );
  });

  test.each<[string, TicketWish['players']]>([
    ['nobody', []],
    ['a party larger than a team', [ann, { key: 'bob' }, { key: 'cho' }]],
    ['a player twice', [ann, ann]],
    ['a player without a key', [{ key: '' }]],
    ['a key without end', [{ key: 'a'.repeat(129) }]],
    ['a key that is no text', [{ key: '\ud800' }]],
    ['a rating that is no number', [{ key: 'ann', rating: { mu: Number.NaN, sigma: 1 } }]],
  ])('is not for %s', (_, players) => {
    expect(() => rules.check({ players })).toThrow(expect.objectContaining({ code: 'BAD_MESSAGE' }));
  });
});
