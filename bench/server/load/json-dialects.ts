/** The two dialects of JSON: of Socket.IO and of plain WebSockets. */
import { frameOf, TEXT, upgradeRequest } from '../../load/line.ts';
import type { Dialect } from './dialects.ts';
import type { LoadStart } from './orders.ts';

/**
 * Socket.IO 4 on the default namespace, over a WebSocket from the start. Players connect with `auth` of `{}`, watchers with
 * `{"spectate":true}`; players emit `input` of `{"dir":"up"}`, which holds until the next; the server emits `game_state_update` of
 * `{"tick":1,"state":{"movers":{"<id>":{"x":1,"y":2}}}}`. A server may greet with an event of its own, as ours does with `welcome`.
 */
export function socketIo({ port, setting }: LoadStart, isWatching: boolean): Dialect {
  const [OPEN, PING, MESSAGE] = codes('024');
  const [EVENT, CONNECT_ERROR] = codes('24');
  // In 42["game_state_update",…] and 42["welcome",…]: `game_error` begins with a g, too.
  const EVENT_NAME_AT = 4;
  const STATE_AT = 9;
  const [G, S, W] = codes('gsw');
  const request = upgradeRequest(port, '/socket.io/?EIO=4&transport=websocket');
  const connect = frameOf(Buffer.from(isWatching ? '40{"spectate":true}' : '40{}'), TEXT);
  const pong = frameOf(Buffer.from('3'), TEXT);
  const inputs = setting.directions.map((dir) => frameOf(Buffer.from(`42["input",${JSON.stringify({ dir })}]`), TEXT));
  return {
    ask: () => request,
    hello: null,
    hear(line, _speaker, data, start, end) {
      const packet = data[start];
      if (packet === OPEN) line.send(connect);
      else if (packet === PING) line.send(pong);
      if (packet !== MESSAGE) return 'other';
      const kind = data[start + 1];
      if (kind === CONNECT_ERROR) return { refused: data.toString('utf8', start, end) };
      if (kind !== EVENT) return 'other';
      const name = data[start + EVENT_NAME_AT];
      if (name === G && data[start + STATE_AT] === S) return 'state';
      return name === W ? 'first' : 'other';
    },
    input: (_speaker, direction) => inputs[direction] ?? pong,
    farewell: null,
  };
}

/**
 * Text over a plain WebSocket at `/websocket`, `?spectate=1` by who watches: connecting is joining. Players send a word, 우 상 좌 하; the
 * server sends `{"type":"state","tick":1,"state":{"movers":{"<id>":{"x":1,"y":2}}}}`, and may greet with the type `welcome`.
 */
export function text({ port, setting }: LoadStart, isWatching: boolean): Dialect {
  // In {"type":"state",…}, {"type":"welcome",…} and {"type":"error",…}.
  const TYPE_AT = 9;
  const [S, W, E] = codes('swe');
  const request = upgradeRequest(port, `/websocket${isWatching ? '?spectate=1' : ''}`);
  const inputs = setting.words.map((word) => frameOf(Buffer.from(word), TEXT));
  const nothing = Buffer.alloc(0);
  return {
    ask: () => request,
    hello: null,
    hear(_line, _speaker, data, start, end) {
      const type = data[start + TYPE_AT];
      if (type === S) return 'state';
      if (type === W) return 'first';
      return type === E ? { refused: data.toString('utf8', start, end) } : 'other';
    },
    input: (_speaker, direction) => inputs[direction] ?? nothing,
    farewell: null,
  };
}

/** The codes of these letters. */
function codes(letters: string): readonly number[] {
  return [...letters].map((letter) => letter.charCodeAt(0));
}
