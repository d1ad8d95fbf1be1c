/** The secret that makes guests' tokens good after a restart, kept with the rest of what the server keeps. */
import { isGameError } from '@madang/core';
import type { Store } from '../ports/store.ts';

const KEY = 'guest secret';
const BYTES = 48;

/** The secret that is kept, or a new one that is kept from now on. Rejects where the store fails. */
export async function guestSecret(store: Store): Promise<string> {
  const kept = await store.load(KEY);
  if (typeof kept?.value === 'string') return kept.value;
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(BYTES))).toString('base64url');
  try {
    await store.save(KEY, secret, kept?.version ?? 0);
    return secret;
  } catch (error) {
    // Another process was faster.
    if (isGameError(error, 'STALE_VERSION')) return guestSecret(store);
    throw error;
  }
}
