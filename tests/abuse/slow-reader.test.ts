/**
 * RX01, RX02, GA20: players that read slowly, in bursts, or not at all, over real sockets. What they are sent is whole frames
 * with their own bytes in them, whenever they read it; what waits for them on the server is bounded; nobody else notices.
 *
 * In the heavy room every cell of a board of 300 KB follows from the tick, so any byte out of place shows, and each seat's secret
 * changes with every tick, so a byte of somebody else's frame shows too.
 */
import diagnostics from 'node:diagnostics_channel';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from '@madang/client';
import {
  applyServerFrame,
  ByteReader,
  choice,
  createMirror,
  defineGame,
  encodeClientFrame,
  flag,
  grid,
  record,
  type StateMirror,
  SUBPROTOCOL,
  table,
  text,
  u8,
  u32,
} from '@madang/core';
import { createServer, type MadangServer } from '@madang/server';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { until } from '../support/yard.ts';
import { joinFrame } from './gateways.ts';

const MEBIBYTE = 1024 * 1024;
const SIDE = 550;

/** A cell's value at a tick: no two neighbours in time or space are alike, so that a board cannot be sent shorter. */
const cellAt = (tick: number, index: number): number =>
  (Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(tick, 0x85ebca6b)) >>> 24;

const heavy = defineGame({
  name: 'heavy',
  tickRateHz: 8,
  seats: 8,
  state: {
    board: grid({ width: SIDE, height: SIDE, of: u8 }),
    hands: table({ secret: text(40).visibleTo('owner') }, { maxRows: 8 }),
    clock: record({ tick: u32 }),
  },
  input: { fire: flag },
  avatars: 'hands',
  join: (room, seat) => void room.state.hands.add({}, { owner: seat }),
  step(room, { tick }) {
    const { board, clock, hands } = room.state;
    for (let index = 0; index < SIDE * SIDE; index++)
      board.set(index % SIDE, Math.floor(index / SIDE), cellAt(tick, index));
    clock.tick = tick;
    for (const hand of hands) hand.secret = `secret of ${hand.owner} at ${tick}`;
  },
});

const light = defineGame({
  name: 'light',
  tickRateHz: 20,
  seats: 8,
  state: { clock: record({ tick: u32, note: text(200) }) },
  input: { dir: choice('none', 'left') },
  step: ({ state }, { tick }) => void Object.assign(state.clock, { tick, note: String(tick).repeat(20) }),
});

let server: MadangServer;
let port = 0;
/** The server's end of each connection, by the port of the client's. */
const serverSockets = new Map<number, Socket>();
const noted = (message: unknown): void => {
  const { socket } = message as { socket: Socket };
  serverSockets.set(socket.remotePort ?? 0, socket);
};

beforeAll(async () => {
  diagnostics.subscribe('net.server.socket', noted);
  server = createServer({ games: [heavy, light], port: 0, log: pino({ level: 'silent' }) });
  ({ port } = await server.start());
});

afterAll(async () => {
  diagnostics.unsubscribe('net.server.socket', noted);
  await server.stop();
});

/** A native player that takes frames apart by itself, and reads when it is told to. */
class SlowPlayer {
  readonly socket: WebSocket;
  readonly problems: string[] = [];
  closeCode: number | null = null;
  states = 0;
  tick = 0;
  seat = 0;
  #mirror: StateMirror<typeof heavy.state> | null = null;

  constructor() {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/play`, SUBPROTOCOL);
    this.socket.binaryType = 'nodebuffer';
    this.socket.on('open', () => {
      this.socket.send(joinFrame(heavy));
    });
    this.socket.on('message', (data: Buffer) => this.#take(data));
    // The library checks every frame's head: a torn one is an error here.
    this.socket.on('error', (error) => this.problems.push(error.message));
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
  }

  #take(data: Buffer): void {
    const foreign = /secret of (\d+) at/.exec(data.toString('latin1'));
    if (foreign !== null && Number(foreign[1]) !== this.seat) this.problems.push(`a secret of seat ${foreign[1]}`);
    const frame = applyServerFrame(heavy, this.#mirror?.store ?? null, this.tick, new ByteReader(data));
    if (frame.kind === 'welcome') {
      this.seat = frame.seat;
      this.#mirror = createMirror(heavy.state, frame.seat);
    } else if (frame.kind === 'snapshot' || frame.kind === 'delta') {
      this.states++;
      this.tick = frame.tick;
      this.#check();
    } else if (frame.kind === 'gap') this.problems.push(`a gap at ${frame.tick}`);
  }

  #check(): void {
    const { board, clock, hands } = this.#mirror?.view ?? {};
    if (clock?.tick !== this.tick) this.problems.push(`the clock says ${clock?.tick} at ${this.tick}`);
    const secret = hands?.ownedBy({ number: this.seat })?.secret;
    if (secret !== `secret of ${this.seat} at ${this.tick}`) this.problems.push(`the secret is ${secret}`);
    for (let index = 0; index < SIDE * SIDE; index++) {
      if (board?.cells[index] === cellAt(this.tick, index)) continue;
      this.problems.push(`cell ${index} at ${this.tick}`);
      return;
    }
  }
}

async function playing(): Promise<SlowPlayer> {
  const player = new SlowPlayer();
  await until('the slow player has a state', () => player.tick > 0);
  return player;
}

test('RX01, GA20, V30: readers that pause for half a minute get whole frames, cost no memory and disturb nobody', {
  timeout: 90_000,
}, async () => {
  const bystander = await connect(`http://127.0.0.1:${port}`).join(light);
  const ticks: number[] = [];
  bystander.onState((tick) => ticks.push(tick));
  const paused = await playing();
  const bursts = await playing();
  const serverEnds = [...serverSockets.values()];
  let unsentBytesMax = 0;
  const watching = setInterval(() => {
    for (const socket of serverEnds) unsentBytesMax = Math.max(unsentBytesMax, socket.writableLength);
  }, 5);

  paused.socket.pause();
  let reading = false;
  const bursting = setInterval(() => {
    reading = !reading;
    if (reading) bursts.socket.resume();
    else bursts.socket.pause();
  }, 2_000);
  const from = bystander.tick;
  await until('half a minute has gone by', () => bystander.tick >= from + 30 * light.tickRateHz, 60_000);
  clearInterval(bursting);

  paused.socket.resume();
  bursts.socket.resume();
  await until('the paused player is told that it was too slow', () => paused.closeCode !== null, 30_000);
  const [room] = server.rooms.all.filter((one) => one.game.name === 'heavy');
  await until('the player that reads in bursts is up to date', () => bursts.tick === room?.tick, 30_000);
  clearInterval(watching);

  expect(paused.problems).toEqual([]);
  expect(bursts.problems).toEqual([]);
  expect([4508, 1006]).toContain(paused.closeCode);
  expect(bursts.closeCode).toBeNull();
  expect(bursts.states).toBeLessThan(room?.tick ?? 0);
  expect(unsentBytesMax).toBeGreaterThan(0);
  expect(unsentBytesMax).toBeLessThan(MEBIBYTE);
  // Not one tick was left out for somebody in another room of the same server.
  expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? 0) + index));
  await bystander.leave();
  bursts.socket.close();
});

test('RX02: a reader of one kilobyte a second stays, costs nothing, and is up to date as soon as it reads on', {
  timeout: 60_000,
}, async () => {
  const bystander = await connect(`http://127.0.0.1:${port}`).join(light);
  const socket = connectTcp({ port, host: '127.0.0.1' });
  const received: Buffer[] = [];
  socket.write(
    `GET /play HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
  );
  socket.write(masked(joinFrame(light)));
  // One that is behind hears of a ping late, and this one answers none; it says something now and then, as players do.
  const talking = setInterval(() => {
    const { tick } = bystander;
    const input = { kind: 'input', tick: tick + 1, seenTick: tick, viewDelayTicks: 2, input: { dir: 'none' } } as const;
    socket.write(masked(encodeClientFrame(light, input)));
  }, 1_000);
  const sipping = setInterval(() => {
    const sip: Buffer | null = socket.read(1024) ?? socket.read();
    if (sip !== null) received.push(sip);
  }, 1_000);
  const from = bystander.tick;
  // Longer than a silent connection is kept.
  await until('seventeen seconds have gone by', () => bystander.tick >= from + 17 * light.tickRateHz, 40_000);
  clearInterval(sipping);
  const serverEnd = serverSockets.get(socket.localPort ?? 0);
  expect(serverEnd?.destroyed).toBe(false);
  expect(serverEnd?.writableLength ?? MEBIBYTE).toBeLessThan(MEBIBYTE);

  socket.on('data', (chunk: Buffer) => received.push(chunk));
  const mirror = createMirror(light.state, 1);
  let tick = 0;
  await until('it is up to date', () => {
    tick = 0;
    for (const payload of payloadsOf(Buffer.concat(received))) {
      const frame = applyServerFrame(light, mirror.store, tick, new ByteReader(payload));
      expect(frame.kind).not.toBe('gap');
      if (frame.kind === 'snapshot' || frame.kind === 'delta') tick = frame.tick;
    }
    return tick >= bystander.tick - 1;
  });
  expect(mirror.view.clock.tick).toBe(tick);
  clearInterval(talking);
  socket.destroy();
  await bystander.leave();
});

/** A client's binary frame. */
function masked(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** The binary messages of a server's bytes, the head of the upgrade included; what is not complete is left out. */
function payloadsOf(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  while (at + 4 <= bytes.length) {
    const short = bytes[at + 1] ?? 0;
    const start = at + (short === 126 ? 4 : 2);
    const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
    if (end > bytes.length) break;
    if (bytes[at] === 0x82) payloads.push(bytes.subarray(start, end));
    at = end;
  }
  return payloads;
}
