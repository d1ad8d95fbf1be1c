/** Answers to requests that no protocol gets to see, and to connections that never became a request. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DoorRefusal } from '../ports/gateway.ts';

/** Whoever comes while the server stops is asked to come back after this: by then another may be in its place. */
const STOPPING_RETRY_MS = 5_000;

/** What is answered, and the reason it is counted under. */
export interface HttpRefusal {
  /** With its phrase: `400 Bad Request`. */
  readonly status: `${number} ${string}`;
  readonly reason: string;
  readonly sentence: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers on a socket that no longer belongs to the runtime's HTTP server, and closes it. */
export function refuseSocket(socket: Duplex, { status, sentence, headers = {} }: HttpRefusal): void {
  const body = `${sentence}\n`;
  const lines = Object.entries({
    Connection: 'close',
    'Content-Type': 'text/plain',
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  // Nobody reads this socket any more, so that its other side's end would go unseen.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
}

/** Answers a request and closes its connection. */
export function refuseRequest(response: ServerResponse, { status, sentence, headers = {} }: HttpRefusal): void {
  response.writeHead(Number(status.slice(0, 3)), { Connection: 'close', 'Content-Type': 'text/plain', ...headers });
  response.end(`${sentence}\n`);
}

/** How a refusal at the turnstile is answered. */
export function refusalOf({ code, message, details }: DoorRefusal): HttpRefusal {
  const status = code === 'SERVER_BUSY' ? '503 Service Unavailable' : '429 Too Many Requests';
  return busy(status, code, message, details.retryAfterMs);
}

export const NOT_FOUND: HttpRefusal = {
  status: '404 Not Found',
  reason: 'NOT_FOUND',
  sentence: 'There is no WebSocket at this address.',
};

export const BAD_HANDSHAKE: HttpRefusal = {
  status: '400 Bad Request',
  reason: 'BAD_REQUEST',
  sentence: 'This is no WebSocket handshake.',
};

export const FORBIDDEN_ORIGIN: HttpRefusal = {
  status: '403 Forbidden',
  reason: 'FORBIDDEN_ORIGIN',
  sentence: 'FORBIDDEN_ORIGIN: this page may not connect.',
};

export const STOPPING = busy(
  '503 Service Unavailable',
  'SERVER_STOPPING',
  'The server is about to stop.',
  STOPPING_RETRY_MS,
);

function busy(status: HttpRefusal['status'], reason: string, sentence: string, retryAfterMs: number): HttpRefusal {
  return {
    status,
    reason,
    sentence: `${reason}: ${sentence}`,
    // As HTTP has it: whole seconds, and never less than was asked for.
    headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
  };
}
