/**
 * Socket.IO 4 in the form of the Flask recipe: `connect` takes the player into a room and tells it the state; a loop plays all rooms and
 * emits each room's whole state as JSON. The events are those of our own Socket.IO gateway. See PEERS.md.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { FloorTicks } from '../floor-game.ts';
import { type Mover, settingOf, startPlace, walk } from '../setting.ts';
import { report } from './reporting.ts';

interface Room {
  readonly name: string;
  /** What is sent: places by the player's id. */
  readonly movers: Record<string, Mover>;
  /** Where they go, by the same ids. */
  readonly directions: Map<string, number>;
  watchers: number;
  /** Whether somebody came or went since the last state. */
  isChanged: boolean;
}

const setting = settingOf();
if (setting.world !== null) throw new RangeError('this server has no interest management: it plays no worlds');
const { seats, spectators, tickRateHz, sendRateHz, isMoving, side } = setting;
const ticksPerState = Math.round(tickRateHz / sendRateHz);

const http = createServer();
const io = new Server(http, { serveClient: false });
// The documentation's advice to save memory: nothing here asks for the request that the connection came by.
io.engine.on('connection', (connection: { request: unknown }) => {
  connection.request = null;
});

const rooms: Room[] = [];
let players = 0;
let tick = 0;

io.on('connection', (socket) => {
  const isWatching = socket.handshake.auth.spectate === true;
  const room = roomFor(isWatching);
  socket.join(room.name);
  const you = isWatching ? '' : String(++players);
  if (isWatching) room.watchers++;
  else {
    room.movers[you] = startPlace(setting);
    room.directions.set(you, 0);
    room.isChanged = true;
  }
  socket.emit('welcome', { you, tick, state: { movers: room.movers } });
  socket.on('input', ({ dir }: { dir: string }) => {
    if (room.directions.has(you)) room.directions.set(you, setting.directions.indexOf(dir));
  });
  socket.on('disconnect', () => {
    if (isWatching) room.watchers--;
    delete room.movers[you];
    if (room.directions.delete(you)) room.isChanged = true;
  });
});

function roomFor(isWatching: boolean): Room {
  const free = rooms.find(({ directions, watchers }) => (isWatching ? watchers < spectators : directions.size < seats));
  if (free !== undefined) return free;
  const room = { name: `room-${rooms.length}`, movers: {}, directions: new Map(), watchers: 0, isChanged: false };
  rooms.push(room);
  return room;
}

function play(): void {
  tick++;
  for (const room of rooms) {
    if (isMoving) {
      for (const [id, direction] of room.directions) {
        const mover = room.movers[id];
        if (mover !== undefined) walk(mover, direction, side);
      }
    }
    if (tick % ticksPerState !== 0 || !(room.isChanged || (isMoving && room.directions.size > 0))) continue;
    room.isChanged = false;
    io.to(room.name).emit('game_state_update', { tick, state: { movers: room.movers } });
  }
}

const ticks = new FloorTicks(tickRateHz, play);
ticks.start();
http.listen(0, '127.0.0.1', () =>
  report((http.address() as AddressInfo).port, () => ({ slippedTicks: ticks.slipped, tickP99Ms: null })),
);
