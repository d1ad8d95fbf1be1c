/** How a round ended: who won and why, the score between the two, what it did to the rating, and another round. */
import { byId, setText } from '../dom.ts';
import type { Position, Side } from '../position.ts';
import type { Words } from '../words.ts';

export interface Result {
  /** Shows the panel, unless it was put away for this round. */
  show(position: Position, words: Words): void;
  hide(): void;
}

export function createResult(actions: { rematch(): void; another(): void; putAway(): void }): Result {
  const panel = byId('result', HTMLElement);
  const stone = byId('result-stone', HTMLElement);
  const title = byId('result-title', HTMLElement);
  const why = byId('result-why', HTMLElement);
  const score = byId('result-score', HTMLElement);
  const rating = byId('result-rating', HTMLElement);
  const note = byId('result-note', HTMLElement);
  const rematch = byId('rematch', HTMLButtonElement);
  const seeResult = byId('see-result', HTMLButtonElement);
  let putAwayRound = 0;
  let round = 0;
  rematch.addEventListener('click', actions.rematch);
  byId('another', HTMLButtonElement).addEventListener('click', actions.another);
  byId('see-board', HTMLButtonElement).addEventListener('click', () => {
    putAwayRound = round;
    panel.hidden = true;
    seeResult.hidden = false;
    actions.putAway();
  });
  seeResult.addEventListener('click', () => {
    putAwayRound = 0;
    panel.hidden = false;
    seeResult.hidden = true;
    rematch.focus();
  });

  return {
    show(position, words) {
      const { near, far, winner, outcome, ending } = position;
      if (outcome === null) return;
      round = position.round;
      const isMyDoing = outcome === 'lost';
      const colour = winner?.colour ?? null;
      stone.hidden = outcome === 'lost' || colour === null;
      stone.dataset.colour = colour ?? 'none';
      setText(title, words.outcome(outcome, winner?.name ?? ''));
      setText(why, words.ending(ending, isMyDoing));
      setText(score, near === null || far === null ? '' : `${near.name} ${near.wins} : ${far.wins} ${far.name}`);
      rating.hidden = near?.isMe !== true || near.rating === null || near.ratingChange === null;
      if (!rating.hidden) setText(rating, ratingLine(near));
      rating.dataset.sign = String(Math.sign(near?.ratingChange ?? 0));
      setText(note, noteOf(position, words));
      rematch.hidden = near?.isMe !== true || far === null || far.hasLeft;
      rematch.disabled = near?.wantsRematch === true;
      setText(rematch, near?.wantsRematch === true ? words.rematchAsked : words.rematch);
      panel.hidden = putAwayRound === round;
      seeResult.hidden = putAwayRound !== round;
    },
    hide() {
      panel.hidden = true;
      seeResult.hidden = true;
      putAwayRound = 0;
    },
  };
}

function ratingLine(side: Side | null): string {
  const change = side?.ratingChange ?? 0;
  return `${side?.rating ?? 0} (${change > 0 ? '+' : change < 0 ? '−' : '±'}${Math.abs(change)})`;
}

function noteOf({ near, far }: Position, words: Words): string {
  if (far === null || far.hasLeft || near?.isMe !== true) return '';
  // Whoever sat down after the round has played no part in it: the round gave it no colour.
  if (far.wantsRematch && !near.wantsRematch) return far.colour === null ? words.newcomer : words.rematchOffered;
  return '';
}
