/**
 * The battle behind the menu: the game's own rules and bots, played in this browser and nowhere else. No server, no
 * people, no lag; between two ticks ships are drawn in a straight line.
 */
import { neutral, seededRandom } from '@madang/core';
import { thinkAhead } from '../../bot.ts';
import { arena } from '../../game.ts';
import { input } from '../../input.ts';
import { type Emit, openSolo, type Sticks } from '../../solo.ts';
import type { SeenBolt, SeenShip } from '../../state.ts';
import type { Effects } from './effects.ts';
import type { Scene } from './scene.ts';

const FIGHTERS = 10;
const TICK_MS = 1000 / arena.tickRateHz;
/** After a hidden page is back, time that passed is not made up for. */
const BEHIND_MOST_MS = 250;
/** Seconds of battle before anybody looks: ships are about, and one leads. */
const WARM_UP_TICKS = 20 * arena.tickRateHz;
/** The round never ends here: nobody has joined it. */
const ENDLESS = 0xffffffff;

const SHIP_FIELDS = Object.keys(arena.state.ships.fields);
const BOLT_FIELDS = Object.keys(arena.state.bolts.fields);

export interface Attract {
  readonly tick: number;
  /** Plays on until now, and answers what is to be drawn. */
  at(nowMs: number): Scene;
}

/** What happens is shown by `effects` while `isSeen`. */
export function createAttract(names: readonly string[], effects: Effects, isSeen: () => boolean): Attract {
  let isWarm = false;
  const show = showing(effects);
  const solo = openSolo({
    seed: 20,
    tick: 100,
    heard: (...event) => {
      if (isWarm && isSeen()) show(...event);
    },
  });
  const { state } = solo;
  const random = seededRandom(4);
  const held = new Map<number, Sticks>();
  let playedMs = 0;
  let before = new Map<number, { x: number; y: number }>();

  state.round.endsAtTick = ENDLESS;
  for (let seat = 1; seat <= FIGHTERS; seat++) {
    solo.join(names[(seat - 1) % names.length] ?? '', seat % 3 !== 0);
    held.set(seat, neutral(input));
  }
  for (let left = WARM_UP_TICKS; left > 0; left--) play();
  isWarm = true;

  function play(): void {
    before = new Map([...state.ships, ...state.bolts].map(({ id, x, y }) => [id, { x, y }]));
    for (const [number, sticks] of held) {
      const ship = state.ships.ownedBy({ number });
      if (ship === undefined) continue;
      Object.assign(sticks, thinkAhead(ship, { tick: solo.tick + 1, random, state, held: sticks }));
    }
    solo.play(held);
  }

  /** A row as it is `share` of a tick after the tick before. */
  function between<R extends SeenShip | SeenBolt>(row: R, fields: readonly string[], share: number): R {
    const copy: Record<string, unknown> = { id: row.id, owner: row.owner };
    for (const name of fields) copy[name] = Reflect.get(row, name);
    const from = before.get(row.id);
    if (from !== undefined && Math.hypot(row.x - from.x, row.y - from.y) < 100) {
      copy.x = from.x + (row.x - from.x) * share;
      copy.y = from.y + (row.y - from.y) * share;
    }
    return copy as R;
  }

  return {
    get tick() {
      return solo.tick;
    },
    at(nowMs) {
      if (nowMs - playedMs > BEHIND_MOST_MS) playedMs = nowMs - TICK_MS;
      for (; playedMs + TICK_MS <= nowMs; playedMs += TICK_MS) play();
      const share = (nowMs - playedMs) / TICK_MS;
      return {
        ships: [...state.ships].map((ship) => between<SeenShip>(ship, SHIP_FIELDS, share)),
        bolts: [...state.bolts].map((bolt) => between<SeenBolt>(bolt, BOLT_FIELDS, share)),
        pickups: state.pickups,
        round: state.round,
      };
    },
  };
}

function showing(effects: Effects): Emit {
  return (name, payload) => {
    const { by, on, x, y, aim, isShield }: Readonly<Record<string, unknown>> = { ...payload };
    const nowMs = performance.now();
    if (name === 'shot') effects.shot(Number(by), Number(aim), nowMs);
    else if (name === 'hit') effects.hit(Number(by), Number(on), isShield === true, nowMs);
    else if (name === 'burst') effects.burst(Number(x), Number(y), Number(by), nowMs);
    else if (name === 'destroyed') effects.destroyed(Number(on), Number(x), Number(y), nowMs);
  };
}
