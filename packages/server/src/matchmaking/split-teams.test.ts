import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fits, type Party, splitTeams } from './split-teams.ts';

/** Every way to give each party a team, by brute force. */
function* everySplit(parties: readonly Party[], teams: number): Generator<Party[][]> {
  for (let code = 0; code < teams ** parties.length; code++) {
    const split: Party[][] = Array.from({ length: teams }, () => []);
    for (const [index, party] of parties.entries()) split[Math.floor(code / teams ** index) % teams]?.push(party);
    yield split;
  }
}

const playersOf = (team: readonly Party[]): number => team.reduce((sum, { size }) => sum + size, 0);
const spreadOf = (split: readonly (readonly Party[])[]): number => {
  const mu = split.map((team) => team.reduce((sum, party) => sum + party.mu, 0));
  return Math.max(...mu) - Math.min(...mu);
};

const anyTeams = fc.record({
  teams: fc.integer({ min: 1, max: 3 }),
  teamSize: fc.integer({ min: 1, max: 4 }),
  parties: fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), mu: fc.integer({ min: -20, max: 80 }) }), {
    minLength: 1,
    maxLength: 6,
  }),
});

describe('parties and teams', () => {
  test('fit exactly where some way to seat them together exists', () => {
    fc.assert(
      fc.property(anyTeams, ({ teams, teamSize, parties }) => {
        let canFit = false;
        for (const split of everySplit(parties, teams)) canFit ||= split.every((team) => playersOf(team) <= teamSize);
        const sizes = parties.map(({ size }) => size);
        expect(fits(sizes, teams, teamSize)).toBe(canFit);
      }),
      { numRuns: 300 },
    );
  });

  test('come out as even as any way to split them', () => {
    fc.assert(
      fc.property(anyTeams, ({ teams, teamSize, parties }) => {
        let least = Number.POSITIVE_INFINITY;
        for (const split of everySplit(parties, teams)) {
          if (split.every((team) => playersOf(team) <= teamSize)) least = Math.min(least, spreadOf(split));
        }
        const split = splitTeams(parties, teams, teamSize);
        if (split === null) expect(least).toBe(Number.POSITIVE_INFINITY);
        else {
          expect(split.flat()).toHaveLength(parties.length);
          expect(new Set(split.flat())).toEqual(new Set(parties));
          expect(split.every((team) => playersOf(team) <= teamSize)).toBe(true);
          expect(spreadOf(split)).toBe(least);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a hundred players are split in bounded time, and nearly even', () => {
    const parties = Array.from({ length: 100 }, (_, index) => ({ size: 1, mu: (index * 37) % 100 }));
    const split = splitTeams(parties, 2, 50);
    expect(split?.map(playersOf)).toEqual([50, 50]);
    expect(spreadOf(split ?? [])).toBeLessThan(100);
  });

  test('fit around gaps that the largest party first would leave', () => {
    expect(fits([3, 3, 2, 2, 2, 2], 2, 7)).toBe(true);
    expect(
      splitTeams(
        [3, 3, 2, 2, 2, 2].map((size) => ({ size, mu: size })),
        2,
        7,
      )?.map(playersOf),
    ).toEqual([7, 7]);
  });
});
