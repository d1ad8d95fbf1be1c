/** Six things to say, because nobody types while running. Keys 1 to 6 say them without opening the list. */
import { byId, make } from '../dom.ts';
import type { Words } from '../words.ts';

export interface SayMenu {
  words(words: Words): void;
  close(): void;
}

export function createSayMenu(say: (text: string) => void, playing: () => boolean): SayMenu {
  const opener = byId('say', HTMLButtonElement);
  const menu = byId('say-menu', HTMLElement);
  let lines: readonly string[] = [];

  function open(opened: boolean): void {
    menu.hidden = !opened;
    opener.setAttribute('aria-expanded', String(opened));
  }

  opener.addEventListener('click', () => open(menu.hidden !== false));
  menu.addEventListener('click', (event) => {
    if (!(event.target instanceof HTMLButtonElement)) return;
    say(event.target.dataset.line ?? '');
    open(false);
  });
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !menu.contains(event.target) && !opener.contains(event.target)) open(false);
  });
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') open(false);
    if (
      event.repeat ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !playing() ||
      event.target instanceof HTMLInputElement
    )
      return;
    const line = /^Digit[1-6]$/.test(event.code) ? lines[Number(event.code.slice(-1)) - 1] : undefined;
    if (line !== undefined) say(line);
  });

  return {
    words(words) {
      lines = words.said;
      menu.replaceChildren(
        ...lines.map((line, index) => {
          const button = make('button', '', line);
          button.type = 'button';
          button.dataset.line = line;
          const key = make('kbd', '', String(index + 1));
          key.setAttribute('aria-hidden', 'true');
          button.append(key);
          return button;
        }),
      );
    },
    close: () => open(false),
  };
}
