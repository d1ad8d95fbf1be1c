/** The arena's rules alone, with everything they emit, and ships where a test puts them. */
import { arena } from './game.ts';
import { openSolo, type PastShip, type Sticks } from './solo.ts';
import type { ArenaState, Ship } from './state.ts';

export interface Field {
  readonly state: ArenaState;
  readonly events: { readonly name: string; readonly payload: Readonly<Record<string, unknown>> }[];
  readonly tick: number;
  /** A ship at a place, or where the game puts it; still, unharmed and no longer safe. */
  join(x?: number, y?: number): Ship;
  /** Plays ticks in which these seats hold these sticks, by the number of their seat. */
  play(ticks: number, sticks?: Readonly<Record<number, Partial<Sticks>>>): void;
  /** From now on this seat sees ships where they are now. */
  lag(ship: Ship): void;
}

export function openField(seed = 1): Field {
  const events: { name: string; payload: Readonly<Record<string, unknown>> }[] = [];
  const seen = new Map<number, readonly PastShip[]>();
  const solo = openSolo({
    seed,
    // A room that has been open for a while: nobody's first shot is too early.
    tick: 100,
    heard: (name, payload) => void events.push({ name, payload }),
    seen: (seat) => seen.get(seat),
  });
  const { state } = solo;
  return {
    state,
    events,
    get tick() {
      return solo.tick;
    },
    join(x, y) {
      const ship = solo.join(`p${state.ships.size + 1}`, false);
      return Object.assign(ship, { x: x ?? ship.x, y: y ?? ship.y, safeUntil: solo.tick });
    },
    play(ticks, sticks = {}) {
      const held = new Map(Object.entries(sticks).map(([seat, stick]) => [Number(seat), stick]));
      for (let left = ticks; left > 0; left--) solo.play(held);
    },
    lag: (ship) => void seen.set(ship.owner, [...state.ships].map(copied)),
  };
}

function copied(ship: Ship): PastShip {
  const copy: Record<string, unknown> = { id: ship.id, owner: ship.owner };
  for (const name of Object.keys(arena.state.ships.fields)) copy[name] = Reflect.get(ship, name);
  return copy as PastShip;
}
