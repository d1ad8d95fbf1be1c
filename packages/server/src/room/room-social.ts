/** Who is here and what is said, of one room: what its viewers are told of each other beside the game. */
import type { ChatLine, PeopleFrame, Person, Seat } from '@madang/core';
import { Chat, type Relayed } from '../chat/chat.ts';
import { People } from '../chat/people.ts';
import type { Clock } from '../ports/clock.ts';
import type { Deed } from './deeds.ts';
import type { Gallery, PeopleNews } from './gallery.ts';
import type { RoomSeat } from './seat.ts';
import type { Viewer } from './viewer.ts';

type SocialDeed = Extract<Deed, { do: 'chat' | 'typing' | 'block' | 'mute' }>;

export class RoomSocial implements PeopleNews {
  readonly #chat: Chat<RoomSeat>;
  readonly #people: People;
  readonly #gallery: () => Gallery;
  /** Ids of those who watch, as of the last look. */
  #watching = new Set<number>();
  readonly #present = new Map<number, RoomSeat>();
  /** Up to which change of the people each viewer was told; a viewer that is not here is told anew. */
  readonly #toldTo = new WeakMap<Viewer, number>();
  #lines: (Relayed<RoomSeat> & { readonly isForAll: boolean })[] = [];
  #isStale = true;
  /** Up to which change of the people everybody was told who had been welcomed by then. */
  #allToldTo = 0;

  constructor(tickRateHz: number, clock: Clock, gallery: () => Gallery) {
    this.#gallery = gallery;
    this.#chat = new Chat({ clock });
    this.#people = new People(tickRateHz);
  }

  /** Somebody has a seat. Bots are among the people and say nothing. */
  enter(seat: RoomSeat): void {
    this.#present.set(seat.number, seat);
    this.#isStale = true;
    if (!seat.isBot) this.#chat.enter(seat);
  }

  leave(seat: RoomSeat): void {
    if (this.#present.get(seat.number) !== seat) return;
    this.#present.delete(seat.number);
    this.#people.remove(seat.number);
    if (!seat.isBot) this.#chat.leave(seat);
  }

  /** True while there is something to tell, or will be by itself. */
  get hasNews(): boolean {
    return (
      this.#lines.length > 0 ||
      this.#isStale ||
      this.#allToldTo !== this.#people.version ||
      this.#people.isSomebodyTyping
    );
  }

  /** The number of the last line that was said. */
  get lastLine(): number {
    return this.#chat.lastLine;
  }

  /** Lines were said before the process was another, up to this number. */
  restore(lastLine: number): void {
    this.#chat.restore(lastLine);
  }

  /** Somebody dropped, returned or became the host. */
  changed(): void {
    this.#isStale = true;
  }

  /** Throws what the chat refuses. */
  deed(seat: RoomSeat, deed: SocialDeed, tick: number): void {
    switch (deed.do) {
      case 'chat':
        this.#lines.push({ ...this.#chat.say(seat, deed.text, deed.to ?? 'all'), isForAll: deed.to !== 'team' });
        return this.#people.type(seat.number, false, tick);
      case 'typing':
        return this.#people.type(seat.number, deed.is, tick);
      case 'block':
        return this.#with(deed.who, (other) =>
          deed.is ? this.#chat.block(seat, other) : this.#chat.unblock(seat, other),
        );
      case 'mute':
        return this.#with(deed.who, (other) => this.#chat.mute(other, deed.is ? null : 0));
    }
  }

  announce(text: string, to?: Seat): void {
    if (to === undefined) {
      this.#lines.push({ ...this.#chat.announce(text), isForAll: true });
      return;
    }
    const receiver = this.#present.get(to.number);
    // The number of one who has gone may be somebody else's by now.
    if (receiver !== to || receiver.isBot) return;
    this.#lines.push({ ...this.#chat.announce(text, [receiver]), isForAll: false });
  }

  /** Tells one who comes, or comes back, who is here and what was said. */
  welcome(seat: RoomSeat, viewer: Viewer, host: Seat | null): void {
    this.#refresh(host);
    this.#tellPeople(viewer);
    for (const line of this.#chat.history(seat)) viewer.chat(told(line));
  }

  /** Tells all who play what is new, with a state. */
  publish(tick: number, host: Seat | null, newcomers: ReadonlySet<RoomSeat>): void {
    this.#people.expireTyping(tick);
    this.#refresh(host);
    this.#tellAllPeople();
    for (const { line, receivers, isForAll } of this.#lines.splice(0)) {
      for (const seat of receivers) {
        // Newcomers have it from the history.
        const isToBeTold = !newcomers.has(seat) && !seat.awaitsWelcome;
        if (seat.stay.state === 'occupied' && isToBeTold) seat.stay.viewer.chat(told(line));
      }
      if (isForAll) this.#gallery().chat(told(line), tick);
    }
  }

  #refresh(host: Seat | null): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    for (const seat of this.#present.values()) this.#people.put(personOf(seat, host));
    const before = this.#watching;
    this.#watching = new Set();
    for (const { id, name } of this.#gallery().spectators) {
      this.#watching.add(id);
      this.#people.put({ id, name, isBot: false, isDropped: false, isSpectator: true, isHost: false });
    }
    for (const id of before) if (!this.#watching.has(id)) this.#people.remove(id);
  }

  #tellAllPeople(): void {
    // Those who were welcomed since were told all there is by that.
    if (this.#allToldTo === this.#people.version) return;
    this.#allToldTo = this.#people.version;
    for (const seat of this.#present.values()) {
      if (seat.stay.state === 'occupied' && !seat.awaitsWelcome) this.#tellPeople(seat.stay.viewer);
    }
  }

  #tellPeople(viewer: Viewer): void {
    const change = this.changeFor(viewer);
    if (change !== null) viewer.people(change);
  }

  get version(): number {
    return this.#people.version;
  }

  changeFor(viewer: Viewer): PeopleFrame | null {
    const change = this.#people.changesSince(this.#toldTo.get(viewer) ?? 0);
    if (change !== null) this.#toldTo.set(viewer, this.#people.version);
    return change;
  }

  #with(number: number, run: (seat: RoomSeat) => void): void {
    const seat = this.#present.get(number);
    if (seat?.isBot === false) run(seat);
  }
}

function personOf(seat: RoomSeat, host: Seat | null): Omit<Person, 'isTyping'> {
  const { number: id, name, isBot, isDropped } = seat;
  return { id, name, isBot, isDropped, isSpectator: false, isHost: seat === host };
}

function told({ number, from, text, isForTeam }: Relayed<RoomSeat>['line']): ChatLine {
  return { number, from: from?.id ?? 0, name: from?.name ?? '', text, isForTeam };
}
