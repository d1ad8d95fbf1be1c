/** The name this tab plays under: a page that is loaded again goes on with it. Storage may be blocked; then it asks. */

const KEY = 'madang.react-scores.stay';

export function stayedAs(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** '' once it plays no more. */
export function stayAs(name: string): void {
  try {
    if (name === '') sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, name);
  } catch {
    // A reload then asks for the name again.
  }
}
