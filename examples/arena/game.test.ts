import { seededRandom } from '@madang/core';
import { NO_POWERS } from '@madang/core/netcode';
import { describe, expect, test } from 'vitest';
import { openField } from './arena.test-support.ts';
import { STARTS } from './arena-map.ts';
import { arena } from './game.ts';
import { BEAM, BOLT, PICKUP, ROUND, SHIP } from './measures.ts';

const SECOND = arena.tickRateHz;
const named = (field: ReturnType<typeof openField>, name: string) =>
  field.events.filter((one) => one.name === name).map(({ payload }) => payload);

describe('flying', () => {
  test('a ship gathers speed the way its stick is pushed, up to one speed in every direction', () => {
    const field = openField();
    const [straight, askew] = [field.join(500, 1480), field.join(500, 1600)];
    field.play(1, { 1: { moveX: 1 }, 2: { moveX: 1, moveY: 1 } });
    expect(straight.vx).toBeGreaterThan(20);
    expect(straight.vx).toBeLessThan(SHIP.speed / 2);
    field.play(20, { 1: { moveX: 1 }, 2: { moveX: 1, moveY: 1 } });
    expect(straight.vx).toBe(SHIP.speed);
    expect(Math.abs(Math.hypot(askew.vx, askew.vy) - SHIP.speed)).toBeLessThan(1.5);
  });

  test('half a push is half the speed, and without a push it comes to a stand', () => {
    const field = openField();
    const ship = field.join(500, 1480);
    field.play(20, { 1: { moveX: 0.5 } });
    expect(ship.vx).toBe(SHIP.speed / 2);
    field.play(SECOND);
    expect([ship.vx, ship.vy]).toEqual([0, 0]);
  });

  test('walls and the edge keep it out, and it slides along them', () => {
    const field = openField();
    const [atEdge, atMiddle] = [field.join(30, 1024), field.join(900, 1010)];
    field.play(2 * SECOND, { 1: { moveX: -1, moveY: 0.5 }, 2: { moveX: 1 } });
    expect(atEdge.x).toBe(SHIP.radius);
    expect(atEdge.y).toBeGreaterThan(1200);
    expect(Math.hypot(atMiddle.x - 1024, atMiddle.y - 1024)).toBeGreaterThanOrEqual(88 + SHIP.radius - 0.1);
  });

  test('a word of a text gateway moves a ship that way', () => {
    for (const [word, axis, sign] of [
      ['좌', 'x', -1],
      ['right', 'x', 1],
      ['상', 'y', -1],
      ['down', 'y', 1],
    ] as const) {
      const field = openField();
      const ship = field.join(1000, 1480);
      const from = ship[axis];
      field.play(1, { 1: arena.words[word] ?? {} });
      field.play(9);
      expect((ship[axis] - from) * sign).toBeGreaterThan(1);
    }
  });
});

describe('beams', () => {
  const EAST = { aim: 0, fire: true };

  test('the first ship under the beam is hit: its shield first, then its hull', () => {
    const field = openField();
    const [by, on, behind] = [field.join(400, 1480), field.join(600, 1480), field.join(700, 1480)];
    field.play(1, { 1: EAST });
    field.play(BEAM.everyTicks, { 1: EAST });
    expect(on.shield).toBe(SHIP.shieldAtStart - 2 * BEAM.damage);
    expect([on.hp, behind.hp, behind.shield]).toEqual([SHIP.hp, SHIP.hp, SHIP.shieldAtStart]);
    field.play(2 * BEAM.everyTicks, { 1: EAST });
    expect([on.hp, on.shield]).toEqual([SHIP.hp + SHIP.shieldAtStart - 4 * BEAM.damage, 0]);
    expect(named(field, 'shot')).toHaveLength(4);
    expect(named(field, 'hit')[0]).toEqual({ by: by.id, on: on.id, damage: BEAM.damage, isShield: true });
    expect(named(field, 'hit')[3]).toMatchObject({ isShield: false });
  });

  test('what the shooter saw counts, not where the target is by now', () => {
    const field = openField();
    const [by, on, other] = [field.join(400, 1480), field.join(600, 1480), field.join(600, 1380)];
    field.lag(by);
    Object.assign(on, { y: 1600 });
    Object.assign(other, { y: 1480 });
    field.play(1, { 1: EAST });
    expect([on.shield, other.shield]).toEqual([SHIP.shieldAtStart - BEAM.damage, SHIP.shieldAtStart]);
  });

  test('but the shooter fires from where it is, and whoever is destroyed by now is not hit again', () => {
    const field = openField();
    const [by, on] = [field.join(400, 1380), field.join(600, 1480)];
    field.lag(by);
    by.y = 1480;
    field.play(1, { 1: EAST });
    expect(on.shield).toBe(SHIP.shieldAtStart - BEAM.damage);
    Object.assign(on, { hp: 0, backAt: 1000 });
    field.play(BEAM.everyTicks, { 1: EAST });
    expect(named(field, 'hit')).toHaveLength(1);
  });

  test('walls end it, and its range does', () => {
    const field = openField();
    const [, behindWall] = [field.join(870, 1024), field.join(1180, 1024)];
    field.play(1, { 1: EAST });
    expect([named(field, 'shot').length, behindWall.shield]).toEqual([1, SHIP.shieldAtStart]);

    const end = 320 + BEAM.range + BEAM.hitRadius;
    const [, target] = [field.join(320, 1480), field.join(end + 1, 1480)];
    field.play(1, { 3: EAST });
    expect(target.shield).toBe(SHIP.shieldAtStart);
    target.x = end - 1;
    field.play(BEAM.everyTicks, { 3: EAST });
    expect(target.shield).toBe(SHIP.shieldAtStart - BEAM.damage);
  });

  test('two who fire at the same moment both hit, even when both are destroyed by it', () => {
    const field = openField();
    const [left, right] = [field.join(400, 1480), field.join(600, 1480)];
    for (const ship of [left, right]) Object.assign(ship, { hp: 1, shield: 0 });
    field.play(1, { 1: EAST, 2: { aim: Math.PI, fire: true } });
    expect([left.hp, right.hp, left.score, right.score]).toEqual([0, 0, 1, 1]);
  });

  test('it fires as fast as it may, and faster with rapid fire', () => {
    const field = openField();
    const ship = field.join(400, 1480);
    field.play(SECOND, { 1: EAST });
    expect(named(field, 'shot')).toHaveLength(SECOND / BEAM.everyTicks);
    ship.rapidUntil = field.tick + SECOND;
    field.play(SECOND, { 1: EAST });
    expect(named(field, 'shot').length - SECOND / BEAM.everyTicks).toBeGreaterThan(SECOND / BEAM.rapidTicks - 2);
  });
});

describe('bolts', () => {
  test('a bolt flies, bursts at a ship, harms all near it but its own, and pushes them away', () => {
    const field = openField();
    const [by, on, near] = [field.join(400, 1480), field.join(600, 1480), field.join(620, 1540)];
    field.play(1, { 1: { bolt: true } });
    expect(field.state.bolts.size).toBe(1);
    expect(on.shield).toBe(SHIP.shieldAtStart);
    field.play(SECOND, { 1: { bolt: true } });
    expect(named(field, 'burst')).toEqual([expect.objectContaining({ by: by.id })]);
    expect(on.hp + on.shield).toBeLessThan(SHIP.hp + SHIP.shieldAtStart - BOLT.damage / 2);
    expect(near.shield).toBeLessThan(SHIP.shieldAtStart);
    expect(on.x).toBeGreaterThan(600);
    expect([by.hp, by.shield]).toEqual([SHIP.hp, SHIP.shieldAtStart]);
  });

  test('what a player threw goes with it', () => {
    const field = openField();
    field.join(400, 1480);
    field.play(1, { 1: { bolt: true } });
    expect(field.state.bolts.size).toBe(1);
    const room = { ...NO_POWERS, id: '', state: field.state, seats: [], emit: () => {} };
    const moment = { tick: field.tick, dt: 1 / arena.tickRateHz, random: seededRandom(1) };
    const nobody = { isBot: false, isDropped: false, user: null, rating: null, team: 0 };
    arena.leave?.(room, { number: 1, name: 'p1', ...nobody }, moment);
    expect(field.state.bolts.size).toBe(0);
  });

  test('it comes back from walls and ends when its time is up', () => {
    const field = openField();
    field.join(100, 1480);
    field.play(1, { 1: { aim: Math.PI, bolt: true } });
    const [bolt] = field.state.bolts;
    expect(bolt?.vx).toBeLessThan(0);
    field.play(10);
    expect(bolt?.vx).toBeGreaterThan(0);
    field.play(BOLT.lastsTicks);
    expect(field.state.bolts.size).toBe(0);
    expect(named(field, 'burst')).toHaveLength(1);
  });

  test('one at a time: the next one waits', () => {
    const field = openField();
    field.join(400, 1480);
    field.play(BOLT.everyTicks - 1, { 1: { aim: 1, bolt: true } });
    expect(field.state.bolts.size).toBe(1);
  });
});

describe('being destroyed', () => {
  test('counts for the one who did it; the ship is back after a while, elsewhere, whole and safe', () => {
    const field = openField();
    const [by, on] = [field.join(400, 1480), field.join(600, 1480)];
    Object.assign(on, { hp: BEAM.damage, shield: 0 });
    field.play(1, { 1: { fire: true } });
    expect(named(field, 'destroyed')).toEqual([{ by: by.id, on: on.id, x: 600, y: 1480, how: 'beam' }]);
    expect([by.score, on.deaths, on.hp]).toEqual([1, 1, 0]);
    field.play(SHIP.backTicks - 1, { 2: { moveX: 1, fire: true } });
    expect([on.hp, on.x]).toEqual([0, 600]);
    field.play(1);
    expect([on.hp, on.shield]).toEqual([SHIP.hp, SHIP.shieldAtStart]);
    expect(STARTS).toContainEqual({ x: on.x, y: on.y });
    Object.assign(on, { x: 600, y: 1480 });
    field.play(BEAM.everyTicks, { 1: { fire: true } });
    expect([on.hp, on.shield]).toEqual([SHIP.hp, SHIP.shieldAtStart]);
  });

  test('whoever attacks is safe no longer', () => {
    const field = openField();
    const ship = field.join(400, 1480);
    ship.safeUntil = field.tick + 60;
    field.play(1);
    expect(ship.safeUntil).toBeGreaterThan(field.tick);
    field.play(4, { 1: { fire: true } });
    expect(ship.safeUntil).toBeLessThanOrEqual(field.tick);
  });
});

describe('pickups', () => {
  test('help whoever comes first, and lie there again after a while', () => {
    const field = openField();
    const [pickup] = field.state.pickups;
    if (pickup === undefined) throw new Error('nothing lies about');
    const ship = field.join(pickup.x, pickup.y);
    field.play(1);
    expect(named(field, 'picked'), 'a whole ship needs no repair').toEqual([]);
    ship.hp = 20;
    field.play(1);
    expect(ship.hp).toBe(20 + PICKUP.repair);
    ship.hp = 20;
    field.play(PICKUP.backTicks.repair - 1);
    expect(ship.hp).toBe(20);
    field.play(1);
    expect(ship.hp).toBe(20 + PICKUP.repair);
  });
});

describe('rounds', () => {
  test('end when their time is up, for whoever destroyed most, and begin again with nothing', () => {
    const field = openField();
    const [first, second] = [field.join(400, 1480), field.join(600, 1600)];
    Object.assign(first, { score: 2 });
    Object.assign(second, { score: 3, deaths: 9 });
    field.play(ROUND.playTicks);
    expect(field.state.round).toMatchObject({ phase: 'over', winner: second.id, number: 1 });
    expect(second.wins).toBe(1);
    expect(named(field, 'roundOver')).toEqual([{ winner: second.id, name: 'p2', score: 3, number: 1 }]);
    const shots = named(field, 'shot').length;
    field.play(10, { 1: { fire: true, bolt: true } });
    expect([named(field, 'shot').length, field.state.bolts.size]).toEqual([shots, 0]);
    field.play(ROUND.boardTicks);
    expect(field.state.round).toMatchObject({ phase: 'play', winner: 0, number: 2 });
    expect([first.score, second.score, second.deaths, second.wins]).toEqual([0, 0, 0, 1]);
  });

  test('newcomers begin far from everybody, each at another place', () => {
    const field = openField();
    const places = Array.from({ length: 16 }, () => {
      const { x, y } = field.join();
      return `${x},${y}`;
    });
    expect(new Set(places).size).toBe(16);
  });
});
