/** What this browser remembers between visits. Storage may be blocked or full; then nothing is remembered, quietly. */

export type Remembered = 'name' | 'sound' | 'language';

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

/** The board this tab sits at, so that a reload finds it again. */
export function recallBoard(): string | null {
  try {
    return sessionStorage.getItem('madang.omok.board');
  } catch {
    return null;
  }
}

/** Null forgets it. */
export function rememberBoard(roomId: string | null): void {
  try {
    if (roomId === null) sessionStorage.removeItem('madang.omok.board');
    else sessionStorage.setItem('madang.omok.board', roomId);
  } catch {
    // Then a reload begins at the menu.
  }
}
