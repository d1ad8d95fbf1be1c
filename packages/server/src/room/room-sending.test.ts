import { byTeam, custom, defineGame, flag, near, record, table, u8, u16, u32 } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { host, Witness } from './room.test-support.ts';

type Rows = Record<string, Record<string, number>>;
const rowsOf = (witness: Witness, name: string): Rows => witness.state[name] as Rows;

describe('a room that sends less often than it ticks', () => {
  const slow = defineGame({
    name: 'slow',
    tickRateHz: 20,
    sendRateHz: 5,
    seats: 3,
    state: {
      people: table({ steps: u16 }),
      sky: table({ steps: u16 }, { sendEvery: 2 }),
      clock: record({ ticks: u16 }),
    },
    input: { go: flag },
    events: { stepped: { tick: u16 }, bell: { tick: u16 } },
    eventPolicy: { bell: 'latest' },
    avatars: 'people',
    create(room) {
      room.state.sky.add({});
    },
    join(room, seat) {
      room.state.people.add({}, { owner: seat });
    },
    control(me, { go }) {
      if (go) me.steps += 1;
    },
    step(room, { tick }) {
      room.state.clock.ticks = tick;
      for (const star of room.state.sky) star.steps = tick;
      if (tick % 3 === 0) room.emit('stepped', { tick });
    },
  });

  test('ticks, controls and judges at its own rate, and tells at the other', () => {
    const { clock, rooms } = host([slow]);
    const ann = new Witness();
    rooms.join({}, ann).input({ go: true });
    clock.advance(4_000);
    expect(rooms.all[0]?.tick).toBe(80);
    expect(ann.ticks).toEqual(Array.from({ length: 20 }, (_, index) => 4 * (index + 1)));
    expect(rowsOf(ann, 'people')[1]?.steps).toBe(80);
    expect(ann.state.clock).toEqual({ ticks: 80 });
  });

  test('welcomes a newcomer with the next state, in which it stands already, and takes its inputs before', () => {
    const { clock, rooms } = host([slow]);
    rooms.join({}, new Witness());
    clock.advance(210);
    const ben = new Witness();
    const seat = rooms.join({}, ben);
    clock.advance(50);
    expect([rooms.all[0]?.tick, ben.welcomed]).toEqual([5, null]);
    seat.input({ go: true });
    clock.advance(140);
    expect([rooms.all[0]?.tick, ben.welcomed?.seat, ben.ticks]).toEqual([8, 2, [8]]);
    expect(rowsOf(ben, 'people')[2]).toEqual({ steps: 3, owner: 2 });
  });

  test('tells events with the next state, in order and with the ticks they happened in', () => {
    const { clock, rooms } = host([slow]);
    const ann = new Witness();
    rooms.join({}, ann);
    const heard: string[] = [];
    for (let i = 0; i < 40; i++) {
      clock.advance(50);
      heard.push(...ann.events.splice(0).map((event) => `${event.tick} in ${rooms.all[0]?.tick}`));
    }
    expect(heard.slice(0, 6)).toEqual(['3 in 4', '6 in 8', '9 in 12', '12 in 12', '15 in 16', '18 in 20']);
  });

  test('sends a part that is sent every second time with every second state', () => {
    const { clock, rooms } = host([slow]);
    const ann = new Witness();
    rooms.join({}, ann);
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      clock.advance(200);
      seen.push(rowsOf(ann, 'sky')[1]?.steps ?? -1);
    }
    const [first = 0] = seen;
    expect(new Set(seen).size).toBeLessThanOrEqual(5);
    expect(seen.every((steps) => steps % 8 === first % 8)).toBe(true);
    expect((seen.at(-1) ?? 0) - (seen[1] ?? 0)).toBe(24);
  });

  test('lets go of a seat that left between two states, and of what was for it', () => {
    const { clock, rooms } = host([slow]);
    const [ann, ben] = [new Witness(), new Witness()];
    rooms.join({}, ann);
    const seat = rooms.join({}, ben);
    clock.advance(60);
    seat.leave();
    clock.advance(540);
    expect([ben.welcomed, ben.ticks, ben.events]).toEqual([null, [], []]);
    expect(Object.keys(rowsOf(ann, 'people'))).toEqual(['1']);
  });
});

describe('a part that is sent rarely', () => {
  const rare = defineGame({
    name: 'rare',
    tickRateHz: 20,
    seats: 3,
    state: {
      hands: table({ card: u8.visibleTo('owner') }, { sendEvery: 100 }),
      notes: table({ to: u8, secret: u8 }, { sendEvery: 100 }),
      board: record({ size: u8 }, { sendEvery: 100 }),
    },
    input: {},
    commands: { pass: {} },
    interest: { notes: (note, { seat }) => note.to === seat },
    create({ state }) {
      state.board.size = 9;
      state.notes.add({ to: 1, secret: 77 });
    },
    join(room, seat) {
      if (seat.name === 'ann') room.state.hands.add({ card: 42 }, { owner: seat });
    },
    on: {
      pass({ state }) {
        for (const note of state.notes) Object.assign(note, { to: 2, secret: 5 });
      },
    },
  });

  test('is there from the start with what the game made of it', () => {
    const { clock, rooms } = host([rare]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(100);
    expect(ann.state.board).toEqual({ size: 9 });
  });

  test('shows nobody what was for the player who had this seat before', () => {
    const { clock, rooms } = host([rare]);
    const [ann, eve] = [new Witness(), new Witness()];
    const seat = rooms.join({ name: 'ann' }, ann);
    clock.advance(6_000);
    expect(rowsOf(ann, 'hands')).toEqual({ 1: { card: 42, owner: 1 } });
    seat.leave();
    rooms.join({ name: 'eve' }, eve);
    clock.advance(100);
    expect(eve.welcomed?.seat).toBe(1);
    expect(rowsOf(eve, 'hands')).toEqual({ 1: { owner: 0 } });
  });

  test('is judged by an author’s interest as it was sent, not as it will be', () => {
    const { clock, rooms } = host([rare]);
    const [ann, ben] = [new Witness(), new Witness()];
    const seat = rooms.join({}, ann);
    rooms.join({}, ben);
    clock.advance(100);
    seat.command('pass', {});
    clock.advance(200);
    expect([rowsOf(ann, 'notes'), rowsOf(ben, 'notes')]).toEqual([{ 1: { to: 1, secret: 77, owner: 0 } }, {}]);
    clock.advance(6_000);
    expect([rowsOf(ann, 'notes'), rowsOf(ben, 'notes')]).toEqual([{}, { 1: { to: 2, secret: 5, owner: 0 } }]);
  });
});

describe('interest in a room', () => {
  const fields = { x: u16, y: u16, team: u8, hint: u32.visibleTo('team'), purse: u32.visibleTo('owner') };
  const valley = defineGame({
    name: 'valley',
    tickRateHz: 10,
    seats: 3,
    state: {
      people: table(fields, { team: 'team' }),
      sheep: table(fields, { team: 'team' }),
      spies: table(fields, { team: 'team' }),
      notes: table({ to: u8 }),
    },
    input: {},
    commands: { side: { team: u8 }, bring: { x: u16 } },
    avatars: 'people',
    interest: {
      people: near({ x: 'x', y: 'y', radius: 100 }),
      sheep: near({ x: 'x', y: 'y', radius: 100 }),
      spies: byTeam,
      notes: custom<{ to: typeof u8 }>(({ to }, { seat }) => to === seat),
    },
    create(room) {
      room.state.sheep.add({ x: 5_000, y: 5_000, purse: 9 });
      room.state.spies.add({ team: 1, hint: 11 });
      room.state.spies.add({ team: 2, hint: 22 });
      for (const to of [0, 1, 2]) room.state.notes.add({ to });
    },
    join(room, seat) {
      room.state.people.add({ x: 1_000 * seat.number, y: 0, purse: 100 * seat.number }, { owner: seat });
      room.state.sheep.add({ x: 9_000, y: 9_000, purse: seat.number }, { owner: seat });
    },
    on: {
      side(_room, seat, { team }) {
        seat.team = team;
      },
      bring(room, _seat, { x }) {
        for (const sheep of room.state.sheep) if (sheep.owner === 0) Object.assign(sheep, { x, y: 0 });
      },
    },
  });

  function visit() {
    const made = host([valley]);
    const [ann, ben] = [new Witness(), new Witness()];
    const seats = [made.rooms.join({}, ann), made.rooms.join({}, ben)] as const;
    made.clock.advance(100);
    const [room] = made.rooms.all;
    if (room === undefined) throw new Error('there is no room');
    return { ...made, ann, ben, seats, room };
  }

  test('shows a player its own rows wherever they are, and nobody’s rows only where they are near', () => {
    const { ann, ben, room } = visit();
    expect(Object.values(rowsOf(ann, 'sheep'))).toEqual([{ x: 9_000, y: 9_000, team: 0, hint: 0, purse: 1, owner: 1 }]);
    expect(Object.values(rowsOf(ben, 'sheep')).map(({ purse }) => purse)).toEqual([2]);
    expect(Object.keys(rowsOf(ann, 'people'))).toEqual(['1']);
    expect([room.explain(1, 'sheep', 1).because, room.explain(1, 'sheep', 2).because]).toEqual(['far', 'own']);
  });

  test('asks the author’s function with the seat that looks', () => {
    const { ann, ben } = visit();
    const addressees = [ann, ben].map((witness) => Object.values(rowsOf(witness, 'notes')).map(({ to }) => to));
    expect(addressees).toEqual([[1], [2]]);
  });

  test('follows a seat to its team, and away from it, also where nothing else happens', () => {
    const { clock, ann, ben, seats } = visit();
    const hints = (witness: Witness) => Object.values(rowsOf(witness, 'spies')).map(({ hint }) => hint);
    expect([hints(ann), hints(ben)]).toEqual([[], []]);
    seats[0].command('side', { team: 1 });
    clock.advance(100);
    expect([hints(ann), hints(ben)]).toEqual([[11], []]);
    seats[0].command('side', { team: 2 });
    clock.advance(100);
    expect([hints(ann), hints(ben)]).toEqual([[22], []]);
    seats[0].command('side', { team: 0 });
    clock.advance(100);
    expect([hints(ann), hints(ben)]).toEqual([[], []]);
  });

  test('lets rows in that come near, and is explained', () => {
    const { clock, ann, seats, room } = visit();
    seats[0].command('bring', { x: 1_050 });
    clock.advance(100);
    expect(Object.keys(rowsOf(ann, 'sheep')).length).toBe(2);
    expect(room.explain(1, 'sheep', 1)).toMatchObject({ because: 'near', isTold: true });
    expect(room.explain(2, 'sheep', 1)).toMatchObject({ because: 'far', isTold: false });
    expect(() => room.explain(1, 'wolves', 1)).toThrow(RangeError);
  });

  test('is nobody’s on a seat where nobody is connected: free, left or lost', () => {
    const { clock, seats, room } = visit();
    expect(room.explain(3, 'sheep', 1)).toMatchObject({ because: 'no-player', isTold: false });
    seats[0].leave();
    seats[1].drop();
    clock.advance(100);
    for (const seat of [1, 2]) expect([seat, room.explain(seat, 'notes', 1).because]).toEqual([seat, 'no-player']);
  });

  test('is not shown where the author’s function fails, and the log says so', () => {
    const broken = defineGame({
      ...valley,
      name: 'broken',
      interest: {
        notes: custom<{ to: typeof u8 }>(({ to }) => {
          if (to === 1) throw new Error('a bug');
          return true;
        }),
      },
    });
    const { clock, rooms, logged } = host([broken]);
    const ann = new Witness();
    rooms.join({}, ann);
    clock.advance(100);
    expect(Object.values(rowsOf(ann, 'notes')).map(({ to }) => to)).toEqual([0, 2]);
    clock.advance(100);
    expect(logged.filter((line) => 'hook' in Object(line))).toEqual([
      expect.objectContaining({ hook: 'interest', rows: 1 }),
    ]);
  });
});
