/** What the server answers over plain HTTP: health, rooms, games, pages. */
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Game, GameError, isGameError, type JsonValue } from '@madang/core';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import { listedValue } from '../lobby/room-filter.ts';
import type { Directory } from '../ports/directory.ts';
import { ROOM_SORTS, type RoomQuery } from '../ports/room-query.ts';
import type { Rooms } from '../room/rooms.ts';

/** Names of filters in an address begin so: `where.mode=duel`. */
const WHERE = 'where.';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** A folder of built pages and where it is served. */
export interface Pages {
  /** Begins with a slash: `/` or `/land-grab`. */
  readonly path: string;
  readonly folder: string;
}

export interface ApiOptions {
  readonly rooms: Rooms;
  readonly directory: Directory;
  readonly pages: readonly Pages[];
  /** Answers of the operator's own, as JSON. */
  readonly routes: readonly { readonly path: string; answer(): Promise<JsonValue> }[];
  /** Adds the routes that ask the store. */
  serveStored(api: Hono<{ Bindings: HttpBindings }>): void;
  /** Paths that answer a WebSocket upgrade only. */
  readonly upgradePaths: readonly string[];
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly log: Logger;
  isStopping(): boolean;
  /** True before players are let in. */
  isStarting(): boolean;
  /** True while what happens cannot be written down. */
  isDegraded(): boolean;
}

export function createApi(options: ApiOptions): Hono<{ Bindings: HttpBindings }> {
  const { rooms, directory, pages, routes, upgradePaths, metrics, log, isStopping, isStarting, isDegraded } = options;
  const api = new Hono<{ Bindings: HttpBindings }>();
  api.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // Pages may be opened under any name of this machine; WebSockets need their scheme said.
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        frameAncestors: ["'self'"],
      },
      // The server itself speaks plain HTTP; whoever ends TLS before it says this.
      strictTransportSecurity: false,
    }),
  );
  for (const path of upgradePaths) {
    api.all(path, (c) =>
      c.text('This address speaks WebSocket.\n', 426, { Upgrade: 'websocket', Connection: 'Upgrade' }),
    );
  }
  api.get('/healthz', (c) => {
    // Degraded is healthy: rooms go on, and whoever restarts a server for it would end what still runs.
    const status = isStopping() ? 'stopping' : isStarting() ? 'starting' : isDegraded() ? 'degraded' : 'ok';
    const body = { status, rooms: rooms.all.length };
    return c.json(body, isStopping() || isStarting() ? 503 : 200);
  });
  api.get('/metrics', async (c) => {
    // Figures are the operator's own, and whoever comes through a proxy of this machine is not from this machine.
    const { address = '' } = getConnInfo(c).remote;
    if (!LOOPBACK.has(address) || c.req.header('x-forwarded-for') !== undefined) return c.notFound();
    return c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
  });
  api.get('/api/rooms', async (c) => {
    return c.json({ rooms: await directory.list(queryOf(rooms, c.req.query())) });
  });
  options.serveStored(api);
  api.get('/api/games', (c) =>
    c.json({
      games: rooms.games.map(({ name, title, seats, tickRateHz, words }) => ({
        name,
        title: title ?? {},
        seats,
        tickRateHz,
        words: Object.keys(words ?? {}),
      })),
    }),
  );
  for (const { path, answer } of routes) api.get(path, async (c) => c.json(await answer()));
  // The longest path first: `/` would otherwise answer for all of them.
  for (const { path, folder } of [...pages].sort((a, b) => b.path.length - a.path.length)) {
    const base = path === '/' ? '' : path;
    if (base !== '') api.get(base, (c) => c.redirect(`${base}/${new URL(c.req.url).search}`));
    api.use(`${base}/assets/*`, async (c, next) => {
      await next();
      if (c.res.ok) c.res.headers.set('Cache-Control', 'public, max-age=31536000, immutable');
    });
    const serve = serveStatic({ root: folder, rewriteRequestPath: (requested) => requested.slice(base.length) || '/' });
    api.get(`${base}/*`, async (c, next) => {
      return (await isPage(folder, c.req.path.slice(base.length))) ? serve(c, next) : c.notFound();
    });
  }
  api.onError((err, c) => {
    if (isGameError(err, 'STORE_DOWN')) c.header('Retry-After', String(Math.ceil(err.details.retryAfterMs / 1000)));
    if (isGameError(err)) return c.json({ code: err.code, message: err.message }, statusOf(err));
    log.error({ err, path: c.req.path }, 'answering a request failed');
    return c.text('The server failed to answer.\n', 500);
  });
  api.notFound((c) => c.text('Not found.\n', 404));
  return api;
}

/** True where there is a page of the folder at this path: nothing hidden, and no link to what lies outside. */
async function isPage(folder: string, path: string): Promise<boolean> {
  if (path.includes('/.')) return false;
  try {
    const asked = join(folder, path);
    const file = (await stat(asked)).isDirectory() ? join(asked, 'index.html') : asked;
    return (await realpath(file)).startsWith(`${await realpath(folder)}${sep}`);
  } catch {
    return false;
  }
}

/** What an address asks for. Throws BAD_MESSAGE for what it does not know. */
function queryOf(rooms: Rooms, asked: Readonly<Record<string, string>>): RoomQuery {
  const { game: name, sort, limit, open, ...rest } = asked;
  const game = name === undefined ? undefined : rooms.game(name);
  const known = ROOM_SORTS.find((one) => one === sort);
  if (sort !== undefined && known === undefined) throw badQuery(`sort can be ${ROOM_SORTS.join(', ')}`);
  const where = Object.entries(rest).map(([key, value]) => {
    if (!key.startsWith(WHERE)) throw badQuery(`${key.slice(0, 32)} is not known`);
    return whereOf(game, key.slice(WHERE.length), value);
  });
  return {
    ...(game === undefined ? {} : { game: game.name }),
    ...(known === undefined ? {} : { sort: known }),
    ...(limit === undefined ? {} : { limit: Number(limit) || 0 }),
    isOpen: open === '1' || open === 'true',
    where: Object.fromEntries(where),
  };
}

/** A filter as an address has it: text, which may be a number or a truth. Throws BAD_MESSAGE for what the field is not. */
function whereOf(game: Game | undefined, field: string, text: string): readonly [string, JsonValue] {
  const meant: JsonValue[] = [text];
  if (text.trim() !== '' && Number.isFinite(Number(text))) meant.unshift(Number(text));
  if (text === 'true' || text === 'false') meant.unshift(text === 'true');
  for (const value of meant.slice(0, -1)) {
    try {
      return [field, listedValue(game ?? null, field, value)];
    } catch (error) {
      if (!isGameError(error, 'BAD_MESSAGE')) throw error;
    }
  }
  return [field, listedValue(game ?? null, field, text)];
}

function badQuery(reason: string): GameError {
  return new GameError('BAD_MESSAGE', `This list cannot be given: ${reason}.`, { reason });
}

function statusOf({ code }: GameError): 400 | 401 | 403 | 404 | 409 | 412 | 413 | 429 | 503 {
  switch (code) {
    case 'UNAUTHENTICATED':
    case 'SESSION_EXPIRED':
      return 401;
    case 'FORBIDDEN':
    case 'BANNED':
      return 403;
    case 'GAME_UNKNOWN':
    case 'BOARD_UNKNOWN':
    case 'DOCUMENT_UNKNOWN':
    case 'ROOM_GONE':
      return 404;
    case 'DOCUMENTS_FULL':
      return 409;
    case 'STALE_VERSION':
      return 412;
    case 'MESSAGE_TOO_LARGE':
      return 413;
    case 'RATE_LIMITED':
      return 429;
    case 'SERVER_BUSY':
    case 'SERVER_STOPPING':
    case 'STORE_DOWN':
      return 503;
    default:
      return 400;
  }
}
