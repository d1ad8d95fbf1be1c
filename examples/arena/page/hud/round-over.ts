/** The board at the end of a round: who won, the first five, one's own place, and the wait for the next. */
import { byId, make, setText } from '../dom.ts';
import { lightOf } from '../scene/palette.ts';
import type { Scene } from '../scene/scene.ts';
import type { Words } from '../words.ts';
import { standingsOf } from './standings.ts';

const LISTED = 5;

export interface RoundOver {
  show(scene: Scene, me: number, remainingMs: number, words: Words): void;
  hide(): void;
}

export function createRoundOver(): RoundOver {
  const board = byId('over', HTMLElement);
  const headline = byId('over-headline', HTMLElement);
  const list = byId('over-list', HTMLOListElement);
  const mine = byId('over-mine', HTMLElement);
  const wait = byId('over-wait', HTMLElement);
  let shownFor = '';

  return {
    show(scene, me, remainingMs, words) {
      setText(wait, `${words.nextRound} ${words.seconds(Math.max(1, Math.ceil(remainingMs / 1000)))}`);
      // Built once a round and language, not for each picture: a screen reader would start over each time.
      const key = `${scene.round.number} ${words.title}`;
      if (shownFor === key) return;
      shownFor = key;
      const standings = standingsOf(scene.ships);
      const winner = standings.find(({ id }) => id === scene.round.winner);
      headline.textContent = winner === undefined ? words.nobody : winner.id === me ? words.youWon : '';
      if (winner !== undefined && winner.id !== me) {
        const name = make('strong', '', winner.name);
        name.style.setProperty('--light', lightOf(winner.colour));
        headline.append(name, document.createTextNode(words.wonEnding(winner.name)));
      }
      list.replaceChildren(
        ...standings.slice(0, LISTED).map((standing) => {
          const row = make('li', standing.id === me ? 'mine' : '');
          const light = make('i', standing.bot ? 'light bot' : 'light');
          light.style.setProperty('--light', lightOf(standing.colour));
          row.append(
            make('span', 'rank', String(standing.rank)),
            light,
            make('span', 'name', standing.name),
            make('span', 'count', String(standing.score)),
          );
          return row;
        }),
      );
      const own = standings.find(({ id }) => id === me);
      mine.textContent = own === undefined ? '' : words.rankLine(own.rank, standings.length, own.score);
      board.hidden = false;
      board.dataset.won = String(winner?.id === me && me !== 0);
    },
    hide() {
      if (board.hidden) return;
      board.hidden = true;
      shownFor = '';
    },
  };
}
