/**
 * The HTTP port: one listener per address, one table of paths for all of them. Requests and upgrades are checked here
 * before any protocol sees them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { GameError } from '@madang/core';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { type Limits, unjoinedMax } from '../gateways/limits.ts';
import type { Counters } from '../node/counters.ts';
import { openFilesMax } from '../node/machine.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateway, Visitor } from '../ports/gateway.ts';
import { isOriginAllowed, type OriginPolicy } from './origin.ts';
import {
  FORBIDDEN_ORIGIN,
  type HttpRefusal,
  NOT_FOUND,
  refusalOf,
  refuseRequest,
  refuseSocket,
  STOPPING,
} from './refusal.ts';
import { answerToBroken, objectionTo, objectionToUpgrade } from './request-checks.ts';
import type { Turnstile } from './turnstile.ts';

/** The runtime looks for requests past their time as often as this goes into that time. */
const TIMEOUT_CHECKS = 5;

/** Files that are open beside connections. Without any left, the runtime takes connections and closes them unseen. */
const OTHER_FILES = 64;

/** How often a free port is looked for that all hosts have. */
const FREE_PORT_TRIES = 5;

const NO_SUCH_ADDRESS: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** What answers upgrades of exactly one path. */
export interface UpgradeTarget {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void;
}

export interface HttpServerOptions {
  readonly api: Hono<{ Bindings: HttpBindings }>;
  readonly gateways: readonly Gateway[];
  readonly upgrades: ReadonlyMap<string, UpgradeTarget>;
  readonly origins: OriginPolicy;
  readonly limits: Limits;
  readonly turnstile: Turnstile;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly log: Logger;
  /** True while nobody is let in to play. */
  isClosed(): boolean;
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
    const { limits, counters, log } = this.#options;
    const listener = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(limits.headersTimeoutMs / TIMEOUT_CHECKS),
      // We look ourselves, so that it is counted.
      requireHostHeader: false,
    });
    // One more than there may be: some versions of the runtime leave out what is beyond, and say nothing.
    listener.maxHeadersCount = limits.headers + 1;
    // The turnstile has the last word, and answers; here is room for pages beside players, and for those that it refuses.
    const files = openFilesMax();
    listener.maxConnections = limits.connections + unjoinedMax(limits);
    if (files !== null && files - OTHER_FILES < listener.maxConnections) {
      listener.maxConnections = Math.max(1, files - OTHER_FILES);
      log.warn({ files, connections: limits.connections }, 'this process may open fewer files than connections');
    }
    listener.on('drop', () => counters.refused('CONNECTIONS_FULL', 'a connection was dropped: there are too many'));
    listener.on('connection', (socket) => this.#connection(socket));
    listener.on('clientError', (error, socket) => this.#broken(error, socket));
    listener.on('request', (request, response) => this.#request(request, response));
    listener.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen({ port, host, ipv6Only }, () => {
        listener.off('error', reject);
        resolve();
      });
    });
    listener.on('error', (err) => log.error({ err }, 'the HTTP listener failed'));
    this.#listeners.push(listener);
    return (listener.address() as AddressInfo).port;
  }

  #connection(socket: Socket): void {
    if (this.#options.turnstile.admitsSocket(socket)) return;
    this.#options.counters.refused('TOO_MANY_CONNECTIONS', 'a connection was cut: its address holds too many');
    socket.destroy();
  }

  /** What came is no request, or none came in time. */
  #broken(error: Error, socket: Duplex): void {
    const refusal = answerToBroken(codeOf(error));
    // Where something was answered before, more of it may be under way.
    const isFresh = 'bytesWritten' in socket && socket.bytesWritten === 0;
    if (refusal === null || !socket.writable || !isFresh) return void socket.destroy();
    this.#count(refusal, 'a connection was refused');
    refuseSocket(socket, refusal);
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const gateway = this.#gatewayFor(pathOf(request));
    const { limits, isClosed } = this.#options;
    // Before the start is over it is not known who was banned and what was revoked.
    const isTooEarly = isClosed() && pathOf(request).startsWith('/api/');
    const refusal =
      objectionTo(request, limits) ??
      (isTooEarly ? STOPPING : gateway === undefined ? null : this.#objectionToPlay(request));
    if (refusal !== null) {
      this.#count(refusal, 'a request was refused');
      refuseRequest(response, refusal);
    } else if (gateway === undefined) this.#answer?.(request, response);
    else gateway.request(request, response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until a protocol takes the socket over, nobody else would hear its errors, and they would end the process.
    socket.on('error', () => {});
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    const path = pathOf(request);
    const target = this.#options.upgrades.get(path) ?? this.#options.gateways.find((gateway) => gateway.path === path);
    const objection =
      objectionTo(request, this.#options.limits) ??
      (target === undefined ? NOT_FOUND : objectionToUpgrade(request)) ??
      this.#objectionToPlay(request);
    if (target === undefined || objection !== null) return this.#refuse(socket, objection ?? NOT_FOUND);
    const visitor = this.#options.turnstile.enter(request);
    if (visitor instanceof GameError) return this.#refuse(socket, refusalOf(visitor));
    socket.once('close', () => visitor.leave());
    target.upgrade(request, socket, head, visitor);
  }

  #refuse(socket: Duplex, refusal: HttpRefusal): void {
    this.#count(refusal, 'an upgrade was refused');
    refuseSocket(socket, refusal);
  }

  #objectionToPlay({ headers }: IncomingMessage): HttpRefusal | null {
    const { origins, isClosed } = this.#options;
    if (!isOriginAllowed(origins, headers.origin, headers.host)) return FORBIDDEN_ORIGIN;
    return isClosed() ? STOPPING : null;
  }

  #count({ status, reason }: HttpRefusal, message: string): void {
    this.#options.counters.refused(reason, message, { status: Number(status.slice(0, 3)) });
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
