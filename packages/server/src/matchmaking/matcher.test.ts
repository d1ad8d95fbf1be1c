import { checkMatchRules, choice, type MatchRules, u8 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Matcher, type Plan } from './matcher.ts';
import { NEW_RATING, POINTS_PER_MU } from './rating.ts';
import type { Ticket } from './ticket.ts';
import { TicketRules } from './ticket-rules.ts';

const REGIONS = ['seoul', 'tokyo', 'paris'];
const NOW_MS = 100_000;

interface AnyTicket {
  readonly size: number;
  readonly points: number;
  readonly waitedMs: number;
  readonly mode: 'duel' | 'melee' | null;
  readonly map: number | null;
  readonly latenciesMs: readonly number[];
}

const anyTicketOf = (sizeMax: number) =>
  fc.record<AnyTicket>({
    size: fc.integer({ min: 1, max: sizeMax }),
    points: fc.integer({ min: 0, max: 900 }),
    waitedMs: fc.integer({ min: 0, max: 60_000 }),
    mode: fc.constantFrom(null, 'duel', 'melee'),
    map: fc.constantFrom(null, 0, 1),
    latenciesMs: fc.tuple(...REGIONS.map(() => fc.integer({ min: 0, max: 400 }))),
  });

const base: MatchRules = {
  teams: 2,
  teamSize: 1,
  skill: { start: 50, perSecond: 5, limit: 250 },
  latencyMs: { start: 80, perSecond: 5, limit: 300 },
  criteria: { mode: choice('duel', 'melee'), map: u8 },
  dropAfterMs: { map: 20_000 },
};

function tickets(rules: TicketRules, anyTickets: readonly AnyTicket[]): readonly Ticket[] {
  const oldestFirst = [...anyTickets].sort((a, b) => b.waitedMs - a.waitedMs);
  return oldestFirst.map(({ size, points, waitedMs, mode, map, latenciesMs }, order) => ({
    ...rules.check({
      players: Array.from({ length: size }, (_, index) => ({
        key: `${order}/${index}`,
        rating: { mu: points / POINTS_PER_MU, sigma: NEW_RATING.sigma },
        latenciesMs: Object.fromEntries(REGIONS.map((region, at) => [region, latenciesMs[at]])),
      })),
      criteria: { mode, map },
    }),
    id: `${order}`,
    order,
    sinceMs: NOW_MS - waitedMs,
    tell: () => {},
    state: { at: 'waiting' },
    lookAtMs: 0,
    toldMs: 0,
  }));
}

/** A queue without regions, to which tickets are added one by one. */
function queueOf(matchRules: MatchRules): { matcher: Matcher; add(ticket: Partial<AnyTicket>): Ticket } {
  const rules = new TicketRules(checkMatchRules(matchRules, 64), []);
  const matcher = new Matcher(rules);
  let order = 0;
  return {
    matcher,
    add({ size = 1, points = 1_000, waitedMs = 0, map = null }) {
      const key = (index: number): string => `${order}/${index}`;
      const rating = { mu: points / POINTS_PER_MU, sigma: 2 };
      const players = Array.from({ length: size }, (_, index) => ({ key: key(index), rating }));
      const ticket: Ticket = {
        ...rules.check({ players, criteria: map === null ? {} : { map } }),
        id: `${order}`,
        // Who has waited longer came earlier.
        order: -waitedMs + order++ / 1_000,
        sinceMs: NOW_MS - waitedMs,
        tell: () => {},
        state: { at: 'waiting' },
        lookAtMs: 0,
        toldMs: 0,
      };
      matcher.add(ticket, NOW_MS);
      return ticket;
    },
  };
}

/** What the rules above say, written down once more: whether these can play together in this region. */
function canMeet(all: readonly Ticket[], region: number): boolean {
  const waited = (ticket: Ticket): number => (NOW_MS - ticket.sinceMs) / 1000;
  const asks = all.map((ticket) => [ticket.criteria[0], waited(ticket) >= 20 ? null : ticket.criteria[1]]);
  return (
    all.every((ticket) => {
      const reach = Math.min(250, 50 + 5 * waited(ticket));
      const far = ticket.latenciesMs[region] ?? 0;
      const isNear = far <= Math.min(300, 80 + 5 * waited(ticket)) || far === Math.min(...ticket.latenciesMs);
      return isNear && all.every((other) => Math.abs(other.points - ticket.points) <= reach);
    }) &&
    [0, 1].every((index) => {
      const insisted = asks.map((ask) => ask[index]).filter((raw) => raw !== null);
      return new Set(insisted).size <= 1;
    })
  );
}

function expectRight(plan: Plan, { teams, teamSize }: { teams: number; teamSize: number }, ticket: Ticket): void {
  expect(plan.teams).toHaveLength(teams);
  for (const team of plan.teams) expect(team.reduce((sum, { size }) => sum + size, 0)).toBe(teamSize);
  const all = plan.teams.flat();
  expect(new Set(all).size).toBe(all.length);
  expect(all).toContain(ticket);
  expect(canMeet(all, plan.region)).toBe(true);
}

describe('a match', () => {
  test('of two is found exactly where two would have each other', () => {
    const rules = new TicketRules(checkMatchRules(base, 2), REGIONS);
    fc.assert(
      fc.property(fc.array(anyTicketOf(1), { minLength: 1, maxLength: 30 }), (anyTickets) => {
        const all = tickets(rules, anyTickets);
        const matcher = new Matcher(rules);
        for (const ticket of all) matcher.add(ticket, NOW_MS);
        for (const ticket of all) {
          const others = all.filter((other) => other !== ticket);
          const isPossible = others.some((other) => REGIONS.some((_, region) => canMeet([ticket, other], region)));
          const plan = matcher.look(ticket, NOW_MS);
          expect(plan !== null).toBe(isPossible);
          if (plan !== null) expectRight(plan, { teams: 2, teamSize: 1 }, ticket);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of teams and parties is one that all of them would have, with every team full', () => {
    const rules = new TicketRules(checkMatchRules({ ...base, teams: 2, teamSize: 3 }, 6), REGIONS);
    let found = 0;
    fc.assert(
      fc.property(fc.array(anyTicketOf(3), { minLength: 10, maxLength: 60 }), (anyTickets) => {
        const all = tickets(rules, anyTickets);
        const matcher = new Matcher(rules);
        for (const ticket of all) matcher.add(ticket, NOW_MS);
        for (const ticket of all) {
          const plan = matcher.look(ticket, NOW_MS);
          if (plan === null) continue;
          found++;
          expectRight(plan, { teams: 2, teamSize: 3 }, ticket);
        }
      }),
      { numRuns: 100 },
    );
    expect(found).toBeGreaterThan(100);
  });

  test('is found in a queue from which tickets go and come back, as in a new one', () => {
    const rules = new TicketRules(checkMatchRules(base, 2), REGIONS);
    const anyMoves = fc.array(fc.tuple(fc.nat({ max: 19 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(anyTicketOf(1), { minLength: 20, maxLength: 20 }), anyMoves, (anyTickets, moves) => {
        const all = tickets(rules, anyTickets);
        const used = new Matcher(rules);
        const here = new Set<Ticket>();
        for (const [index, comes] of moves) {
          const ticket = all[index];
          if (ticket === undefined) continue;
          if (comes && !here.has(ticket)) used.add(ticket, NOW_MS);
          if (!comes) used.remove(ticket);
          if (comes) here.add(ticket);
          else here.delete(ticket);
        }
        const fresh = new Matcher(rules);
        for (const ticket of all) if (here.has(ticket)) fresh.add(ticket, NOW_MS);
        expect(used.size).toBe(here.size);
        for (const ticket of here) expect(used.look(ticket, NOW_MS)).toEqual(fresh.look(ticket, NOW_MS));
      }),
      { numRuns: 200 },
    );
  });

  test('is with somebody near rather than far, and of those as near with who has waited longest', () => {
    const { matcher, add } = queueOf({ teams: 2, teamSize: 1 });
    const far = add({ points: 1_100, waitedMs: 9_000 });
    const old = add({ points: 1_010, waitedMs: 8_000 });
    const young = add({ points: 1_005, waitedMs: 2_000 });
    const me = add({ points: 1_000, waitedMs: 0 });
    const opponent = (): Ticket | undefined =>
      matcher
        .look(me, NOW_MS)
        ?.teams.flat()
        .find((one) => one !== me);
    expect(opponent()).toBe(old);
    matcher.remove(old);
    expect(opponent()).toBe(young);
    matcher.remove(young);
    expect(opponent()).toBe(far);
    matcher.remove(far);
    expect(matcher.look(me, NOW_MS)).toBeNull();
  });

  test('is with who has waited longest also among those who ask for different things', () => {
    const { matcher, add } = queueOf({ ...base, latencyMs: {} });
    add({ map: 1, waitedMs: 2_000 });
    const oldest = add({ map: 2, waitedMs: 3_000 });
    add({ map: 3, waitedMs: 1_000 });
    const me = add({});
    expect(matcher.look(me, NOW_MS)?.teams.flat()).toContain(oldest);
  });

  test('leaves out a party that would fit by number and not into a team', () => {
    const { matcher, add } = queueOf({ teams: 2, teamSize: 3 });
    for (let pair = 0; pair < 3; pair++) add({ size: 2, waitedMs: 9_000 - pair });
    const me = add({ size: 2 });
    expect(matcher.look(me, NOW_MS)).toBeNull();
    add({});
    add({});
    const plan = matcher.look(me, NOW_MS);
    expect(plan?.teams.map((team) => team.map(({ size }) => size).sort())).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});
