/** `connect`: the way to a server, and from there into a room. */
import { encodeJoin, type Fields, type Game, type Messages, type StateSchema } from '@madang/core';
import { type Attention, pageAttention } from './attention.ts';
import { type OpenLink, openWebSocket } from './link.ts';
import { joinRoom, type Room } from './room.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface ConnectOptions {
  /** What opens the line; a WebSocket unless told otherwise. Wrap it to delay, drop or watch frames. */
  readonly openLink?: OpenLink;
  readonly timers?: Timers;
  /** What tells whether anybody looks: the page's visibility unless told otherwise. */
  readonly attention?: Attention;
}

export interface JoinOptions {
  /** A room's id; any room with a free seat where absent. */
  readonly room?: string;
  /** 1 to 32 characters; the server chooses one where absent. */
  readonly name?: string;
}

/** A server that can be joined. Each join opens a line of its own: one line is one player. */
export interface Connection {
  readonly url: string;
  /**
   * Takes a seat and resolves once its first state is here. Rejects with the server's GameError (ROOM_FULL, ROOM_GONE,
   * SCHEMA_MISMATCH, …), or LINK_LOST where there is no line.
   */
  join<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages, A extends keyof S & string>(
    game: Game<S, I, C, E, A>,
    options?: JoinOptions,
  ): Promise<Room<S, I, C, E, A>>;
}

/**
 * Names a server: `wss://play.example`, `http://localhost:8888`, or nothing for the one this page came from. The path
 * `/play` is added where there is none. Opens nothing yet.
 */
export function connect(url?: string, options: ConnectOptions = {}): Connection {
  const { openLink = openWebSocket, timers = systemTimers, attention = pageAttention } = options;
  const address = playAddress(url ?? globalThis.location.origin);
  return {
    url: address,
    join: (game, { room = '', name = '' } = {}) => {
      const request = encodeJoin({ game: game.name, fingerprint: game.fingerprint, room, name });
      return joinRoom(game, request, (on) => openLink(address, on), { timers, attention });
    },
  };
}

function playAddress(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/u, 'ws');
  if (address.pathname === '/') address.pathname = '/play';
  return address.href;
}
