/**
 * Races for seats, by seeds: players join, leave, drop, return, reload, are thrown out, find rooms locked and come with the
 * tickets of a match, while lines break and tabs are duplicated. 20 of them, or MADANG_SEEDS of them.
 *
 * - [I1] what was acknowledged was done exactly once, and is in the state of its room; what was refused was not done.
 * - [I2] [I4] [I7] [I9] [I10] as in every simulation: packages/testing/README.md.
 */
import { defineGame, type Game, record, refuse, request, type Seat, table, text, u8, u16, u32 } from '@madang/core';
import { type Player, type RoomOf, replay, type SimulateOptions, seeds } from '@madang/testing';
import { expect, test } from 'vitest';

const SEATS = 4;

/** Requests of one client that may wait for an answer. */
const WAITING_MAX = 30;

/** How long a match holds seats. */
const HELD_MS = 1_500;

const DURATION_MS = 25_000;

const definition = {
  name: 'market',
  tickRateHz: 20,
  seats: SEATS,
  state: {
    sellers: table({ till: u16, secret: text(24).visibleTo('owner') }, { maxRows: 2 * SEATS }),
    hall: record({ sold: u32, rounds: u16 }),
  },
  input: { hands: u8 },
  commands: { sell: request({ client: u8, serial: u16 }, { sold: u32 }) },
  rates: { sell: 128 },
  avatars: 'sellers',
  hostMay: ['kick', 'lock', 'pass'],
} as const;

type Market = Game<(typeof definition)['state'], (typeof definition)['input'], (typeof definition)['commands']>;

/** What has happened, as told by the rules and by the clients. */
class Ledger {
  /** By room, client and serial: how often it was done. */
  readonly done = new Map<string, number>();
  readonly acknowledged = new Set<string>();
  readonly refused = new Set<string>();
  /** By room: how many sales it must have. */
  readonly sold = new Map<string, number>();
  /** By room and seat: where it is in its life, as its rules were told. */
  readonly #stays = new Map<string, 'here' | 'dropped'>();

  sell(roomId: string, client: number, serial: number): void {
    const key = `${roomId} ${client} ${serial}`;
    this.done.set(key, (this.done.get(key) ?? 0) + 1);
    this.sold.set(roomId, (this.sold.get(roomId) ?? 0) + 1);
  }

  /** Throws where a hook does not follow the one before. */
  turn(roomId: string, { number }: Seat, hook: 'join' | 'drop' | 'return' | 'leave'): void {
    const key = `${roomId} ${number}`;
    const now = this.#stays.get(key);
    const mayBe = { join: [undefined], drop: ['here'], return: ['dropped'], leave: ['here', 'dropped'] }[hook];
    if (!mayBe.some((one) => one === now)) throw new Error(`${hook} of seat ${key}, which is ${now ?? 'free'}`);
    if (hook === 'leave') this.#stays.delete(key);
    else this.#stays.set(key, hook === 'drop' ? 'dropped' : 'here');
  }
}

function marketOf(ledger: Ledger) {
  return defineGame({
    ...definition,
    create(room) {
      room.timers.start('round', 2);
    },
    join(room, seat, { random }) {
      ledger.turn(room.id, seat, 'join');
      const secret = Array.from({ length: 20 }, () => random.pick([...'abcdefghijklmnopqrstuvwxyz'])).join('');
      room.state.sellers.add({ secret }, { owner: seat });
    },
    drop: (room, seat) => ledger.turn(room.id, seat, 'drop'),
    return: (room, seat) => ledger.turn(room.id, seat, 'return'),
    leave: (room, seat) => ledger.turn(room.id, seat, 'leave'),
    on: {
      sell(room, seat, { client, serial }) {
        if (serial % 13 === 0) refuse('unlucky');
        ledger.sell(room.id, client, serial);
        const seller = room.state.sellers.ownedBy(seat);
        if (seller !== undefined) seller.till++;
        room.state.hall.sold++;
        return { sold: room.state.hall.sold };
      },
    },
    timers: {
      round(room, { random }) {
        room.state.hall.rounds++;
        room.timers.start('round', 1 + random.below(3));
        room.unlock();
        room.announce('the next round');
        const [first, ...others] = room.seats;
        if (first !== undefined) room.report([[[first]], others.map((seat) => [seat])]);
        if (first !== undefined && random.chance(0.02)) room.kick(first, 'it was your turn');
        if (random.chance(0.01)) room.close('the market is over');
      },
    },
  });
}

/** Sells as fast as answers come, talks, and uses a host's rights as children do. */
function sellerOf(ledger: Ledger): Player<Market> {
  const serials = new Map<number, number>();
  const waiting = new Map<number, number>();
  const quietly = (asked: Promise<unknown>): void => void asked.catch(() => {});
  const sell = (room: RoomOf<Market>, client: number): void => {
    const serial = (serials.get(client) ?? 0) + 1;
    serials.set(client, serial);
    waiting.set(client, (waiting.get(client) ?? 0) + 1);
    const key = `${room.id} ${client} ${serial}`;
    room
      .ask('sell', { client, serial }, { timeoutMs: 5_000 })
      .then(
        () => ledger.acknowledged.add(key),
        ({ code }: { code?: string }) => code === 'REFUSED' && ledger.refused.add(key),
      )
      .finally(() => waiting.set(client, (waiting.get(client) ?? 1) - 1));
  };
  return (room, { client, random }) => {
    if (random.chance(0.15) && (waiting.get(client) ?? 0) < WAITING_MAX) sell(room, client);
    if (random.chance(0.005)) quietly(room.do.chat(`hello from ${client}`));
    if (random.chance(0.0005)) quietly(room.do.kick(1 + random.below(SEATS)));
    if (random.chance(0.004)) quietly(room.do.lock(random.chance(0.6)));
    if (random.chance(0.004)) quietly(room.do.pass(1 + random.below(SEATS)));
  };
}

async function play(seed: number) {
  const ledger = new Ledger();
  const game = marketOf(ledger);
  const tickets: string[] = [];
  const check: SimulateOptions<typeof game>['check'] = ({ state, room, world }) => {
    const sold = ledger.sold.get(room.id) ?? 0;
    if (state.hall.sold !== sold)
      throw new Error(`[I1] ${state.hall.sold} sales are in the state, and ${sold} were made`);
    if (room.tick % 37 !== 0) return;
    tickets.length = 0;
    if (world.nowMs > DURATION_MS) return;
    // A match puts two players here, of whom one or none may come in time.
    const nobody = { user: null, roles: [], rating: null, team: 0 };
    try {
      tickets.push(...world.server.rooms.hold(room.game, [nobody, nobody], HELD_MS, { roomId: room.id }).tickets);
    } catch {
      // Full or locked, as rooms are.
    }
  };
  const result = await replay(seed, {
    game,
    clients: 7,
    durationMs: DURATION_MS,
    network: { roundTripMs: 60, jitterMs: 20 },
    faults: [
      'weather',
      'cuts',
      'readers',
      'tabs',
      'clocks',
      'leaving',
      'duplicates',
      'replays',
      'directory',
      'buggify',
    ],
    frameRateHz: 30,
    server: { graceMs: 3_000, maxRooms: 8 },
    player: sellerOf(ledger) as Player<typeof game>,
    wish: (client) => {
      const ticket = client % 2 === 0 ? tickets.pop() : undefined;
      return ticket === undefined ? {} : { ticket };
    },
    check,
  });
  return { ledger, result };
}

test.each(seeds(20))(
  'seed %i: each request is done once, each seat is one player’s, and nothing is left',
  async (seed) => {
    const { ledger, result } = await play(seed);
    const twice = [...ledger.done].filter(([, times]) => times !== 1);
    expect(twice).toEqual([]);
    expect([...ledger.acknowledged].filter((key) => !ledger.done.has(key))).toEqual([]);
    expect([...ledger.refused].filter((key) => ledger.done.has(key))).toEqual([]);
    expect(ledger.acknowledged.size).toBeGreaterThan(50);
    expect(result.returned).toBeGreaterThan(0);
  },
);
