/** The game as the hand-written servers play it: the least that gives right states. They differ in how they write and read. */
import { encodeWhole, type FloorMover, type FloorTick, NO_SLOT, WATCH } from './floor-protocol.ts';
import { PLACE_STEP, type Setting, startPlace } from './setting.ts';

/** The catching up after a stall that is longer than this is left. */
const CATCH_UP_TICKS_MAX = 5;

interface Walker extends FloorMover {
  direction: number;
}

/** Somebody in a room. `Client` is what the server calls it. */
export interface FloorGuest<Client> {
  readonly client: Client;
  readonly room: FloorRoom<Client>;
  /** Null for who only watches. */
  readonly mover: Walker | null;
}

/** One room. */
export class FloorRoom<Client> {
  readonly clients = new Set<Client>();
  readonly #setting: Setting;
  readonly #seats: number;
  /** In the order in which they came. */
  readonly #walkers = new Map<number, Walker>();
  #nextSlot = 0;
  #tick = 0;
  #came: Walker[] = [];
  #gone: number[] = [];

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#seats = setting.world?.visible ?? setting.seats;
  }

  hasPlace(isWatching: boolean): boolean {
    if (!isWatching) return this.#walkers.size < this.#seats;
    return this.clients.size - this.#walkers.size < this.#setting.spectators;
  }

  enter(client: Client, isWatching: boolean): FloorGuest<Client> {
    this.clients.add(client);
    return { client, room: this, mover: isWatching ? null : this.#seat() };
  }

  leave({ client, mover }: FloorGuest<Client>): void {
    this.clients.delete(client);
    if (mover === null) return;
    this.#walkers.delete(mover.slot);
    const index = this.#came.indexOf(mover);
    if (index < 0) this.#gone.push(mover.slot);
    else this.#came.splice(index, 1);
  }

  /** What a guest is told first. */
  whole({ mover }: FloorGuest<Client>): Buffer {
    return encodeWhole(this.#tick, mover?.slot ?? NO_SLOT, this.#present());
  }

  /** Plays one tick; null where there is nothing to tell of it. */
  step(): FloorTick | null {
    this.#tick++;
    const isMoving = this.#setting.isMoving && this.#walkers.size > 0;
    if (!isMoving && this.#came.length === 0 && this.#gone.length === 0) return null;
    const [came, gone] = [this.#came, this.#gone];
    this.#came = [];
    this.#gone = [];
    const moved = isMoving ? this.#walk() : [];
    return {
      tick: this.#tick,
      came,
      gone,
      moved: came.length === 0 ? moved : moved.filter((mover) => !came.includes(mover)),
    };
  }

  #seat(): Walker {
    const slot = this.#nextSlot++ % NO_SLOT;
    const { x, y } = startPlace(this.#setting);
    const walker = { slot, x: x / PLACE_STEP, y: y / PLACE_STEP, movedX: 0, movedY: 0, direction: 0 };
    this.#walkers.set(slot, walker);
    this.#came.push(walker);
    return walker;
  }

  #walk(): Walker[] {
    const { steps, side } = this.#setting;
    const end = side / PLACE_STEP;
    const present = this.#present();
    for (const walker of present) {
      const [x, y] = steps[walker.direction] ?? [0, 0];
      const { x: fromX, y: fromY } = walker;
      walker.x = Math.min(end, Math.max(0, fromX + x / PLACE_STEP));
      walker.y = Math.min(end, Math.max(0, fromY + y / PLACE_STEP));
      walker.movedX = walker.x - fromX;
      walker.movedY = walker.y - fromY;
    }
    return present;
  }

  #present(): Walker[] {
    return [...this.#walkers.values()];
  }
}

/** All rooms of a server. */
export class FloorRooms<Client> {
  readonly all: FloorRoom<Client>[] = [];
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** Seats who says this hello; null where it is none. */
  enter(client: Client, hello: string): FloorGuest<Client> | null {
    const isWatching = hello === this.#setting.kind + WATCH;
    if (!isWatching && hello !== this.#setting.kind) return null;
    let room = this.all.find((one) => one.hasPlace(isWatching));
    if (room === undefined) {
      room = new FloorRoom(this.#setting);
      this.all.push(room);
    }
    return room.enter(client, isWatching);
  }
}

/** Calls `tick` this often, on a grid that does not drift. `slipped` counts what was left out after long stalls. */
export class FloorTicks {
  slipped = 0;
  readonly #periodMs: number;
  readonly #tick: () => void;
  #dueMs = performance.now();

  constructor(rateHz: number, tick: () => void) {
    this.#periodMs = 1000 / rateHz;
    this.#tick = tick;
  }

  start(): void {
    this.#dueMs += this.#periodMs;
    setTimeout(() => this.#run(), Math.max(0, this.#dueMs - performance.now()));
  }

  #run(): void {
    this.#tick();
    const behind = Math.floor((performance.now() - this.#dueMs) / this.#periodMs);
    if (behind > CATCH_UP_TICKS_MAX) {
      this.slipped += behind;
      this.#dueMs += behind * this.#periodMs;
    }
    this.start();
  }
}
