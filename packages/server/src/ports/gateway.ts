/** A way in that brings its own protocol over the server's HTTP port, such as Socket.IO. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LinkContext } from '../gateways/player-link.ts';

/** What a gateway is given to serve. */
export interface GatewayContext extends LinkContext {
  /** Origins of other sites' pages that may connect, for protocols whose browsers ask before they send. */
  readonly allowedOrigins: readonly string[];
}

export interface Gateway {
  /** Requests below this path and upgrades at exactly this path are the gateway's; origins have been checked. */
  readonly path: string;
  /** Answers a request. */
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Takes a socket over. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Accepts no more and resolves once its connections are gone, at the latest after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** Makes a gateway once the server knows what it serves. */
export type GatewayFactory = (context: GatewayContext) => Gateway;
