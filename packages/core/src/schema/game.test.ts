import { describe, expect, expectTypeOf, test } from 'vitest';
import { text } from './boxed-field.ts';
import { axis, bool, choice, f32, u8, u16 } from './field.ts';
import { defineGame, type Game } from './game.ts';
import { all } from './interest.ts';
import { parseInput, parseMessage } from './message.ts';
import { grid, record, type SeenStateOf, type StateOf, table } from './state-schema.ts';

const arena = defineGame({
  name: 'arena',
  tickRateHz: 30,
  seats: 16,
  state: {
    ships: table({ name: text(24), x: f32, hp: u8, ammo: u8.visibleTo('owner'), seed: u16.visibleTo('nobody') }),
    round: record({ phase: choice('warmup', 'live') }),
    tiles: grid({ width: 4, height: 4, of: u8 }),
  },
  input: { thrust: f32, fire: bool },
  commands: { chat: { line: text(120) } },
  events: { hit: { by: u16 } },
  avatars: 'ships',
  words: { fire: { fire: true } },
  join(room, seat) {
    const ship = room.state.ships.add({ x: 0, name: seat.name }, { owner: seat });
    expectTypeOf(ship.ammo).toEqualTypeOf<number>();
    room.emit('hit', { by: ship.id });
    // @ts-expect-error there is no such event
    room.emit('miss', {});
    // @ts-expect-error `by` is missing
    room.emit('hit', {});
  },
  control(ship, input, { dt }) {
    expectTypeOf(input).toEqualTypeOf<Readonly<{ thrust: number; fire: boolean }>>();
    ship.x += input.thrust * dt;
    // @ts-expect-error ids are given, not written
    ship.id = 3;
  },
  on: {
    chat(room, seat, payload) {
      expectTypeOf(payload).toEqualTypeOf<{ line: string }>();
      expectTypeOf(seat.number).toEqualTypeOf<number>();
      expectTypeOf(room.state.round.phase).toEqualTypeOf<'warmup' | 'live'>();
    },
  },
});

describe('one declaration gives every type', () => {
  test('of the state on the server', () => {
    type State = StateOf<(typeof arena)['state']>;
    type Ship = NonNullable<ReturnType<State['ships']['get']>>;
    expectTypeOf<Ship>().toEqualTypeOf<{
      readonly id: number;
      readonly owner: number;
      name: string;
      x: number;
      hp: number;
      ammo: number;
      seed: number;
    }>();
  });

  test('of what a client sees: hidden fields do not exist, an owner’s may be undefined', () => {
    type State = SeenStateOf<(typeof arena)['state']>;
    type Ship = NonNullable<ReturnType<State['ships']['get']>>;
    expectTypeOf<Ship>().toEqualTypeOf<{
      readonly id: number;
      readonly owner: number;
      readonly name: string;
      readonly x: number;
      readonly hp: number;
      readonly ammo: number | undefined;
    }>();
    expectTypeOf<State['round']>().toEqualTypeOf<{ readonly phase: 'warmup' | 'live' }>();
  });

  test('and any one game fits where some game is asked for', () => {
    expectTypeOf(arena).toExtend<Game>();
  });
});

describe('a definition that cannot work is refused when it is made', () => {
  const minimal = {
    name: 'game',
    tickRateHz: 10,
    seats: 2,
    state: { rows: table({ x: u8 }) },
    input: { x: u8 },
  } as const;

  test.each([
    ['a name that cannot stand in an address', { name: 'My Game' }],
    ['no ticks', { tickRateHz: 0 }],
    ['half a seat', { seats: 1.5 }],
    ['a field of every object', { input: { constructor: u8 } }],
    ['a field that rows already have', { input: { owner: u8 } }],
    ['a word that would read as JSON', { words: { '{': { x: 1 } } }],
    ['a word that presses what is not an input', { words: { go: { x: 999 } } }],
    ['avatars that are no table', { avatars: 'ships' }],
    ['half a bot', { avatars: 'rows', bots: { atLeast: 0.5, names: ['a'], think: () => ({}) } }],
    ['control without avatars', { control() {} }],
  ])('%s', (_, change) => {
    expect(() => defineGame({ ...minimal, ...change } as never)).toThrow();
  });

  test.each([
    ['states that do not come with a tick', { sendRateHz: 7 }, /sendRateHz: it must be tickRateHz divided by a whole/],
    ['more states than ticks', { sendRateHz: 20 }, /sendRateHz: it must be tickRateHz divided by a whole number/],
    ['no states', { sendRateHz: 0 }, /sendRateHz: it must be tickRateHz divided by a whole number/],
    ['states backwards', { sendRateHz: -5 }, /sendRateHz: it must be tickRateHz divided by a whole number/],
    ['a budget that brings no row', { peerBytesPerSecond: 255 }, /peerBytesPerSecond: it must be at least 256/],
    ['a budget that is no number', { peerBytesPerSecond: Number.NaN }, /peerBytesPerSecond: it must be at least 256/],
    ['a policy of no event', { eventPolicy: { hit: 'all' } }, /eventPolicy hit: there is no event of that name/],
    [
      'a policy that there is not',
      { events: { hit: {} }, eventPolicy: { hit: 'some' } },
      /eventPolicy hit: it must be all or latest/,
    ],
    [
      'avatars that newcomers would wait for',
      { avatars: 'rows', state: { rows: table({ x: u8 }, { sendEvery: 2 }) } },
      /avatars: a newcomer needs its avatar at once: use sendRateHz/,
    ],
  ])('%s', (_, change, sentence) => {
    expect(() => defineGame({ ...minimal, ...change } as never)).toThrow(
      expect.objectContaining({ code: 'BAD_SCHEMA', message: expect.stringMatching(sentence) }),
    );
  });

  test('more fields than a change mask has bits', () => {
    const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`f${index}`, u8]));
    expect(() => table(many(31))).toThrow(/at most 30/);
    expect(() => table(many(30))).not.toThrow();
  });
});

test('what is said about sending has defaults and may be said', () => {
  const minimal = { name: 'g', tickRateHz: 60, seats: 2, state: { rows: table({ x: u8 }) }, input: {} } as const;
  expect(defineGame(minimal)).toMatchObject({ sendRateHz: 60 });
  expect(defineGame(minimal).peerBytesPerSecond).toBeUndefined();
  for (const sendRateHz of [60, 30, 20, 12, 1, 60 / 7, 60 / 49, 8.571429])
    expect(defineGame({ ...minimal, sendRateHz }).sendRateHz).toBe(sendRateHz);
  const game = defineGame({
    ...minimal,
    peerBytesPerSecond: 8_000,
    events: { hit: { by: u8 }, over: {} },
    eventPolicy: { hit: 'latest' },
  });
  expect(game).toMatchObject({ peerBytesPerSecond: 8_000, eventPolicy: { hit: 'latest' } });
});

test('words press what fields store, and are compared in one spelling', () => {
  const game = defineGame({
    name: 'words',
    tickRateHz: 10,
    seats: 2,
    state: { rows: table({ x: u8 }) },
    input: { turn: axis, fire: bool },
    words: { '\u110c\u116a': { turn: 0.3 } },
  });
  expect(game.words).toEqual({ 좌: { turn: 0.296875 } });
});

test('the fingerprint moves with everything the wire depends on and with nothing else', () => {
  const of = (change: object) =>
    defineGame({
      name: 'g',
      tickRateHz: 10,
      seats: 2,
      state: { a: table({ x: u8 }) },
      input: { x: u8 },
      ...change,
    } as never).fingerprint;
  const base = of({});
  for (const change of [
    { seats: 3, tickRateHz: 20, title: { en: 'G' } },
    { sendRateHz: 5, peerBytesPerSecond: 1000 },
    { state: { a: table({ x: u8 }, { sendEvery: 3 }) } },
    { interest: { a: all } },
  ]) {
    expect(of(change)).toBe(base);
  }
  for (const change of [
    { name: 'h' },
    { state: { a: table({ x: u16 }) } },
    { state: { a: table({ x: u8.visibleTo('owner') }) } },
    { state: { a: table({ x: u8 }, { team: 'x' }) } },
    { state: { a: table({ x: u8 }, { maxRows: 9 }) } },
    { state: { b: table({ x: u8 }) } },
    { input: { y: u8 } },
    { events: { hit: {} } },
    { commands: { chat: { line: text(9) } } },
  ]) {
    expect(of(change)).not.toBe(base);
  }
});

describe('inputs from outside [GA01] [PR05]', () => {
  const game = { input: { dir: choice('none', 'left'), power: u8 } };
  const held = { dir: 'none', power: 7 } as const;

  test('take what they say and leave the rest as it is held', () => {
    expect(parseInput(game, { dir: 'left' }, held)).toEqual({ dir: 'left', power: 7 });
    expect(parseInput(game, { power: -0 }, held)).toEqual({ dir: 'none', power: 0 });
  });

  test.each([
    ['NaN', { power: Number.NaN }],
    ['Infinity', { power: Number.POSITIVE_INFINITY }],
    ['1e308', { power: 1e308 }],
    ['a subnormal', { power: 5e-324 }],
    ['a BigInt', { power: 1n }],
    ['text', { power: '1' }],
    ['null', { power: null }],
    ['a list', { power: [1] }],
    ['a boxed number', { power: Object(1) }],
    ['an unknown field', { power: 1, speed: 9 }],
    ['an own __proto__', JSON.parse('{"__proto__":{"power":9}}')],
    ['a constructor', JSON.parse('{"constructor":1}')],
    ['a list in place of an object', []],
    ['nothing', null],
    ['a word', 'left'],
  ])('are refused whole: %s', (_, value) => {
    expect(() => parseInput(game, value, held)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(Object.hasOwn(Object.prototype, 'power')).toBe(false);
  });

  test('must be complete where nothing is held', () => {
    expect(() => parseMessage(game.input, { dir: 'left' }, 'BAD_COMMAND')).toThrow(/power: it is missing/);
  });
});
