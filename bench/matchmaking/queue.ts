/** A queue full of tickets that nobody fits, and ten thousand that fit each other: what finding their matches costs. */
import { checkMatchRules, choice, type MatchRules, type SeededRandom, seededRandom } from '@madang/core';
import { type Match, Matchmaker, type MatchRooms, type TicketEvent } from '@madang/server/matchmaking';
import { MemoryMatchQueue, VirtualClock } from '@madang/server/memory';
import pino from 'pino';
import { collectGarbage } from '../measure.ts';

/** Who waits for nothing, and who comes. */
export interface Crowd {
  readonly name: string;
  readonly rules: MatchRules;
  readonly seats: number;
  /** The ticket of somebody whom nobody fits. */
  stranger(index: number): Person;
  /** The ticket of somebody who fits others of the kind. */
  newcomer(random: SeededRandom): Person;
}

interface Person {
  readonly size: number;
  readonly mu: number;
  readonly mode: 'day' | 'night';
}

export interface QueueFigures {
  /** From the first newcomer's ticket to the last match, in milliseconds of this thread's work. */
  readonly tookMs: number;
  readonly matched: number;
  /** Turns of the event loop: how long they hold it. */
  readonly turnsMs: readonly number[];
  /** What waiting alone costs, in milliseconds of work for each second that goes by. */
  readonly idleMsPerSecond: number;
}

const criteria = { mode: choice('day', 'night') };

export const CROWDS: readonly Crowd[] = [
  {
    name: 'duels, ratings apart',
    rules: { teams: 2, teamSize: 1, criteria, skill: { start: 100, perSecond: 10, limit: 200 } },
    seats: 2,
    stranger: (index) => ({ size: 1, mu: 1_000 + 10 * index, mode: 'day' }),
    newcomer: (random) => ({ size: 1, mu: bell(random), mode: 'day' }),
  },
  {
    name: '3 against 3, pairs without a third',
    rules: { teams: 2, teamSize: 3, criteria },
    seats: 6,
    stranger: () => ({ size: 2, mu: 25, mode: 'night' }),
    newcomer: (random) => ({ size: 1, mu: bell(random), mode: 'day' }),
  },
];

/** Long enough for every look that anybody's waiting will ever be worth. */
const SETTLE_MS = 120_000;
const IDLE_MS = 10_000;
/** All but the last few who are left over are matched by then. */
const MATCHING_MS = 5_000;

export async function runQueue(crowd: Crowd, strangers: number, newcomers: number): Promise<QueueFigures> {
  const clock = new VirtualClock();
  const random = seededRandom(20261121);
  const rooms: MatchRooms = {
    open: async ({ id, teams }: Match) => ({
      roomId: id,
      tickets: new Map(teams.flat().map(({ key }) => [key, `seat of ${key}`])),
    }),
    abandon() {},
  };
  const matchmaker = new Matchmaker({
    game: 'bench',
    settings: checkMatchRules(crowd.rules, crowd.seats),
    clock,
    random,
    queue: new MemoryMatchQueue(),
    rooms,
    log: pino({ level: 'silent' }),
    ticketsMax: strangers + newcomers,
    ticketMs: Number.POSITIVE_INFINITY,
  });
  let matched = 0;
  const tell = ({ event }: TicketEvent): void => {
    if (event === 'matched') matched++;
  };
  const add = (name: string, { size, mu, mode }: Person): void => {
    const players = Array.from({ length: size }, (_, index) => ({ key: `${name}/${index}`, rating: { mu, sigma: 2 } }));
    matchmaker.add({ players, criteria: { mode } }, tell);
  };

  for (let index = 0; index < strangers; index++) add(`stranger ${index}`, crowd.stranger(index));
  await clock.advanceAsync(SETTLE_MS);
  if (matched > 0) throw new Error('strangers were matched: the bench measures something else');
  collectGarbage();
  const idleFromMs = workedMs();
  await turns(clock, IDLE_MS);
  const idleMs = workedMs() - idleFromMs;

  collectGarbage();
  const fromMs = workedMs();
  for (let index = 0; index < newcomers; index++) add(`newcomer ${index}`, crowd.newcomer(random));
  await clock.settle();
  const turnsMs = await turns(clock, MATCHING_MS, () => matched > newcomers - 2 * crowd.seats);
  return { tookMs: workedMs() - fromMs, matched, turnsMs, idleMsPerSecond: idleMs / (IDLE_MS / 1000) };
}

/** Lets time pass and answers how long each turn took, what it set off included. */
async function turns(clock: VirtualClock, ms: number, isOver: () => boolean = () => false): Promise<readonly number[]> {
  const took: number[] = [];
  const endMs = clock.nowMs() + ms;
  for (;;) {
    const startMs = performance.now();
    if (!clock.step(endMs)) return took;
    await clock.settle();
    took.push(performance.now() - startMs);
    if (isOver()) return took;
  }
}

/** Ratings as they are spread among people who play: mean 25, sigma 8. */
function bell(random: SeededRandom): number {
  let total = 0;
  for (let index = 0; index < 12; index++) total += random.float();
  return 25 + 8 * (total - 6);
}

/** What this thread has worked so far: a figure that other processes of the machine leave alone. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
