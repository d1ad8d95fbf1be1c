/** The way in: a name, and with whom to play. Names keep within 32 code points, whatever they are made of. */
import { PACES, type Pace, TIME_CONTROLS } from '../../clock.ts';
import { cutToPoints } from '../characters.ts';
import { byId, make } from '../dom.ts';
import { recall, remember } from '../memory.ts';
import type { Errand } from '../session.ts';
import type { Wish } from '../ways.ts';
import type { Words } from '../words.ts';

const NAME_POINTS_MAX = 32;

export interface Menu {
  /** `suggestion` is the name for somebody who has none yet: nobody should have to think of one before playing. */
  open(invitation: string | null, suggestion: string): void;
  words(words: Words): void;
}

export function createMenu(play: (wish: Wish, errand: Errand) => void): Menu {
  const form = byId('menu-form', HTMLFormElement);
  const name = byId('name', HTMLInputElement);
  const invited = byId('invitation', HTMLElement);
  const find = byId('find', HTMLButtonElement);
  const friend = byId('friend', HTMLDetailsElement);
  const paces = byId('pace-list', HTMLElement);
  const code = byId('code', HTMLInputElement);
  let pace: Pace = PACES[0];
  let invitation: string | null = null;
  let labels: Words | null = null;

  function go(errand: Errand): void {
    const trimmed = trimName(name.value);
    if (trimmed === '') {
      name.focus();
      return;
    }
    remember('name', trimmed);
    play({ name: trimmed, pace }, errand);
  }

  function label(): void {
    if (labels !== null) find.textContent = invitation === null ? labels.find : labels.enter;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    go(invitation === null ? { way: 'find' } : { way: 'enter', code: invitation });
  });
  byId('open-room', HTMLButtonElement).addEventListener('click', () => go({ way: 'open' }));
  byId('code-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = code.value.trim();
    if (typed !== '') go({ way: 'enter', code: typed });
  });
  name.addEventListener('input', () => {
    // maxlength counts UTF-16 halves; a name counts code points.
    const fitting = cutToPoints(name.value, NAME_POINTS_MAX);
    if (name.value !== fitting) name.value = fitting;
  });

  return {
    open(from, suggestion) {
      invitation = from;
      invited.hidden = from === null;
      friend.hidden = from !== null;
      label();
      if (name.value === '') name.value = recall('name') ?? suggestion;
    },
    words(words) {
      labels = words;
      label();
      paces.replaceChildren(
        ...PACES.map((one) => {
          const option = make('label', 'pace');
          const radio = make('input');
          radio.type = 'radio';
          radio.name = 'pace';
          radio.value = one;
          radio.checked = one === pace;
          radio.addEventListener('change', () => {
            pace = one;
          });
          option.append(
            radio,
            make('b', '', words.paceName(one)),
            make('span', '', words.timeControl(TIME_CONTROLS[one])),
          );
          return option;
        }),
      );
    },
  };
}

/** The server refuses a name that ends within an emoji, and counts after putting accents and letters together. */
export function trimName(text: string): string {
  return cutToPoints(text.normalize('NFC').replace(/\s+/gu, ' ').trim(), NAME_POINTS_MAX).trim();
}
