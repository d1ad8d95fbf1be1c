/** What one can do at the board beside placing by hand: confirm an aim, offer and answer a draw, resign. */
import { byId, setText } from '../dom.ts';
import type { Position } from '../position.ts';
import type { Words } from '../words.ts';

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

export interface Deeds {
  show(position: Position, words: Words): void;
  /** `point` is the name of the point aimed at, null for none. */
  aimed(mayPlace: boolean, point: string | null, isFree: boolean, words: Words): void;
}

export interface DeedActions {
  place(): void;
  step(dx: number, dy: number): void;
  send(command: 'offerDraw'): void;
  answerDraw(accept: boolean): void;
  resign(): void;
}

export function createDeeds(actions: DeedActions): Deeds {
  const confirm = byId('confirm', HTMLElement);
  const placeButton = byId('place', HTMLButtonElement);
  const asked = byId('draw-asked', HTMLElement);
  const draw = byId('draw', HTMLButtonElement);
  const resign = byId('resign', HTMLButtonElement);
  placeButton.addEventListener('click', actions.place);
  draw.addEventListener('click', () => actions.send('offerDraw'));
  resign.addEventListener('click', actions.resign);
  byId('draw-accept', HTMLButtonElement).addEventListener('click', () => actions.answerDraw(true));
  byId('draw-refuse', HTMLButtonElement).addEventListener('click', () => actions.answerDraw(false));
  const nudges = confirm.querySelectorAll<HTMLButtonElement>('[data-step]');
  for (const button of nudges) {
    const step = STEPS[button.dataset.step ?? ''];
    if (step !== undefined) button.addEventListener('click', () => actions.step(...step));
  }

  return {
    show({ phase, near, far }, words) {
      const isPlaying = phase === 'playing' && near?.isMe === true;
      confirm.hidden = !isPlaying;
      draw.hidden = !isPlaying;
      draw.disabled = near?.mayOfferDraw !== true;
      setText(draw, near?.offersDraw === true ? words.drawOffered : words.draw);
      resign.hidden = !isPlaying;
      asked.hidden = !(isPlaying && far?.offersDraw === true);
    },
    aimed(mayPlace, point, isFree, words) {
      placeButton.disabled = !mayPlace || point === null || !isFree;
      for (const button of nudges) button.disabled = !mayPlace;
      setText(placeButton, !mayPlace ? words.theirTurn : point === null ? words.aimFirst : words.placeAt(point));
    },
  };
}
