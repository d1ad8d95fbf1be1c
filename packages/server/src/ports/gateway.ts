/** A way in that brings its own protocol over the server's HTTP port, such as Socket.IO. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GameError } from '@madang/core';
import type { LinkContext } from '../gateways/player-link.ts';

/** What a gateway is given to serve. */
export interface GatewayContext extends LinkContext {
  /** Origins of other sites' pages that may connect, for protocols whose browsers ask before they send. */
  readonly allowedOrigins: readonly string[];
  /**
   * Lets a player's connection in that comes as plain requests, or answers why not; whoever lets it in tells when it leaves.
   * Upgraded connections come with their visitor.
   */
  enter(request: IncomingMessage): Visitor | DoorRefusal;
}

/** One connection that was let in: counted until it leaves. */
export interface Visitor {
  /** Where it comes from, behind our own proxies: for logs and limits. */
  readonly address: string;
  readonly isAdmitted: boolean;
  /** Somebody plays over it: what is refused to strangers is allowed from now on. Calling twice is fine. */
  admit(): void;
  /** It is gone. Calling twice is fine. */
  leave(): void;
}

/** Why no more connections are taken, from this address or at all, and when to ask again. */
export type DoorRefusal = GameError<'TOO_MANY_CONNECTIONS' | 'SERVER_BUSY'>;

export interface Gateway {
  /** Requests below this path and upgrades at exactly this path are the gateway's; origins have been checked. */
  readonly path: string;
  /** Answers a request. */
  request(request: IncomingMessage, response: ServerResponse): void;
  /** Takes a socket over. Its visitor has come in, and leaves by itself with the socket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void;
  /** Accepts no more and resolves once its connections are gone, at the latest after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** Makes a gateway once the server knows what it serves. */
export type GatewayFactory = (context: GatewayContext) => Gateway;
