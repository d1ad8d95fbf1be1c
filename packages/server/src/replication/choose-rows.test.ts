import {
  applyServerFrame,
  ByteReader,
  createMirror,
  createState,
  defineGame,
  type Game,
  hashState,
  near,
  quantized,
  type SeededRandom,
  type StateStore,
  seededRandom,
  table,
  text,
  u32,
} from '@madang/core';
import { describe, expect, test } from 'vitest';
import { Replication } from './replication.ts';
import type { SeatView } from './seat-view.ts';

const SEND_RATE_HZ = 20;
const RADIUS = 200;
const METRES = quantized({ min: -500, max: 500, step: 1 / 16 });
const crowded = { x: METRES, y: METRES, stamp: u32, label: text(400) };

interface Row {
  readonly id: number;
  x: number;
  y: number;
  stamp: number;
  label: string;
}

/** One player in a crowd in which everybody moves all the time, on a connection that cannot carry it. */
class Crowd {
  readonly state: StateStore;
  readonly view: SeatView;
  readonly mirror: StateStore;
  /** Bytes of each frame after the first. */
  readonly sizes: number[] = [];
  readonly #replication: Replication;
  readonly #game: Game;
  readonly #random: SeededRandom;
  #tick = 0;
  #mirrorTick = -1;

  constructor(rows: Partial<Record<'people' | 'birds', number>>, peerBytesPerSecond: number) {
    const interest = near({ x: 'x', y: 'y', radius: RADIUS });
    const game = defineGame({
      name: 'crowd',
      tickRateHz: SEND_RATE_HZ,
      seats: 2,
      state: { people: table(crowded, { maxRows: 400 }), birds: table(crowded, { maxRows: 400 }) },
      input: {},
      avatars: 'people',
      interest: { people: interest, birds: interest },
      peerBytesPerSecond,
    });
    this.#game = game as unknown as Game;
    this.#random = seededRandom(11);
    this.state = createState(this.#game.state);
    this.#replication = new Replication({ game: this.#game, state: this.state, checksumEvery: 0, failed: () => {} });
    this.view = this.#replication.viewFor({ number: 1, team: 0 });
    this.mirror = createMirror(this.#game.state, 1).store;
    this.add('people', { x: 0, y: 0 }, 1);
    this.add('birds', { x: 400, y: 400 }, 1);
    for (const [name, count] of Object.entries(rows)) {
      for (let i = 0; i < count; i++) this.add(name, this.#somewhere());
    }
  }

  add(name: string, at: { x: number; y: number }, owner = 0): Row {
    const row = this.state.table(name).add({}, owner === 0 ? {} : { owner: { number: owner } });
    return Object.assign(row as unknown as Row, at);
  }

  rows(name: string): Row[] {
    return [...this.state.table(name)] as unknown as Row[];
  }

  /** Everybody but the player itself moves a little; all are stamped with the tick. */
  stir(names: readonly string[] = ['people', 'birds'], labelSize = 0): void {
    for (const name of names) {
      for (const row of this.rows(name)) {
        row.stamp = this.#tick + 1;
        if (labelSize > 0) row.label = String(this.#random.below(10)).repeat(labelSize);
        if (row.id === 1) continue;
        row.x += this.#random.below(9) / 16 - 0.25;
        row.y += this.#random.below(9) / 16 - 0.25;
      }
    }
  }

  send(): void {
    this.#replication.publish(++this.#tick);
    const frame = this.view.frame();
    if (this.#tick > 1) this.sizes.push(frame?.length ?? 0);
    if (frame === null) return;
    const schema = { state: this.#game.state, input: {}, commands: {}, events: {} };
    applyServerFrame(schema, this.mirror, this.#mirrorTick, new ByteReader(frame));
    this.#mirrorTick = this.#tick;
  }

  /** Sendings by which the player's copy of a row is behind. */
  age(name: string, { id, stamp }: Row): number {
    const copy = this.mirror.table(name).get(id) as unknown as Row | undefined;
    return copy === undefined ? Number.POSITIVE_INFINITY : stamp - copy.stamp;
  }

  get bytesPerSecond(): number {
    return (this.sizes.reduce((sum, size) => sum + size, 0) / this.sizes.length) * SEND_RATE_HZ;
  }

  get isEqual(): boolean {
    return hashState(this.mirror, 1) === hashState(this.state, this.view);
  }

  #somewhere(): { x: number; y: number } {
    const distance = Math.sqrt(this.#random.float()) * (RADIUS - 30);
    const angle = this.#random.float() * 2 * Math.PI;
    return { x: distance * Math.cos(angle), y: distance * Math.sin(angle) };
  }
}

describe('a peer with a budget', () => {
  test('is sent no more than its budget on average, whatever there would be to tell', () => {
    for (const budget of [1_000, 4_000, 20_000]) {
      const crowd = new Crowd({ people: 300, birds: 50 }, budget);
      for (let i = 0; i < 400; i++) {
        crowd.stir();
        crowd.send();
      }
      // Heads and ends of frames are not counted: ten bytes at most.
      expect(crowd.bytesPerSecond).toBeLessThan(budget * 1.05 + 10 * SEND_RATE_HZ);
      expect(crowd.bytesPerSecond).toBeGreaterThan(budget * 0.7);
      expect(Math.max(...crowd.sizes)).toBeLessThan((budget / SEND_RATE_HZ) * 10 + 50);
    }
  });

  test('is sent all of it where it fits', () => {
    const crowd = new Crowd({ people: 30 }, 100_000);
    for (let i = 0; i < 50; i++) {
      crowd.stir();
      crowd.send();
      expect(crowd.isEqual).toBe(true);
    }
  });

  test('has its own rows up to date at every sending, however far away they are', () => {
    const crowd = new Crowd({ people: 300, birds: 100 }, 2_000);
    for (let i = 0; i < 200; i++) {
      crowd.stir();
      crowd.send();
      const own = [
        ['people', crowd.rows('people')[0]],
        ['birds', crowd.rows('birds')[0]],
      ] as const;
      expect([i, ...own.map(([name, row]) => (row === undefined ? null : crowd.age(name, row)))]).toEqual([i, 0, 0]);
    }
  });

  test('is told of near rows more often than of far ones, and of every row sooner or later', () => {
    const crowd = new Crowd({ people: 300 }, 3_000);
    const ages = { near: [] as number[], far: [] as number[] };
    let oldest = 0;
    for (let i = 0; i < 600; i++) {
      crowd.stir();
      crowd.send();
      for (const row of crowd.rows('people').slice(1)) {
        const distance = Math.hypot(row.x, row.y);
        const age = crowd.age('people', row);
        oldest = Math.max(oldest, age);
        if (distance < RADIUS / 4) ages.near.push(age);
        else if (distance > (RADIUS * 3) / 4) ages.far.push(age);
      }
    }
    const mean = (of: readonly number[]): number => of.reduce((sum, age) => sum + age, 0) / of.length;
    expect(mean(ages.near) * 2).toBeLessThan(mean(ages.far));
    // 150 bytes a sending carry about twenty rows of three hundred: all of them within some tens of sendings.
    expect(oldest).toBeLessThan(100);
  });

  test.each([0, 200])(
    'is told of every table in turn: one that never rests, with labels of %d letters, does not shut the others out',
    (labelSize) => {
      const crowd = new Crowd({ people: 300, birds: 40 }, 10_000);
      for (let i = 0; i < 300; i++) {
        crowd.stir(['birds']);
        crowd.stir(['people'], labelSize);
        crowd.send();
      }
      const oldest = Math.max(...crowd.rows('birds').map((row) => crowd.age('birds', row)));
      expect(oldest).toBeLessThan(200);
    },
  );

  test('keeps to it where rows are long texts, and own rows are not late for that', () => {
    const crowd = new Crowd({ people: 60 }, 10_000);
    let late = 0;
    for (let i = 0; i < 200; i++) {
      crowd.stir(['people'], 200);
      crowd.send();
      const [own] = crowd.rows('people');
      if (own !== undefined && crowd.age('people', own) > 0) late++;
    }
    expect(crowd.bytesPerSecond).toBeLessThan(10_000 * 1.2);
    expect(late).toBe(0);
  });

  test('waits no longer for others than a few sendings after own rows have taken far too much', () => {
    const crowd = new Crowd({ people: 10 }, 1_000);
    for (let i = 0; i < 600; i++) {
      crowd.stir(['people'], 400);
      crowd.send();
    }
    let sendings = 0;
    for (; !crowd.isEqual && sendings < 200; sendings++) crowd.send();
    // Ten rows of 400 letters at 50 bytes a sending take 80 of them; what is owed adds a few.
    expect(sendings).toBeLessThan(120);
  });

  test('has everything as it is once nobody moves any more', () => {
    const crowd = new Crowd({ people: 300, birds: 100 }, 2_000);
    for (let i = 0; i < 100; i++) {
      crowd.stir();
      crowd.send();
    }
    expect(crowd.isEqual).toBe(false);
    for (let i = 0; i < 120; i++) crowd.send();
    expect(crowd.isEqual).toBe(true);
    const before = crowd.sizes.length;
    crowd.send();
    expect(crowd.sizes.slice(before)).toEqual([0]);
  });
});
