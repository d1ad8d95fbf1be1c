/** The players' process: everybody is sent every state, and says something new ten times a second. */
import { ByteReader, encodeClientFrame, encodeJoin, SUBPROTOCOL } from '@madang/core';
import { BINARY, frameOf, Line, upgradeRequest } from '../load/line.ts';
import { tickGame } from './game.ts';
import type { LoadReading } from './orders.ts';

const [port = 0, players = 0] = process.argv.slice(2).map(Number);

const SNAPSHOT = 65;
const DELTA = 66;
const JOINS_AT_ONCE = 20;
const STATES_PER_INPUT = 6;
/** Ticks ahead of the newest state that inputs are for: on one machine they come in time. */
const LEAD_TICKS = 3;
const VIEW_DELAY_TICKS = 3.5;

const game = tickGame(() => {});
const request = upgradeRequest(port, '/play', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n`);
const join = frameOf(encodeJoin({ game: game.name, fingerprint: game.fingerprint }));
const count = { connected: 0, frames: 0 };

for (let first = 0; first < players; first += JOINS_AT_ONCE) {
  const some = Math.min(JOINS_AT_ONCE, players - first);
  await Promise.all(Array.from({ length: some }, (_, index) => enter(first + index)));
}
process.on('message', () => {
  const reading: LoadReading = { ...count };
  process.send?.(reading);
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });

/** Resolves with the first state. */
function enter(number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let states = number;
    new Line(port, number, request, {
      opened: (line) => line.send(join),
      message(line, data, start, end) {
        if (data[start] === SNAPSHOT) {
          count.connected++;
          resolve();
        }
        if (data[start] !== DELTA) return;
        count.frames++;
        if (++states % STATES_PER_INPUT === 0) {
          const seenTick = new ByteReader(data.subarray(start + 1, end)).varint();
          line.send(inputAfter(seenTick, ((states / STATES_PER_INPUT) % 3) - 1));
        }
      },
      gone(_line, why) {
        count.connected--;
        reject(new Error(`player ${number} is gone: ${why}`));
      },
    });
  });
}

function inputAfter(seenTick: number, turn: number): Buffer {
  const tick = seenTick + LEAD_TICKS;
  const input = { kind: 'input', tick, seenTick, viewDelayTicks: VIEW_DELAY_TICKS, input: { turn } } as const;
  return frameOf(encodeClientFrame(game, input), BINARY);
}
