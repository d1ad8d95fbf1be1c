/** Who is there at this moment, each to be followed. */
import type { Replay } from '@madang/client/replay';
import type { Person } from '@madang/core';
import { colourOf } from './colours.ts';
import { byId, make } from './dom.ts';
import type { Words } from './words.ts';

export class People {
  readonly #replay: Replay;
  readonly #words: () => Words;
  readonly #follow: (seat: number) => void;
  #shown = '';

  /** `follow` is told of the seat to follow; of 0, to let go. */
  constructor(replay: Replay, words: () => Words, follow: (seat: number) => void) {
    this.#replay = replay;
    this.#words = words;
    this.#follow = follow;
  }

  show(followed: number): void {
    const people = [...this.#replay.people.values()];
    const words = this.#words();
    const shown = JSON.stringify([people, followed, words.follow]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const list = byId('people', HTMLElement);
    const focused = list.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.seat
      : undefined;
    list.replaceChildren(...people.map((person) => this.#chip(person, followed, words)));
    if (people.length === 0) list.append(make('li', 'nobody', words.nobody));
    if (focused !== undefined) list.querySelector<HTMLElement>(`[data-seat="${focused}"]`)?.focus();
  }

  #chip(person: Person, followed: number, words: Words): HTMLElement {
    const item = make('li');
    const button = make('button', 'person');
    button.type = 'button';
    button.dataset.seat = String(person.id);
    button.setAttribute('aria-pressed', String(person.id === followed));
    const dot = make('span', 'person-dot');
    dot.style.setProperty('--colour', colourOf(person.id));
    button.append(dot, make('span', 'person-name', person.name));
    const notes = [person.isBot ? words.bot : '', person.isDropped ? words.away : '', person.isHost ? words.host : ''];
    const note = notes.filter((one) => one !== '').join(' · ');
    if (note !== '') button.append(make('span', 'person-note', note));
    button.title = words.follow;
    button.addEventListener('click', () => this.#follow(person.id === followed ? 0 : person.id));
    item.append(button);
    return item;
  }
}
