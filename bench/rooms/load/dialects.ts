/** How each server is asked for a seat, and how its first state is told from what else it says. */
import {
  applyServerFrame,
  ByteReader,
  encodeClientFrame,
  encodeJoin,
  type JoinRequest,
  SUBPROTOCOL,
} from '@madang/core';
import { BINARY, frameOf, type Line, TEXT, upgradeRequest } from '../../load/line.ts';
import { Reservations } from '../../load/reservations.ts';
import { gameOf } from '../madang-games.ts';
import type { Setting } from '../setting.ts';
import type { LoadStart } from './orders.ts';

/** What a message means to a player. */
export type Heard =
  /** The whole state, the first of it: the player plays. */
  | 'first'
  | 'update'
  | 'other'
  /** What the seat can be taken up again with, and whether it was. */
  | { readonly token: string; readonly isReturn: boolean }
  | { readonly refused: string; readonly retryAfterMs: number | null };

export interface Dialect {
  /** The request for the upgrade that begins a player's way into a room. */
  ask(): Buffer | Promise<Buffer>;
  /** What this player says first, once upgraded; null where the server speaks first. With a token: by who returns to a seat. */
  hello(token: string | null): Buffer | null;
  /** Reads a message, and answers it where the protocol says so. */
  hear(line: Line, data: Buffer, start: number, end: number): Heard;
  /** What is said by one who leaves for good; null where the closing says it. */
  readonly farewell: Buffer | null;
}

/** The way into rooms of this kind. */
export function dialectOf({ server, port, setting }: LoadStart, kind: string): Dialect {
  switch (server) {
    case 'madang':
      return madang(port, setting, kind);
    case 'colyseus':
      return colyseus(port, kind);
    case 'socketio':
      return socketIo(port, kind);
    case 'floor':
      return floor(port, kind);
  }
}

function madang(port: number, setting: Setting, kind: string): Dialect {
  const WELCOME = 64;
  const SNAPSHOT = 65;
  const DELTA = 66;
  const REFUSAL = 69;
  const shape = setting[kind];
  if (shape === undefined) throw new RangeError(`there are no rooms of the kind ${kind}`);
  const game = gameOf(kind, shape);
  const request = upgradeRequest(port, '/play', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n`);
  const join: JoinRequest = {
    game: game.name,
    fingerprint: game.fingerprint,
    way: 'any',
    key: '',
    name: '',
    identity: '',
    isSpectator: false,
    isPrivate: false,
    options: null,
  };
  const hello = frameOf(encodeJoin(join));
  return {
    ask: () => request,
    hello: (token) => (token === null ? hello : frameOf(encodeJoin({ ...join, way: 'return', key: token }))),
    hear(_line, data, start, end) {
      const byte = data[start];
      if (byte === DELTA) return 'update';
      if (byte === SNAPSHOT) return 'first';
      if (byte !== REFUSAL && byte !== WELCOME) return 'other';
      const frame = applyServerFrame(game, null, 0, new ByteReader(data.subarray(start, end)));
      if (frame.kind === 'welcome') return { token: frame.token, isReturn: frame.isReturn };
      return frame.kind === 'refusal' ? refused(frame.code, frame.details) : 'other';
    },
    farewell: frameOf(encodeClientFrame(game, { kind: 'leave' })),
  };
}

function refused(code: string, details: unknown): Heard {
  const isTold = typeof details === 'object' && details !== null && 'retryAfterMs' in details;
  return { refused: code, retryAfterMs: isTold ? Number(details.retryAfterMs) : null };
}

function colyseus(port: number, kind: string): Dialect {
  const JOIN_ROOM = 10;
  const ERROR = 11;
  const LEAVE_ROOM = 12;
  const ROOM_STATE = 14;
  const ROOM_STATE_PATCH = 15;
  const reservations = new Reservations(port);
  const acknowledgement = frameOf(Uint8Array.of(JOIN_ROOM));
  return {
    async ask() {
      const answer = await reservations.post(`/matchmake/joinOrCreate/${kind}`, '{}');
      const { processId, roomId, sessionId } = JSON.parse(answer) as Record<string, string>;
      return upgradeRequest(port, `/${processId}/${roomId}?sessionId=${sessionId}`);
    },
    hello: () => null,
    hear(line, data, start, end) {
      switch (data[start]) {
        case JOIN_ROOM:
          line.send(acknowledgement);
          return 'other';
        case ROOM_STATE:
          return 'first';
        case ROOM_STATE_PATCH:
          return 'update';
        case ERROR:
          return { refused: data.toString('latin1', start, end), retryAfterMs: null };
        default:
          return 'other';
      }
    },
    farewell: frameOf(Uint8Array.of(LEAVE_ROOM)),
  };
}

function socketIo(port: number, kind: string): Dialect {
  const OPEN = '0'.charCodeAt(0);
  const PING = '2'.charCodeAt(0);
  const MESSAGE = '4'.charCodeAt(0);
  const EVENT = '2'.charCodeAt(0);
  const CONNECT_ERROR = '4'.charCodeAt(0);
  const request = upgradeRequest(port, '/socket.io/?EIO=4&transport=websocket');
  const connect = frameOf(Buffer.from(`40/${kind},`), TEXT);
  const pong = frameOf(Buffer.from('3'), TEXT);
  return {
    ask: () => request,
    hello: () => null,
    hear(line, data, start, end) {
      const kindOfPacket = data[start];
      if (kindOfPacket === OPEN) line.send(connect);
      else if (kindOfPacket === PING) line.send(pong);
      if (kindOfPacket !== MESSAGE) return 'other';
      if (data[start + 1] === CONNECT_ERROR) return { refused: data.toString('utf8', start, end), retryAfterMs: null };
      // Each state is whole: the first is whatever comes first.
      return data[start + 1] === EVENT ? 'first' : 'other';
    },
    farewell: null,
  };
}

function floor(port: number, kind: string): Dialect {
  const WHOLE = 1;
  const request = upgradeRequest(port, '/');
  const hello = frameOf(Buffer.from(kind), BINARY);
  return {
    ask: () => request,
    hello: () => hello,
    hear: (_line, data, start) => (data[start] === WHOLE ? 'first' : 'update'),
    farewell: null,
  };
}
