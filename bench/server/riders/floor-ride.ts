/** A rider on the platform's own WebSocket that speaks to the hand-written servers. */
import { FloorCopy } from '../floor-protocol.ts';
import type { Mover } from '../setting.ts';
import type { BeginRide } from './riding.ts';

export const rideFloor: BeginRide = ({ port, setting }, on) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.binaryType = 'arraybuffer';
  const copy = new FloorCopy();
  socket.onopen = () => socket.send(new TextEncoder().encode(setting.kind));
  socket.onclose = ({ code }) => on.lost(`closed with ${code}`);
  return new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      copy.apply(new Uint8Array(data as ArrayBuffer));
      on.state(String(copy.ownSlot), places(copy.movers));
      resolve({ ask: (direction) => socket.send(Uint8Array.of(direction)) });
    };
  });
};

function* places(movers: ReadonlyMap<number, Mover>): Iterable<readonly [string, Mover]> {
  for (const [slot, mover] of movers) yield [String(slot), mover];
}
