/** The seats of one room as they stand: those with a number, those held for a ticket, those that wait for the next tick. */
import { nameNobodyHas } from './player-name.ts';
import type { RoomSeat } from './seat.ts';

export class Seats {
  readonly #numbered: (RoomSeat | null)[];
  /**
   * True where nobody who plays is to be told anything before something changes: found by who told them last, and over as soon
   * as somebody comes, gives an input or asks for something.
   */
  isAtRest = false;
  readonly #held = new Set<RoomSeat>();
  #reserved: RoomSeat[] = [];

  constructor(count: number) {
    this.#numbered = new Array<RoomSeat | null>(count).fill(null);
  }

  /** By number - 1; null where free. */
  get numbered(): readonly (RoomSeat | null)[] {
    return this.#numbered;
  }

  /** Joined since the last tick, without a number yet. */
  get reserved(): readonly RoomSeat[] {
    return this.#reserved;
  }

  /** Those that the game knows of, bots included. */
  get seated(): readonly RoomSeat[] {
    return this.#numbered.filter((seat) => seat?.isSeated === true) as RoomSeat[];
  }

  get seatedPeople(): readonly RoomSeat[] {
    return this.seated.filter(({ isBot }) => !isBot);
  }

  /** People who have a seat, and those for whom one is held. */
  get people(): readonly RoomSeat[] {
    return [...this.#held, ...this.#reserved, ...this.seatedPeople];
  }

  /** Everybody who can still leave. */
  get all(): readonly RoomSeat[] {
    return [...this.#held, ...this.#reserved, ...this.seated];
  }

  /** Seats held by people: reserved and dropped ones included, and those that tickets hold. */
  get taken(): number {
    return this.#held.size + this.#reserved.length + this.countOf(false);
  }

  /** The lowest number that is free; 0 where none is. */
  get freeNumber(): number {
    return this.#numbered.indexOf(null) + 1;
  }

  at(number: number): RoomSeat | null {
    return this.#numbered[number - 1] ?? null;
  }

  /** Seats of bots, or of people; asked for with each join. */
  countOf(isBot: boolean): number {
    let count = 0;
    for (const seat of this.#numbered) if (seat !== null && seat.isBot === isBot && seat.isSeated) count++;
    return count;
  }

  /** Of those who are connected, or else of all people, the one that came first. */
  get eldest(): RoomSeat | null {
    const people = this.seatedPeople;
    const connected = people.filter(({ isDropped }) => !isDropped);
    const [first = null] = (connected.length > 0 ? connected : people).toSorted(
      (a, b) => a.joinedAtTick - b.joinedAtTick,
    );
    return first;
  }

  /** For somebody who has a ticket and is not here yet. */
  hold(seat: RoomSeat): void {
    this.#held.add(seat);
  }

  unhold(seat: RoomSeat): void {
    this.#held.delete(seat);
  }

  /** Until the next tick. Who has the name of somebody else gets one that nobody has. */
  reserve(seat: RoomSeat): void {
    const keys = new Set([...this.seatedPeople, ...this.#reserved].map(({ nameKey }) => nameKey));
    if (keys.has(seat.nameKey)) seat.sit({ name: nameNobodyHas(seat.name, keys) });
    this.#reserved.push(seat);
  }

  unreserve(seat: RoomSeat): void {
    this.#reserved = this.#reserved.filter((other) => other !== seat);
  }

  /** Takes off the one that has waited for longest. */
  shiftReserved(): void {
    this.#reserved.shift();
  }

  /** The lowest free one. */
  giveNumber(seat: RoomSeat): void {
    seat.number = this.freeNumber;
    this.#numbered[seat.number - 1] = seat;
  }

  /** A seat that has its number already: one of before the process was another. */
  place(seat: RoomSeat): void {
    this.#numbered[seat.number - 1] = seat;
  }

  free(seat: RoomSeat): void {
    this.#numbered[seat.number - 1] = null;
  }
}
