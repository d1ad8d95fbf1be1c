/** The players' process: as little work per frame as can be, so that it is the server that is measured. */
import { encodeClientFrame, encodeJoin, SUBPROTOCOL } from '@madang/core';
import WebSocket from 'ws';
import { arenaOf } from './game.ts';

/** What all players together have been sent so far. */
export interface LoadReading {
  readonly frames: number;
  readonly bytes: number;
}

const [players = 0, port = 0] = process.argv.slice(2).map(Number);
const JOINS_AT_ONCE = 20;
const DELTA = 66;
const TICK_RATE_HZ = 20;

const game = arenaOf('none');
const join = encodeJoin({ game: game.name, fingerprint: game.fingerprint });
const count = { frames: 0, bytes: 0 };
const sockets: WebSocket[] = [];
for (let i = 0; i < players; i += JOINS_AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(JOINS_AT_ONCE, players - i) }, () => connectOne()));
}
// Each player says something new every fourth tick; they are spread over the ticks.
let turn = 0;
setInterval(() => {
  turn++;
  const timed = { tick: turn, seenTick: 0, viewDelayTicks: 3 };
  const inputs = [-1, 0, 1].map((way) => encodeClientFrame(game, { kind: 'input', ...timed, input: { turn: way } }));
  for (let i = turn % 4; i < sockets.length; i += 4) sockets[i]?.send(inputs[(i + turn) % 3] ?? join);
}, 1000 / TICK_RATE_HZ);

process.on('message', () => void process.send?.({ ...count }));
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

function connectOne(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/play`, SUBPROTOCOL);
    socket.on('open', () => socket.send(join));
    socket.once('message', () => resolve());
    socket.on('message', (data: Buffer) => {
      if (data[0] !== DELTA) return;
      count.frames++;
      count.bytes += data.length;
    });
    socket.on('error', reject);
    sockets.push(socket);
  });
}
