/** The browser builds of the official client that come with `socket.io`: pages load them from the server they talk to. */
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const FILES: ReadonlySet<string> = new Set(['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js']);

/** Answers a request for one of the client's files; false where it is for something else. */
export function serveClientFile(path: string, request: IncomingMessage, response: ServerResponse): boolean {
  const file = (request.url ?? '').slice(path.length).replace(/\?.*$/u, '');
  if (request.method !== 'GET' || !FILES.has(file)) return false;
  const folder = dirname(createRequire(import.meta.url).resolve('socket.io/package.json'));
  response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  createReadStream(join(folder, 'client-dist', file))
    .on('error', () => response.destroy())
    .pipe(response);
  return true;
}
