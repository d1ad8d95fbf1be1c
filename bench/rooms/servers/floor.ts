/**
 * The floor under any server on `ws`: it knows no world, puts who says a word into a room, and writes every room frames of the size
 * that ours have, at the same rate.
 */
import { WebSocketServer } from 'ws';
import { type Kind, settingOf } from '../setting.ts';
import { report } from './reporting.ts';

const BYTES_PER_MOVER = 6;
const WHOLE = 1;
const UPDATE = 2;

interface FloorRoom {
  readonly sockets: Set<{ send(data: Uint8Array): void }>;
}

const setting = settingOf(process.argv[2]);
const rooms = new Map<string, FloorRoom[]>(Object.keys(setting).map((name) => [name, []]));
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (socket) => {
  socket.once('message', (data: Buffer) => {
    const name = data.toString('latin1');
    const kind = setting[name];
    const open = rooms.get(name);
    if (kind === undefined || open === undefined) return socket.close();
    let room = open.find(({ sockets }) => sockets.size < kind.seats);
    if (room === undefined) {
      room = { sockets: new Set() };
      open.push(room);
    }
    const { sockets } = room;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.send(frameOf(WHOLE, sockets.size));
  });
});
server.on('listening', () => {
  for (const [name, kind] of Object.entries(setting)) sendTo(rooms.get(name) ?? [], kind);
  const address = server.address();
  report(typeof address === 'object' && address !== null ? address.port : 0);
});

function sendTo(open: readonly FloorRoom[], { sendRateHz }: Kind): void {
  setInterval(() => {
    for (const { sockets } of open) {
      const frame = frameOf(UPDATE, sockets.size);
      for (const socket of sockets) socket.send(frame);
    }
  }, 1000 / sendRateHz);
}

function frameOf(kind: number, movers: number): Buffer {
  const frame = Buffer.alloc(8 + BYTES_PER_MOVER * movers, movers);
  frame[0] = kind;
  return frame;
}
