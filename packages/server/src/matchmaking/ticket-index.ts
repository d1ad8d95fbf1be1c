/**
 * Waiting tickets by what they ask for, by size and by rating, so that those that could play together are found
 * without looking at the others: one shelf for each size of party within each combination of criteria, on it a pile
 * for every few points of rating, and in a pile the oldest first. Entering and leaving cost about the same however
 * many wait.
 */
import type { Criteria, Ticket } from './ticket.ts';

/** Points that one pile covers. Tickets of a pile are as good as equal, so among them age decides. */
const PILE_POINTS = 25;

/** A ticket in its pile. */
interface Card {
  readonly ticket: Ticket;
  readonly shelf: Shelf;
  readonly pile: Pile;
  before: Card | null;
  after: Card | null;
}

interface Pile {
  readonly number: number;
  first: Card | null;
  last: Card | null;
}

/** Tickets that ask for the same. There are as many as combinations of criteria have been asked for; none ever goes. */
interface Group {
  readonly criteria: Criteria;
  /** By size of party. */
  readonly shelves: Map<number, Shelf>;
  /** Those whose criteria do not contradict, itself included. */
  readonly friends: Group[];
}

export class TicketIndex {
  readonly #groups = new Map<string, Group>();
  readonly #cards = new Map<Ticket, Card>();

  get size(): number {
    return this.#cards.size;
  }

  /** What the ticket asks for here; undefined for one that is not here. */
  criteriaOf(ticket: Ticket): Criteria | undefined {
    return this.#cards.get(ticket)?.shelf.criteria;
  }

  /** Puts a ticket where others find it. It is not here yet. */
  add(ticket: Ticket, criteria: Criteria): void {
    const group = this.#groupOf(criteria);
    let shelf = group.shelves.get(ticket.size);
    if (shelf === undefined) {
      shelf = new Shelf(group.criteria, ticket.size);
      group.shelves.set(ticket.size, shelf);
    }
    this.#cards.set(ticket, shelf.add(ticket));
  }

  /** Takes a ticket away; one that is not here is fine. */
  remove(ticket: Ticket): void {
    const card = this.#cards.get(ticket);
    if (card === undefined) return;
    this.#cards.delete(ticket);
    card.shelf.remove(card);
  }

  /**
   * Walks from a rating outwards, one over each shelf that holds tickets with criteria that do not contradict these.
   */
  walks(criteria: Criteria, points: number, reach: number): Walk[] {
    return this.#groupOf(criteria).friends.flatMap(({ shelves }) =>
      [...shelves.values()].filter((shelf) => !shelf.isEmpty).map((shelf) => new Walk(shelf, points, reach)),
    );
  }

  #groupOf(criteria: Criteria): Group {
    const key = criteria.join();
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { criteria, shelves: new Map(), friends: [] };
    this.#groups.set(key, group);
    for (const other of this.#groups.values()) {
      if (meet(criteria, other.criteria) === null) continue;
      group.friends.push(other);
      if (other !== group) other.friends.push(group);
    }
    return group;
  }
}

/** What two ask for together, or null where they contradict each other. */
export function meet(a: Criteria, b: Criteria): Criteria | null {
  const both: (number | null)[] = [];
  for (const [index, x] of a.entries()) {
    const y = b[index] ?? null;
    if (x !== null && y !== null && x !== y) return null;
    both.push(x ?? y);
  }
  return both;
}

class Shelf {
  readonly criteria: Criteria;
  readonly partySize: number;
  /** Piles that hold something, by rating. */
  readonly piles: Pile[] = [];

  constructor(criteria: Criteria, partySize: number) {
    this.criteria = criteria;
    this.partySize = partySize;
  }

  get isEmpty(): boolean {
    return this.piles.length === 0;
  }

  add(ticket: Ticket): Card {
    const pile = this.#pileOf(pileNumber(ticket.points));
    // Most tickets are new and go to the end; one that comes back goes before those that came after it.
    let before = pile.last;
    if (before !== null && before.ticket.order > ticket.order) {
      before = null;
      for (let next = pile.first; next !== null && next.ticket.order < ticket.order; next = next.after) before = next;
    }
    const after = before === null ? pile.first : before.after;
    const card: Card = { ticket, shelf: this, pile, before, after };
    if (before === null) pile.first = card;
    else before.after = card;
    if (after === null) pile.last = card;
    else after.before = card;
    return card;
  }

  remove({ pile, before, after }: Card): void {
    if (before === null) pile.first = after;
    else before.after = after;
    if (after === null) pile.last = before;
    else after.before = before;
    if (pile.first === null) this.piles.splice(this.indexOf(pile.number), 1);
  }

  /** Where the pile of this number is, or would be. */
  indexOf(number: number): number {
    let low = 0;
    let high = this.piles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.piles[middle]?.number ?? number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #pileOf(number: number): Pile {
    const index = this.indexOf(number);
    const known = this.piles[index];
    if (known?.number === number) return known;
    const pile: Pile = { number, first: null, last: null };
    this.piles.splice(index, 0, pile);
    return pile;
  }
}

/**
 * Goes over the tickets of a shelf from a rating outwards, of each pile the oldest first. Good until a ticket comes
 * or goes.
 */
export class Walk {
  readonly partySize: number;
  /** How many piles away the next ticket is; infinite where no more are within reach. */
  distance = 0;
  readonly #piles: readonly Pile[];
  readonly #center: number;
  readonly #reach: number;
  #below: number;
  #above: number;
  #next: Card | null = null;

  constructor(shelf: Shelf, points: number, reach: number) {
    this.partySize = shelf.partySize;
    this.#piles = shelf.piles;
    this.#center = pileNumber(points);
    this.#reach = Math.ceil(reach / PILE_POINTS);
    this.#above = shelf.indexOf(this.#center);
    this.#below = this.#above - 1;
    this.#openPile();
  }

  /** The next ticket's place among all: the lower, the older. */
  get order(): number {
    return this.#next?.ticket.order ?? Number.POSITIVE_INFINITY;
  }

  /** Answers the next ticket, and goes on to the one after it; null at the end. */
  take(): Ticket | null {
    if (this.#next === null) return null;
    const { ticket, after } = this.#next;
    this.#next = after;
    if (after === null) this.#openPile();
    return ticket;
  }

  #openPile(): void {
    const above = this.#distanceOf(this.#above);
    const below = this.#distanceOf(this.#below);
    const nearest = Math.min(above, below);
    this.distance = nearest <= this.#reach ? nearest : Number.POSITIVE_INFINITY;
    if (this.distance === Number.POSITIVE_INFINITY) return;
    const pile = this.#piles[above <= below ? this.#above++ : this.#below--];
    this.#next = pile?.first ?? null;
  }

  #distanceOf(index: number): number {
    const pile = this.#piles[index];
    return pile === undefined ? Number.POSITIVE_INFINITY : Math.abs(pile.number - this.#center);
  }
}

function pileNumber(points: number): number {
  return Math.floor(points / PILE_POINTS);
}
