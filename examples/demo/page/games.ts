/** The list of games with their yards, one seat one mark: people round, bots square, free seats open. */
import { byId, make } from './dom.ts';
import type { Game, Live, Room } from './live.ts';
import type { Language, Words } from './words.ts';

const YARDS_SHOWN = 6;

export function showGames(live: Live | null, words: Words, language: Language): void {
  const list = byId('games', HTMLElement);
  const record = byId('record', HTMLElement);
  const playing = byId('playing', HTMLElement);
  if (live === null) {
    playing.textContent = words.unreachable;
    return;
  }
  const people = live.rooms.reduce((sum, room) => sum + room.people, 0);
  playing.textContent = people === 0 ? words.nobodyYet : words.peopleNow(people);
  record.textContent =
    live.record === null ? words.noRecord : words.record(live.record.name, live.record.score, live.record.round);

  // Replaced only when it says something new, so that focus and selection survive the next answer.
  const state = JSON.stringify([live.games, live.rooms, language]);
  if (list.dataset.state === state) return;
  list.dataset.state = state;
  const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.href : null;
  list.replaceChildren(
    ...live.games.map((game) =>
      gameCard(
        game,
        live.rooms.filter((room) => room.game === game.name),
        words,
        language,
      ),
    ),
  );
  if (focused === null) return;
  for (const link of list.querySelectorAll('a')) if (link.href === focused) link.focus();
}

function gameCard(game: Game, rooms: readonly Room[], words: Words, language: Language): HTMLElement {
  const card = make('article', 'game');
  const head = make('div', 'game-head');
  const titles = make('div');
  const other = language === 'ko' ? game.title.en : game.title.ko;
  titles.append(make('h3', '', game.title[language]));
  if (other !== game.title[language]) titles.append(make('p', 'game-other', other));
  titles.append(make('p', 'game-facts', words.gameFacts(game.seats, game.tickRateHz)));
  const play = make('a', 'go', words.play);
  play.href = `/${encodeURIComponent(game.name)}/`;
  head.append(titles, play);
  if (game.name === 'land-grab') {
    const inReact = make('a', 'enter', words.inReact);
    inReact.href = '/react/';
    titles.append(inReact);
  }
  const yards = make('ul', 'yards');
  for (const room of rooms.slice(0, YARDS_SHOWN)) yards.append(yardRow(game, room, words));
  if (rooms.length === 0) yards.append(make('li', 'yard-none', words.noYards));
  card.append(head, yards);
  return card;
}

function yardRow(game: Game, room: Room, words: Words): HTMLElement {
  const row = make('li', 'yard');
  const seats = make('span', 'seats');
  seats.setAttribute('role', 'img');
  seats.setAttribute('aria-label', words.seats(room.people, room.bots, room.seats));
  for (let seat = 0; seat < room.seats; seat += 1) {
    seats.append(make('i', seat < room.people ? 'person' : seat < room.people + room.bots ? 'bot' : 'free'));
  }
  const count = make('span', 'yard-count', words.seats(room.people, room.bots, room.seats));
  count.setAttribute('aria-hidden', 'true');
  const enter = make('a', 'enter', words.enter);
  enter.href = `/${encodeURIComponent(game.name)}/?room=${encodeURIComponent(room.id)}`;
  enter.setAttribute('aria-label', `${words.enter}: ${room.id}`);
  if (room.people >= room.seats) enter.classList.add('full');
  row.append(seats, count, enter);
  return row;
}
