/** The strip above everything: terms of the room, who watches, the connection, sound, language, the way out. */
import { TIME_CONTROLS } from '../../clock.ts';
import { byId, setText } from '../dom.ts';
import type { Position } from '../position.ts';
import type { SessionState } from '../session.ts';
import type { OmokRoom } from '../ways.ts';
import type { Words } from '../words.ts';

export interface Top {
  show(state: SessionState['state'] | 'menu', room: OmokRoom | null, position: Position | null, words: Words): void;
  sound(on: boolean, words: Words): void;
}

export function createTop(actions: { language(): void; sound(): void; leave(): void }): Top {
  const status = byId('status', HTMLElement);
  const statusText = byId('status-text', HTMLElement);
  const terms = byId('terms', HTMLElement);
  const watchers = byId('watchers', HTMLElement);
  const watchersText = byId('watchers-text', HTMLElement);
  const soundButton = byId('sound', HTMLButtonElement);
  byId('language', HTMLButtonElement).addEventListener('click', actions.language);
  byId('leave', HTMLButtonElement).addEventListener('click', actions.leave);
  soundButton.addEventListener('click', actions.sound);

  return {
    show(state, room, position, words) {
      const connection =
        state === 'seated' ? 'live' : state === 'finding' || state === 'entering' ? 'connecting' : 'lost';
      status.hidden = state === 'menu' || (state === 'stopped' && room === null);
      status.dataset.connection = connection;
      setText(statusText, words[connection]);
      const kind = position?.isRated === true ? words.rated : words.casual;
      setText(terms, position === null ? '' : `${words.timeControl(TIME_CONTROLS[position.pace])} · ${kind}`);
      const count = room?.spectators ?? 0;
      watchers.hidden = count === 0;
      watchers.dataset.count = String(count);
      setText(watchersText, words.spectatorCount(count));
    },
    sound(on, words) {
      soundButton.setAttribute('aria-pressed', String(on));
      soundButton.title = on ? words.soundOn : words.soundOff;
    },
  };
}
