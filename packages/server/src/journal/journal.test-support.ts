/** A game with a bit of everything that has to survive, and servers that come and go over one journal. */
import {
  choice,
  defineGame,
  type Game,
  grid,
  hashState,
  record,
  request,
  seededRandom,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { MemoryJournal } from '../memory/memory-journal.ts';
import type { VirtualClock } from '../memory/virtual-clock.ts';
import type { Journal, JournalCommit } from '../ports/journal.ts';
import { StoreError, type StoreErrorKind } from '../ports/store-error.ts';
import { host, type TestHost, Witness } from '../room/room.test-support.ts';
import type { Room } from '../room/room.ts';
import type { JoinWish, Rooms, RoomsOptions, Unreadable } from '../room/rooms.ts';
import { JournalFeed } from './journal-feed.ts';

/** People and bots in a town with weather, coins, a clock that strikes and a board that is painted. */
export function town(more: Partial<Game> = {}) {
  const hooks: string[] = [];
  const told = (hook: string) => (_room: unknown, seat: { readonly name: string }) =>
    void hooks.push(`${hook} ${seat.name}`);
  const game = defineGame({
    name: 'town',
    tickRateHz: 10,
    seats: 4,
    state: {
      people: table({ x: u16, name: text(64), coins: u16.visibleTo('owner'), luck: u32.visibleTo('nobody') }),
      drops: table({ at: u16, secret: u32.visibleTo('nobody') }, { maxRows: 8 }),
      board: grid({ width: 4, height: 4, of: u8 }),
      world: record({ bought: u16, strikes: u16, dropped: u16 }),
    },
    input: { dir: choice('none', 'right', 'left') },
    commands: { buy: request({ item: u8 }, { coins: u16 }) },
    events: { sold: { item: u8 } },
    avatars: 'people',
    hostMay: ['kick', 'lock', 'pass'],
    recordings: 'keep-with-inputs',
    snapshotEveryMs: 1_000,
    bots: {
      atLeast: 2,
      names: ['돌이', '순이'],
      think: (_me, { random, held: { dir } }): { dir: 'none' | 'right' | 'left' } => {
        if (!random.chance(0.3)) return { dir };
        return { dir: dir === 'right' ? 'left' : 'right' };
      },
    },
    timers: {
      strike(room) {
        room.state.world.strikes += 1;
        room.timers.start('strike', 0.7);
      },
    },
    create(room) {
      room.timers.start('strike', 0.5);
    },
    join(room, seat, { random }) {
      hooks.push(`join ${seat.name}`);
      room.state.people.add({ name: seat.name, coins: 100, luck: random.u32() }, { owner: seat });
    },
    drop(room, seat) {
      hooks.push(`drop ${seat.name}`);
      room.state.world.dropped += 1;
    },
    return: told('return'),
    leave: told('leave'),
    control(me, { dir }) {
      if (dir === 'right') me.x += 1;
      if (dir === 'left' && me.x > 0) me.x -= 1;
    },
    step(room, { random, tick }) {
      const { drops, board } = room.state;
      if (random.chance(0.3) && drops.size < 8) drops.add({ at: random.below(100), secret: random.u32() });
      for (const drop of drops) if (random.chance(0.1)) drops.remove(drop);
      board.set(tick % 4, random.below(4), random.below(256));
    },
    on: {
      buy(room, seat, { item }) {
        const me = room.state.people.ownedBy(seat);
        if (me !== undefined) me.coins -= item;
        room.state.world.bought += 1;
        room.emit('sold', { item });
        return { coins: me?.coins ?? 0 };
      },
    },
  });
  return { game: { ...game, ...more } as unknown as Game, hooks };
}

/** A journal whose commits end when and how the test says. */
export class SlowJournal extends MemoryJournal implements Journal {
  readonly commits: JournalCommit[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #fails: ((problem: unknown) => void)[] = [];

  override async commit(commit: JournalCommit): Promise<{ readonly lost: readonly string[] }> {
    this.commits.push(commit);
    await new Promise<void>((resolve, reject) => {
      this.#ends.push(resolve);
      this.#fails.push(reject);
    });
    return super.commit(commit);
  }

  async done(): Promise<void> {
    this.#ends.shift()?.();
    this.#fails.shift();
    await settled();
  }

  async fail(kind: StoreErrorKind): Promise<void> {
    this.#ends.shift();
    this.#fails.shift()?.(new StoreError(kind, `it is ${kind}`));
    await settled();
  }

  get last(): JournalCommit | undefined {
    return this.commits.at(-1);
  }
}

export interface TestNode extends TestHost {
  readonly feed: JournalFeed;
  join(wish: JoinWish, witness?: Witness): { readonly witness: Witness; readonly seat: ReturnType<Rooms['join']> };
  /** The only room. */
  readonly room: Room;
}

/** A process that writes into a journal, and has gone on with what is in it. */
export async function node(
  game: Game,
  journal: Journal,
  options: Partial<RoomsOptions> & { readonly unreadable?: Unreadable; readonly seed?: number } = {},
): Promise<TestNode> {
  const { unreadable = 'refuse', seed = 7, ...more } = options;
  const late: { clock?: VirtualClock } = {};
  const made = host([game], {
    random: seededRandom(seed),
    graceMs: 5_000,
    ...more,
    journal: {
      journal,
      get feed() {
        return feed;
      },
      wallNowMs: () => 1_000_000 + (late.clock?.nowMs() ?? 0),
    },
  });
  late.clock = made.clock;
  const feed = new JournalFeed({
    journal,
    clock: made.clock,
    wallNowMs: () => 1_000_000,
    random: seededRandom(seed),
    log: made.log,
  });
  await made.rooms.resume(unreadable);
  return {
    ...made,
    feed,
    join: (wish, witness = new Witness()) => ({ witness, seat: made.rooms.join(wish, witness) }),
    get room() {
      const [room] = made.rooms.all;
      if (room === undefined) throw new Error('no room is open');
      return room;
    },
  };
}

/** Lets virtual time pass, and what was committed be answered. */
export async function pass(node: TestNode, ms: number, stepMs = 10): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
    node.clock.advance(stepMs);
    await settled();
  }
}

export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await null;
}

export const hashOf = (room: Room): string => hashState(room.state, 'server');

/** All that a journal has of its first room. */
export async function recordingBytes(journal: Journal, roomId: string): Promise<Uint8Array> {
  return Buffer.concat(await journal.read(roomId, 'start'));
}

export const memoryJournal = (): MemoryJournal => new MemoryJournal();
