import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARENA_SIZE, BEAM } from '../measures.ts';
import { Pilot } from './controls/pilot.ts';
import { clockText } from './hud/clock.ts';
import { standingsOf, visibleStandings } from './hud/standings.ts';
import { Actors } from './scene/actors.ts';
import { endOfBeam } from './scene/beams.ts';
import { Camera } from './scene/camera.ts';
import { shortName } from './scene/labels.ts';
import { lightOf } from './scene/palette.ts';
import type { Scene } from './scene/scene.ts';
import { Timeline } from './timeline.ts';

type SceneShip = Scene['ships'] extends Iterable<infer S> ? S : never;

const SHIP: SceneShip = {
  id: 1,
  owner: 1,
  name: 'ann',
  colour: 1,
  bot: false,
  x: 500,
  y: 1480,
  vx: 0,
  vy: 0,
  aim: 0,
  hp: 100,
  shield: 0,
  score: 0,
  deaths: 0,
  wins: 0,
  rapidUntil: 0,
  safeUntil: 0,
  backAt: 0,
  firedAt: undefined,
  lobbedAt: undefined,
};
const sceneOf = (...ships: Partial<SceneShip>[]): Scene => ({
  ships: ships.map((ship) => ({ ...SHIP, ...ship })),
  bolts: [],
  pickups: [],
  round: { number: 1, phase: 'play', endsAtTick: 0, winner: 0 },
});

describe('hands', () => {
  test('a click between two ticks still fires, and letting go stops', () => {
    const pilot = new Pilot();
    pilot.pull('fire', 'mouse', 1000);
    pilot.letGo('fire', 'mouse');
    expect([pilot.sticks(1010).fire, pilot.sticks(1100).fire]).toEqual([true, false]);
  });

  test('one finger does not let go of what another holds', () => {
    const pilot = new Pilot();
    pilot.pull('fire', 'mouse', 0);
    pilot.pull('fire', 'KeyJ', 0);
    pilot.letGo('fire', 'mouse');
    expect(pilot.sticks(500).fire).toBe(true);
    pilot.release();
    expect(pilot.sticks(500)).toMatchObject({ moveX: 0, moveY: 0, fire: false });
  });

  test('a stick pushed into its corner asks for no more than one pushed straight', () => {
    const pilot = new Pilot();
    pilot.fly(1, 1);
    expect(Math.hypot(pilot.moveX, pilot.moveY)).toBeCloseTo(1);
    pilot.fly(0.3, 0);
    expect(pilot.moveX).toBe(0.3);
  });
});

describe('what is seen', () => {
  test('what others do is shown when the picture has reached it, in order, and never later than a while', () => {
    const timeline = new Timeline();
    const shown: string[] = [];
    timeline.at(10, 0, () => shown.push('a'));
    timeline.at(12, 0, () => shown.push('c'));
    timeline.at(11, 0, () => shown.push('b'));
    timeline.play(9.9, 16);
    expect(shown).toEqual([]);
    timeline.play(11.2, 32);
    expect(shown).toEqual(['a', 'b']);
    timeline.play(11.2, 10_000);
    expect(shown).toEqual(['a', 'b', 'c']);
  });

  test('a beam is drawn to the first ship or wall, not through it, and not to the ship it leaves', () => {
    const actors = new Actors();
    actors.take(sceneOf({ id: 1 }, { id: 2, x: 700 }, { id: 3, x: 650, hp: 0 }, { id: 4, x: 300 }), 0, 16);
    const from = { id: 1, x: 500, y: 1480 };
    const hit = endOfBeam(from, 0, actors);
    expect([hit.at?.id, hit.x]).toEqual([2, 700 - BEAM.hitRadius]);
    expect(endOfBeam(from, -Math.PI / 2, actors).at).toBeNull();
    const out = endOfBeam({ id: 1, x: 10, y: 1000 }, Math.PI, actors);
    expect(out.x).toBeCloseTo(0);
  });

  test('a trail ends where a ship jumps, and a ship that is gone is forgotten', () => {
    const actors = new Actors();
    for (let step = 0; step < 5; step++) actors.take(sceneOf({ x: 500 + step * 5 }), step * 20, 20);
    expect(actors.get(1)?.trail.length).toBeGreaterThan(4);
    actors.take(sceneOf({ x: 1500 }), 120, 20);
    expect(actors.get(1)?.trail).toEqual([1500, 1480]);
    actors.take(sceneOf(), 140, 20);
    expect(actors.get(1)).toBeUndefined();
  });

  test('places and screen go together, wherever the camera is and whatever is covered', () => {
    const place = fc.integer({ min: 0, max: ARENA_SIZE });
    const side = fc.integer({ min: 0, max: 300 });
    const covered = fc.record({ left: side, top: side, bottom: side });
    fc.assert(
      fc.property(place, place, covered, (x, y, free) => {
        const camera = new Camera();
        camera.fit({ width: 1280, height: 800, pixelRatio: 1 }, free);
        const now = { isBehindMenu: false, elapsedMs: 16, nowMs: 0 };
        camera.aim({ x, y, aheadX: 0, aheadY: 0 }, 1, now);
        const { seen } = camera;
        const corner = camera.toScreen(seen.x, seen.y);
        expect([corner.x, corner.y]).toEqual([expect.closeTo(0), expect.closeTo(0)]);
        const ship = camera.toScreen(x, y);
        expect(ship.x).toBeGreaterThanOrEqual(free.left);
        expect(ship.y).toBeGreaterThanOrEqual(free.top);
        expect(ship.x).toBeLessThanOrEqual(1280);
        expect(ship.y).toBeLessThanOrEqual(800 - free.bottom);
        expect(camera.sees(x, y, 0)).toBe(true);
      }),
    );
  });

  test('sixteen seats have sixteen lights', () => {
    expect(new Set(Array.from({ length: 16 }, (_, seat) => lightOf(seat + 1))).size).toBe(16);
    expect(lightOf(0)).toBe(lightOf(17));
  });

  test('long names are cut between characters, not within them', () => {
    expect(shortName('가나다라마바사아자차카')).toBe('가나다라마바사아자…');
    expect(shortName('👨‍👩‍👧‍👦👨‍👩‍👧‍👦')).toBe('👨‍👩‍👧‍👦👨‍👩‍👧‍👦');
  });
});

describe('boards', () => {
  test('the standing goes by ships destroyed, then by times destroyed, and equals share a rank', () => {
    const { ships } = sceneOf(
      { id: 1, score: 2, deaths: 3 },
      { id: 2, score: 5 },
      { id: 3, score: 2, deaths: 1 },
      { id: 4, score: 2, deaths: 3 },
    );
    expect(standingsOf(ships).map(({ id, rank }) => [id, rank])).toEqual([
      [2, 1],
      [3, 2],
      [1, 3],
      [4, 3],
    ]);
  });

  test('oneself is always on the board', () => {
    const all = standingsOf(sceneOf({ id: 1, score: 9 }, { id: 2, score: 8 }, { id: 3, score: 7 }, { id: 4 }).ships);
    expect(visibleStandings(all, 4, 3).map(({ id }) => id)).toEqual([1, 2, 4]);
    expect(visibleStandings(all, 1, 3).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('the clock counts whole seconds up to their end', () => {
    expect([180_000, 59_001, 1, 0, -5].map(clockText)).toEqual(['3:00', '1:00', '0:01', '0:00', '0:00']);
  });
});
