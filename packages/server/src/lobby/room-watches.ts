/**
 * Live lists of rooms: everybody who looks for the same shares one list, which is looked up anew at most twice a second
 * while rooms change, and of which only what changed is told. Where nobody watches, nothing is looked up and no timer runs.
 */
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Directory, RoomListing } from '../ports/directory.ts';
import { isRoomOf, type RoomQuery } from '../ports/room-query.ts';

/** The least time between two looks at the same list. */
const PERIOD_MS = 500;

/** What a watcher is told of its list: all of it at first, then what is different. `order` holds the ids, from first to last. */
export interface RoomNews {
  readonly rooms: readonly RoomListing[];
  readonly gone: readonly string[];
  readonly order: readonly string[];
}

/** Answers false where it cannot take the news now: it is told the whole list later. */
type Watcher = (news: RoomNews) => boolean;

interface Watch {
  readonly query: RoomQuery;
  readonly watchers: Set<Watcher>;
  /** Of those the watchers that know no list, and are to be told all of it. */
  readonly fresh: Set<Watcher>;
  /** What all other watchers know; null before the first look. */
  listed: readonly RoomListing[] | null;
  /** True where something changed since the last look began. */
  isStale: boolean;
  /** Null while no look is to come. */
  cancelLook: (() => void) | null;
}

export class RoomWatches {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By what is looked for. */
  readonly #watches = new Map<string, Watch>();
  #stopHearing: (() => void) | null = null;

  constructor(directory: Directory, clock: Clock, log: Logger) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  /** Lists that are kept up. */
  get size(): number {
    return this.#watches.size;
  }

  /** Tells `watcher` what there is, soon, and from then on what changes. Answers how to stop. */
  watch(query: RoomQuery, watcher: Watcher): () => void {
    const key = JSON.stringify(query);
    const watch = this.#watches.get(key) ?? this.#begin(key, query);
    watch.watchers.add(watcher);
    watch.fresh.add(watcher);
    if (watch.listed !== null) this.#lookLater(watch, 0);
    return () => {
      watch.watchers.delete(watcher);
      watch.fresh.delete(watcher);
      if (watch.watchers.size > 0 || this.#watches.get(key) !== watch) return;
      this.#watches.delete(key);
      watch.cancelLook?.();
      if (this.#watches.size > 0) return;
      this.#stopHearing?.();
      this.#stopHearing = null;
    };
  }

  #begin(key: string, query: RoomQuery): Watch {
    const watch: Watch = {
      query,
      watchers: new Set(),
      fresh: new Set(),
      listed: null,
      isStale: true,
      cancelLook: null,
    };
    this.#watches.set(key, watch);
    this.#stopHearing ??= this.#directory.watch((roomId, room) => this.#changed(roomId, room));
    this.#lookLater(watch, 0);
    return watch;
  }

  #changed(roomId: string, room: RoomListing | null): void {
    for (const watch of this.#watches.values()) {
      const isOnList = watch.listed?.some(({ id }) => id === roomId) === true;
      if (!isOnList && (room === null || !isRoomOf(watch.query, room))) continue;
      watch.isStale = true;
      this.#lookLater(watch, PERIOD_MS);
    }
  }

  #lookLater(watch: Watch, delayMs: number): void {
    watch.cancelLook ??= this.#clock.after(delayMs, () => {
      this.#look(watch).catch((err: unknown) => {
        this.#log.warn({ err }, 'the directory could not list rooms');
        watch.isStale = true;
        this.#lookedAt(watch);
      });
    });
  }

  /** `cancelLook` stays until the look is over: one look at a time. */
  async #look(watch: Watch): Promise<void> {
    const known = watch.listed;
    const rooms = watch.isStale || known === null ? await this.#lookUp(watch) : known;
    this.#tell(watch, known ?? [], rooms);
    watch.listed = rooms;
    this.#lookedAt(watch);
  }

  #lookUp(watch: Watch): Promise<readonly RoomListing[]> {
    watch.isStale = false;
    return this.#directory.list(watch.query);
  }

  #lookedAt(watch: Watch): void {
    watch.cancelLook = null;
    if (watch.watchers.size > 0 && (watch.isStale || watch.fresh.size > 0)) this.#lookLater(watch, PERIOD_MS);
  }

  #tell({ watchers, fresh }: Watch, known: readonly RoomListing[], rooms: readonly RoomListing[]): void {
    const order = rooms.map(({ id }) => id);
    const before = new Map(known.map((room) => [room.id, JSON.stringify(room)]));
    const news: RoomNews = {
      rooms: rooms.filter((room) => before.get(room.id) !== JSON.stringify(room)),
      gone: known.filter(({ id }) => !order.includes(id)).map(({ id }) => id),
      order,
    };
    const isSame = news.rooms.length + news.gone.length === 0 && known.every(({ id }, at) => order[at] === id);
    const whole: RoomNews = { rooms, gone: [], order };
    for (const watcher of [...watchers]) {
      const isFresh = fresh.delete(watcher);
      if (!isFresh && isSame) continue;
      if (!watcher(isFresh ? whole : news)) fresh.add(watcher);
    }
  }
}
