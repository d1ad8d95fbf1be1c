/**
 * The floor on Bun's own WebSocket server, run by Bun: the game and the protocol of the other floors, one frame for each room,
 * published to all who are in it. See PEERS.md.
 */
import { createInterface } from 'node:readline';
import { gc, type Server, type ServerWebSocket, serve } from 'bun';
import { type FloorGuest, FloorRooms, FloorTicks } from '../floor-game.ts';
import { type FloorTick, updateBytes, writeUpdate } from '../floor-protocol.ts';
import { settingOf } from '../setting.ts';

type Socket = ServerWebSocket<{ guest: FloorGuest<Socket> | null }>;

const setting = settingOf();
const rooms = new FloorRooms<Socket>(setting);

const server: Server = serve<{ guest: FloorGuest<Socket> | null }>({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, upgrading) {
    if (upgrading.upgrade(request, { data: { guest: null } })) return;
    return new Response('here are only WebSockets', { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    message(socket, message) {
      if (typeof message === 'string') return;
      const { guest } = socket.data;
      if (guest === null) enter(socket, message.toString('latin1'));
      else if (guest.mover !== null) guest.mover.direction = message[0] ?? 0;
    },
    close({ data: { guest } }) {
      guest?.room.leave(guest);
    },
  },
});

function enter(socket: Socket, hello: string): void {
  const guest = rooms.enter(socket, hello);
  if (guest === null) return socket.close();
  socket.data.guest = guest;
  socket.subscribe(topicOf(rooms.all.indexOf(guest.room)));
  socket.send(guest.room.whole(guest));
}

const ticks = new FloorTicks(setting.tickRateHz, () => {
  for (const [number, room] of rooms.all.entries()) {
    const played = room.step();
    if (played === null) continue;
    if (setting.world === null) server.publish(topicOf(number), frameOf(played));
    else for (const client of room.clients) client.send(frameOf(played));
  }
});
ticks.start();

function frameOf(tick: FloorTick): Buffer {
  const frame = Buffer.allocUnsafe(updateBytes(tick));
  writeUpdate(frame, 0, tick);
  return frame;
}

function topicOf(number: number): string {
  return `room-${number}`;
}

// As `reporting.ts`, which asks V8 for its collections.
const questions = createInterface({ input: process.stdin });
questions.on('line', (question) => {
  if (question === 'collect') gc(true);
  say({ slippedTicks: ticks.slipped, tickP99Ms: null });
});
questions.on('close', () => process.exit());
say({ port: server.port });

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
