/** The first panel: a name, and the two ways in. Names keep within 32 code points, whatever they are made of. */
import { cutToPoints } from '../characters.ts';
import { byId } from '../dom.ts';
import { recall, remember } from '../memory.ts';

const NAME_POINTS_MAX = 32;

export interface Menu {
  /** `suggestion` is the name for somebody who has none yet: nobody should have to think of one before playing. */
  open(invited: boolean, suggestion: string): void;
  close(): void;
}

export function createMenu(ways: { play(name: string): void; watch(): void }): Menu {
  const menu = byId('menu', HTMLElement);
  const form = byId('menu-form', HTMLFormElement);
  const input = byId('name', HTMLInputElement);
  const invitation = byId('invitation', HTMLElement);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = trimName(input.value);
    if (name === '') {
      input.focus();
      return;
    }
    remember('name', name);
    ways.play(name);
  });
  input.addEventListener('input', () => {
    // maxlength counts UTF-16 halves; a name counts code points.
    const fitting = cutToPoints(input.value, NAME_POINTS_MAX);
    if (input.value !== fitting) input.value = fitting;
  });
  byId('watch', HTMLButtonElement).addEventListener('click', () => ways.watch());

  return {
    open(invited, suggestion) {
      menu.hidden = false;
      invitation.hidden = !invited;
      if (input.value === '') input.value = recall('name') ?? suggestion;
      // On a phone the keyboard would cover what the panel says.
      if (!matchMedia('(pointer: fine)').matches) return;
      input.focus();
      input.select();
    },
    close() {
      menu.hidden = true;
      input.blur();
    },
  };
}

/**
 * The server refuses a name that ends in the middle of an emoji, and counts after putting accents and letters
 * together.
 */
export function trimName(text: string): string {
  return cutToPoints(text.normalize('NFC').replace(/\s+/gu, ' ').trim(), NAME_POINTS_MAX).trim();
}
