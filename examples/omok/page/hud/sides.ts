/** The two players beside the board: stone, name, rating, what they are doing, rounds won, clock. */
import { clockText, isHurried } from '../clock-text.ts';
import { byId, make, setText } from '../dom.ts';
import { clockMs, type Position, type Side } from '../position.ts';
import type { Words } from '../words.ts';

export interface SideCard {
  show(side: Side | null, position: Position, words: Words): void;
  showClock(side: Side | null, position: Position, at: { tick: number; tickMs: number }): void;
}

export function createSideCard(id: 'near' | 'far'): SideCard {
  const card = byId(id, HTMLElement);
  const stone = make('span', 'stone');
  const who = make('div', 'who');
  const name = make('b', 'name');
  const you = make('span', 'you');
  const rating = make('span', 'rating');
  const note = make('span', 'note');
  const first = make('div', 'who-line');
  const second = make('div', 'who-line');
  first.append(name, you);
  second.append(rating, note);
  who.append(first, second);
  const wins = make('span', 'wins');
  const clock = make('span', 'clock');
  clock.setAttribute('role', 'timer');
  card.append(stone, who, wins, clock);

  return {
    show(side, position, words) {
      card.classList.toggle('empty', side === null);
      if (side === null) return;
      stone.dataset.colour = side.colour ?? 'none';
      setText(name, side.name);
      setText(you, side.isMe ? words.you : '');
      setText(rating, side.rating === null ? '' : String(side.rating));
      setText(note, noteOf(side, position, words));
      note.classList.toggle('trouble', side.isAway || side.hasLeft);
      setText(wins, position.round > 1 || side.wins > 0 ? String(side.wins) : '');
      card.classList.toggle('turn', side.isTurn);
      card.classList.toggle('winner', position.winner?.id === side.id);
    },
    showClock(side, position, { tick, tickMs }) {
      if (side === null) return;
      const leftMs = clockMs(side, position, tick, tickMs);
      setText(clock, position.phase === 'waiting' ? '' : clockText(leftMs));
      clock.classList.toggle('running', side.isTurn);
      clock.classList.toggle('hurry', position.phase === 'playing' && isHurried(leftMs));
    },
  };
}

function noteOf(side: Side, { phase, near }: Position, words: Words): string {
  if (side.hasLeft) return words.gone;
  if (side.isAway) return words.away;
  if (side.isTurn && near?.isMe !== true) return words.toMove;
  if (side.isTurn) return side.isMe ? words.yourTurn : words.theirTurn;
  if (phase === 'playing' && side.bidSeconds !== null && side.colour === 'black') return words.bidOf(side.bidSeconds);
  return '';
}
