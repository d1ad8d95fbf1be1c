import { defineGame, type Game, grid, isSnapshot, near, record, table, text, u8, u16, u32 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { Audience, Watcher } from './audience.test-support.ts';

const hall = defineGame({
  name: 'hall',
  tickRateHz: 10,
  seats: 3,
  state: {
    guests: table({ x: u16, y: u16, name: text(20), purse: u32.visibleTo('owner') }, { maxRows: 1_000 }),
    slow: table({ value: u8 }, { sendEvery: 3 }),
    round: record({ number: u8, seed: u32.visibleTo('nobody') }),
    floor: grid({ width: 50, height: 50, of: u8 }),
  },
  input: {},
  avatars: 'guests',
}) as unknown as Game;

const field = defineGame({
  ...hall,
  name: 'field',
  interest: { guests: near({ x: 'x', y: 'y', radius: 500 }) },
} as never) as unknown as Game;

interface Guest {
  x: number;
  y: number;
  name: string;
  purse: number;
}

/** Three players who have taken the first state, and as many rows as asked for; the first three are their avatars. */
function open(game: Game, rows: number) {
  const audience = new Audience(game);
  const watchers = [1, 2, 3].map((number) => new Watcher(audience, { number, team: 0 }, true));
  const table = audience.state.table('guests');
  for (let i = 0; i < rows; i++) {
    table.add({ x: 100 + (i % 20), y: 100, name: `guest ${i}` } as never, i < 3 ? { owner: { number: i + 1 } } : {});
  }
  const guests = [...table] as unknown as [Guest, Guest, Guest, ...Guest[]];
  const everybodyTakes = () => watchers.map((watcher) => audience.take(watcher));
  audience.publish();
  everybodyTakes();
  return { audience, watchers: watchers as [Watcher, Watcher, Watcher], table, guests, everybodyTakes };
}

const sizeOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, frame) => sum + frame.length, 0);

describe('one frame for all', () => {
  test('is the very same bytes for all who are up to date, whoever is told more or was away', () => {
    const { audience, watchers, guests } = open(hall, 10);
    const frames = () => watchers.map(({ view }) => view.frame());
    guests[0].x = 7;
    audience.publish();
    const [ann, ben, cho] = frames();
    expect(ann).not.toBeNull();
    expect(ben).toBe(ann);
    expect(cho).toBe(ann);
    guests[0].x = 8;
    guests[1].purse = 9;
    audience.publish();
    const [annAgain, benAgain, choAgain] = frames();
    expect(choAgain).toBe(annAgain);
    expect(benAgain).not.toBe(annAgain);
    expect(benAgain?.length).toBeGreaterThan(annAgain?.length ?? 0);
  });

  test('stays as it was handed out until the next sending, whatever is written for others meanwhile', () => {
    const { audience, watchers, guests } = open(hall, 10);
    for (let i = 0; i < 20; i++) {
      for (const guest of guests) guest.x = (guest.x * 7 + i) & 0xff;
      audience.publish();
      const [frame] = watchers.map(({ view }) => view.frame());
      const copy = frame?.slice();
      watchers[1].view.snapshot();
      watchers[2].view.snapshot();
      expect(copy?.length).toBeGreaterThan(0);
      expect(frame).toEqual(copy);
    }
  });

  test('is none where nothing changed that this player may see', () => {
    const { audience, guests, everybodyTakes } = open(hall, 10);
    const told = () => everybodyTakes().map((frames) => frames.length);
    audience.publish();
    expect(told()).toEqual([0, 0, 0]);
    Object.assign(audience.state.view.round as never, { seed: 5 });
    audience.publish();
    expect(told()).toEqual([0, 0, 0]);
    guests[1].purse = 5;
    audience.publish();
    expect(told()).toEqual([0, 1, 0]);
    audience.publish();
    expect(told()).toEqual([0, 1, 0]);
    guests[0].x = 1;
    guests[0].x = 100;
    audience.publish();
    expect(told()).toEqual([0, 0, 0]);
  });

  test('is followed by one that says that nothing changes any more, and by one that says it of what is sent less often', () => {
    const { audience, watchers, guests, everybodyTakes } = open(hall, 10);
    const sizes = () => everybodyTakes().map(([frame]) => frame?.length ?? 0);
    for (const guest of guests) guest.x = 7;
    audience.publish();
    const [whole = 0] = sizes();
    audience.publish();
    const still = sizes();
    expect(still.every((bytes) => bytes > 0 && bytes < whole && bytes < 8)).toBe(true);
    expect(watchers.map(({ tick }) => tick)).toEqual(watchers.map(() => audience.tick - 1));
    const later = Array.from({ length: 6 }, () => {
      audience.publish();
      return sizes();
    });
    // One of the three tables is sent every third time: with the next of these it could have said more.
    const said = later.filter((bytes) => bytes.some((size) => size > 0));
    expect(said).toEqual([[...still]]);
    expect(later.slice(-3)).toEqual(Array(3).fill([0, 0, 0]));
  });

  test('says that nothing changes any more also to a player who was full when it would have been said first', () => {
    const { audience, watchers, guests } = open(hall, 10);
    const [ann] = watchers;
    guests[0].x = 7;
    audience.publish();
    expect(audience.take(ann).length).toBe(1);
    for (let i = 0; i < 3; i++) audience.publish();
    expect(audience.take(ann).length).toBe(1);
    for (let i = 0; i < 3; i++) {
      audience.publish();
      expect(audience.take(ann).length).toBe(0);
    }
  });
});

describe.each([
  ['where all see all', hall],
  ['where players see what is near', field],
])('a player who was away, %s,', (_, game) => {
  test('is told what changed meanwhile and nothing else', () => {
    const { audience, watchers, guests } = open(game, 900);
    const [ann, ben] = watchers;
    for (let i = 0; i < 12; i++) {
      Object.assign(guests[50 + (i % 3)] ?? {}, { x: 200 + i, name: `renamed ${i}` });
      audience.publish();
      audience.take(ben);
    }
    Object.assign(guests[60] ?? {}, { x: 1 });
    audience.publish();
    const caughtUp = sizeOf(audience.take(ann));
    const whole = sizeOf(audience.take(ben, 'gap'));
    expect(caughtUp).toBeGreaterThan(0);
    expect(caughtUp).toBeLessThan(100);
    expect(whole).toBeGreaterThan(10_000);
  });

  test('is told of rows that went and of those that have their places now', () => {
    const { audience, watchers, guests, table } = open(game, 30);
    const [ann] = watchers;
    for (let i = 3; i < 20; i++) table.remove(guests[i] as never);
    audience.publish();
    for (let i = 0; i < 5; i++) table.add({ x: 100, y: 100, name: `new ${i}` } as never);
    audience.publish();
    audience.take(ann);
    const names = [...ann.mirror.store.table('guests')] as unknown as Guest[];
    expect(names.filter(({ name }) => name.startsWith('new')).length).toBe(5);
    expect(names.length).toBe(18);
  });
});

describe('a player who was away', () => {
  test('is given the whole state where that is shorter', () => {
    const { audience, watchers, guests, table } = open(hall, 900);
    const [ann, ben] = watchers;
    for (const guest of guests.slice(3)) table.remove(guest as never);
    audience.publish();
    audience.publish();
    Object.assign(guests[0], { x: 1 });
    audience.publish();
    const [frame] = audience.take(ann);
    expect(frame !== undefined && isSnapshot(frame)).toBe(true);
    expect(sizeOf(audience.take(ben, 'gap'))).toBeGreaterThanOrEqual(frame?.length ?? 0);
    expect(frame?.length).toBeLessThan(250);
  });

  test('goes on with the frames of all as soon as the next one', () => {
    const { audience, watchers, guests } = open(hall, 10);
    for (let i = 0; i < 3; i++) {
      guests[0].x += 1;
      audience.publish();
      for (const watcher of watchers.slice(1)) audience.take(watcher);
    }
    audience.publish();
    audience.take(watchers[0]);
    guests[0].x += 1;
    audience.publish();
    expect(watchers[0].view.frame()).toBe(watchers[1].view.frame());
  });
});

test('a part that is sent every third time goes with every third state, and what changed meanwhile goes at once', () => {
  const { audience, everybodyTakes, watchers, guests } = open(hall, 5);
  const row = audience.state.table('slow').add({}) as unknown as { value: number };
  const seen: (number | undefined)[] = [];
  for (let i = 1; i <= 9; i++) {
    row.value = i;
    guests[0].x = i;
    audience.publish();
    everybodyTakes();
    const [copy] = [...watchers[0].mirror.store.table('slow')] as unknown as { value: number }[];
    seen.push(copy?.value);
    const [me] = [...watchers[0].mirror.store.table('guests')] as unknown as Guest[];
    expect(me?.x).toBe(i);
  }
  // Two publications came before the first of these.
  expect(seen).toEqual([1, 1, 1, 4, 4, 4, 7, 7, 7]);
});

describe('a checksum', () => {
  const every = 6;
  const checksIn = (game: Game, sendings: number) => {
    const audience = new Audience(game, every);
    const seats = [1, 2, 3];
    const views = seats.map((number) => audience.replication.viewFor({ number, team: 0 }));
    const due: string[] = [];
    for (let sending = 0; sending < sendings; sending++) {
      audience.state.table('guests').add({ x: sending } as never);
      audience.publish();
      for (const view of views) {
        view.frame();
        if (view.check() !== null) due.push(`${view.seat} at ${sending % every}`);
      }
    }
    return due;
  };

  test('goes to each player with one state in so many, not to all at once', () => {
    const due = checksIn(hall, 10 * every);
    expect(due.length).toBe(3 * 10);
    expect(new Set(due).size).toBe(3);
    expect(new Set(due.map((one) => one.slice(2))).size).toBe(3);
  });

  test('is made once for all where all are told the same', () => {
    const same = defineGame({ ...hall, name: 'same', state: { guests: table({ x: u16 }) } } as never);
    const due = checksIn(same as unknown as Game, 10 * every);
    expect(due.length).toBe(3 * 10);
    expect(new Set(due.map((one) => one.slice(2))).size).toBe(1);
  });
});

describe('whole states as JSON', () => {
  test('are one object and one text for all where all are told the same, and a new one only when something changed', () => {
    const same = defineGame({ ...hall, name: 'same', state: { guests: table({ x: u16 }) } } as never);
    const audience = new Audience(same as unknown as Game);
    const [ann, ben] = [1, 2].map((number) => audience.replication.viewFor({ number, team: 0 }));
    audience.state.table('guests').add({ x: 1 } as never);
    audience.publish();
    expect([ann?.advance(), ben?.advance()]).toEqual([true, true]);
    const json = ann?.json();
    expect(ben?.json()).toBe(json);
    audience.publish();
    expect([ann?.advance(), ann?.json()]).toEqual([false, json]);
  });
});
