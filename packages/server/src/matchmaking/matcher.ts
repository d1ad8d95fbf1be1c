/**
 * Finds matches among waiting tickets: who could play with a ticket as of a moment, and in which teams. It knows
 * nothing of what becomes of them. Pure but for the tickets it is given to keep.
 *
 * A ticket's own wishes hold for everybody it meets, and everybody's for it. Those whose rating is nearest come
 * first, of equal ones those who wait longest. What a look costs does not depend on how many wait.
 */
import { NEW_RATING } from './rating.ts';
import { fits, splitTeams } from './split-teams.ts';
import type { Criteria, Ticket } from './ticket.ts';
import { meet, TicketIndex, type Walk } from './ticket-index.ts';
import type { TicketRules } from './ticket-rules.ts';

/** Who should play together. */
export interface Plan {
  readonly teams: readonly (readonly Ticket[])[];
  readonly region: number;
  /** What they have in common, for all that somebody insists on. */
  readonly criteria: Criteria;
}

/** Seats of a team in a room that plays already. */
export interface OpenSeats {
  readonly team: number;
  readonly seats: number;
  /** The rating to be near to; null for none. */
  readonly points: number | null;
  readonly criteria: Criteria;
  readonly region: number;
}

/** Tickets that one look tries for each player of the match, and at least. It is more only where almost none fit. */
const TRIED_PER_PLAYER = 16;
const TRIED_MIN = 128;

/**
 * A ticket is looked at again after an eighth of the time it has waited: the longer it waits, the slower what it can
 * have grows.
 */
const LOOK_AGAIN_SHARE = 1 / 8;
const LOOK_AGAIN_MIN_MS = 500;
const LOOK_AGAIN_MAX_MS = 10_000;

export class Matcher {
  readonly #rules: TicketRules;
  readonly #regions: readonly number[];
  readonly #index = new TicketIndex();

  constructor(rules: TicketRules) {
    this.#rules = rules;
    this.#regions = rules.regions.map((_, region) => region);
  }

  /** Tickets that wait. */
  get size(): number {
    return this.#index.size;
  }

  add(ticket: Ticket, nowMs: number): void {
    this.#index.add(ticket, this.#rules.criteriaAt(ticket, nowMs));
  }

  /** Takes a ticket out; one that is not here is fine. */
  remove(ticket: Ticket): void {
    this.#index.remove(ticket);
  }

  /** When to look again for a ticket that nothing was found for. */
  nextLookMs(ticket: Ticket, nowMs: number): number {
    const shareMs = (nowMs - ticket.sinceMs) * LOOK_AGAIN_SHARE;
    const againMs = Math.min(LOOK_AGAIN_MAX_MS, Math.max(LOOK_AGAIN_MIN_MS, shareMs));
    return nowMs + Math.min(againMs, this.#rules.untilDropMs(ticket, nowMs));
  }

  /** The match to make for a waiting ticket, or null where there is none yet. */
  look(ticket: Ticket, nowMs: number): Plan | null {
    this.#reshelve(ticket, nowMs);
    const regions = this.#regions.filter((region) => this.#rules.isNear(ticket, region, nowMs));
    regions.sort((a, b) => (ticket.latenciesMs[a] ?? 0) - (ticket.latenciesMs[b] ?? 0));
    for (const region of regions) {
      const plan = this.#lookIn(region, ticket, nowMs);
      if (plan !== null) return plan;
    }
    return null;
  }

  /** Who should take open seats of a room; null for nobody. They need not be all that are open. */
  fill({ team, seats, points, criteria, region }: OpenSeats, nowMs: number): Plan | null {
    const rules = this.#rules;
    const gathering = new Gathering({ rules, nowMs, region, teams: 1, teamSize: seats, criteria, points });
    gatherNearest(
      gathering,
      this.#index.walks(criteria, points ?? rules.pointsOf(NEW_RATING), Number.POSITIVE_INFINITY),
    );
    if (gathering.tickets.length === 0) return null;
    const teams = Array.from({ length: rules.settings.teams }, (_, index) => (index === team ? gathering.tickets : []));
    return { teams, region, criteria: gathering.criteria };
  }

  /** A ticket that has given up a criterion since is found by more others. */
  #reshelve(ticket: Ticket, nowMs: number): void {
    const criteria = this.#rules.criteriaAt(ticket, nowMs);
    if (criteria === ticket.criteria || this.#index.criteriaOf(ticket)?.join() === criteria.join()) return;
    this.#index.remove(ticket);
    this.#index.add(ticket, criteria);
  }

  #lookIn(region: number, ticket: Ticket, nowMs: number): Plan | null {
    const { teams, teamSize } = this.#rules.settings;
    for (let size = teamSize.max; size >= teamSize.min; ) {
      const gathered = this.#gather(region, ticket, size, nowMs);
      if (gathered.isFull) {
        const split = splitTeams(gathered.tickets, teams, size);
        if (split !== null) return { teams: split, region, criteria: gathered.criteria };
      }
      if (nowMs - gathered.sinceMs < teamSize.patienceMs) return null;
      size = Math.min(size - 1, Math.floor(gathered.players / teams));
    }
    return null;
  }

  /** The nearest; where parties leave gaps that way, the largest parties first and the others around them. */
  #gather(region: number, ticket: Ticket, teamSize: number, nowMs: number): Gathering {
    const rules = this.#rules;
    const { teams } = rules.settings;
    const begin = (): { gathering: Gathering; walks: Walk[] } => {
      const criteria = rules.criteriaAt(ticket, nowMs);
      const gathering = new Gathering({ rules, nowMs, region, teams, teamSize, criteria, points: null });
      gathering.take(ticket);
      return { gathering, walks: this.#index.walks(criteria, ticket.points, rules.reachAt(ticket, nowMs)) };
    };
    const nearest = begin();
    gatherNearest(nearest.gathering, nearest.walks);
    const sizes = new Set(nearest.walks.map(({ partySize }) => partySize));
    if (nearest.gathering.isFull || sizes.size < 2) return nearest.gathering;
    const largest = begin();
    for (const size of [...sizes].sort((a, b) => b - a)) {
      const walks = largest.walks.filter(({ partySize }) => partySize === size);
      gatherNearest(largest.gathering, walks);
    }
    return largest.gathering.players > nearest.gathering.players ? largest.gathering : nearest.gathering;
  }
}

/** Takes tickets along the walks, nearest first, until the gathering is full or nobody else can be tried. */
function gatherNearest(gathering: Gathering, walks: readonly Walk[]): void {
  let open = walks.filter(({ partySize }) => gathering.hasRoomFor(partySize));
  for (let tries = Math.max(TRIED_MIN, TRIED_PER_PLAYER * gathering.capacity); tries > 0; tries--) {
    const ticket = nearestOf(open)?.take() ?? null;
    if (ticket === null) return;
    if (!gathering.accepts(ticket)) continue;
    gathering.take(ticket);
    if (gathering.isFull) return;
    open = open.filter(({ partySize }) => gathering.hasRoomFor(partySize));
  }
}

/** Where to go on: with the nearest ticket, of as near ones with the oldest. */
function nearestOf(walks: readonly Walk[]): Walk | null {
  let nearest: Walk | null = null;
  for (const walk of walks) {
    const isNearer = nearest === null || walk.distance < nearest.distance;
    if (isNearer || (walk.distance === nearest?.distance && walk.order < nearest.order)) nearest = walk;
  }
  return nearest;
}

interface GatheringOptions {
  readonly rules: TicketRules;
  readonly nowMs: number;
  readonly region: number;
  readonly teams: number;
  readonly teamSize: number;
  readonly criteria: Criteria;
  /** A rating that everybody must be near to beside each other's; null for none. */
  readonly points: number | null;
}

/** Tickets that can play together, as they are found. */
class Gathering {
  readonly tickets: Ticket[] = [];
  players = 0;
  criteria: Criteria;
  /** Since when the oldest of them waits. */
  sinceMs = Number.POSITIVE_INFINITY;
  readonly #options: GatheringOptions;
  /** The ratings there are, and those that everybody lets be. */
  #lowest: number;
  #highest: number;
  #lowestLet = Number.NEGATIVE_INFINITY;
  #highestLet = Number.POSITIVE_INFINITY;
  /** Sizes that were asked about since the last ticket came. */
  readonly #room = new Map<number, boolean>();

  constructor(options: GatheringOptions) {
    this.#options = options;
    this.criteria = options.criteria;
    this.#lowest = options.points ?? Number.POSITIVE_INFINITY;
    this.#highest = options.points ?? Number.NEGATIVE_INFINITY;
  }

  get capacity(): number {
    return this.#options.teams * this.#options.teamSize;
  }

  get isFull(): boolean {
    return this.players === this.capacity;
  }

  /** Whether a party of this size would find a team. Once there is no room, there never is. */
  hasRoomFor(partySize: number): boolean {
    const { teams, teamSize } = this.#options;
    if (this.players + partySize > this.capacity || partySize > teamSize) return false;
    if (partySize === 1) return true;
    let hasRoom = this.#room.get(partySize);
    if (hasRoom === undefined) {
      hasRoom = fits([...this.tickets.map(({ size }) => size), partySize], teams, teamSize);
      this.#room.set(partySize, hasRoom);
    }
    return hasRoom;
  }

  /** Whether a ticket and all who are here would have each other. Room is another matter. */
  accepts(ticket: Ticket): boolean {
    const { rules, nowMs, region } = this.#options;
    if (ticket.points < this.#lowestLet || ticket.points > this.#highestLet) return false;
    const reach = rules.reachAt(ticket, nowMs);
    if (ticket.points - reach > this.#lowest || ticket.points + reach < this.#highest) return false;
    if (this.tickets.includes(ticket) || !rules.isNear(ticket, region, nowMs)) return false;
    return meet(this.criteria, rules.criteriaAt(ticket, nowMs)) !== null;
  }

  take(ticket: Ticket): void {
    const { rules, nowMs } = this.#options;
    const reach = rules.reachAt(ticket, nowMs);
    this.tickets.push(ticket);
    this.players += ticket.size;
    this.criteria = meet(this.criteria, rules.criteriaAt(ticket, nowMs)) ?? this.criteria;
    this.sinceMs = Math.min(this.sinceMs, ticket.sinceMs);
    this.#lowest = Math.min(this.#lowest, ticket.points);
    this.#highest = Math.max(this.#highest, ticket.points);
    this.#lowestLet = Math.max(this.#lowestLet, ticket.points - reach);
    this.#highestLet = Math.min(this.#highestLet, ticket.points + reach);
    this.#room.clear();
  }
}
