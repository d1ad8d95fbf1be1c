/** `connect`: the way to a server, and from there into a room. */
import {
  encodeJoin,
  type Fields,
  type Game,
  isGameError,
  type JoinRequest,
  type JsonObject,
  type Messages,
  type StateSchema,
} from '@madang/core';
import { type Attention, pageAttention } from './attention.ts';
import { type KeptSeats, tabSeats } from './kept-seats.ts';
import { type OpenLink, openWebSocket } from './link.ts';
import type { Room } from './room.ts';
import { joinRoom, type RoomSurroundings } from './room-client.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface ConnectOptions {
  /** What opens the line; a WebSocket unless told otherwise. Wrap it to delay, drop or watch frames. */
  readonly openLink?: OpenLink;
  readonly timers?: Timers;
  /** What tells whether anybody looks: the page's visibility unless told otherwise. */
  readonly attention?: Attention;
  /**
   * Who this is: a token of the server's guests or of a provider it trusts, or what answers one; it is asked again each time a
   * seat is returned to, so that one that expires is not the end. Nobody where absent.
   */
  readonly identity?: string | (() => string | Promise<string>);
  /** Where the tokens of seats survive a reload: the tab's own storage unless told otherwise. */
  readonly kept?: KeptSeats;
  /** Spreads the tries to come back; from 0 up to 1. */
  readonly random?: () => number;
}

export interface JoinOptions {
  /** A room's id or code; any room with a free seat where absent. */
  readonly room?: string;
  /** The ticket of a match. */
  readonly ticket?: string;
  /** 1 to 32 characters; the server chooses one where absent. */
  readonly name?: string;
  /** Watches, and does not play. */
  readonly spectate?: boolean;
  /** Whether a page that was reloaded has the seat back that it had. True. */
  readonly resume?: boolean;
}

export interface CreateOptions {
  readonly name?: string;
  /** Found by its code only, and in no list. */
  readonly isPrivate?: boolean;
  /** Values for the record that the game names in `options`. */
  readonly options?: JsonObject;
}

/** A server that can be joined. Each join opens a line of its own: one line is one player. */
export interface Connection {
  readonly url: string;
  /**
   * Takes a seat and resolves once its first state is here: of a room that is named, or of any with a free one, opening a room
   * where there is none. A page that was reloaded has the seat it had. Rejects with the server's GameError (ROOM_FULL,
   * ROOM_GONE, SCHEMA_MISMATCH, …), or LINK_LOST where there is no line.
   */
  join<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages, A extends keyof S & string>(
    game: Game<S, I, C, E, A>,
    options?: JoinOptions,
  ): Promise<Room<S, I, C, E, A>>;
  /** Opens a room and takes its first seat. Rejects as `join` does, and with BAD_OPTIONS. */
  create<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages, A extends keyof S & string>(
    game: Game<S, I, C, E, A>,
    options?: CreateOptions,
  ): Promise<Room<S, I, C, E, A>>;
}

/**
 * Names a server: `wss://play.example`, `http://localhost:8888`, or nothing for the one this page came from. The path
 * `/play` is added where there is none. Opens nothing yet.
 */
export function connect(url?: string, options: ConnectOptions = {}): Connection {
  const { timers = systemTimers, attention = pageAttention, random = Math.random } = options;
  const { openLink = openWebSocket, identity = '', kept = tabSeats } = options;
  const address = playAddress(url ?? globalThis.location.origin);

  /** What this connection has now: a second player in the same tab neither takes over the first one's seat nor forgets it. */
  const held = new Map<string, string>();

  async function enter<
    S extends StateSchema,
    I extends Fields,
    C extends Messages,
    E extends Messages,
    A extends keyof S & string,
  >(game: Game<S, I, C, E, A>, wish: Partial<JoinRequest>, resume: boolean): Promise<Room<S, I, C, E, A>> {
    const { name: gameName, fingerprint } = game;
    const seatKey = (roomName: string): string => `madang ${address} ${gameName} ${roomName}`;
    const wished = seatKey(wish.way === 'room' ? (wish.key ?? '') : '');
    const whoAmI = async (): Promise<string> => (typeof identity === 'string' ? identity : identity());
    let shown = await whoAmI();
    let isFirst = true;
    const token = resume && !held.has(wished) ? kept.load(wished) : null;
    if (token !== null) held.set(wished, token);
    let mine = token;
    const surroundings: RoomSurroundings = {
      timers,
      attention,
      random,
      open: (on) => openLink(address, on),
      async request(back) {
        // Where nobody can be asked, what was shown before may still do.
        if (!isFirst) shown = await whoAmI().catch(() => shown);
        isFirst = false;
        const way = back === null ? {} : ({ way: 'return', key: back } as const);
        return encodeJoin({ ...wish, ...way, game: gameName, fingerprint, identity: shown });
      },
      keep(next, roomNames) {
        for (const key of [wished, ...roomNames.filter((name) => name !== '').map(seatKey)]) {
          if (next !== null) held.set(key, next);
          // Another seat may have been kept by that name since.
          else if (held.get(key) !== mine || !held.delete(key)) continue;
          kept.save(key, next);
        }
        mine = next;
      },
    };
    try {
      return await joinRoom(game, surroundings, token);
    } catch (error) {
      if (token === null) throw error;
      if (isGameError(error, 'SEAT_GONE') || isGameError(error, 'FORBIDDEN')) {
        // The seat of before is not there any more: that is no reason not to have another.
        surroundings.keep(null, []);
        return joinRoom(game, surroundings, null);
      }
      // What could not be found out yet is tried again with the next join.
      if (held.get(wished) === token) held.delete(wished);
      throw error;
    }
  }

  return {
    url: address,
    join(game, { room = '', ticket = '', name = '', spectate = false, resume = true } = {}) {
      const way = ticket !== '' ? 'claim' : room !== '' ? 'room' : 'any';
      const key = ticket !== '' ? ticket : room;
      return enter(game, { way, key, name, isSpectator: spectate }, resume && !spectate && ticket === '');
    },
    create(game, { isPrivate = false, options: chosen = null, name = '' } = {}) {
      return enter(game, { way: 'create', key: '', name, isPrivate, options: chosen }, false);
    },
  };
}

function playAddress(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/u, 'ws');
  if (address.pathname === '/') address.pathname = '/play';
  return address.href;
}
