/** What is said at the board. On a small screen it lies behind a button that counts what has not been read. */
import { byId, make, setText } from '../dom.ts';
import type { Words } from '../words.ts';

const LINES_MAX = 100;

export interface Chat {
  add(name: string, text: string, isMine: boolean): void;
  words(words: Words): void;
  /** Another board, another conversation. */
  clear(): void;
  close(): void;
}

export function createChat(say: (text: string) => void): Chat {
  const root = document.documentElement;
  const list = byId('chat-list', HTMLOListElement);
  const line = byId('chat-line', HTMLInputElement);
  const more = byId('more', HTMLButtonElement);
  const count = byId('more-count', HTMLElement);
  let empty = '';
  let unread = 0;

  function open(isOpen: boolean): void {
    root.classList.toggle('sheet-open', isOpen);
    more.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) return;
    read();
    list.scrollTop = list.scrollHeight;
  }

  function read(): void {
    unread = 0;
    count.hidden = true;
  }

  more.addEventListener('click', () => open(more.getAttribute('aria-expanded') !== 'true'));
  byId('middle-close', HTMLButtonElement).addEventListener('click', () => {
    open(false);
    more.focus();
  });
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') open(false);
  });
  byId('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const text = line.value.trim();
    line.value = '';
    if (text !== '') say(text);
  });

  return {
    add(name, text, isMine) {
      list.querySelector('.none')?.remove();
      const item = make('li', isMine ? 'mine' : '');
      item.append(make('b', '', name), document.createTextNode(` ${text}`));
      list.append(item);
      while (list.childElementCount > LINES_MAX) list.firstElementChild?.remove();
      list.scrollTop = list.scrollHeight;
      if (isMine || more.getAttribute('aria-expanded') === 'true') return;
      unread++;
      setText(count, String(unread));
      count.hidden = false;
    },
    words(words) {
      empty = words.chatEmpty;
      line.placeholder = words.sayHere;
      const none = list.querySelector<HTMLElement>('.none');
      if (none !== null) setText(none, empty);
    },
    clear() {
      list.replaceChildren(make('li', 'none', empty));
      read();
    },
    close: () => open(false),
  };
}
