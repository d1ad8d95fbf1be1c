import type { PeopleFrame, Person } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { People } from './people.ts';

const TICK_RATE_HZ = 10;

const person = (id: number, more: Partial<Person> = {}): Omit<Person, 'isTyping'> => {
  const { isTyping: _, ...given } = more;
  return { id, name: `player ${id}`, isBot: false, isSpectator: false, isDropped: false, isHost: false, ...given };
};

const someone = (id: number, more: Partial<Person> = {}): Person => ({ ...person(id, more), isTyping: false, ...more });

describe('who is here', () => {
  test('who comes is told of all, and after that of what changed', () => {
    const people = new People(TICK_RATE_HZ);
    people.put(person(1));
    people.put(person(2));
    people.remove(1);
    people.put(person(3));
    expect(people.changesSince(0)).toEqual({ isWhole: true, here: [someone(3), someone(2)], gone: [] });
    const toldAt = people.version;
    expect(people.changesSince(toldAt)).toBeNull();
    people.put(person(2, { isHost: true }));
    people.remove(3);
    expect(people.changesSince(toldAt)).toEqual({ isWhole: false, here: [someone(2, { isHost: true })], gone: [3] });
  });

  test('nothing is told of what is as before', () => {
    const people = new People(TICK_RATE_HZ);
    people.put(person(1));
    const toldAt = people.version;
    people.put(person(1));
    people.remove(2);
    people.type(2, true, 0);
    people.type(1, false, 0);
    expect(people.changesSince(toldAt)).toBeNull();
  });

  test('one change serves all viewers that were told the same, whatever the room holds', () => {
    const people = new People(TICK_RATE_HZ);
    for (let id = 1; id <= 1000; id++) people.put(person(id));
    const toldAt = people.version;
    people.put(person(500, { isDropped: true }));
    const change = people.changesSince(toldAt);
    expect(change).toEqual({ isWhole: false, here: [someone(500, { isDropped: true })], gone: [] });
    expect(people.changesSince(toldAt)).toBe(change);
    people.put(person(500));
    expect(people.changesSince(toldAt)).toEqual({ isWhole: false, here: [someone(500)], gone: [] });
  });

  test('of spectators who came and went in thousands, the room keeps no list', () => {
    const people = new People(TICK_RATE_HZ);
    people.put(person(1));
    const long = people.version;
    for (let id = 2; id <= 3000; id++) {
      people.put(person(id));
      people.remove(id);
    }
    const recent = people.version;
    people.put(person(3001));
    people.remove(3001);
    expect(people.changesSince(long)).toEqual({ isWhole: true, here: [someone(1)], gone: [] });
    expect(people.changesSince(recent)).toEqual({ isWhole: false, here: [], gone: [3001] });
  });
});

describe('who is typing', () => {
  const typing = (people: People): readonly number[] =>
    (people.changesSince(0)?.here ?? []).flatMap(({ id, isTyping }) => (isTyping ? [id] : []));

  test('it shows for five seconds after it was said last', () => {
    const people = new People(TICK_RATE_HZ);
    people.put(person(1));
    people.put(person(2));
    people.type(1, true, 100);
    people.type(2, true, 110);
    people.type(1, true, 120);
    people.expireTyping(159);
    expect(typing(people).toSorted()).toEqual([1, 2]);
    people.expireTyping(160);
    expect(typing(people)).toEqual([1]);
    people.expireTyping(169);
    expect(typing(people)).toEqual([1]);
    people.expireTyping(170);
    expect(typing(people)).toEqual([]);
  });

  test('it ends when the player stops, loses its connection or leaves', () => {
    const people = new People(TICK_RATE_HZ);
    for (const id of [1, 2, 3]) {
      people.put(person(id));
      people.type(id, true, 0);
    }
    people.type(1, false, 1);
    people.put(person(2, { isDropped: true }));
    people.type(2, true, 1);
    people.remove(3);
    people.put(person(3));
    expect(typing(people)).toEqual([]);
  });
});

/** What somebody makes of the changes it is told. */
function replay(known: Map<number, Person>, change: PeopleFrame | null): void {
  if (change === null) return;
  if (change.isWhole) known.clear();
  for (const id of change.gone) known.delete(id);
  for (const one of change.here) known.set(one.id, one);
}

const anyDeed = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    id: fc.integer({ min: 1, max: 6 }),
    name: fc.constantFrom('a', 'b'),
    isDropped: fc.boolean(),
    isHost: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant('type' as const), id: fc.integer({ min: 1, max: 6 }), isTyping: fc.boolean() }),
  fc.record({ kind: fc.constant('tick' as const), ticks: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('come' as const) }),
  fc.record({ kind: fc.constant('tell' as const), viewer: fc.nat(9) }),
);

test('whoever comes when, and however many updates it skips, what it was told adds up to who is here', () => {
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 80 }), (deeds) => {
      const people = new People(TICK_RATE_HZ);
      const model = new Map<number, { person: Omit<Person, 'isTyping'>; typesUntil: number }>();
      const viewers: { toldAt: number; readonly known: Map<number, Person> }[] = [];
      let tick = 0;
      const tell = (viewer: (typeof viewers)[number]): void => {
        replay(viewer.known, people.changesSince(viewer.toldAt));
        viewer.toldAt = people.version;
        const here = [...model.values()].map((one) => ({ ...one.person, isTyping: one.typesUntil > tick }));
        expect(new Map(viewer.known)).toEqual(new Map(here.map((one) => [one.id, one])));
      };
      for (const deed of deeds) {
        switch (deed.kind) {
          case 'put': {
            const { id, name, isDropped, isHost } = deed;
            const put = person(id, { name, isDropped, isHost });
            people.put(put);
            model.set(id, { person: put, typesUntil: isDropped ? 0 : (model.get(id)?.typesUntil ?? 0) });
            break;
          }
          case 'remove':
            people.remove(deed.id);
            model.delete(deed.id);
            break;
          case 'type': {
            people.type(deed.id, deed.isTyping, tick);
            const one = model.get(deed.id);
            if (one?.person.isDropped === false) one.typesUntil = deed.isTyping ? tick + 5 * TICK_RATE_HZ : 0;
            break;
          }
          case 'tick':
            tick += deed.ticks;
            people.expireTyping(tick);
            break;
          case 'come':
            viewers.push({ toldAt: 0, known: new Map() });
            break;
          case 'tell': {
            const viewer = viewers[deed.viewer % Math.max(1, viewers.length)];
            if (viewer !== undefined) tell(viewer);
            break;
          }
        }
      }
      for (const viewer of viewers) tell(viewer);
    }),
    { numRuns: 1_000 },
  );
});
