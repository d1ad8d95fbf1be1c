/**
 * What must always hold, by the names of the abuse catalogue:
 *
 * - [I1] with a journal: rooms that are written down are there after each start, and what a strict room has told anybody is not taken back.
 * - [I2] a seat has one line at a time: once another one was welcomed to it, the older is told no more of it.
 * - [I4] no room has more seats taken than it has; after recovery none is taken by nobody, and none by two.
 * - [I5] each client has at each tick what the server showed it, and the server shows what is.
 * - [I7] what waits for a client, timers and events are bounded, and a stopped server leaves no timer.
 * - [I9] every line and every room that was opened ends once.
 * - [I10] what only the owner of a row may see is sent to nobody else: looked for as bytes.
 *
 * Beside those: nobody is sent away for a mistake that nobody made, and a run in which nothing was compared proves nothing.
 */
import { type ErrorCode, type Game, type StateOf, UNHEARD_MAX } from '@madang/core';
import type { Room } from '@madang/server';
import { Agreement } from './agreement.ts';
import { firstUnpublished } from './published.ts';
import { hasSecrets, SeatSecrets } from './seat-secrets.ts';
import type { SeatTold } from './seat-told.ts';
import type { SimulatedClient } from './simulated-client.ts';
import type { SimulatedNode } from './simulated-node.ts';
import type { World } from './world.ts';
import type { WorldOptions } from './world-options.ts';

/** What waits for one client at most: the outbox's hard limit, and a state on top of it. */
const BUFFERED_BYTES_MAX = 2 * 1024 * 1024;

/** Timers of the whole world at most: some for the server and its faults, and for each client. */
const TIMERS_BASE = 200;
const TIMERS_PER_CLIENT = 50 + UNHEARD_MAX;

/** Events within a virtual second at most: beyond it, some timer sets itself anew without end. */
const EVENTS_BASE = 20_000;
const EVENTS_PER_CLIENT = 5_000;

/** Ends that are the game's own doing, and the player's: nothing has gone wrong. */
const DELIBERATE: readonly ErrorCode[] = ['LEFT', 'KICKED', 'ROOM_CLOSED'];

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
  /** By room: the last tick that it has told of, in a game that is strict. */
  readonly #toldTicks = new Map<string, number>();
  /** By client: the last tick that it has seen, in a game that is strict. */
  readonly #clientTicks = new Map<SimulatedClient<G>, { readonly roomId: string; readonly tick: number }>();
  /** Frames are as they were sent: a client is then right at every moment, and never refused. */
  readonly #isHonest: boolean;
  readonly #secrets: SeatSecrets | null;
  /** By room and seat: the line that was welcomed there last. */
  readonly #holders = new Map<string, SeatTold>();
  #secondAtMs = 0;
  #events = 0;

  constructor(world: World<G>, options: WorldOptions<G>, fail: Fail) {
    this.#world = world;
    this.#options = options;
    this.#fail = fail;
    this.#isHonest = options.wrapLink === undefined;
    this.#secrets = this.#isHonest && hasSecrets(options.game) ? new SeatSecrets() : null;
  }

  /** Comparisons of a client's state with the server's so far. */
  get compared(): number {
    return this.#agreement.compared;
  }

  /** A frame has come in, on a line that was told this of its seat. */
  heard({ name }: SimulatedClient<G>, told: SeatTold, frame: Uint8Array): void {
    if (!this.#isHonest) return;
    const owner = this.#secrets?.leak(told, frame) ?? null;
    if (owner !== null) this.#fail(`[I10] ${name} was sent what only ${owner} may see`);
    const { at, firstTick, lastTick } = told;
    if (at === null || at.seat === 0 || firstTick === null) return;
    const place = `seat ${at.seat} of room ${at.roomId}`;
    const holder = this.#holders.get(place);
    // Frames of another line may come later than they were sent: the server's own time is what counts.
    const isSameProcess = told.process === holder?.process;
    const isLater = isSameProcess ? (holder.firstTick ?? 0) < firstTick : (holder?.process ?? -1) < told.process;
    if (isLater) this.#holders.set(place, told);
    else if (holder !== told && isSameProcess && lastTick >= (holder.firstTick ?? 0)) {
      this.#fail(`[I2] ${name} is still told of ${place} at tick ${lastTick}, which another line has had since`);
    }
  }

  /** A client has a new state. */
  received(client: SimulatedClient<G>): void {
    if (!this.#isHonest) return;
    this.#fail(this.#agreement.compare(client));
    const { room } = client;
    if (room === null || this.#options.game.durability !== 'strict') return;
    const { id: roomId, tick } = room;
    const seen = this.#clientTicks.get(client);
    this.#clientTicks.set(client, { roomId, tick });
    if (seen?.roomId !== roomId || seen.tick <= tick) return;
    this.#fail(
      `[I1] ${client.name} has seen tick ${seen.tick} of room ${roomId}, which is strict, and is now at tick ${tick}`,
    );
  }

  /**
   * A client was told not to come back. Clients speak as the server does and ask for what it runs: the only such ends are
   * their player's own leaving, and what the game or its host decides. Looked at when it happens, since a fault may make the
   * client come back.
   */
  stopped({ name }: SimulatedClient<G>, because: ErrorCode): void {
    if (this.#isHonest && !DELIBERATE.includes(because)) {
      this.#fail(`${name} was sent away with ${because}, and had done nothing wrong`);
    }
  }

  /** Something has happened: looks at each room that has ticked since the last time. */
  afterEvent(): void {
    this.#countEvent();
    const { node, server } = this.#world;
    if (!node.isUp) return;
    for (const room of server.rooms.all) {
      const seen = this.#seenTicks.get(room);
      if (seen === undefined) this.#found(room);
      // Before its tick is durable a strict room has told nobody of it.
      if (seen === undefined || room.tick === seen || room.isWaiting) continue;
      this.ticks += room.tick - seen;
      this.#seenTicks.set(room, room.tick);
      this.#afterTick(room);
    }
  }

  /** A process has started: it has gone on with all that was written down. */
  async afterStart({ number }: SimulatedNode): Promise<void> {
    const { journal, server } = this.#world;
    const games = new Set(server.rooms.games.map(({ name }) => name));
    // An author's own journal may fail, too.
    const rooms = (await journal?.unfinished().catch(() => [])) ?? [];
    if (this.#world.node.number !== number || !this.#world.node.isUp) return;
    for (const { roomId, game } of rooms) {
      if (games.has(game) && server.rooms.get(roomId) === undefined) {
        this.#fail(`[I1] room ${roomId} is in the journal, and the process that has started does not go on with it`);
      }
    }
  }

  /** Everything was healed a while ago. */
  afterRecovery(): void {
    for (const { name, now } of this.#world.clients) {
      if (now.state === 'joining' || now.state === 'waiting' || now.state === 'returning') {
        this.#fail(`${name} is still ${now.state}, although everything was healed`);
      }
    }
    const playing = this.#world.clients.filter((client) => client.isPlaying);
    const taken = this.#world.server.rooms.all.reduce((sum, room) => sum + room.taken, 0);
    if (taken !== playing.length) {
      this.#fail(`[I4] ${taken} seats are taken, and ${playing.length} clients play`);
    }
    const seats = new Set(playing.map(({ room }) => `${room?.id} ${room?.seat}`));
    if (seats.size < playing.length) this.#fail(`[I4] ${playing.length} clients play on ${seats.size} seats`);
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
    for (const { name, network, joined, ended, abandoned } of this.#world.clients) {
      if (network.opened !== network.closed) {
        this.#fail(`[I9] ${name} opened ${network.opened} lines and was told of the end of ${network.closed}`);
      }
      if (joined !== ended + abandoned) {
        const told = `was told of the end of ${ended}, and closed the page of ${abandoned}`;
        this.#fail(`[I9] ${name} joined ${joined} rooms, ${told}`);
      }
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

  /** A room is new, or another process goes on with it. */
  #found(room: Room): void {
    const { id, tick } = room;
    this.#seenTicks.set(room, tick);
    const told = this.#toldTicks.get(id) ?? 0;
    if (told > tick) {
      this.#fail(`[I1] strict room ${id} has told of tick ${told}, and is gone on with from tick ${tick}`);
    }
  }

  #afterTick(room: Room): void {
    const { clock, network, clients, node } = this.#world;
    const { game, taken, tick } = room;
    if (game.durability === 'strict') this.#toldTicks.set(room.id, tick);
    if (taken > game.seats) this.#fail(`[I4] ${taken} of ${game.seats} seats are taken`);
    if (tick % Math.round(game.tickRateHz / game.sendRateHz) === 0) {
      const untold = firstUnpublished(room.state);
      if (untold !== null) {
        const { table, row, field } = untold;
        this.#fail(`[I5] at tick ${tick} a change of ${table} ${row} ${field} was not published`);
      }
      if (this.#isHonest) this.#agreement.note(room, node.number, clients);
    }
    const bufferedBytes = network.bufferedBytesMax;
    if (bufferedBytes > BUFFERED_BYTES_MAX) this.#fail(`[I7] ${bufferedBytes} bytes wait for one client`);
    if (clock.pending > TIMERS_BASE + TIMERS_PER_CLIENT * clients.length) {
      this.#fail(`[I7] ${clock.pending} timers are set`);
    }
    this.#secrets?.note(room);
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
