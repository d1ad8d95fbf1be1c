/** What is asked over HTTP of the store: guests and their devices, leaderboards, and what is mine. */
import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Boards } from '../boards/boards.ts';
import { Devices } from '../identity/devices.ts';
import type { Identity } from '../identity/identity.ts';
import type { Sessions } from '../identity/sessions.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { serveBoards } from './boards-api.ts';
import { type ApiContext, Callers } from './caller.ts';
import { serveGuests } from './guest-api.ts';
import { type DocumentAccess, serveMe } from './me-api.ts';

export interface StoredApiOptions {
  readonly identity: Identity;
  readonly sessions: Pick<Sessions, 'check'>;
  readonly store: Store;
  readonly boards: Boards;
  readonly documents: Readonly<Record<string, DocumentAccess>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The address a request comes from, as the server's own connection says or a trusted proxy. */
  addressOf(c: ApiContext): string;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

export function serveStored(api: Hono<{ Bindings: HttpBindings }>, options: StoredApiOptions): void {
  const { store, boards, random, wallNowMs } = options;
  const callers = new Callers(options);
  serveGuests(api, { ...options, callers, devices: new Devices({ accounts: store.accounts, random, wallNowMs }) });
  serveBoards(api, { ...options, callers, boards });
  serveMe(api, { ...options, callers });
}
