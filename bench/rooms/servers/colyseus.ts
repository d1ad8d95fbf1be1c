/** Colyseus 0.18 as its documentation has it: a room class, a schema, its matchmaking over HTTP, its `ws` transport. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineRoom, defineServer, Room } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { type Kind, SIDE, settingOf, walk } from '../setting.ts';
import { report } from './reporting.ts';

const Mover = schema({ x: t.float32(), y: t.float32() }, 'Mover');
const State = schema({ movers: t.map(Mover) }, 'State');

function roomOf({ seats, tickRateHz, sendRateHz }: Kind) {
  return class extends Room {
    override maxClients = seats;
    override patchRate = 1000 / sendRateHz;
    override state = new State();
    #tick = 0;

    override onCreate(): void {
      this.setSimulationInterval(() => {
        this.#tick++;
        let number = 0;
        for (const mover of this.state.movers.values()) walk(mover, this.#tick, number++);
      }, 1000 / tickRateHz);
    }

    override onJoin({ sessionId }: { sessionId: string }): void {
      const mover = new Mover();
      mover.x = Math.random() * SIDE;
      mover.y = Math.random() * SIDE;
      this.state.movers.set(sessionId, mover);
    }

    override onLeave({ sessionId }: { sessionId: string }): void {
      this.state.movers.delete(sessionId);
    }
  };
}

const rooms = Object.entries(settingOf(process.argv[2])).map(([name, kind]) => [name, defineRoom(roomOf(kind))]);
const http = createServer();
const server = defineServer({
  rooms: Object.fromEntries(rooms),
  transport: new WebSocketTransport({ server: http }),
  greet: false,
});
await server.listen(0, '127.0.0.1');
report((http.address() as AddressInfo).port);
