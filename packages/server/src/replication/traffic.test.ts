import {
  ByteReader,
  defineGame,
  type Game,
  grid,
  isSnapshot,
  near,
  seededRandom,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { describe, expect, test } from 'vitest';
import { Audience, Watcher } from './audience.test-support.ts';

const fields = { x: u16, y: u16, name: text(40), cards: u32.visibleTo('owner') };
const fair = defineGame({
  name: 'fair',
  tickRateHz: 10,
  seats: 4,
  state: { people: table(fields), stalls: table(fields), floor: grid({ width: 20, height: 20, of: u8 }) },
  input: {},
  avatars: 'people',
  interest: { people: near({ x: 'x', y: 'y', radius: 200 }) },
}) as unknown as Game;

/** Bytes of a frame that belong to no part: its kind, tick and base, the end of the parts, and the end of grants. */
function envelopeOf(frame: Uint8Array): number {
  const from = new ByteReader(frame);
  from.u8();
  from.varint();
  from.varint();
  return frame.length - from.left + 2;
}

function open(isNative = true) {
  const audience = new Audience(fair);
  const random = seededRandom(5);
  const watchers = [1, 2, 3].map((number) => new Watcher(audience, { number, team: 0 }, isNative));
  for (const name of ['people', 'stalls']) {
    for (let i = 0; i < 60; i++) {
      const owner = i < 3 ? { owner: { number: i + 1 } } : {};
      audience.state.table(name).add({ x: random.below(300), y: random.below(300), cards: i } as never, owner);
    }
  }
  audience.publish();
  for (const watcher of watchers) audience.take(watcher);
  const stir = (): void => {
    for (const row of audience.state.table('people')) Object.assign(row, { x: random.below(300) });
    for (const row of audience.state.table('stalls')) {
      if (random.chance(0.3)) Object.assign(row, { name: 'n'.repeat(random.below(40)), cards: random.u32() });
    }
    const floor = audience.state.view.floor as unknown as { set(x: number, y: number, value: number): void };
    floor.set(random.below(20), random.below(20), random.below(9));
    audience.publish();
  };
  return { audience, watchers, random, stir };
}

const sum = (of: readonly number[]): number => of.reduce((total, one) => total + one, 0);

describe('what a room counts as sent', () => {
  test('is byte for byte what was in the frames of those that are up to date', () => {
    const { audience, watchers, stir } = open();
    const { traffic } = audience.replication;
    const before = traffic.total;
    const parts = Object.fromEntries(['people', 'stalls', 'floor'].map((name) => [name, 0]));
    let bytes = 0;
    for (let i = 0; i < 50; i++) {
      stir();
      for (const watcher of watchers)
        for (const frame of audience.take(watcher)) bytes += frame.length - envelopeOf(frame);
    }
    // What all were told is counted with the next publication.
    audience.publish();
    const { tables, privateBytes, snapshotBytes, catchUpBytes } = traffic.total;
    for (const { table: name, bytes: counted } of tables) parts[name] = counted;
    for (const { table: name, bytes: counted } of before.tables) parts[name] = (parts[name] ?? 0) - counted;
    expect(sum(Object.values(parts)) + privateBytes - before.privateBytes).toBe(bytes);
    for (const name of ['people', 'stalls', 'floor']) expect([name, parts[name]]).not.toEqual([name, 0]);
    expect(privateBytes).toBeGreaterThan(before.privateBytes);
    expect([snapshotBytes, catchUpBytes]).toEqual([before.snapshotBytes, before.catchUpBytes]);
  });

  test('divides among the fields, so that the dear ones show', () => {
    const { audience, watchers, stir } = open();
    for (let i = 0; i < 200; i++) {
      stir();
      for (const watcher of watchers) audience.take(watcher);
    }
    audience.publish();
    const { tables } = audience.replication.traffic.total;
    const of = (name: string) => tables.find((one) => one.table === name);
    const [people, stalls, floor] = [of('people'), of('stalls'), of('floor')];
    for (const one of [people, stalls]) {
      const fieldBytes = sum(one?.fields.map((field) => field.bytes) ?? []);
      expect(Math.abs(fieldBytes - (one?.bytes ?? 0))).toBeLessThanOrEqual(4);
    }
    expect(people?.fields.map(({ field }) => field)).toEqual(['x']);
    expect(stalls?.fields[0]?.field).toBe('name');
    expect(floor?.fields).toEqual([]);
    expect(people?.rows).toBeGreaterThan(200 * 3 * 20);
    expect(floor?.rows).toBeGreaterThan(200 * 3 * 0.8);
  });

  test('knows whole states and what was missed from the rest', () => {
    const { audience, watchers, stir } = open();
    const [ann] = watchers;
    if (ann === undefined) throw new Error('nobody watches');
    const { traffic } = audience.replication;
    const first = traffic.total;
    stir();
    const [snapshot] = audience.take(ann, 'gap');
    expect(snapshot !== undefined && isSnapshot(snapshot)).toBe(true);
    const second = traffic.total;
    expect(second.snapshotBytes - first.snapshotBytes).toBe(snapshot?.length);
    for (let i = 0; i < 3; i++) stir();
    const [caughtUp] = audience.take(ann);
    expect(traffic.total.catchUpBytes).toBeGreaterThan(second.catchUpBytes);
    expect(traffic.total.catchUpBytes - second.catchUpBytes).toBeLessThan(caughtUp?.length ?? 0);
  });

  test('is nothing for those that are sent whole states as JSON: they are of another protocol', () => {
    const { audience, watchers, stir } = open(false);
    for (let i = 0; i < 10; i++) {
      stir();
      for (const watcher of watchers) audience.take(watcher);
    }
    audience.publish();
    const { tables, privateBytes, snapshotBytes, catchUpBytes } = audience.replication.traffic.total;
    expect([sum(tables.map(({ bytes }) => bytes)), privateBytes, snapshotBytes, catchUpBytes]).toEqual([0, 0, 0, 0]);
  });
});
