import { defineGame, type InputReport, table, u8 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';
import type { RoomView } from './viewer.ts';

const quiet = defineGame({
  name: 'quiet',
  tickRateHz: 20,
  seats: 4,
  state: { lamps: table({ shade: u8 }) },
  input: { shade: u8 },
  commands: { light: { shade: u8 }, ring: {} },
  events: { bell: {} },
  avatars: 'lamps',
  join(room, seat) {
    room.state.lamps.add({}, { owner: seat });
  },
  control(me, { shade }) {
    me.shade = shade;
  },
  on: {
    ring(room) {
      room.emit('bell', {});
    },
  },
});

/** Takes native frames, and wants nothing more where they have told all. */
class Resting extends Witness {
  wants = false;
  frames = 0;
  override welcome(...[welcome, view]: Parameters<Witness['welcome']>): void {
    view.snapshot();
    this.welcomed = welcome;
  }
  override update(view: RoomView): void {
    this.ticks.push(view.tick);
    if (!this.wants && view.frame() !== null) this.frames++;
  }
  isAtRest(view: RoomView): boolean {
    return !this.wants && view.isAtRest;
  }
}

/** A room with two who are at rest, in which nothing has happened for two seconds. */
function rested() {
  const { clock, rooms } = host([quiet]);
  const [ann, ben] = [new Resting(), new Resting()];
  const seats = [ann, ben].map((viewer) => rooms.join({}, viewer));
  clock.advance(2_000);
  const [annsSeat, bensSeat] = seats;
  if (annsSeat === undefined || bensSeat === undefined) throw new Error('two have joined');
  /** How often somebody is updated in so much time. */
  const updates = (viewer: Resting, duringMs: number): number => {
    const before = viewer.ticks.length;
    clock.advance(duringMs);
    return viewer.ticks.length - before;
  };
  return { clock, rooms, ann, ben, annsSeat, bensSeat, updates };
}

const atOnce = { tick: 50, seenTick: 39, viewDelayTicks: 2, input: { shade: 0 } };

describe('a room in which nothing happens', () => {
  test('looks at viewers that are at rest once in five seconds', () => {
    const { ann, ben, updates } = rested();
    expect([updates(ann, 10_000), updates(ben, 10_000)]).toEqual([2, 2]);
  });

  test('updates everybody in every tick while one of them is not at rest', () => {
    const { ann, ben, updates } = rested();
    updates(ann, 1_000);
    ben.wants = true;
    expect(updates(ann, 8_000)).toBeGreaterThan(40);
    ben.wants = false;
    updates(ann, 1_000);
    expect(updates(ann, 10_000)).toBe(2);
  });

  test('never rests with a viewer that does not say so', () => {
    const { clock, rooms } = host([quiet]);
    const [ann, ben] = [new Witness(), new Resting()];
    for (const viewer of [ann, ben]) rooms.join({}, viewer);
    clock.advance(3_000);
    expect([ann.ticks.length, ben.ticks.length]).toEqual([60, 59]);
  });

  test('tells a change with the tick that made it, and that it has ended with the next', () => {
    const { clock, rooms, ann, ben, annsSeat, updates } = rested();
    clock.advance(110);
    const framesBefore = ben.frames;
    annsSeat.input({ shade: 7 });
    expect([updates(ben, 50), updates(ben, 50)]).toEqual([1, 1]);
    expect(ben.ticks.slice(-2)).toEqual([43, 44]);
    clock.advance(2_000);
    expect(ben.frames - framesBefore).toBe(2);
    expect(rooms.all[0]?.hashFor(2)).toBe(rooms.all[0]?.hash());
    expect(updates(ann, 10_000)).toBe(2);
  });

  test('updates a seat that is stirred with the next tick', () => {
    const { clock, ben, bensSeat, updates } = rested();
    clock.advance(110);
    bensSeat.stir();
    expect([updates(ben, 50), updates(ben, 50)]).toEqual([1, 0]);
  });

  test('reports how inputs arrive, also such as change nothing', () => {
    const { clock, ann, annsSeat } = rested();
    clock.advance(110);
    annsSeat.inputAt(atOnce);
    clock.advance(50);
    expect(ann.reports.map(({ at, tick }: InputReport) => [at, tick])).toEqual([[43, 50]]);
    // Beyond the first ones reports have to wait for their time.
    for (let i = 0; i < 30; i++) {
      annsSeat.inputAt({ ...atOnce, tick: 52 + i });
      clock.advance(50);
    }
    const { length } = ann.reports;
    annsSeat.inputAt({ ...atOnce, tick: 90 });
    clock.advance(250);
    expect(ann.reports.length).toBe(length + 1);
  });

  test('updates those to whom it has told something else: it may wait for them', () => {
    const { clock, ben, annsSeat, updates } = rested();
    clock.advance(110);
    annsSeat.command('ring', {});
    expect([updates(ben, 50), ben.events.length]).toEqual([0, 1]);
    expect([updates(ben, 50), updates(ben, 50)]).toEqual([1, 0]);
    annsSeat.deed({ do: 'chat', text: 'hello' }, 1);
    expect([updates(ben, 50), ben.lines.length]).toEqual([0, 1]);
    expect([updates(ben, 50), updates(ben, 50)]).toEqual([1, 0]);
  });

  test('updates whom it has answered: what it was told may wait for that', () => {
    const { clock, ann, annsSeat, updates } = rested();
    clock.advance(110);
    annsSeat.command('light', { shade: 1 }, 1);
    expect([updates(ann, 50), ann.answers.length]).toEqual([0, 1]);
    expect([updates(ann, 50), updates(ann, 50)]).toEqual([1, 0]);
  });

  test('welcomes whoever comes, and tells of it', () => {
    const { clock, rooms, ben, updates } = rested();
    clock.advance(110);
    const cem = new Resting();
    rooms.join({}, cem);
    expect(updates(ben, 50)).toBe(1);
    expect(cem.welcomed?.seat).toBe(3);
    expect(ben.peopleTold.at(-1)?.here.map(({ id }) => id)).toEqual([3]);
    expect(cem.peopleTold.at(-1)?.here.map(({ id }) => id)).toEqual([3, 2, 1]);
    clock.advance(2_000);
    expect(updates(cem, 10_000)).toBe(2);
  });

  test('sends a checksum when one is due, and of what was checked before each fortieth', () => {
    const { clock, rooms } = host([quiet], { checksumEvery: 7 });
    const checks: number[] = [];
    const ann = new (class extends Resting {
      override update(view: RoomView): void {
        super.update(view);
        if (view.check() !== null) checks.push(view.tick);
      }
    })();
    rooms.join({}, ann);
    clock.advance(100_000);
    expect(checks[0]).toBeLessThan(20);
    const [, second = 0] = checks;
    expect(checks.slice(1)).toEqual(Array.from({ length: 7 }, (_, i) => second + 7 * 40 * i));
    expect(ann.ticks.length).toBeLessThan(40);
  });
});
