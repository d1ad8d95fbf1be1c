/** Any sequence of what players, rooms and time can do, against what the matchmaker guarantees. */
import { choice, type MatchRules } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TicketHandle } from './matchmaker.ts';
import { type TestQueue, testQueue } from './matchmaking.test-support.ts';
import type { Match, TicketEvent } from './ticket.ts';

const PLAYERS = 40;

/** What somebody does at once, from within the call that tells of a match. */
type Reflex = 'wait' | 'accept' | 'decline' | 'cancel';

type Action =
  | {
      readonly do: 'add';
      readonly first: number;
      readonly size: number;
      readonly points: number;
      readonly reflex: Reflex;
      readonly mode: 'duel' | 'melee' | null;
    }
  | { readonly do: 'cancel' | 'accept' | 'decline'; readonly which: number }
  | { readonly do: 'mood'; readonly mood: 'open' | 'refuse' | 'hang' }
  | { readonly do: 'answer' }
  | { readonly do: 'backfill'; readonly room: number; readonly team: number; readonly seats: number }
  | { readonly do: 'pass'; readonly ms: number };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      first: fc.nat({ max: PLAYERS - 1 }),
      size: fc.integer({ min: 1, max: 2 }),
      points: fc.integer({ min: 0, max: 2_000 }),
      reflex: fc.constantFrom<Reflex>('wait', 'accept', 'accept', 'accept', 'accept', 'decline', 'cancel'),
      mode: fc.constantFrom(null, null, 'duel', 'melee'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom('cancel', 'accept', 'decline'), which: fc.nat({ max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom('open', 'open', 'refuse', 'hang') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('backfill' as const),
      room: fc.nat({ max: 2 }),
      team: fc.nat({ max: 1 }),
      seats: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 150, 200, 1_000, 12_000) }),
  },
);

/** A ticket, whoever brought it, and all that is held against it. */
class Entrant {
  readonly heard: TicketEvent[] = [];
  ticket: TicketHandle | null = null;
  isCancelled = false;
  readonly keys: readonly string[];
  reflex: Reflex;
  readonly #tell: (event: TicketEvent) => void;

  constructor(keys: readonly string[], reflex: Reflex, tell: (event: TicketEvent) => void) {
    this.keys = keys;
    this.reflex = reflex;
    this.#tell = tell;
  }

  get isOver(): boolean {
    return this.isCancelled || this.heard.some(({ event }) => event === 'matched' || event === 'dropped');
  }

  hear(event: TicketEvent): void {
    expect(this.isOver).toBe(false);
    this.heard.push(event);
    this.#tell(event);
    if (event.event !== 'proposed') return;
    if (this.reflex === 'accept') this.accept();
    if (this.reflex === 'decline') this.ticket?.decline(event.matchId);
    if (this.reflex === 'cancel') this.cancel();
  }

  accept(): void {
    const matchId = this.#matchId();
    for (const key of this.keys) this.ticket?.accept(matchId, key);
  }

  decline(): void {
    this.ticket?.decline(this.#matchId());
  }

  cancel(): void {
    this.ticket?.cancel();
    this.isCancelled ||= !this.isOver;
  }

  #matchId(): string {
    const proposed = this.heard.findLast(({ event }) => event === 'proposed');
    return proposed?.event === 'proposed' ? proposed.matchId : '';
  }
}

class Play {
  readonly entrants: Entrant[] = [];
  /** All that anybody was told, in order. */
  readonly log: string[] = [];
  readonly queue: TestQueue;
  #checked = 0;

  constructor(rules: MatchRules, seed: number) {
    this.queue = testQueue(rules, { seed });
  }

  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      await this.#act(action);
      this.#check();
    }
  }

  async #act(action: Action): Promise<void> {
    const { matchmaker, rooms, clock } = this.queue;
    switch (action.do) {
      case 'add':
        return this.add(action);
      case 'mood':
        rooms.mood = action.mood;
        return;
      case 'answer':
        rooms.answer();
        return clock.settle();
      case 'backfill':
        matchmaker.backfill({ roomId: `open ${action.room}`, team: action.team, seats: action.seats });
        return;
      case 'pass':
        return clock.advanceAsync(action.ms);
      default:
        this.entrants[action.which]?.[action.do]();
    }
  }

  add({ first, size, points, reflex, mode }: Action & { do: 'add' }): void {
    const keys = Array.from({ length: size }, (_, index) => `p${(first + index) % PLAYERS}`);
    const number = this.entrants.length;
    const entrant = new Entrant(keys, reflex, (event) => this.log.push(`${number} ${JSON.stringify(event)}`));
    const isHere = this.entrants.some((other) => !other.isOver && other.keys.some((key) => keys.includes(key)));
    const players = keys.map((key) => ({ key, rating: { mu: points / 30, sigma: 2 } }));
    const add = (): TicketHandle =>
      this.queue.matchmaker.add({ players, criteria: { mode } }, (event) => entrant.hear(event));
    if (isHere) return expect(add).toThrow(expect.objectContaining({ code: 'ALREADY_QUEUED' }));
    entrant.ticket = add();
    this.entrants.push(entrant);
  }

  #check(): void {
    const { matchmaker } = this.queue;
    const live = this.entrants.filter(({ isOver }) => !isOver);
    expect(matchmaker.counts.tickets).toBe(live.length);
    expect(matchmaker.counts.players).toBe(live.flatMap(({ keys }) => keys).length);
    expect(matchmaker.counts.waiting).toBeLessThanOrEqual(live.length);
    for (const match of this.queue.rooms.opened.slice(this.#checked)) this.#checkMatch(match);
    this.#checked = this.queue.rooms.opened.length;
  }

  #checkMatch({ id, roomId, teams, criteria }: Match): void {
    const players = teams.flat().map(({ key }) => key);
    expect(new Set(players).size).toBe(players.length);
    if (roomId === null) expect(teams.map((team) => team.length)).toEqual([2, 2]);
    const matched = this.entrants.filter(({ heard }) =>
      heard.some((event) => event.event === 'matched' && event.match.id === id),
    );
    // All of a match are told, each its own, or none is.
    if (matched.length > 0) expect(matched.flatMap(({ keys }) => keys).sort()).toEqual([...players].sort());
    for (const { keys, heard } of matched) {
      const event = heard.find((one) => one.event === 'matched');
      expect(event?.event === 'matched' && [...event.tickets.keys()].sort()).toEqual([...keys].sort());
      expect(teams.some((team) => keys.every((key) => team.some((player) => player.key === key)))).toBe(true);
    }
    expect(Object.keys(criteria).every((name) => name === 'mode')).toBe(true);
  }
}

const rules: MatchRules = {
  teams: 2,
  teamSize: 2,
  skill: { start: 700 },
  acceptMs: 10_000,
  backfill: true,
  criteria: { mode: choice('duel', 'melee') },
  dropAfterMs: { mode: 20_000 },
};
const anyScript = fc.array(anyAction, { maxLength: 100, size: 'max' });
const anyRules = fc.constantFrom(rules, { ...rules, acceptMs: 0 });

describe('whatever players, rooms and time do', () => {
  test('nobody is in two matches, parties stay together, teams are full, and in the end nothing is left', async () => {
    let matches = 0;
    await fc.assert(
      fc.asyncProperty(anyRules, fc.nat(), anyScript, async (anyOfRules, seed, script) => {
        const play = new Play(anyOfRules, seed);
        await play.run(script);
        const { matchmaker, queue, clock, rooms } = play.queue;
        matches += rooms.opened.length;
        matchmaker.stop();
        rooms.answer();
        await clock.settle();
        for (const entrant of play.entrants) expect(entrant.isOver).toBe(true);
        expect(matchmaker.counts).toEqual({ tickets: 0, waiting: 0, players: 0, matches: 0, backfills: 0 });
        expect([queue.size, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: 100 },
    );
    expect(matches).toBeGreaterThan(100);
  });

  test('every room that was opened is played in by all of its players, or given up', async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, fc.nat(), anyScript, async (anyOfRules, seed, script) => {
        const play = new Play(anyOfRules, seed);
        await play.run(script);
        const { rooms, matchmaker, clock } = play.queue;
        matchmaker.stop();
        rooms.answer();
        await clock.settle();
        const played = new Set(
          play.entrants.flatMap(({ heard }) => heard.flatMap((one) => (one.event === 'matched' ? [one.match.id] : []))),
        );
        expect(rooms.opened.length).toBe(played.size + rooms.abandoned.length);
      }),
      { numRuns: 60 },
    );
  });

  test('once all goes well again, nobody is left who could play', async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, fc.nat(), anyScript, async (anyOfRules, seed, script) => {
        const play = new Play(anyOfRules, seed);
        await play.run(script);
        const { rooms, clock } = play.queue;
        rooms.mood = 'open';
        rooms.answer();
        for (const entrant of play.entrants) entrant.reflex = 'accept';
        await clock.advanceAsync(300_000);
        const left = play.entrants.filter(({ isOver }) => !isOver);
        const pairs = left.filter(({ keys }) => keys.length === 2).length;
        const singles = left.length - pairs;
        const canPlay = pairs >= 2 || (pairs >= 1 && singles >= 2) || singles >= 4;
        expect(canPlay).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('the same seed and script tell everybody the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyRules, fc.nat(), anyScript, async (anyOfRules, seed, script) => {
        const [one, other] = [new Play(anyOfRules, seed), new Play(anyOfRules, seed)];
        await one.run(script);
        await other.run(script);
        expect(other.log).toEqual(one.log);
      }),
      { numRuns: 20 },
    );
  });
});
