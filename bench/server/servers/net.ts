/**
 * The floor under any server on Node: sockets, and nothing between them and the game. The upgrade is written by hand, frames are unmasked
 * where they lie, and one buffer with its frame around it is written to every socket of a room.
 */
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { type FloorGuest, FloorRooms, FloorTicks } from '../floor-game.ts';
import { type FloorTick, updateBytes, writeUpdate } from '../floor-protocol.ts';
import { settingOf } from '../setting.ts';
import { report } from './reporting.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const FIN_AND_BINARY = 0x82;
const OPCODE = 0x0f;
const BINARY = 2;
const CLOSE = 8;
const MASK_BYTES = 4;
const SHORT_MAX = 125;

const setting = settingOf();
const rooms = new FloorRooms<Socket>(setting);
const ticks = new FloorTicks(setting.tickRateHz, () => {
  for (const room of rooms.all) {
    const tick = room.step();
    if (tick === null) continue;
    if (setting.world !== null) for (const socket of room.clients) socket.write(updateOf(tick));
    else {
      const frame = updateOf(tick);
      for (const socket of room.clients) socket.write(frame);
    }
  }
});

const server = createServer({ noDelay: true }, (socket) => {
  const connection = new Connection(socket);
  socket.on('data', (chunk: Buffer) => connection.read(chunk));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.gone());
});
server.listen(0, '127.0.0.1', () => {
  ticks.start();
  report((server.address() as AddressInfo).port, () => ({ slippedTicks: ticks.slipped, tickP99Ms: null }));
});

class Connection {
  readonly #socket: Socket;
  #rest: Buffer | null = null;
  #isUpgraded = false;
  #guest: FloorGuest<Socket> | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  read(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    const read = this.#isUpgraded ? this.#readFrames(data) : this.#upgrade(data);
    this.#rest = read < data.length ? data.subarray(read) : null;
  }

  gone(): void {
    this.#guest?.room.leave(this.#guest);
    this.#guest = null;
  }

  /** Clients of this bench say nothing before they are answered: what follows a head is never a frame. */
  #upgrade(data: Buffer): number {
    const head = data.toString('latin1');
    const key = /\r\nsec-websocket-key: (\S+)\r\n/i.exec(head)?.[1];
    if (!head.endsWith('\r\n\r\n') || key === undefined) return 0;
    const accept = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    this.#isUpgraded = true;
    this.#socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    return data.length;
  }

  /** Clients of this bench say short things only. Answers where the first frame begins that is not whole yet. */
  #readFrames(data: Buffer): number {
    let at = 0;
    while (at + 2 <= data.length) {
      const size = (data[at + 1] ?? 0) & 0x7f;
      const start = at + 2 + MASK_BYTES;
      if (size > SHORT_MAX) this.#socket.destroy();
      if (start + size > data.length) break;
      for (let i = 0; i < size; i++) data[start + i] = (data[start + i] ?? 0) ^ (data[at + 2 + (i & 3)] ?? 0);
      const opcode = (data[at] ?? 0) & OPCODE;
      if (opcode === BINARY) this.#hear(data, start, start + size);
      else if (opcode === CLOSE) this.#socket.end(Buffer.of(0x80 | CLOSE, 0));
      at = start + size;
    }
    return at;
  }

  #hear(data: Buffer, start: number, end: number): void {
    const guest = this.#guest;
    if (guest === null) this.#enter(data.toString('latin1', start, end));
    else if (guest.mover !== null) guest.mover.direction = data[start] ?? 0;
  }

  #enter(hello: string): void {
    const guest = rooms.enter(this.#socket, hello);
    this.#guest = guest;
    if (guest === null) {
      this.#socket.destroy();
      return;
    }
    const whole = guest.room.whole(guest);
    this.#socket.write(Buffer.concat([headOf(whole.length), whole]));
  }
}

function updateOf(tick: FloorTick): Buffer {
  const size = updateBytes(tick);
  const head = headOf(size);
  const frame = Buffer.allocUnsafe(head.length + size);
  frame.set(head);
  writeUpdate(frame, head.length, tick);
  return frame;
}

/** What goes before a message of so many bytes, of which there are never as many as 65,536. */
function headOf(size: number): Buffer {
  return size <= SHORT_MAX
    ? Buffer.of(FIN_AND_BINARY, size)
    : Buffer.of(FIN_AND_BINARY, SHORT_MAX + 1, size >> 8, size & 0xff);
}
