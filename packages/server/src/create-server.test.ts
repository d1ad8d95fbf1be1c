import { defineGame, record, seededRandom, u8 } from '@madang/core';
import pino from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { createServer, type ServerOptions } from './create-server.ts';
import { MemoryTransport } from './memory/memory-transport.ts';
import { VirtualClock } from './memory/virtual-clock.ts';

const ticker = defineGame({
  name: 'ticker',
  tickRateHz: 10,
  seats: 2,
  state: { clock: record({ ticks: u8 }) },
  input: {},
  events: { ticked: { tick: u8 } },
  step(room, { tick }) {
    room.emit('ticked', { tick: tick % 256 });
  },
});

function server(options: Partial<ServerOptions> = {}) {
  const clock = new VirtualClock();
  const logged: string[] = [];
  const made = createServer({
    games: [ticker],
    alwaysOpen: ['ticker'],
    clock,
    transport: new MemoryTransport(clock),
    random: seededRandom(1),
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    ...options,
  });
  return { clock, logged, server: made };
}

describe('who listens to events', () => {
  test('hears each with its room, until it is undone', async () => {
    const { clock, server: made } = server();
    const heard: unknown[] = [];
    const undo = made.onEvent((event) => heard.push(event));
    await made.start();
    clock.advance(100);
    undo();
    clock.advance(100);
    expect(heard).toEqual([{ game: 'ticker', roomId: made.rooms.all[0]?.id, name: 'ticked', payload: { tick: 1 } }]);
  });

  test('harms neither the room nor the others by throwing, at once or later', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { clock, logged, server: made } = server();
    const heard: string[] = [];
    made.onEvent(() => {
      throw new Error('at once');
    });
    made.onEvent(async () => {
      throw new Error('later');
    });
    made.onEvent(({ name }) => heard.push(name));
    await made.start();
    await clock.advanceAsync(300);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(heard).toEqual(['ticked', 'ticked', 'ticked']);
    expect(made.rooms.all[0]?.faultyTicks).toBe(0);
    expect(logged.filter((line) => line.includes('a listener of events failed')).length).toBe(6);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

test.each<[string, Partial<ServerOptions>]>([
  ['no game', { games: [] }],
  ['two games of one name', { games: [ticker, ticker] }],
  ['a room of a game that is not there', { alwaysOpen: ['chess'] }],
  ['a port past all ports', { port: 70_000 }],
  ['nowhere to listen', { hosts: [] }],
  ['an origin with a path', { allowedOrigins: ['https://good.example/'] }],
  ['an origin without a scheme', { allowedOrigins: ['good.example'] }],
  ['[RX15] a grace that no timer can hold', { graceMs: 2 ** 31 }],
  ['[RX15] a grace that is no number', { graceMs: Number.NaN }],
  ['a number of rooms that is none', { maxRooms: Number.NaN }],
])('a server with %s is refused before anything is opened', (_, options) => {
  expect(() => server(options)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});

test('nothing is left on the clock after stop', async () => {
  const { clock, server: made } = server();
  await made.start();
  clock.advance(500);
  await made.stop();
  await made.stop();
  clock.advance(0);
  expect(clock.pending).toBe(0);
});
