/** A rider on the official Colyseus SDK. */
import { Client } from '@colyseus/sdk';
import type { Mover } from '../setting.ts';
import type { BeginRide } from './riding.ts';

interface State {
  readonly movers?: Iterable<readonly [string, Mover]>;
}

export const rideColyseus: BeginRide = async ({ port, setting }, on) => {
  const room = await new Client(`http://127.0.0.1:${port}`).joinOrCreate<State>(setting.kind);
  room.onStateChange(({ movers = [] }) => on.state(room.sessionId, movers));
  room.onLeave((code) => on.lost(`closed with ${code}`));
  return { ask: (direction) => room.send('input', direction) };
};
