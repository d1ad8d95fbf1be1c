/** Who destroyed whom, newest last; each line goes away by itself. */
import { byId, make } from '../dom.ts';
import { shortName } from '../scene/labels.ts';
import { lightOf } from '../scene/palette.ts';

const LINES_MOST = 5;
const LINE_MS = 6_000;

export interface Named {
  readonly name: string;
  readonly colour: number;
}

export interface Feed {
  add(by: Named | undefined, on: Named, how: 'beam' | 'bolt', isMine: boolean): void;
  clear(): void;
}

export function createFeed(): Feed {
  const feed = byId('feed', HTMLOListElement);
  return {
    add(by, on, how, isMine) {
      const line = make('li', isMine ? 'mine' : '');
      if (by !== undefined) line.append(nameOf(by));
      line.append(make('span', `how how-${how}`), nameOf(on));
      feed.append(line);
      while (feed.children.length > LINES_MOST) feed.firstElementChild?.remove();
      setTimeout(() => line.remove(), LINE_MS);
    },
    clear: () => feed.replaceChildren(),
  };
}

function nameOf({ name, colour }: Named): HTMLElement {
  const element = make('b', '', shortName(name, 12));
  element.style.setProperty('--light', lightOf(colour));
  return element;
}
