/** While one's own ship is destroyed: by whom, who is being watched meanwhile, and how long until one is back. */
import { SHIP } from '../../measures.ts';
import { byId, setText } from '../dom.ts';
import { lightOf } from '../scene/palette.ts';
import type { Words } from '../words.ts';
import type { Named } from './feed.ts';

export interface Fallen {
  show(by: Named | undefined, leftTicks: number, tickMs: number, words: Words): void;
  hide(): void;
}

export function createFallen(): Fallen {
  const panel = byId('fallen', HTMLElement);
  const title = byId('fallen-title', HTMLElement);
  const name = byId('fallen-by', HTMLElement);
  const wait = byId('fallen-wait', HTMLElement);
  return {
    show(by, leftTicks, tickMs, words) {
      panel.hidden = false;
      setText(title, by === undefined ? words.destroyedAlone : words.destroyedBy);
      setText(name, by?.name ?? '');
      name.style.setProperty('--light', lightOf(by?.colour ?? 0));
      const left = Math.max(0, leftTicks);
      setText(wait, `${words.backIn} ${words.seconds(Math.ceil((left * tickMs) / 1000))}`);
      panel.style.setProperty('--left', (left / SHIP.backTicks).toFixed(3));
    },
    hide() {
      panel.hidden = true;
    },
  };
}
