/**
 * Rooms that outlive their process, by seeds: servers crash and are restarted in the middle of everything, their journal is slow, full,
 * away, and does things that it says it did not. 6 of each, or MADANG_SEEDS of them.
 *
 * - [I1] what was acknowledged in a strict room is in it exactly once; in one that is not, it is there unless it was played in the last
 *   moment before a crash. Nothing is done twice. What somebody has seen of a strict room is never taken back.
 * - [I2] [I4] [I5] [I7] [I9] [I10] as in every simulation: packages/testing/README.md.
 */
import { Recording } from '@madang/core/journal';
import { type Room, resimulate } from '@madang/server';
import { MemoryJournal } from '@madang/server/memory';
import { type Checked, type Player, replay, type SimulateOptions, seeds, type World } from '@madang/testing';
import { arena } from '@madang-examples/arena/game';
import { landGrab } from '@madang-examples/land-grab/game';
import { describe, expect, test } from 'vitest';
import { type Acknowledged, keyOf, type LedgerGame, ledgerOf, paymentsIn } from '../support/ledger.ts';

/** Requests of one client that may wait for an answer. */
const WAITING_MAX = 30;

/** Ticks that a room may have run before it is looked at. */
const CATCH_UP_TICKS_MAX = 5;

const DURATION_MS = 20_000;
/** After all is healed, within this every request is answered. */
const ANSWERED_MS = 13_000;

const NETWORK = { roundTripMs: 60, jitterMs: 20 } as const;

const BAD = { clients: 8, faults: 'all', network: { roundTripMs: 100, jitterMs: 20 }, journal: true } as const;

/** Games that keep what is needed to run their rules again. */
const RECORDED = (['async', 'strict'] as const).map((durability) => {
  const game: typeof landGrab = { ...landGrab, durability, recordings: 'keep-with-inputs' };
  return [game, durability] as const;
});

/** A room that went on from its journal: what it had told of, and where it went on, or a few ticks before. */
interface Resumption {
  readonly roomId: string;
  readonly toldTick: number;
  readonly tick: number;
  /** Between the first tick that was lost and the last. */
  readonly lostMs: number;
}

/** What happened, as clients were told, and as rooms had it. */
class Books {
  readonly acknowledged: Acknowledged[] = [];
  readonly resumptions: Resumption[] = [];
  /** By room: as its last process had it, and when it told of its last ticks. */
  readonly #rooms = new Map<string, { readonly room: Room; readonly toldAtMs: Map<number, number> }>();
  /** By room as a page holds it: when it asked what waits for an answer, by serial. */
  readonly #waiting = new Map<object, Map<number, number>>();
  #serial = 0;

  readonly player: Player<LedgerGame> = (room, { nowMs, client, random }) => {
    const waiting = this.#waiting.get(room) ?? new Map<number, number>();
    this.#waiting.set(room, waiting);
    if (waiting.size >= WAITING_MAX || !random.chance(0.15)) return;
    const { id: roomId } = room;
    const serial = ++this.#serial;
    waiting.set(serial, nowMs);
    room
      .ask('pay', { client, serial }, { timeoutMs: 120_000 })
      .then(
        ({ tick }) => this.acknowledged.push({ roomId, client, serial, tick }),
        () => {},
      )
      .finally(() => waiting.delete(serial));
  };

  readonly check = ({ room, state, world }: Checked<LedgerGame>): void => {
    let known = this.#rooms.get(room.id);
    if (known?.room !== room) {
      const toldTick = known?.room.tick ?? 0;
      if (known !== undefined) {
        const first = known.toldAtMs.get(room.tick) ?? world.nowMs;
        const last = Math.max(...known.toldAtMs.values());
        const tick = room.tick - CATCH_UP_TICKS_MAX;
        this.resumptions.push({ roomId: room.id, toldTick, tick, lostMs: Math.max(0, last - first) });
      }
      known = { room, toldAtMs: new Map() };
      this.#rooms.set(room.id, known);
    }
    known.toldAtMs.set(room.tick, world.nowMs);
    // Everything was healed a while ago.
    if (world.nowMs > DURATION_MS + ANSWERED_MS) this.#checkAnswered(world);
    if (state.hall.count !== state.payments.size) throw new Error(`${state.hall.count} of ${state.payments.size}`);
  };

  /** Throws where somebody who plays still waits for something old. */
  #checkAnswered({ clients, nowMs }: World<LedgerGame>): void {
    for (const { name, isPlaying, room } of clients) {
      const waiting = isPlaying && room !== null ? this.#waiting.get(room) : undefined;
      const [oldest = Number.POSITIVE_INFINITY] = waiting?.values() ?? [];
      if (nowMs - oldest > ANSWERED_MS) throw new Error(`${name} waits since ${oldest} ms for an answer`);
    }
  }

  /** Payments that are in a room more than once, as `room client:serial`. */
  get twice(): readonly string[] {
    return [...this.#paid].filter(([, times]) => times > 1).map(([key]) => key);
  }

  /** Payments that were acknowledged and are not in their room. */
  get missing(): readonly Acknowledged[] {
    const paid = this.#paid;
    return this.acknowledged.filter((one) => !paid.has(`${one.roomId} ${keyOf(one)}`));
  }

  get #paid(): ReadonlyMap<string, number> {
    const paid = new Map<string, number>();
    for (const [id, { room }] of this.#rooms) {
      const { payments } = room.state.view as unknown as { payments: Iterable<{ client: number; serial: number }> };
      for (const [key, times] of paymentsIn(payments)) paid.set(`${id} ${key}`, times);
    }
    return paid;
  }
}

async function pay(game: LedgerGame, seed: number, options: Partial<SimulateOptions<LedgerGame>> = {}) {
  const books = new Books();
  const result = await replay(seed, {
    game,
    journal: true,
    clients: 5,
    durationMs: DURATION_MS,
    network: NETWORK,
    faults: 'all',
    frameRateHz: 30,
    player: books.player,
    check: books.check,
    ...options,
  });
  expect(books.twice).toEqual([]);
  expect(books.acknowledged.length).toBeGreaterThan(20);
  return { books, result };
}

test.each(seeds(6))('strict, seed %i: what was acknowledged is there, once, whatever died meanwhile', async (seed) => {
  const { books } = await pay(ledgerOf('strict'), seed);
  expect(books.missing).toEqual([]);
});

/** Rooms that may end, so that they can be recorded. */
test.each(seeds(6))(
  'recorded, seed %i: rules that run again do the same, through all that the journal lost',
  async (seed) => {
    for (const [game, durability] of RECORDED) {
      const journal = new MemoryJournal();
      await replay(seed, { ...BAD, game, clients: 5, durationMs: 15_000, server: { journal, alwaysOpen: [] } });
      const rooms = [...(await journal.unfinished()), ...(await journal.recordings(100))];
      for (const { roomId } of rooms) {
        const recording = new Recording(Buffer.concat(await journal.read(roomId, 'start')));
        expect([durability, roomId, resimulate(recording, game).difference]).toEqual([durability, roomId, null]);
      }
    }
  },
);

test.each(seeds(6))(
  'async, seed %i: what is missing was played after what the journal had; the rest is there, once',
  async (seed) => {
    const { books } = await pay(ledgerOf('async', 'keep-with-inputs'), seed);
    for (const { roomId, tick } of books.missing) {
      const lost = books.resumptions.some((one) => one.roomId === roomId && one.tick < tick && tick <= one.toldTick);
      expect([roomId, tick, lost]).toEqual([roomId, tick, true]);
    }
  },
);

test.each(seeds(6))(
  'async, on a good disk, seed %i: a crash takes no more than the last 100 ms with it',
  async (seed) => {
    const faults = [
      'weather',
      'cuts',
      'readers',
      'tabs',
      'crashes',
      'leaving',
      'duplicates',
      'replays',
      'buggify',
    ] as const;
    const { books } = await pay(ledgerOf('async'), seed, { faults });
    expect(books.resumptions.filter(({ lostMs }) => lostMs > 100)).toEqual([]);
    for (const { roomId, tick } of books.missing) {
      expect(books.resumptions.some((one) => one.roomId === roomId && one.tick < tick && tick <= one.toldTick)).toBe(
        true,
      );
    }
  },
);

test.each(seeds(6))(
  'land-grab, seed %i: rooms go on, everybody plays or knows why not, and all agree',
  async (seed) => {
    const { clients, compared } = await replay(seed, { ...BAD, game: landGrab });
    expect(clients.every(({ state }) => state === 'playing' || state === 'away')).toBe(true);
    expect(compared).toBeGreaterThan(400);
  },
);

test.each(seeds(6))('arena, seed %i: rooms go on, everybody plays or knows why not, and all agree', async (seed) => {
  const { clients, compared } = await replay(seed, { ...BAD, game: arena, frameRateHz: 10, durationMs: 10_000 });
  expect(clients.every(({ state }) => state === 'playing' || state === 'away')).toBe(true);
  expect(compared).toBeGreaterThan(400);
});

describe('the same seed', () => {
  test('gives the same run, its journal’s faults included [I8]', async () => {
    const runs = [await pay(ledgerOf('strict'), 3), await pay(ledgerOf('strict'), 3)];
    const [one, other] = runs.map(({ result }) => result);
    expect(one).toEqual(other);
    expect(one?.faults.journal).toBeGreaterThan(0);
  });
});
