/** A rider on the official Socket.IO client, over a WebSocket from the start. */
import { io } from 'socket.io-client';
import type { Mover } from '../setting.ts';
import type { BeginRide } from './riding.ts';

interface Told {
  readonly state: { readonly movers: Readonly<Record<string, Mover>> };
}

export const rideSocketIo: BeginRide = ({ port, setting }, on) => {
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false, forceNew: true });
  let own = '';
  socket.on('game_state_update', ({ state }: Told) => on.state(own, Object.entries(state.movers)));
  for (const event of ['connect_error', 'disconnect']) socket.on(event, (why: unknown) => on.lost(String(why)));
  return new Promise((resolve) => {
    socket.on('welcome', ({ you }: { you: string }) => {
      own = you;
      resolve({ ask: (direction) => socket.emit('input', { dir: setting.directions[direction] }) });
    });
  });
};
