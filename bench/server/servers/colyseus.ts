/**
 * Colyseus 0.18 as its documentation has it: `defineServer`, a room class with a schema, matchmaking over HTTP, the `ws` transport.
 * `quantized` before the setting sends places in 16 bits in place of `float32`. See PEERS.md.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, defineRoom, defineServer, Room } from '@colyseus/core';
import { Encoder, StateView, schema, t } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { settingOf, startPlace, walk } from '../setting.ts';
import { report } from './reporting.ts';
import { Sight } from './sight.ts';

const setting = settingOf();
const { kind, seats, spectators, tickRateHz, sendRateHz, isMoving, side, world } = setting;

/** For the whole state of 2,000 movers with their keys: growing the buffer would encode it again. Rooms' fit into the 16 KiB it has. */
if (world !== null) Encoder.BUFFER_SIZE = 256 * 1024;

const place = () => (process.argv.includes('quantized') ? t.quantized({ min: 0, max: side, bits: 16 }) : t.float32());
const Mover = schema({ x: place(), y: place() }, 'Mover');
type Mover = InstanceType<typeof Mover>;

// One `view()` anywhere makes the server encode for each client by itself, so only the world has it.
const State = schema({ movers: world === null ? t.map(Mover) : t.map(Mover).view() }, 'State');

/** A seat: where the player really is, which a quantised mover only shows, and where it goes. */
interface Seat {
  readonly mover: Mover;
  readonly at: { x: number; y: number };
  direction: number;
}

/** Everybody sees everybody. */
class Arena extends Room {
  override maxClients = seats + spectators;
  override state = new State();
  override messages = {
    input: ({ sessionId }: Client, direction: number) => {
      const seat = this.seatsTaken.get(sessionId);
      if (seat !== undefined) seat.direction = direction;
    },
  };
  protected readonly seatsTaken = new Map<string, Seat>();

  override onCreate(): void {
    if (isMoving) this.setTimestep(() => this.play(), 1000 / tickRateHz);
    // Begun behind the loop, its timer fires behind it: what a tick brought is sent at once, not with the next one.
    this.patchRate = 1000 / sendRateHz;
  }

  override onJoin({ sessionId }: Client, options?: { spectate?: boolean }): void {
    if (options?.spectate === true) return;
    const mover = new Mover();
    const at = startPlace(setting);
    Object.assign(mover, at);
    this.state.movers.set(sessionId, mover);
    this.seatsTaken.set(sessionId, { mover, at, direction: 0 });
  }

  override onLeave({ sessionId }: Client): void {
    this.state.movers.delete(sessionId);
    this.seatsTaken.delete(sessionId);
  }

  protected play(): void {
    for (const { mover, at, direction } of this.seatsTaken.values()) {
      walk(at, direction, side);
      mover.x = at.x;
      mover.y = at.y;
    }
  }
}

/** Players see who is near them: each has a view of its own, kept by a grid. */
class World extends Arena {
  readonly #sight = new Sight<Mover>(world?.radius ?? side, side);

  override onJoin(client: Client, options?: { spectate?: boolean }): void {
    super.onJoin(client, options);
    const mover = this.state.movers.get(client.sessionId);
    if (mover === undefined) return;
    const view = new StateView();
    client.view = view;
    this.#sight.enter(mover, view);
  }

  override onLeave(client: Client): void {
    const mover = this.state.movers.get(client.sessionId);
    if (mover !== undefined) this.#sight.leave(mover);
    super.onLeave(client);
  }

  protected override play(): void {
    super.play();
    this.#sight.look();
  }
}

const http = createServer();
const server = defineServer({
  rooms: { [kind]: defineRoom(world === null ? Arena : World) },
  transport: new WebSocketTransport({ server: http, pingInterval: 6_000, pingMaxRetries: 4 }),
  greet: false,
});
await server.listen(0, '127.0.0.1');
report((http.address() as AddressInfo).port);
