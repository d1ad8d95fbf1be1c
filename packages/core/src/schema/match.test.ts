import { describe, expect, test } from 'vitest';
import { text } from './boxed-field.ts';
import { angle, bool, choice, f32, u8, u16 } from './field.ts';
import { checkMatchRules, type MatchRules } from './match.ts';

const duel: MatchRules = { teams: 2, teamSize: 1 };

describe('rules of matches', () => {
  test('are complete with teams and their size', () => {
    expect(checkMatchRules(duel, 2)).toEqual({
      teams: 2,
      teamSize: { min: 1, max: 1, patienceMs: 10_000 },
      acceptMs: 0,
      rated: true,
      skill: { start: 150, perSecond: 15, limit: Number.POSITIVE_INFINITY },
      latencyMs: { start: 80, perSecond: 5, limit: 300 },
      criteria: {},
      dropAfterMs: {},
      backfill: false,
    });
  });

  test('keep what they say, and leave the rest as it is', () => {
    const criteria = { mode: choice('duel', 'melee'), ranked: bool, map: u8 };
    const rules: MatchRules = {
      teams: 2,
      teamSize: { min: 2, max: 4 },
      skill: { limit: 500 },
      criteria,
      dropAfterMs: { map: 5_000 },
      backfill: true,
    };
    expect(checkMatchRules(rules, 8)).toMatchObject({
      teamSize: { min: 2, max: 4, patienceMs: 10_000 },
      skill: { start: 150, perSecond: 15, limit: 500 },
      criteria,
      dropAfterMs: { map: 5_000 },
      backfill: true,
    });
  });

  test('that are complete are rules like any other', () => {
    const settings = checkMatchRules({ ...duel, acceptMs: 10_000 }, 2);
    expect(checkMatchRules(settings, 2)).toEqual(settings);
  });

  test.each<[string, Partial<MatchRules>, string]>([
    ['no team', { teams: 0 }, 'match.teams'],
    ['half a team', { teams: 1.5 }, 'match.teams'],
    ['teams of nobody', { teamSize: 0 }, 'match.teamSize'],
    ['teams of fewer at most than at least', { teamSize: { min: 3, max: 2 } }, 'match.teamSize'],
    ['more players than seats', { teamSize: 9 }, 'match.teamSize'],
    ['more players than seats in all', { teamSize: 5 }, 'match.teamSize'],
    ['a match of one', { teams: 1 }, 'match.teamSize'],
    ['patience that never ends', { teamSize: { min: 1, max: 2, patienceMs: Number.NaN } }, 'match.teamSize'],
    ['a time to accept before now', { acceptMs: -1 }, 'match.acceptMs'],
    ['a time to accept that nobody waits for', { acceptMs: 200_000 }, 'match.acceptMs'],
    ['a width below nothing', { skill: { start: -1 } }, 'match.skill'],
    ['a width that narrows', { skill: { perSecond: -1 } }, 'match.skill'],
    ['a width that begins beyond its limit', { skill: { limit: 10 } }, 'match.skill'],
    ['a way without a number', { latencyMs: { start: Number.NaN } }, 'match.latencyMs'],
    ['text to agree about', { criteria: { word: text(8) } }, 'match.criteria word'],
    ['fractions to agree about', { criteria: { x: f32 } }, 'match.criteria x'],
    ['directions to agree about', { criteria: { to: angle({ bits: 4 }) } }, 'match.criteria to'],
    ['more to agree about than anybody will', { criteria: { a: u16 } }, 'match.criteria'],
    ['to give up what nobody can ask for', { dropAfterMs: { map: 1 } }, 'match.dropAfterMs map'],
    ['to give up never', { criteria: { a: u8 }, dropAfterMs: { a: Number.POSITIVE_INFINITY } }, 'match.dropAfterMs a'],
  ])('cannot be %s', (_, rules, where) => {
    expect(() => checkMatchRules({ ...duel, ...rules }, 8)).toThrow(
      expect.objectContaining({ code: 'BAD_SCHEMA', details: expect.objectContaining({ where }) }),
    );
  });
});
