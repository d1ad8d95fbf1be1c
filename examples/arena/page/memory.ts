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
