/** What a tick costs in system calls: one write per player, and the same buffer for all who are told the same. */
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { connect } from '@madang/client';
import { bool, defineGame, flag, isStateFrame, record, table, u16, u32 } from '@madang/core';
import { createServer } from '@madang/server';
import { socketIo } from '@madang/socketio';
import pino from 'pino';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from './support/yard.ts';

/** Before a short message: its kind and its length. */
const SHORT_HEAD_BYTES = 2;

/** Five events of one number, without what comes with them. */
const EVENTS_BYTES = 5 * 5;

const busy = defineGame({
  name: 'busy',
  tickRateHz: 20,
  seats: 4,
  state: {
    clock: record({ tick: u32, isRunning: bool }),
    hands: table({ cards: u16.visibleTo('owner') }, { maxRows: 4 }),
  },
  input: { fire: flag },
  commands: { run: {}, deal: {} },
  events: { tock: { tick: u32 } },
  avatars: 'hands',
  join: (room, seat) => void room.state.hands.add({}, { owner: seat }),
  step(room, { tick }) {
    if (!room.state.clock.isRunning) return;
    room.state.clock.tick = tick;
  },
  on: {
    run: ({ state }) => void Object.assign(state.clock, { isRunning: true }),
    deal(room, seat, _payload, { tick }) {
      for (const hand of room.state.hands) if (hand.owner === seat.number) hand.cards += 1;
      for (let i = 0; i < 5; i++) room.emit('tock', { tick });
    },
  },
});

/** What is written to each connection of servers in this process: the chunks, by connection, in order. */
function watchWrites(): Map<Socket, Uint8Array[]> {
  const writes = new Map<Socket, Uint8Array[]>();
  const watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    const chunks: Uint8Array[] = [];
    writes.set(socket, chunks);
    const write = socket.write.bind(socket) as (chunk: Uint8Array, ...rest: unknown[]) => boolean;
    Object.assign(socket, {
      write(chunk: Uint8Array, ...rest: unknown[]) {
        chunks.push(chunk);
        return write(chunk, ...rest);
      },
    });
  };
  diagnostics.subscribe('net.server.socket', watch);
  onTestFinished(() => void diagnostics.unsubscribe('net.server.socket', watch));
  return writes;
}

async function openRoom() {
  const server = createServer({ games: [busy], port: 0, checksumEvery: 0, log: pino({ level: 'silent' }) });
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  const players = [];
  for (let i = 0; i < 3; i++) players.push(await connect(url).join(busy));
  return players;
}

test('players who are told the same are written the very same buffer, once a tick', async () => {
  const writes = watchWrites();
  const players = await openRoom();
  for (const chunks of writes.values()) chunks.length = 0;
  const ticks: number[] = [];
  players[0]?.onState((tick) => ticks.push(tick));
  players[0]?.send('run', {});
  await until('some ticks were played', () => ticks.length >= 60);
  const [first = [], ...others] = writes.values();
  expect(others).toHaveLength(2);
  // Now and then a player is told how its own inputs arrive, before the state and in the same write: that is for nobody else.
  const states = first.filter((chunk) => isStateFrame(chunk.subarray(SHORT_HEAD_BYTES)));
  let shared = 0;
  for (const chunk of states) {
    for (const other of others) {
      const alike = other.filter((one) => Buffer.compare(one, chunk) === 0);
      expect(alike.length).toBeLessThanOrEqual(1);
      for (const one of alike) expect(one).toBe(chunk);
      shared += alike.length;
    }
  }
  expect(shared).toBeGreaterThan(0);
  expect(Math.abs(first.length - ticks.length)).toBeLessThanOrEqual(2);
});

test('Socket.IO players are written the very same frame, past the library, also who began by polling', async () => {
  const writes = watchWrites();
  const clock = defineGame({
    name: 'clock',
    tickRateHz: 20,
    seats: 2,
    state: { clock: record({ tick: u32 }) },
    input: { fire: flag },
    step: ({ state }, { tick }) => void Object.assign(state.clock, { tick }),
  });
  const server = createServer({ games: [clock], port: 0, gateways: [socketIo()], log: pino({ level: 'silent' }) });
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  for (const transports of [['websocket'], ['polling', 'websocket']]) {
    const client = io(url, { transports, forceNew: true });
    onTestFinished(() => void client.close());
  }
  const shared = (): boolean => {
    const [first, second] = [...writes.values()]
      .map((chunks) => new Set(chunks.filter((one) => Buffer.isBuffer(one) && one.includes('42["game_state_update"'))))
      .filter(({ size }) => size > 0);
    return first !== undefined && second !== undefined && [...first].filter((frame) => second.has(frame)).length >= 10;
  };
  await until('ten frames went to both', shared);
});

test('what was written to a socket is never written to again', async () => {
  const writes = watchWrites();
  const players = await openRoom();
  const kept: { chunk: Uint8Array; copy: Uint8Array }[] = [];
  let ticks = 0;
  players[0]?.onState(() => {
    ticks++;
    for (const chunks of writes.values()) {
      for (const chunk of chunks.splice(0)) kept.push({ chunk, copy: chunk.slice() });
    }
  });
  players[0]?.send('run', {});
  players[1]?.send('deal', {});
  await until('some ticks were played', () => ticks >= 20);
  expect(kept.length).toBeGreaterThan(40);
  for (const { chunk, copy } of kept) expect(chunk).toEqual(copy);
});

test('state, what only one may see, and events of a tick are one write', async () => {
  const writes = watchWrites();
  const players = await openRoom();
  const heard: number[] = [];
  for (const player of players) player.on('tock', ({ tick }) => heard.push(tick));
  for (const chunks of writes.values()) chunks.length = 0;
  players[1]?.send('deal', {});
  await until('all have heard of it', () => heard.length === 15);
  // Five events alone are longer than what a player is told of its inputs in other ticks.
  const told = [...writes.values()].map((chunks) => chunks.filter(({ length }) => length > EVENTS_BYTES));
  expect(told.map((chunks) => chunks.length)).toEqual([1, 1, 1]);
});
