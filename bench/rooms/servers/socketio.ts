/**
 * Socket.IO 4 in the form of the Flask recipe: `connect` on a namespace takes the player into a room and emits the state to it; a
 * loop emits the whole state of each room as JSON.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { type Kind, SIDE, settingOf, type Walker, walk } from '../setting.ts';
import { report } from './reporting.ts';

const http = createServer();
const io = new Server(http);

for (const [name, kind] of Object.entries(settingOf(process.argv[2]))) serve(name, kind);
http.listen(0, '127.0.0.1', () => report((http.address() as AddressInfo).port));

function serve(name: string, { seats, tickRateHz, sendRateHz }: Kind): void {
  const namespace = io.of(`/${name}`);
  const rooms: Record<string, Walker>[] = [];
  namespace.on('connection', (socket) => {
    let number = rooms.findIndex((movers) => Object.keys(movers).length < seats);
    if (number < 0) number = rooms.push({}) - 1;
    const movers = rooms[number] ?? {};
    movers[socket.id] = { x: Math.random() * SIDE, y: Math.random() * SIDE };
    socket.join(`room-${number}`);
    socket.emit('state', movers);
    socket.on('disconnect', () => {
      delete movers[socket.id];
    });
  });
  const ticksPerSending = Math.round(tickRateHz / sendRateHz);
  let tick = 0;
  setInterval(() => {
    tick++;
    for (const [number, movers] of rooms.entries()) {
      let walker = 0;
      for (const mover of Object.values(movers)) {
        walk(mover, tick, walker++);
        mover.x = Math.round(mover.x * 100) / 100;
        mover.y = Math.round(mover.y * 100) / 100;
      }
      if (tick % ticksPerSending === 0 && walker > 0) namespace.to(`room-${number}`).emit('state', movers);
    }
  }, 1000 / tickRateHz);
}
