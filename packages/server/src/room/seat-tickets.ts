/** Tickets for seats that a match holds: each good once. A seat that is held no more has a ticket that opens nothing. */
import { unguessable } from '../identity/unguessable.ts';
import type { Random } from '../ports/random.ts';
import { ticketGone } from './refusals.ts';
import type { RoomSeat } from './seat.ts';

/** Of 32 bits each. */
const TICKET_WORDS = 5;

export class SeatTickets {
  readonly #random: Random;
  readonly #held = new Map<string, RoomSeat>();

  /** `random` must be one that nobody can foresee. */
  constructor(random: Random) {
    this.#random = random;
  }

  issue(seat: RoomSeat): string {
    this.#forgetStale();
    const ticket = unguessable(this.#random, TICKET_WORDS);
    this.#held.set(ticket, seat);
    return ticket;
  }

  /** The seat that a ticket is for. Throws TICKET_GONE. */
  find(ticket: unknown): RoomSeat {
    const seat = typeof ticket === 'string' ? this.#held.get(ticket) : undefined;
    if (seat?.stay.state !== 'held') throw ticketGone();
    return seat;
  }

  /** Seats are held for equally long, more or less: those that are not any more are the oldest. */
  #forgetStale(): void {
    for (const [ticket, seat] of this.#held) {
      if (seat.stay.state === 'held') return;
      this.#held.delete(ticket);
    }
  }
}
