/** What this browser remembers between visits. Storage may be blocked or full; then nothing is remembered, quietly. */

export type Remembered = 'name' | 'sound' | 'language';

const STAY = 'madang.arena.stay';

export function recall(key: Remembered): string | null {
  try {
    return localStorage.getItem(`madang.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: Remembered, value: string): void {
  try {
    localStorage.setItem(`madang.${key}`, value);
  } catch {
    // Private windows refuse: the choice then lasts as long as the page.
  }
}

/** The name this tab plays under, so that a page that is loaded again goes on with it; null where it does not play. */
export function stayedAs(): string | null {
  try {
    return sessionStorage.getItem(STAY);
  } catch {
    return null;
  }
}

/** Null once it plays no more. */
export function stayAs(name: string | null): void {
  try {
    if (name === null) sessionStorage.removeItem(STAY);
    else sessionStorage.setItem(STAY, name);
  } catch {
    // A reload then shows the menu.
  }
}
