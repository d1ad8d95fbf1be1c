/** The board at the end of a round: who won, the first five, one's own place, and the wait for a fresh yard. */
import { byId, make, setText } from '../dom.ts';
import type { Words } from '../words.ts';
import type { World } from '../yard/world.ts';
import { dress, standingsOf } from './scores.ts';

const LISTED = 5;

export interface RoundOver {
  show(world: World, me: number, remainingMs: number, words: Words): void;
  hide(): void;
}

export function createRoundOver(): RoundOver {
  const board = byId('over', HTMLElement);
  const swatch = byId('over-swatch', HTMLElement);
  const headline = byId('over-headline', HTMLElement);
  const list = byId('over-list', HTMLOListElement);
  const mine = byId('over-mine', HTMLElement);
  const wait = byId('over-wait', HTMLElement);
  let shownFor = '';

  return {
    show(world, me, remainingMs, words) {
      setText(wait, `${words.nextRound} ${words.secondsLeft(Math.max(1, Math.ceil(remainingMs / 1000)))}`);
      // Built once a round and language, not ten times a second: a screen reader would start over each time.
      const key = `${world.round.number} ${words.title}`;
      if (shownFor === key) return;
      shownFor = key;
      const standings = standingsOf(world.players);
      const winner = standings.find(({ id }) => id === world.round.winner);
      swatch.hidden = winner === undefined;
      if (winner !== undefined) dress(swatch, winner);
      headline.textContent = winner === undefined ? words.nobody : winner.id === me ? words.youWon : '';
      if (winner !== undefined && winner.id !== me)
        headline.append(make('strong', '', winner.name), document.createTextNode(words.wonEnding(winner.name)));
      list.replaceChildren(
        ...standings.slice(0, LISTED).map((standing) => {
          const row = make('li', standing.id === me ? 'mine' : '');
          const badge = make('span', 'swatch');
          dress(badge, standing);
          const wins = standing.wins > 0 ? make('span', 'wins', words.winCount(standing.wins)) : '';
          row.append(
            make('span', 'rank', String(standing.rank)),
            badge,
            make('span', 'name', standing.name),
            wins,
            make('span', 'share', String(standing.score)),
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
