/** What the server answers over plain HTTP: health, rooms, games, pages. */
import { serveStatic } from '@hono/node-server/serve-static';
import type { JsonValue } from '@madang/core';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Directory } from '../ports/directory.ts';
import type { Rooms } from '../room/rooms.ts';

/** Rooms one answer lists. */
const LIST_LIMIT = 100;

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
  /** Paths that answer a WebSocket upgrade only. */
  readonly upgradePaths: readonly string[];
  readonly log: Logger;
  isStopping(): boolean;
}

export function createApi({ rooms, directory, pages, routes, upgradePaths, log, isStopping }: ApiOptions): Hono {
  const api = new Hono();
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
    const body = { status: isStopping() ? 'stopping' : 'ok', rooms: rooms.all.length };
    return c.json(body, isStopping() ? 503 : 200);
  });
  api.get('/api/rooms', async (c) => {
    const game = c.req.query('game');
    const listed = await directory.list({ limit: LIST_LIMIT, ...(game === undefined ? {} : { game }) });
    return c.json({ rooms: listed });
  });
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
    api.get(
      `${base}/*`,
      serveStatic({ root: folder, rewriteRequestPath: (requested) => requested.slice(base.length) || '/' }),
    );
  }
  api.onError((err, c) => {
    log.error({ err, path: c.req.path }, 'answering a request failed');
    return c.text('The server failed to answer.\n', 500);
  });
  api.notFound((c) => c.text('Not found.\n', 404));
  return api;
}
