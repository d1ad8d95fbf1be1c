/** A matchmaker on a virtual clock, rooms that do as they are told, and players who write down what they hear. */
import { checkMatchRules, type MatchRules, seededRandom } from '@madang/core';
import pino from 'pino';
import { MemoryMatchQueue } from '../memory/memory-match-queue.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Matchmaker, type MatchmakerOptions, type TicketHandle } from './matchmaker.ts';
import type { MatchRooms, OpenedMatch } from './pending-match.ts';
import { NEW_RATING, POINTS_PER_MU } from './rating.ts';
import type { Match, TicketEvent, TicketWish } from './ticket.ts';

/** Rooms that open at once unless told otherwise. */
export class TestRooms implements MatchRooms {
  readonly opened: Match[] = [];
  readonly abandoned: string[] = [];
  /** What the next matches meet: a room, a refusal, or nothing until `answer` is called. */
  mood: 'open' | 'refuse' | 'hang' = 'open';
  readonly #hanging: (() => void)[] = [];

  async open(match: Match): Promise<OpenedMatch> {
    if (this.mood === 'refuse') throw new Error('no room today');
    if (this.mood === 'hang') await new Promise<void>((resolve) => this.#hanging.push(resolve));
    this.opened.push(match);
    const keys = match.teams.flat().map(({ key }) => key);
    return {
      roomId: match.roomId ?? `room ${this.opened.length}`,
      tickets: new Map(keys.map((key) => [key, `seat of ${key}`])),
    };
  }

  abandon({ roomId }: OpenedMatch): void {
    this.abandoned.push(roomId);
  }

  /** Opens what hangs. */
  answer(): void {
    for (const open of this.#hanging.splice(0)) open();
  }
}

/** Whoever brought a ticket. */
export class Bringer {
  readonly heard: TicketEvent[] = [];
  ticket: TicketHandle | null = null;

  /** The last event of a kind. */
  last<K extends TicketEvent['event']>(kind: K): Extract<TicketEvent, { event: K }> | undefined {
    const isKind = (event: TicketEvent): event is Extract<TicketEvent, { event: K }> => event.event === kind;
    return this.heard.findLast(isKind);
  }

  /** What it was told of, in order, without its progress. */
  get story(): readonly string[] {
    return this.heard
      .filter(({ event }) => event !== 'progress')
      .map((event) => (event.event === 'dropped' ? `dropped: ${event.reason}` : event.event));
  }
}

export interface TestQueue {
  readonly clock: VirtualClock;
  readonly rooms: TestRooms;
  readonly queue: MemoryMatchQueue;
  readonly matchmaker: Matchmaker;
  readonly logged: Record<string, unknown>[];
  /** Queues a ticket of these keys, all of new players unless points are given. */
  add(keys: string | readonly string[], wish?: Partial<TicketWish> & { points?: number }): Bringer;
}

export function testQueue(
  rules: MatchRules,
  { seed = 1, seats = 64, ...options }: Partial<MatchmakerOptions> & { seed?: number; seats?: number } = {},
): TestQueue {
  const clock = new VirtualClock();
  const rooms = new TestRooms();
  const queue = new MemoryMatchQueue();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const matchmaker = new Matchmaker({
    game: 'arena',
    settings: checkMatchRules(rules, seats),
    clock,
    random: seededRandom(seed),
    queue,
    rooms,
    log,
    ...options,
  });
  const add: TestQueue['add'] = (keys, { points, ...wish } = {}) => {
    const bringer = new Bringer();
    const rating = points === undefined ? NEW_RATING : { mu: points / POINTS_PER_MU, sigma: 2 };
    const players = [keys].flat().map((key) => ({ key, rating }));
    bringer.ticket = matchmaker.add({ players, ...wish }, (event) => void bringer.heard.push(event));
    return bringer;
  };
  return { clock, rooms, queue, matchmaker, logged, add };
}

/** The keys of a match, by team, teams and players in order of their names. */
export function teamsOf(match: Match | undefined): readonly string[] {
  return (match?.teams ?? [])
    .map((team) =>
      team
        .map(({ key }) => key)
        .sort()
        .join('+'),
    )
    .sort();
}
