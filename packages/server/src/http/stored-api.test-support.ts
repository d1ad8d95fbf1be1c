/** The HTTP API of a server with a store that can fail, on a clock that tests move. */
import { defineGame, type JsonValue, seededRandom } from '@madang/core';
import pino from 'pino';
import { type BoardOptions, Boards } from '../boards/boards.ts';
import { Identity } from '../identity/identity.ts';
import { Lockout } from '../identity/lockout.ts';
import { Sanctions } from '../identity/sanctions.ts';
import { Sessions } from '../identity/sessions.ts';
import { failingStore } from '../memory/failing-store.test-support.ts';
import { host } from '../room/room.test-support.ts';
import { createApi } from './api.ts';
import type { DocumentAccess } from './me-api.ts';
import { serveStored } from './stored-api.ts';

export const START_MS = Date.UTC(2026, 10, 22);
export const DAY_MS = 24 * 60 * 60 * 1000;

const still = defineGame({ name: 'still', tickRateHz: 1, seats: 1, state: {}, input: {} });

export interface Asking {
  readonly method?: string;
  readonly token?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Null where it was no JSON. */
  readonly body: JsonValue;
  readonly text: string;
}

export interface WorldOptions {
  readonly boards?: Readonly<Record<string, BoardOptions>>;
  readonly documents?: Readonly<Record<string, DocumentAccess>>;
}

export function apiWorld({ boards: boardOptions = {}, documents = {} }: WorldOptions = {}) {
  const { store, kept, calls, failsAs } = failingStore();
  const { clock, rooms, directory } = host([still]);
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const random = seededRandom(1);
  const wallNowMs = (): number => START_MS + clock.nowMs();
  const fetch = async (): Promise<Response> => Response.error();
  const lockout = new Lockout(clock);
  const secret = 'a secret of more than thirty-two bytes';
  const identity = new Identity({ guests: { secret } }, { clock, random, fetch, lockout, log, wallNowMs });
  const sanctions = new Sanctions({ store, clock, random, log, wallNowMs });
  const sessions = new Sessions({ clock, bans: sanctions, sanctions, log, connectionsPerUser: 8, wallNowMs });
  const boards = new Boards({ boards: boardOptions, leaderboards: store.leaderboards, log, wallNowMs });
  const api = createApi({
    rooms,
    directory,
    serveStored: (hono) => {
      const addressOf = (c: { req: { header(name: string): string | undefined } }): string =>
        c.req.header('x-test-address') ?? '192.0.2.1';
      serveStored(hono, {
        identity,
        sessions,
        store,
        boards,
        documents,
        clock,
        random,
        log,
        addressOf,
        wallNowMs,
      });
    },
    pages: [],
    routes: [],
    upgradePaths: [],
    metrics: { text: async () => '', contentType: 'text/plain' },
    log,
    isStopping: () => false,
    isStarting: () => false,
    isDegraded: () => false,
  });

  const ask = async (path: string, asking: Asking = {}): Promise<Answered> => {
    const { method = 'GET', token, body, headers = {}, address } = asking;
    const answer = await api.request(path, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(address === undefined ? {} : { 'x-test-address': address }),
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  /** Asks to be a guest; `device` as a client says it. */
  const guest = async (asking: Asking & { device?: string | true } = {}) => {
    const { device, ...more } = asking;
    const body = device === undefined ? undefined : JSON.stringify({ device });
    const answer = await ask('/api/guest', { method: 'POST', ...more, ...(body === undefined ? {} : { body }) });
    const told = (answer.body ?? {}) as { token?: string; device?: string; user?: { id: string } };
    return {
      status: answer.status,
      code: (answer.body as { code?: string } | null)?.code,
      token: told.token ?? '',
      device: told.device,
      id: told.user?.id ?? '',
    };
  };
  return { ask, guest, clock, sessions, sanctions, boards, store, kept, calls, failsAs, logged };
}
