/**
 * The floor under any server on `ws`: what a hand-written one costs that plays this game and nothing else. The argument before the setting
 * says how it writes: `send` to each client, or a frame that is built once and written to each socket as it is (`framed`).
 */
import type { Socket } from 'node:net';
import * as ws from 'ws';
import { type FloorRoom, FloorRooms, FloorTicks } from '../floor-game.ts';
import { type FloorTick, updateBytes, writeUpdate } from '../floor-protocol.ts';
import { settingOf } from '../setting.ts';
import { report } from './reporting.ts';

/** What of a `ws` socket is used; `_socket` is its own business, and what broadcasting servers write to all the same. */
interface Client {
  readonly _socket: Socket;
  send(data: Buffer): void;
  close(): void;
  on(event: 'message' | 'close' | 'error', listener: (data: Buffer) => void): void;
  once(event: 'message', listener: (data: Buffer) => void): void;
}

/** Exported for those who broadcast; its types leave it out. */
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } };

const setting = settingOf();
const write = process.argv.includes('framed') ? writeFramed : sendEach;
const rooms = new FloorRooms<Client>(setting);
const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket: unknown) => serve(socket as Client));
const ticks = new FloorTicks(setting.tickRateHz, () => {
  for (const room of rooms.all) {
    const tick = room.step();
    if (tick !== null) tell(room, tick);
  }
});
server.on('listening', () => {
  ticks.start();
  const address = server.address();
  report(typeof address === 'object' && address !== null ? address.port : 0, () => ({
    slippedTicks: ticks.slipped,
    tickP99Ms: null,
  }));
});

function serve(client: Client): void {
  client.on('error', () => {});
  client.once('message', (hello) => {
    const guest = rooms.enter(client, hello.toString('latin1'));
    if (guest === null) return client.close();
    const { room, mover } = guest;
    client.on('close', () => room.leave(guest));
    if (mover !== null) {
      client.on('message', (data) => {
        mover.direction = data[0] ?? 0;
      });
    }
    client.send(room.whole(guest));
  });
}

function tell({ clients }: FloorRoom<Client>, tick: FloorTick): void {
  if (setting.world === null) return write(clients, updateOf(tick));
  for (const client of clients) write([client], updateOf(tick));
}

function updateOf(tick: FloorTick): Buffer {
  const frame = Buffer.allocUnsafe(updateBytes(tick));
  writeUpdate(frame, 0, tick);
  return frame;
}

function sendEach(clients: Iterable<Client>, update: Buffer): void {
  for (const client of clients) client.send(update);
}

function writeFramed(clients: Iterable<Client>, update: Buffer): void {
  const frame = Buffer.concat(Sender.frame(update, { opcode: 2, fin: true, mask: false, readOnly: true, rsv1: false }));
  for (const { _socket: socket } of clients) socket.write(frame);
}
