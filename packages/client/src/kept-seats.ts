/** Where the tokens of seats are kept over a reload of the page: with the tab, and with nobody else. */

export interface KeptSeats {
  /** What an earlier page of this tab has kept. Null for none, and for what this page has kept itself: that seat is taken. */
  load(key: string): string | null;
  /** Null forgets it. */
  save(key: string, token: string | null): void;
}

/** The tab's own storage. Where there is none, or it is blocked, nothing is kept and everything else works. */
export const tabSeats: KeptSeats = {
  load: (key) =>
    inTab((storage) => {
      const [page, token = null] = storage.getItem(key)?.split(' ') ?? [];
      return page === thisPage() ? null : token;
    }) ?? null,
  save: (key, token) =>
    inTab((storage) => (token === null ? storage.removeItem(key) : storage.setItem(key, `${thisPage()} ${token}`))),
};

/** No two pages of a tab begin at the same moment. */
function thisPage(): string {
  return String(performance.timeOrigin);
}

function inTab<T>(use: (storage: Storage) => T): T | undefined {
  try {
    // Where there is no page, many players may share a process.
    return globalThis.document === undefined ? undefined : use(sessionStorage);
  } catch {
    return undefined;
  }
}
