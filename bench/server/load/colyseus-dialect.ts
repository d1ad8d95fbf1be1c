/**
 * Colyseus 0.18: a reservation over HTTP at `joinOrCreate/<kind>` with options of `{}`, `{"spectate":true}` by who watches, then its
 * binary protocol. Players send the message `input`, whose payload is the direction as a number.
 */
import { frameOf, upgradeRequest } from '../../load/line.ts';
import { Reservations } from '../../load/reservations.ts';
import type { Dialect } from './dialects.ts';
import type { LoadStart } from './orders.ts';

const JOIN_ROOM = 10;
const ERROR = 11;
const LEAVE_ROOM = 12;
const ROOM_DATA = 13;
const ROOM_STATE = 14;
const ROOM_STATE_PATCH = 15;

/** The length of a short text in MessagePack goes into its first byte. */
const SHORT_TEXT = 0xa0;

export function colyseus({ port, setting }: LoadStart, isWatching: boolean): Dialect {
  const reservations = new Reservations(port);
  const options = isWatching ? '{"spectate":true}' : '{}';
  const acknowledgement = frameOf(Uint8Array.of(JOIN_ROOM));
  const inputs = setting.directions.map((_, direction) => frameOf(message('input', direction)));
  return {
    async ask() {
      const answer = await reservations.post(`/matchmake/joinOrCreate/${setting.kind}`, options);
      const { processId, roomId, sessionId } = JSON.parse(answer) as Record<string, string>;
      return upgradeRequest(port, `/${processId}/${roomId}?sessionId=${sessionId}`);
    },
    hello: null,
    hear(line, _speaker, data, start, end) {
      switch (data[start]) {
        case ROOM_STATE_PATCH:
          return 'state';
        case JOIN_ROOM:
          line.send(acknowledgement);
          return 'other';
        case ROOM_STATE:
          return 'first';
        case ERROR:
          return { refused: data.toString('latin1', start, end) };
        default:
          return 'other';
      }
    },
    input: (_speaker, direction) => inputs[direction] ?? acknowledgement,
    farewell: frameOf(Uint8Array.of(LEAVE_ROOM)),
  };
}

/** `room.send(type, payload)` of its SDK, for a short text and a small number. */
function message(type: string, payload: number): Buffer {
  return Buffer.from([ROOM_DATA, SHORT_TEXT | type.length, ...Buffer.from(type), payload]);
}
