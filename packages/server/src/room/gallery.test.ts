import { choice, defineGame, near, record, table, text, u8, u16 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';

const TICK_MS = 100;

const state = {
  people: table({ x: u16, y: u16, name: text(64), secret: u8.visibleTo('owner'), hidden: u8.visibleTo('nobody') }),
  world: record({ ticks: u16, mode: choice('calm', 'wild') }),
};

/** People who walk, and are seen from afar unless a variant says otherwise. */
const walk = defineGame({
  name: 'walk',
  tickRateHz: 10,
  seats: 2,
  spectators: 2,
  state,
  input: { pace: u8 },
  commands: { wave: {} },
  events: { waved: { by: u16 }, whispered: { by: u16 } },
  avatars: 'people',
  join(room, seat) {
    room.state.people.add({ name: seat.name, secret: 7, hidden: 9 }, { owner: seat });
  },
  control(me, { pace }) {
    me.x += pace;
  },
  step(room) {
    room.state.world.ticks++;
  },
  on: {
    wave(room, seat) {
      room.emit('waved', { by: seat.number });
      room.emit('whispered', { by: seat.number }, seat);
    },
  },
});
const nearby = { people: near({ x: 'x', y: 'y', radius: 5 }) };
const walkNearby = defineGame({ ...walk, name: 'walk-nearby', interest: nearby });
const late = defineGame({ ...walk, name: 'walk-late', spectatorDelayMs: 3_000 });
const lateNearby = defineGame({ ...walk, name: 'walk-late-nearby', spectatorDelayMs: 3_000, interest: nearby });

interface Seen {
  readonly people: Readonly<Record<string, { x: number; name: string; secret?: number; hidden?: number }>>;
  readonly world: { readonly ticks: number };
}
const seen = (witness: Witness): Seen => witness.state as unknown as Seen;

describe.each([
  ['all is told to all', walk],
  ['what is told depends on the player', walkNearby],
])('watching a room in which %s', (_how, game) => {
  test('shows what everyone may see, as it changes, and nothing that is for some eyes only', () => {
    const { clock, rooms } = host([game]);
    const [ann, eve] = [new Witness(), new Witness()];
    const seat = rooms.join({ name: 'Ann' }, ann);
    rooms.join({ name: 'Eve', isSpectator: true }, eve);
    seat.input({ pace: 3 });
    clock.advance(5 * TICK_MS);
    expect(eve.welcomed).toMatchObject({ seat: 0, token: '', you: '' });
    expect(Object.values(seen(eve).people)).toEqual([{ x: 15, y: 0, name: 'Ann', owner: 1 }]);
    expect(seen(eve).world.ticks).toBe(5);
  });

  test('takes no seat, is counted, and is among the people', () => {
    const { clock, rooms } = host([game]);
    const ann = new Witness();
    rooms.join({ name: 'Ann' }, ann);
    for (const name of ['Eve', 'Fay']) rooms.join({ name, isSpectator: true }, new Witness());
    expect(() => rooms.join({ isSpectator: true }, new Witness())).toThrow(
      expect.objectContaining({ code: 'ROOM_FULL' }),
    );
    rooms.join({ name: 'Ben' }, new Witness());
    clock.advance(2 * TICK_MS);
    expect(rooms.all[0]?.listing).toMatchObject({ taken: 2, spectators: 2 });
    const here = ann.peopleTold.flatMap((change) => change.here).filter(({ isSpectator }) => isSpectator);
    expect(here.map(({ id, name }) => [id, name]).sort()).toEqual([
      [3, 'Eve'],
      [4, 'Fay'],
    ]);
  });

  test('[GA07] who watches does nothing: whatever it asks is refused, and the room is as it was', () => {
    const { clock, rooms } = host([game]);
    rooms.join({ name: 'Ann' }, new Witness());
    const eve = new Witness();
    const watch = rooms.join({ isSpectator: true }, eve);
    clock.advance(TICK_MS);
    const asks = [
      () => watch.input({ pace: 9 }),
      () => watch.command('wave', {}),
      () => watch.say('hello'),
      () => watch.press('up'),
      () => watch.deed({ do: 'chat', text: 'hello' }, 1),
    ];
    for (const ask of asks) expect(ask).toThrow(expect.objectContaining({ code: 'REFUSED' }));
    clock.advance(3 * TICK_MS);
    expect(Object.values(seen(eve).people)).toEqual([{ x: 0, y: 0, name: 'Ann', owner: 1 }]);
  });

  test('hears events for all, and none that is for one', () => {
    const { clock, rooms } = host([game]);
    const seat = rooms.join({}, new Witness());
    const eve = new Witness();
    rooms.join({ isSpectator: true }, eve);
    clock.advance(TICK_MS);
    seat.command('wave', {});
    seat.say('hello');
    clock.advance(2 * TICK_MS);
    expect(eve.events.map(({ name }) => name)).toEqual(['waved']);
    expect(eve.heard.map(({ message }) => message)).toEqual(['hello']);
  });

  test('ends with leaving, with a lost line and with the room, and nothing is left of it', () => {
    const { clock, rooms } = host([game]);
    const ann = rooms.join({}, new Witness());
    const [eve, fay, gil] = [new Witness(), new Witness(), new Witness()];
    const watch = rooms.join({ isSpectator: true }, eve);
    rooms.join({ isSpectator: true }, fay).drop();
    clock.advance(TICK_MS);
    watch.leave();
    expect(eve.ended?.code).toBe('LEFT');
    expect(rooms.all[0]?.listing.spectators).toBe(0);
    rooms.join({ isSpectator: true }, gil);
    ann.leave();
    clock.advance(20_000);
    expect(gil.ended?.code).toBe('ROOM_GONE');
    expect(rooms.all).toEqual([]);
  });
});

describe.each([
  ['all is told to all', late],
  ['what is told depends on the player', lateNearby],
])('watching late a room in which %s', (_how, game) => {
  test('shows the room as it was so long ago, from the first moment on', () => {
    const { clock, rooms } = host([game]);
    const seat = rooms.join({ name: 'Ann' }, new Witness());
    clock.advance(10 * TICK_MS);
    seat.input({ pace: 1 });
    clock.advance(40 * TICK_MS);
    const eve = new Witness();
    rooms.join({ isSpectator: true }, eve);
    clock.advance(TICK_MS);
    expect(seen(eve).world.ticks).toBe(21);
    expect(Object.values(seen(eve).people)).toEqual([{ x: 11, y: 0, name: 'Ann', owner: 1 }]);
    clock.advance(10 * TICK_MS);
    expect(seen(eve).world.ticks).toBe(31);
    expect(Object.values(seen(eve).people)[0]?.x).toBe(21);
  });

  test('shows the first moment while the room is younger than that', () => {
    const { clock, rooms } = host([game]);
    rooms.join({ name: 'Ann' }, new Witness());
    const eve = new Witness();
    rooms.join({ isSpectator: true }, eve);
    clock.advance(20 * TICK_MS);
    expect(seen(eve).world.ticks).toBe(0);
    expect(Math.min(...eve.ticks)).toBe(0);
    clock.advance(20 * TICK_MS);
    expect(seen(eve).world.ticks).toBe(10);
  });

  test('hears of what happened when it sees it', () => {
    const { clock, rooms } = host([game]);
    const seat = rooms.join({}, new Witness());
    const eve = new Witness();
    rooms.join({ isSpectator: true }, eve);
    clock.advance(10 * TICK_MS);
    seat.command('wave', {});
    clock.advance(29 * TICK_MS);
    expect(eve.events).toEqual([]);
    clock.advance(3 * TICK_MS);
    expect(eve.events.map(({ name }) => name)).toEqual(['waved']);
  });
});

test('a game without spectators lets nobody watch', () => {
  const none = defineGame({ ...walk, name: 'closed', spectators: 0 });
  const { rooms } = host([none]);
  rooms.join({}, new Witness());
  expect(() => rooms.join({ isSpectator: true }, new Witness())).toThrow(
    expect.objectContaining({ code: 'ROOM_FULL' }),
  );
});
