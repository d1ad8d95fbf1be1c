/**
 * The line of one game's tickets in the order in which they came, and what they are told of it. It is walked again
 * and again, in portions: what there is to do is found on the way, so that a ticket costs no timer.
 */
import type { Ticket, TicketEvent } from './ticket.ts';

/** From the beginning of one walk to the next. */
export const WALK_MS = 200;

/** A ticket is told of its progress at most this often. */
const PROGRESS_MS = 1_000;

/** Tickets told in one walk. With more in the line than five walks tell, each is told more rarely. */
const TOLD_PER_WALK = 500;

/** Waits that the usual one is the mean of, about. */
const WAITS = 16;

export class WaitingLine {
  #tickets: Ticket[] = [];
  #next = 0;
  #position = 0;
  #told = 0;
  #usualWaitMs = 0;
  #waits = 0;

  add(ticket: Ticket): void {
    this.#tickets.push(ticket);
  }

  /** A ticket was matched after waiting so long. */
  matched(waitedMs: number): void {
    this.#waits++;
    this.#usualWaitMs += (waitedMs - this.#usualWaitMs) / Math.min(this.#waits, WAITS);
  }

  /** The next ticket that is not gone, the oldest first; null at the end, which the next walk begins from. */
  next(): Ticket | null {
    while (this.#next < this.#tickets.length) {
      const ticket = this.#tickets[this.#next++];
      if (ticket === undefined || ticket.state.at === 'gone') continue;
      if (ticket.state.at === 'waiting') this.#position++;
      return ticket;
    }
    this.#tickets = this.#tickets.filter(({ state }) => state.at !== 'gone');
    this.#next = 0;
    this.#position = 0;
    this.#told = 0;
    return null;
  }

  /** What to tell the ticket that `next` answered last, of so many that wait; null where it is not its turn. */
  progressOf(ticket: Ticket, waiting: number, nowMs: number): TicketEvent | null {
    const roundMs = Math.max(PROGRESS_MS, (waiting / TOLD_PER_WALK) * WALK_MS);
    if (nowMs - ticket.toldMs < roundMs || this.#told >= TOLD_PER_WALK) return null;
    this.#told++;
    ticket.toldMs = nowMs;
    const estimatedWaitMs = this.#waits === 0 ? null : Math.round(this.#usualWaitMs);
    return { event: 'progress', position: this.#position, waiting, estimatedWaitMs };
  }
}
