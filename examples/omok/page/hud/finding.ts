/** The two waits before a round: for an opponent whom the server finds, and for a friend who has the code. */
import { TIME_CONTROLS } from '../../clock.ts';
import { minutesText } from '../clock-text.ts';
import { byId, setText } from '../dom.ts';
import type { Position } from '../position.ts';
import type { Progress } from '../ways.ts';
import type { Words } from '../words.ts';

export interface Finding {
  /** `progress` is null where nothing is known of it. */
  show(stage: 'finding' | 'entering', progress: Progress | null, words: Words): void;
  showElapsed(elapsedMs: number, words: Words): void;
}

export function createFinding(cancel: () => void): Finding {
  const title = byId('finding-title', HTMLElement);
  const place = byId('finding-place', HTMLElement);
  const wait = byId('finding-wait', HTMLElement);
  const elapsed = byId('finding-elapsed', HTMLElement);
  byId('finding-cancel', HTMLButtonElement).addEventListener('click', cancel);
  return {
    show(stage, progress, words) {
      const { position = null, waiting = null, estimatedWaitMs = null } = progress ?? {};
      setText(title, stage === 'finding' ? words.finding : words.entering);
      elapsed.hidden = stage === 'entering';
      setText(place, position === null ? '' : words.positionLine(position, Math.max(position, waiting ?? position)));
      setText(wait, estimatedWaitMs === null ? '' : words.waitLine(Math.ceil(estimatedWaitMs / 1000)));
    },
    showElapsed(elapsedMs, words) {
      setText(elapsed, words.elapsedLine(minutesText(Math.floor(elapsedMs / 1000))));
    },
  };
}

export interface Waiting {
  show(code: string, position: Position, words: Words): void;
}

export function createWaiting(actions: { copy(): void; cancel(): void }): Waiting {
  const shownCode = byId('waiting-code', HTMLElement);
  const terms = byId('waiting-terms', HTMLElement);
  byId('copy-link', HTMLButtonElement).addEventListener('click', actions.copy);
  byId('waiting-cancel', HTMLButtonElement).addEventListener('click', actions.cancel);
  return {
    show(code, { pace }, words) {
      setText(shownCode, code);
      setText(terms, words.timeControl(TIME_CONTROLS[pace]));
    },
  };
}
