/** Being somebody without signing up: a guest of a server, the same one on this device as long as what it was given is kept. */

/** How long a token is shown before it is renewed. */
const RENEW_MS = 60_000;

/** What a guest needs of where it runs. */
export interface GuestOptions {
  /** Where the token and the secret of this device are kept: the browser's own storage of this site unless told otherwise. */
  readonly kept?: { load(key: string): string | null; save(key: string, token: string): void };
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * An `identity` for `connect` and `openLobby`: asks the server for a guest's token the first time, and from then on has it
 * renewed, at most once a minute. Where the server cannot be asked, what is kept is shown. Rejects where there is nothing to show.
 */
export function guest(url?: string, options: GuestOptions = {}): () => Promise<string> {
  const { kept = deviceTokens, fetch = globalThis.fetch.bind(globalThis) } = options;
  let asked: Promise<string> | null = null;
  let askedAtMs = 0;
  return () => {
    // A server that was restarted may know this guest no more: a page that stays open asks anew.
    if (asked === null || performance.now() - askedAtMs > RENEW_MS) {
      asked = null;
      askedAtMs = performance.now();
    }
    asked ??= tokenFrom(new URL('/api/guest', httpAddress(url)).href, kept, fetch).catch((error: unknown) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}

async function tokenFrom(
  address: string,
  kept: NonNullable<GuestOptions['kept']>,
  fetch: NonNullable<GuestOptions['fetch']>,
): Promise<string> {
  const key = `madang guest ${address}`;
  const deviceKey = `madang device ${address}`;
  const known = kept.load(key);
  const device = kept.load(deviceKey);
  // Where the token has ended the server looks at the device's secret; to a device that has none it gives one.
  const ask = (token: string | null, secret: string | null): Promise<Response> =>
    fetch(address, {
      method: 'POST',
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      body: JSON.stringify({ device: secret ?? true }),
    });
  try {
    let answer = await ask(known, device);
    // A server that knows its guests no more makes a new one.
    if ((known !== null || device !== null) && answer.status === 401) answer = await ask(null, null);
    if (!answer.ok) throw new Error(`the server gave no guest's token: HTTP ${answer.status}`);
    const { token, device: given }: { token?: unknown; device?: unknown } = await answer.json();
    if (typeof token !== 'string') throw new Error("the server gave no guest's token");
    kept.save(key, token);
    if (typeof given === 'string') kept.save(deviceKey, given);
    return token;
  } catch (error) {
    if (known === null) throw error;
    return known;
  }
}

function httpAddress(url: string | undefined): string {
  return (url ?? globalThis.location.origin).replace(/^ws/u, 'http');
}

const deviceTokens: NonNullable<GuestOptions['kept']> = {
  load(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  save(key, token) {
    try {
      localStorage.setItem(key, token);
    } catch {
      // A page in private mode is somebody else the next time.
    }
  },
};
