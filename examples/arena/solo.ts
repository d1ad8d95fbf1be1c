/**
 * The arena's rules by themselves: no server, no network, nobody else. The battle behind the page's menu is played
 * so, and so are the tests.
 */
import {
  createState,
  neutral,
  type PastOf,
  type PastRow,
  type RoomScope,
  type Seat,
  type StepMoment,
  seededRandom,
  type ValuesOf,
} from '@madang/core';
import { NO_POWERS } from '@madang/core/netcode';
import { arena } from './game.ts';
import { input } from './input.ts';
import type { ArenaState, events, Ship, state as schema } from './state.ts';

export type Sticks = ValuesOf<typeof input>;
export type Emit = RoomScope<typeof schema, typeof events>['emit'];
type Past = PastOf<typeof schema>;
export type PastShip = PastRow<typeof schema.ships.fields>;

export interface Solo {
  readonly state: ArenaState;
  readonly tick: number;
  /** A ship on the next free seat, where the game puts it. */
  join(name: string, isBot: boolean): Ship;
  /** Plays one tick in which seats, by number, hold these sticks. */
  play(sticks: ReadonlyMap<number, Partial<Sticks>>): void;
}

/**
 * Opens the arena at a tick. `heard` is told what the rules emit; `seen` says which ships a seat saw as it fired, the
 * present ones unless it knows others.
 */
export function openSolo(options: {
  seed: number;
  tick: number;
  heard: Emit;
  seen?: (seat: number) => readonly PastShip[] | undefined;
}): Solo {
  const { heard, seen } = options;
  const state = createState(arena.state).view;
  const seats: Seat[] = [];
  const random = seededRandom(options.seed);
  const room: RoomScope<typeof schema, typeof events> = { ...NO_POWERS, id: 'solo', state, seats, emit: heard };
  const dt = 1 / arena.tickRateHz;
  let { tick } = options;
  const moment = (): StepMoment<typeof schema> => ({
    tick,
    dt,
    random,
    seenBy: (seat, look) => look(pastOf(seen?.(seat.number) ?? [...state.ships]), tick),
  });
  arena.create?.(room, moment());

  function control(number: number, sticks: Partial<Sticks> | undefined): void {
    const ship = state.ships.ownedBy({ number });
    if (ship === undefined) return;
    arena.control?.(
      ship,
      { ...neutral(input), ...sticks },
      {
        tick,
        dt,
        state,
        seat: number,
        emit: heard,
        spawn: (table, start) => {
          // Of the tables, control adds rows to one; its name says which fields they have.
          if (table !== 'bolts') throw new Error(`control adds no rows to ${table}`);
          return state.bolts.add(start as Parameters<ArenaState['bolts']['add']>[0], { owner: { number } }) as never;
        },
      },
    );
  }

  return {
    state,
    get tick() {
      return tick;
    },
    join(name, isBot) {
      const seat = {
        number: seats.length + 1,
        name,
        isBot,
        isDropped: false,
        user: null,
        rating: null,
        team: 0,
      };
      seats.push(seat);
      arena.join?.(room, seat, moment());
      const ship = state.ships.ownedBy(seat);
      if (ship === undefined) throw new Error('the game gave no ship');
      return ship;
    },
    play(sticks) {
      tick += 1;
      for (const { number } of seats) control(number, sticks.get(number));
      for (const bolt of state.bolts) arena.advance?.bolts?.(bolt, { tick, dt, state });
      arena.step?.(room, moment());
    },
  };
}

/** The past as far as the arena's rules look at it: ships along a ray whose direction has the length 1. */
function pastOf(ships: readonly PastShip[]): Past {
  const alongRay: Past['ships']['alongRay'] = ({ x, y, dx, dy, length, radius }) =>
    ships
      .map((row) => {
        const along = (row.x - x) * dx + (row.y - y) * dy;
        const beside = Math.abs((row.x - x) * dy - (row.y - y) * dx);
        const isMet = beside <= radius && along >= -radius;
        return { row, distance: isMet ? Math.max(0, along - Math.sqrt(radius ** 2 - beside ** 2)) : Number.NaN };
      })
      .filter(({ distance }) => distance <= length)
      .sort((a, b) => a.distance - b.distance);
  const unused = (): never => {
    throw new Error('the rules look at nothing else of the past');
  };
  const table = { size: ships.length, get: unused, inCircle: unused, inBox: unused, [Symbol.iterator]: unused };
  return {
    ships: { ...table, alongRay },
    bolts: { ...table, alongRay: unused },
    pickups: { ...table, alongRay: unused },
  };
}
