/**
 * The HTTP port: one listener per address, one table of paths for all of them. Requests and upgrades are checked here
 * before any protocol sees them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Gateway } from '../ports/gateway.ts';
import { isOriginAllowed, type OriginPolicy } from './origin.ts';

const HEADER_BYTES_MAX = 8 * 1024;
const HEADERS_MAX = 64;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often the runtime looks for requests past their time. */
const TIMEOUT_CHECK_MS = 1_000;

/** How often a free port is looked for that all hosts have. */
const FREE_PORT_TRIES = 5;

const NO_SUCH_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** What answers upgrades of exactly one path. */
export interface UpgradeTarget {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface HttpServerOptions {
  readonly api: Hono<{ Bindings: HttpBindings }>;
  readonly gateways: readonly Gateway[];
  readonly upgrades: ReadonlyMap<string, UpgradeTarget>;
  readonly origins: OriginPolicy;
  readonly clock: Clock;
  readonly log: Logger;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #listeners: Server[] = [];
  /** Upgraded sockets, which the runtime's own server counts no more. */
  readonly #upgraded = new Set<Duplex>();
  #answer: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;

  constructor(options: HttpServerOptions) {
    this.#options = options;
  }

  /**
   * Listens on every host at one port and answers it; 0 chooses one that is free on all of them. A host that this machine
   * does not have is skipped as long as another works. Throws the runtime's error, with its `code` (`EADDRINUSE`), when
   * one cannot be had; nothing is left listening then.
   */
  async start(port: number, hosts: readonly string[]): Promise<number> {
    this.#answer = getRequestListener(this.#options.api.fetch);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#listenOnAll(port, hosts);
      } catch (error) {
        await this.stop();
        // The port that was free on the first host may be taken on the next.
        if (port !== 0 || tries === FREE_PORT_TRIES || codeOf(error) !== 'EADDRINUSE') throw error;
      }
    }
  }

  /** Takes no more connections and cuts those that are left after `graceMs`: time enough to send a last word. */
  async stop(graceMs = 0): Promise<void> {
    const closing = this.#listeners.splice(0).map(
      (listener) =>
        new Promise<void>((resolve) => {
          listener.close(() => resolve());
          listener.closeAllConnections();
        }),
    );
    const cancel = this.#options.clock.after(graceMs, () => {
      for (const socket of this.#upgraded) socket.destroy();
    });
    await Promise.all(closing);
    cancel();
  }

  async #listenOnAll(port: number, hosts: readonly string[]): Promise<number> {
    let chosen = port;
    let unavailable: unknown = new Error('no host to listen on was given');
    for (const host of hosts) {
      try {
        // Beside a listener of its own for IPv4, one for IPv6 must keep to its family.
        chosen = await this.#listen(chosen, host, hosts.length > 1);
      } catch (error) {
        if (!NO_SUCH_ADDRESS.has(codeOf(error))) throw error;
        unavailable = error;
      }
    }
    if (this.#listeners.length === 0) throw unavailable;
    return chosen;
  }

  async #listen(port: number, host: string, ipv6Only: boolean): Promise<number> {
    const listener = createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    });
    listener.maxHeadersCount = HEADERS_MAX;
    listener.on('request', (request, response) => this.#request(request, response));
    listener.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ port, host, ipv6Only }, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    listener.on('error', (err) => this.#options.log.error({ err }, 'the HTTP listener failed'));
    this.#listeners.push(listener);
    return (listener.address() as AddressInfo).port;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const gateway = this.#gatewayFor(pathOf(request));
    if (gateway === undefined) return this.#answer?.(request, response);
    if (!this.#mayConnect(request)) {
      this.#options.log.info({ status: 403 }, 'a request of a foreign origin was refused');
      response.writeHead(403, { 'Content-Type': 'text/plain' }).end('FORBIDDEN_ORIGIN: this page may not connect.\n');
      return;
    }
    gateway.request(request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until a protocol takes the socket over, nobody else would hear its errors, and they would end the process.
    socket.on('error', () => {});
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    const path = pathOf(request);
    const target = this.#options.upgrades.get(path) ?? this.#options.gateways.find((gateway) => gateway.path === path);
    if (target === undefined) return this.#refuse(socket, '404 Not Found', 'There is no WebSocket at this address.');
    if (request.method !== 'GET') return this.#refuse(socket, '405 Method Not Allowed', 'Use GET.', 'Allow: GET\r\n');
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      return this.#refuse(socket, '400 Bad Request', 'Only WebSocket can be upgraded to.');
    }
    if (!this.#mayConnect(request)) {
      return this.#refuse(socket, '403 Forbidden', 'FORBIDDEN_ORIGIN: this page may not connect.');
    }
    target.upgrade(request, socket, head);
  }

  #refuse(socket: Duplex, status: string, sentence: string, headers = ''): void {
    this.#options.log.info({ status }, 'an upgrade was refused');
    const body = `${sentence}\n`;
    // Nobody reads this socket any more, so that its other side's end would go unseen.
    socket.once('finish', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  #mayConnect(request: IncomingMessage): boolean {
    return isOriginAllowed(this.#options.origins, request.headers.origin, request.headers.host);
  }

  #gatewayFor(path: string): Gateway | undefined {
    return this.#options.gateways.find((gateway) => path.startsWith(gateway.path));
  }
}

/** The path of a request line, whatever stands there: nothing from outside goes through `new URL` unguarded. */
function pathOf(request: IncomingMessage): string {
  const { url = '' } = request;
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
