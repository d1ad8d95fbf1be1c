/** The arena over a simulated network: what players see, what the server decides, and that nobody drifts. */
import { replay, seeds, simulate } from '@madang/testing';
import { describe, expect, test } from 'vitest';
import { arena } from './game.ts';
import { ARENA_SIZE, SHIP } from './measures.ts';
import { endOfBeam } from './page/scene/beams.ts';
import { keptOut } from './walls.ts';

/** Two ships on a free lane, and no bots. */
const { bots: _bots, ...withoutBots } = arena;
const duel: typeof arena = {
  ...withoutBots,
  join(room, seat, moment) {
    arena.join?.(room, seat, moment);
    const ship = room.state.ships.ownedBy(seat);
    if (ship !== undefined) Object.assign(ship, { x: 700, y: seat.number === 1 ? 1760 : 1480, safeUntil: moment.tick });
  },
};

/** One flies to and fro; the other fires at it where it is drawn. Answers shots that met it on screen, and hits. */
async function duelOver(network: { roundTripMs: number; jitterMs: number }) {
  let [met, hits] = [0, 0];
  const listening = new WeakSet<object>();
  await simulate({
    game: duel,
    clients: 2,
    seed: 5,
    durationMs: 14_000,
    network,
    player(room, { client, nowMs }) {
      const ships = [...room.frame().ships];
      const own = ships.find(({ owner }) => owner === room.seat);
      const other = ships.find(({ owner }) => owner !== room.seat);
      if (own === undefined || other === undefined) return;
      if (client === 1) return room.input({ moveX: Math.floor(nowMs / 900) % 2 === 0 ? 1 : -1 });
      if (!listening.has(room)) {
        listening.add(room);
        room.on('shot', ({ by, aim }) => {
          const from = room.view.ships.get(by);
          if (from !== undefined && endOfBeam(from, aim, room.view.ships).at !== null) met += 1;
        });
        room.on('hit', () => {
          hits += 1;
        });
      }
      room.input({ aim: Math.atan2(other.y - own.y, other.x - own.x), fire: nowMs > 3_000 });
    },
    check: ({ state }) => {
      // The duel goes on: nobody is ever destroyed.
      for (const ship of state.ships) ship.shield = SHIP.shieldMax;
    },
  });
  return { met, hits };
}

describe('lag compensation', () => {
  test.each([
    { roundTripMs: 0, jitterMs: 0 },
    { roundTripMs: 100, jitterMs: 20 },
    { roundTripMs: 250, jitterMs: 40 },
  ])('what is under the beam on the shooter’s screen is hit, at $roundTripMs ms', async (network) => {
    const { met, hits } = await duelOver(network);
    expect(met).toBeGreaterThan(30);
    expect(hits / met).toBeGreaterThan(0.9);
    expect(hits / met).toBeLessThan(1.1);
  });
});

describe('a battle in bad weather', () => {
  test.each(seeds(3))('seed %i: all recover and agree, and no ship is ever inside a wall', async (seed) => {
    const result = await replay(seed, {
      game: arena,
      clients: 4,
      durationMs: 8_000,
      network: { roundTripMs: 120, jitterMs: 40 },
      faults: 'all',
      check: ({ state }) => {
        for (const { hp, x, y, vx, vy } of state.ships) {
          const free = keptOut({ x, y, vx, vy }, SHIP.radius - 0.2, 0);
          if (hp > SHIP.hp || free.x !== x || free.y !== y || x > ARENA_SIZE) throw new Error(`a ship at ${x}, ${y}`);
        }
      },
    });
    expect(result.compared).toBeGreaterThan(100);
  });
});
