/** What is wrong with a request, before anything is done for it. Nothing here throws, whatever stands in it. */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '../gateways/limits.ts';
import type { HttpRefusal } from './refusal.ts';

/** The only version there is. Version 8 is a draft whose browsers hid their origin elsewhere. */
const WEBSOCKET_VERSION = '13';

/** Why a request of any kind is not taken, or null. */
export function objectionTo(request: IncomingMessage, limits: Limits): HttpRefusal | null {
  const { rawHeaders, url = '' } = request;
  if (rawHeaders.length / 2 > limits.headers) return HEADERS_TOO_LARGE;
  if (url.length > limits.urlBytes) {
    return { status: '414 URI Too Long', reason: 'URL_TOO_LONG', sentence: 'This address is too long.' };
  }
  // Two of them are read one way by a proxy and another way by us, and the origin is judged by it.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts !== 1) return badRequest('A request names one host.');
  return null;
}

/** Why a request to upgrade is not taken, or null; the path and the origin are looked at elsewhere. */
export function objectionToUpgrade({ httpVersion, method, headers }: IncomingMessage): HttpRefusal | null {
  if (method !== 'GET') {
    return {
      status: '405 Method Not Allowed',
      reason: 'BAD_REQUEST',
      sentence: 'Use GET.',
      headers: { Allow: 'GET' },
    };
  }
  if (httpVersion !== '1.1') return badRequest('Only HTTP/1.1 can be upgraded from.');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return badRequest('Only WebSocket can be upgraded to.');
  if (headers['sec-websocket-version'] !== WEBSOCKET_VERSION) {
    return {
      status: '426 Upgrade Required',
      reason: 'BAD_REQUEST',
      sentence: 'This is another version of WebSocket.',
      headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': WEBSOCKET_VERSION },
    };
  }
  return null;
}

/** What is answered to bytes that never became a request, by the code of the runtime's error; null for a broken line. */
export function answerToBroken(code: unknown): HttpRefusal | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return HEADERS_TOO_LARGE;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: '408 Request Timeout', reason: 'REQUEST_TIMEOUT', sentence: 'No whole request came in time.' };
    default:
      return typeof code === 'string' && code.startsWith('HPE_') ? badRequest('This is no HTTP request.') : null;
  }
}

function badRequest(sentence: string): HttpRefusal {
  return { status: '400 Bad Request', reason: 'BAD_REQUEST', sentence };
}

const HEADERS_TOO_LARGE: HttpRefusal = {
  status: '431 Request Header Fields Too Large',
  reason: 'HEADERS_TOO_LARGE',
  sentence: 'There are too many headers, or they are too long.',
};
