/**
 * The floor under any server of this world on `ws`: it knows no world, and writes every player a frame of the size that our server's
 * have, at the same rate. What a real server costs beyond it is its own doing.
 */
import { WebSocketServer } from 'ws';
import { TICK_RATE_HZ } from './game.ts';
import type { ServerReading } from './server.ts';

const DELTA = 66;
const frameBytes = Number(process.argv[3]);

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket) => {
  // The answer to the join; what else comes is taken and forgotten, as it is read all the same.
  socket.once('message', () => socket.send(Uint8Array.of(0)));
  socket.on('message', () => {});
});
let ticks = 0;
const startedAt = performance.now();
const tick = (): void => {
  ticks++;
  const frame = Buffer.alloc(frameBytes, ticks);
  frame[0] = DELTA;
  for (const socket of server.clients) socket.send(frame);
  setTimeout(tick, startedAt + (ticks * 1000) / TICK_RATE_HZ - performance.now());
};
server.on('listening', () => {
  tick();
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const reading: ServerReading = {
    cpuMs: (user + system) / 1000,
    ticks,
    slippedTicks: 0,
    residentBytes: process.memoryUsage.rss(),
  };
  process.send?.(reading);
});
process.on('disconnect', () => process.exit());
