/**
 * What must always hold, by the names of the abuse catalogue:
 *
 * - [I4] no room has more seats taken than it has; after recovery none is taken by nobody.
 * - [I5] each client has at each tick what the server showed it, and the server shows what is.
 * - [I7] what waits for a client, timers and events are bounded, and a stopped server leaves no timer.
 * - [I9] every line and every room that was opened ends once.
 *
 * Beside those: nobody is sent away for a mistake that nobody made, and a run in which nothing was compared proves nothing.
 */
import type { ErrorCode, Game, StateOf } from '@madang/core';
import type { Room } from '@madang/server';
import { Agreement } from './agreement.ts';
import { firstUnpublished } from './published.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { World } from './world.ts';
import type { WorldOptions } from './world-options.ts';

/** What waits for one client at most: the outbox's hard limit, and a state on top of it. */
const BUFFERED_BYTES_MAX = 2 * 1024 * 1024;

/** Timers of the whole world at most: some for the server and its faults, and for each client. */
const TIMERS_BASE = 200;
const TIMERS_PER_CLIENT = 50;

/** Events within a virtual second at most: beyond it, some timer sets itself anew without end. */
const EVENTS_BASE = 20_000;
const EVENTS_PER_CLIENT = 5_000;

/** Told of what does not hold; null where all is well. */
export type Fail = (problem: string | null, cause?: unknown) => void;

export class Invariants<G extends Game> {
  /** Ticks of all rooms so far. */
  ticks = 0;

  readonly #world: World<G>;
  readonly #options: WorldOptions<G>;
  readonly #fail: Fail;
  readonly #agreement = new Agreement();
  readonly #seenTicks = new WeakMap<Room, number>();
  /** Frames are as they were sent: a client is then right at every moment, and never refused. */
  readonly #isHonest: boolean;
  #secondAtMs = 0;
  #events = 0;

  constructor(world: World<G>, options: WorldOptions<G>, fail: Fail) {
    this.#world = world;
    this.#options = options;
    this.#fail = fail;
    this.#isHonest = options.wrapLink === undefined;
  }

  /** Comparisons of a client's state with the server's so far. */
  get compared(): number {
    return this.#agreement.compared;
  }

  /** A client has a new state. */
  received(client: SimulatedClient<G>): void {
    if (this.#isHonest) this.#fail(this.#agreement.compare(client));
  }

  /**
   * A client was told not to come back. Clients speak as the server does and ask for what it runs: the only such end they
   * can bring about is their player's own leaving. Looked at when it happens, since a fault may make the client come back.
   */
  stopped({ name }: SimulatedClient<G>, because: ErrorCode): void {
    if (this.#isHonest && because !== 'LEFT')
      this.#fail(`${name} was sent away with ${because}, and had done nothing wrong`);
  }

  /** Something has happened: looks at each room that has ticked since the last time. */
  afterEvent(): void {
    this.#countEvent();
    const { node, server } = this.#world;
    if (!node.isUp) return;
    for (const room of server.rooms.all) {
      const seen = this.#seenTicks.get(room) ?? 0;
      if (room.tick === seen) continue;
      this.ticks += room.tick - seen;
      this.#seenTicks.set(room, room.tick);
      this.#afterTick(room);
    }
  }

  /** Everything was healed a while ago. */
  afterRecovery(): void {
    for (const { name, now } of this.#world.clients) {
      if (now.state === 'joining' || now.state === 'waiting') {
        this.#fail(`${name} is still ${now.state}, although everything was healed`);
      }
    }
    const playing = this.#world.clients.filter((client) => client.isPlaying);
    const taken = this.#world.server.rooms.all.reduce((sum, room) => sum + room.taken, 0);
    if (taken !== playing.length) {
      this.#fail(`[I4] ${taken} seats are taken, and ${playing.length} clients play`);
    }
    for (const client of playing) {
      const room = this.#world.server.rooms.get(client.room?.id ?? '');
      this.#fail(
        room === undefined
          ? `${client.name} plays in room ${client.room?.id}, which the server does not have`
          : this.#agreement.compareNow(client, room),
      );
    }
    if (this.#isHonest && this.#world.clients.length > 0 && this.compared === 0) {
      this.#fail('no state of any client was ever compared with the server’s: this run proves nothing');
    }
  }

  /** This server says that it has stopped. */
  afterStop({ clock }: SimulatedNode): void {
    if (clock.pending > 0) this.#fail(`[I7] the stopped server left ${clock.pending} timers behind`);
  }

  /** The server has stopped, everybody has gone. */
  afterEnd(): void {
    this.afterStop(this.#world.node);
    if (this.#world.network.lineCount > 0) this.#fail(`[I9] ${this.#world.network.lineCount} lines were never closed`);
    for (const { name, network, joined, ended } of this.#world.clients) {
      if (network.opened !== network.closed) {
        this.#fail(`[I9] ${name} opened ${network.opened} lines and was told of the end of ${network.closed}`);
      }
      if (joined !== ended) this.#fail(`[I9] ${name} joined ${joined} rooms and was told of the end of ${ended}`);
    }
  }

  #countEvent(): void {
    const { clock, clients } = this.#world;
    const nowMs = clock.nowMs();
    if (nowMs >= this.#secondAtMs + 1_000) {
      this.#secondAtMs = nowMs;
      this.#events = 0;
    }
    if (++this.#events > EVENTS_BASE + EVENTS_PER_CLIENT * clients.length) {
      this.#fail(`[I7] ${this.#events} events within a second: some timer sets itself anew without end`);
    }
  }

  #afterTick(room: Room): void {
    const { clock, network, clients } = this.#world;
    const { game, taken, tick } = room;
    if (taken > game.seats) this.#fail(`[I4] ${taken} of ${game.seats} seats are taken`);
    if (tick % Math.round(game.tickRateHz / game.sendRateHz) === 0) {
      const untold = firstUnpublished(room.state);
      if (untold !== null) {
        const { table, row, field } = untold;
        this.#fail(`[I5] at tick ${tick} a change of ${table} ${row} ${field} was not published`);
      }
      if (this.#isHonest) this.#agreement.note(room, clients);
    }
    const bufferedBytes = network.bufferedBytesMax;
    if (bufferedBytes > BUFFERED_BYTES_MAX) this.#fail(`[I7] ${bufferedBytes} bytes wait for one client`);
    if (clock.pending > TIMERS_BASE + TIMERS_PER_CLIENT * clients.length) {
      this.#fail(`[I7] ${clock.pending} timers are set`);
    }
    this.#askAuthor(room);
  }

  #askAuthor(room: Room): void {
    const { game, check } = this.#options;
    if (check === undefined || room.game !== game) return;
    try {
      check({ state: room.state.view as StateOf<G['state']>, room, world: this.#world });
    } catch (problem) {
      this.#fail(`the check failed: ${problem instanceof Error ? problem.message : String(problem)}`, problem);
    }
  }
}
