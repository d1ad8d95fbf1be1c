/**
 * The matchmaker of one game: takes tickets, looks for matches among them, and sees each match through until its
 * players have a room. What it guarantees, whatever comes in whatever order:
 * - a player is in one ticket, and a ticket in one match, at a time; parties stay together in one team;
 * - a ticket that was cancelled is in no match that is made, and hears nothing any more;
 * - every ticket hears `matched` or `dropped` in the end, unless it was cancelled; until then it keeps its place;
 * - it looks for those who have waited longest first, and a turn of work is short, however many wait;
 * - with no tickets there are no timers.
 */
import { GameError, type MatchSettings, unreachable } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { MatchQueue } from '../ports/match-queue.ts';
import type { Random } from '../ports/random.ts';
import { Backfills, type BackfillWish, type OpenTeam } from './backfills.ts';
import { Matcher, type Plan } from './matcher.ts';
import {
  type FallenMatch,
  type MatchRooms,
  type OpenedMatch,
  PendingMatch,
  type PendingMatchContext,
  type PendingOutcome,
} from './pending-match.ts';
import type { DropReason, Match, Ticket, TicketEvent, TicketWish } from './ticket.ts';
import { TicketRules } from './ticket-rules.ts';
import { WALK_MS, WaitingLine } from './waiting-line.ts';

export interface MatchmakerOptions {
  readonly game: string;
  readonly settings: MatchSettings;
  readonly clock: Clock;
  /** For ids, and for which team is which. */
  readonly random: Random;
  readonly queue: MatchQueue;
  readonly rooms: MatchRooms;
  readonly log: Logger;
  /** Where rooms can be; none unless given: then latencies do not matter. */
  readonly regions?: readonly string[];
  /** Tickets at most: 100,000 unless given. */
  readonly ticketsMax?: number;
  /** How long a ticket may wait: 10 minutes unless given. */
  readonly ticketMs?: number;
}

/**
 * A ticket in the hands of whoever brought it. Everything may be called at any time; what comes too late does
 * nothing.
 */
export interface TicketHandle {
  /** Takes the ticket out of the queue and of a match that is not made yet. It hears nothing any more. */
  cancel(): void;
  /** One of its players accepts the match that was proposed under this id. */
  accept(matchId: string, key: string): void;
  /** One of its players does not want the match: the ticket is dropped. */
  decline(matchId: string): void;
}

/** How many there are, for operators. */
export interface MatchmakerCounts {
  /** All tickets, and of them those that wait for a match to be found. */
  readonly tickets: number;
  readonly waiting: number;
  readonly players: number;
  /** Matches that are found and not made. */
  readonly matches: number;
  /** Teams of rooms that want players. */
  readonly backfills: number;
}

const TICKETS_MAX = 100_000;
const TICKET_MS = 600_000;

/** What somebody is told to wait who finds the queue full. */
const RETRY_MS = 5_000;

/**
 * Work in one turn of the event loop, in looks and tickets that were matched; and how long the next turn leaves to
 * others.
 */
const WORK_PER_TURN = 200;
const NEXT_TURN_MS = 1;

/** After a room could not be opened no match is looked for; twice as long each time, until one opens. */
const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 10_000;

export class Matchmaker {
  readonly #options: MatchmakerOptions;
  readonly #rules: TicketRules;
  readonly #matcher: Matcher;
  readonly #line = new WaitingLine();
  readonly #backfills = new Backfills();
  /** By the key of each player. */
  readonly #tickets = new Map<string, Ticket>();
  readonly #pending = new Map<PendingMatch, OpenTeam | null>();
  readonly #context: PendingMatchContext;
  #ticketCount = 0;
  #order = 0;
  #walkStartMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #cancelTurn: (() => void) | null = null;
  #isStopped = false;

  constructor(options: MatchmakerOptions) {
    const { clock, queue, rooms, log, settings } = options;
    this.#options = options;
    this.#rules = new TicketRules(settings, options.regions ?? []);
    this.#matcher = new Matcher(this.#rules);
    this.#context = {
      clock,
      queue,
      rooms,
      log,
      acceptMs: settings.acceptMs,
      tell: (ticket, event) => this.#tell(ticket, event),
      ended: (pending, outcome) => this.#ended(pending, outcome),
    };
  }

  get counts(): MatchmakerCounts {
    return {
      tickets: this.#ticketCount,
      waiting: this.#matcher.size,
      players: this.#tickets.size,
      matches: this.#pending.size,
      backfills: this.#backfills.size,
    };
  }

  /**
   * Takes a ticket, which is told of what becomes of it by `tell`. Throws BAD_MESSAGE for a wish that cannot be one,
   * ALREADY_QUEUED where one of its players has a ticket here, SERVER_BUSY with a full queue, SERVER_STOPPING.
   */
  add(wish: TicketWish, tell: (event: TicketEvent) => void): TicketHandle {
    const { queue, clock, ticketsMax = TICKETS_MAX } = this.#options;
    if (this.#isStopped) throw new GameError('SERVER_STOPPING', 'This server is stopping; come back in a moment.', {});
    const checked = this.#rules.check(wish);
    const queued = checked.players.find(({ key }) => this.#tickets.has(key));
    if (queued !== undefined) {
      throw new GameError('ALREADY_QUEUED', 'One of these players is in the queue already.', { player: queued.key });
    }
    if (this.#ticketCount >= ticketsMax) {
      throw new GameError('SERVER_BUSY', 'The queue is full; try again in a moment.', { retryAfterMs: RETRY_MS });
    }
    const ticket: Ticket = {
      ...checked,
      id: this.#newId(),
      order: this.#order++,
      sinceMs: clock.nowMs(),
      tell,
      state: { at: 'entering' },
      lookAtMs: Number.NEGATIVE_INFINITY,
      toldMs: Number.NEGATIVE_INFINITY,
    };
    for (const { key } of ticket.players) this.#tickets.set(key, ticket);
    this.#ticketCount++;
    this.#line.add(ticket);
    this.#turnWithin(WALK_MS);
    const keys = ticket.players.map(({ key }) => key);
    queue.enter(ticket.id, keys).then(
      (isEntered) => this.#entered(ticket, isEntered),
      (err: unknown) => {
        this.#options.log.error({ err }, 'a ticket could not be entered into the queue');
        this.#drop(ticket, 'unavailable');
      },
    );
    return {
      cancel: () => this.#drop(ticket, null),
      accept: (matchId, key) => {
        const { state } = ticket;
        const isAsked = state.at === 'held' && state.match.match.id === matchId;
        if (isAsked && this.#tickets.get(key) === ticket) state.match.accept(key);
      },
      decline: (matchId) => {
        const { state } = ticket;
        if (state.at === 'held' && state.match.match.id === matchId) this.#drop(ticket, 'declined');
      },
    };
  }

  /**
   * A room wants players in a team, in the place of what it wanted there before, until it has them. Answers how it
   * takes that back, which it does when it closes. Matches for it have its id in `roomId`; where `open` rejects one,
   * the room must ask again. Throws BAD_OPTION where the game has no backfill or no such team, BAD_MESSAGE for
   * criteria it does not have.
   */
  backfill(wish: BackfillWish): () => void {
    const { settings } = this.#options;
    const { team, seats } = wish;
    const isTeam = Number.isInteger(team) && team >= 0 && team < settings.teams;
    if (!settings.backfill || !isTeam || !(seats >= 1 && seats <= settings.teamSize.max)) {
      const reason = settings.backfill
        ? 'the game has no team with so many seats'
        : 'the rules of matches do not allow it';
      throw new GameError('BAD_OPTION', `This room cannot be filled up: ${reason}.`, { option: 'backfill', reason });
    }
    const open = this.#backfills.add(wish, this.#rules);
    this.#turnWithin(WALK_MS);
    return () => this.#backfills.remove(open);
  }

  /** Drops all tickets and takes no more. Calling twice is fine. */
  stop(): void {
    this.#isStopped = true;
    for (const ticket of new Set(this.#tickets.values())) this.#drop(ticket, 'stopping');
    this.#backfills.clear();
  }

  #entered(ticket: Ticket, isEntered: boolean): void {
    if (ticket.state.at !== 'entering') return;
    if (isEntered) this.#wait(ticket);
    else this.#drop(ticket, 'already-queued');
  }

  #wait(ticket: Ticket): void {
    ticket.state = { at: 'waiting' };
    ticket.lookAtMs = Number.NEGATIVE_INFINITY;
    this.#matcher.add(ticket, this.#options.clock.nowMs());
  }

  /** Takes a ticket out for good. Without a reason it was taken out by whoever brought it, and is not told. */
  #drop(ticket: Ticket, reason: DropReason | null): void {
    const { state } = ticket;
    if (state.at === 'gone') return;
    this.#forget(ticket);
    this.#later(this.#options.queue.leave(ticket.id));
    if (reason !== null) this.#call(ticket, { event: 'dropped', reason });
    if (state.at === 'held') state.match.desert();
  }

  #forget(ticket: Ticket): void {
    ticket.state = { at: 'gone' };
    this.#matcher.remove(ticket);
    for (const { key } of ticket.players) this.#tickets.delete(key);
    if (--this.#ticketCount > 0) return;
    this.#cancelTurn?.();
    this.#cancelTurn = null;
  }

  #turnWithin(delayMs: number): void {
    if (this.#ticketCount > 0) this.#cancelTurn ??= this.#options.clock.after(delayMs, () => this.#turn());
  }

  /** Walks on along the line for a while. */
  #turn(): void {
    this.#cancelTurn = null;
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#walkStartMs >= WALK_MS) {
      this.#walkStartMs = nowMs;
      this.#fillRooms(nowMs);
    }
    for (let work = 0; work < WORK_PER_TURN; ) {
      const ticket = this.#line.next();
      if (ticket === null) return this.#turnWithin(Math.max(NEXT_TURN_MS, this.#walkStartMs + WALK_MS - nowMs));
      work += this.#visit(ticket, nowMs);
    }
    this.#turnWithin(NEXT_TURN_MS);
  }

  /** Does what is due for a ticket, and answers how much work it was. */
  #visit(ticket: Ticket, nowMs: number): number {
    const { ticketMs = TICKET_MS } = this.#options;
    if (ticket.state.at !== 'held' && nowMs - ticket.sinceMs >= ticketMs) {
      this.#drop(ticket, 'expired');
      return 1;
    }
    if (ticket.state.at !== 'waiting') return 0;
    const isDue = nowMs >= ticket.lookAtMs && nowMs >= this.#pausedUntilMs;
    const plan = isDue ? this.#matcher.look(ticket, nowMs) : null;
    if (plan !== null) return 1 + this.#hold(this.#shuffled(plan), null);
    if (isDue) ticket.lookAtMs = this.#matcher.nextLookMs(ticket, nowMs);
    const progress = this.#line.progressOf(ticket, this.#matcher.size, nowMs);
    if (progress !== null) this.#call(ticket, progress);
    return isDue ? 1 : 0;
  }

  #fillRooms(nowMs: number): void {
    if (this.#matcher.size === 0 || nowMs < this.#pausedUntilMs) return;
    for (const open of this.#backfills.wanting()) {
      const plan = this.#matcher.fill(open, nowMs);
      if (plan === null) continue;
      this.#hold(plan, open);
    }
  }

  /** Which team is which is chance: the first may have an advantage. */
  #shuffled(plan: Plan): Plan {
    const teams = [...plan.teams];
    for (let index = teams.length - 1; index > 0; index--) {
      const other = this.#options.random.u32() % (index + 1);
      const [a, b] = [teams[index] ?? [], teams[other] ?? []];
      teams[index] = b;
      teams[other] = a;
    }
    return { ...plan, teams };
  }

  /** Begins to make a match, and answers how many tickets it has. */
  #hold(plan: Plan, open: OpenTeam | null): number {
    const tickets = plan.teams.flat();
    const pending = new PendingMatch(this.#matchOf(plan, open), tickets, this.#context);
    this.#pending.set(pending, open);
    if (open !== null) open.seats -= pending.players;
    for (const ticket of tickets) {
      this.#matcher.remove(ticket);
      ticket.state = { at: 'held', match: pending };
    }
    void pending.run();
    return tickets.length;
  }

  /** What nobody insists on is as the oldest of those wished it who wished anything. */
  #matchOf({ teams, region, criteria }: Plan, open: OpenTeam | null): Match {
    const oldestFirst = teams.flat().sort((a, b) => a.order - b.order);
    const agreed = criteria.map((raw, index) => {
      const wished = oldestFirst.map((ticket) => ticket.criteria[index] ?? null);
      return raw ?? wished.find((one) => one !== null) ?? null;
    });
    const name = this.#rules.regions[region] ?? '';
    return {
      id: this.#newId(),
      game: this.#options.game,
      roomId: open?.roomId ?? null,
      teams: teams.map((team) => team.flatMap(({ players }) => players)),
      region: name === '' ? null : name,
      criteria: this.#rules.valuesOf(agreed),
    };
  }

  #ended(pending: PendingMatch, outcome: PendingOutcome): void {
    const open = this.#pending.get(pending) ?? null;
    this.#pending.delete(pending);
    if (outcome.kind === 'opened') this.#made(pending, outcome.opened, open);
    else this.#fell(pending, outcome, open);
  }

  #made({ match, tickets, players }: PendingMatch, opened: OpenedMatch, open: OpenTeam | null): void {
    const { queue, clock } = this.#options;
    this.#pauseMs = 0;
    if (open !== null) this.#backfills.taken(open, players);
    this.#later(queue.settle(match.id));
    // All of them are free before any is told, so that whoever queues again at once can meet everybody.
    for (const ticket of tickets) {
      this.#line.matched(clock.nowMs() - ticket.sinceMs);
      this.#forget(ticket);
    }
    for (const ticket of tickets) {
      const own = [...opened.tickets].filter(([key]) => ticket.players.some((player) => player.key === key));
      this.#call(ticket, { event: 'matched', match, roomId: opened.roomId, tickets: new Map(own) });
    }
  }

  #fell({ match, tickets, players }: PendingMatch, outcome: FallenMatch, open: OpenTeam | null): void {
    this.#later(this.#options.queue.release(match.id));
    if (open !== null) open.seats += players;
    switch (outcome.kind) {
      case 'deserted':
        for (const ticket of outcome.silent) this.#drop(ticket, 'not-accepted');
        break;
      case 'unclaimed':
        for (const ticket of outcome.missing) this.#drop(ticket, 'unavailable');
        if (outcome.missing.length === 0) this.#pause();
        break;
      case 'no-room':
        if (open === null) this.#pause();
        else this.#backfills.remove(open);
        break;
      default:
        unreachable(outcome);
    }
    for (const ticket of tickets) {
      if (ticket.state.at !== 'held') continue;
      this.#wait(ticket);
      this.#tell(ticket, { event: 'returned', matchId: match.id });
    }
  }

  #pause(): void {
    this.#pauseMs = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, 2 * this.#pauseMs));
    this.#pausedUntilMs = this.#options.clock.nowMs() + this.#pauseMs;
  }

  #tell(ticket: Ticket, event: TicketEvent): void {
    if (ticket.state.at !== 'gone') this.#call(ticket, event);
  }

  #call(ticket: Ticket, event: TicketEvent): void {
    try {
      ticket.tell(event);
    } catch (err) {
      this.#options.log.error({ err, event: event.event }, 'a ticket could not be told');
    }
  }

  /** The shared queue goes on by itself: what fails in it shows when its tickets are claimed. */
  #later(done: Promise<unknown>): void {
    done.catch((err: unknown) => this.#options.log.error({ err }, 'the queue could not be told of a ticket'));
  }

  #newId(): string {
    const { random } = this.#options;
    return [random.u32(), random.u32()].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}
