import { createState, type Moment, type RoomScope, type Seat, type StateStore, seededRandom } from '@madang/core';
import { NO_POWERS, TickRules } from '@madang/core/netcode';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enclosedBy } from './enclosure.ts';
import { landGrab, type Player, type YardState } from './game.ts';
import { type Direction, STEPS, YARD_HEIGHT, YARD_WIDTH } from './yard.ts';

const DIRECTIONS: readonly Direction[] = ['none', 'left', 'right', 'up', 'down'];

/** The rules alone: no room, no clock, no network. */
function yard() {
  const store = createState(landGrab.state);
  const state = store.view;
  const events: { name: string; payload: unknown }[] = [];
  const seats: Seat[] = [];
  const random = seededRandom(1);
  const rules = new TickRules(landGrab, store as unknown as StateStore, {
    roomId: 'yard',
    powers: NO_POWERS,
    random,
    seats: () => seats,
    emitted: (name, payload) => void events.push({ name, payload }),
    seenBy: () => {
      throw new Error('nobody looks back in this game');
    },
  });
  const room = rules.scope as RoomScope<typeof landGrab.state, typeof landGrab.events>;
  let tick = 0;
  const moment = (): Moment => ({ tick, dt: 0.1, random });
  landGrab.create?.(room, moment());
  return {
    state,
    events,
    join(x: number, y: number): Player {
      const nobody = { isBot: false, isDropped: false, user: null, rating: null, team: 0 };
      const seat = { number: seats.length + 1, name: `p${seats.length + 1}`, ...nobody };
      seats.push(seat);
      landGrab.join?.(room, seat, moment());
      const me = state.players.ownedBy(seat);
      if (me === undefined) throw new Error('the game gave no player');
      state.tiles.set(me.x, me.y, 0);
      me.x = x;
      me.y = y;
      state.tiles.set(x, y, me.colour);
      return me;
    },
    leave: (number: number) => {
      const seat = seats.find((one) => one.number === number);
      if (seat !== undefined) landGrab.leave?.(room, seat, moment());
    },
    play(...moves: readonly Partial<Record<number, Direction>>[]) {
      for (const move of moves) {
        tick++;
        rules.begin(tick);
        for (const one of state.players) rules.control(one.owner, one, { dir: move[one.colour] ?? 'none' });
        rules.step();
      }
    },
    skipTo(later: number) {
      tick = later;
    },
  };
}

/** The cells of a colour, as `x,y`. */
function groundOf(state: YardState, colour: number): string[] {
  const cells: string[] = [];
  for (let y = 0; y < YARD_HEIGHT; y++) {
    for (let x = 0; x < YARD_WIDTH; x++) if (state.tiles.at(x, y) === colour) cells.push(`${x},${y}`);
  }
  return cells;
}

describe('moving', () => {
  test('goes one cell a tick in the direction held, and what you enter is yours, whoever had it', () => {
    const { state, join, play } = yard();
    const [ann, ben] = [join(5, 5), join(20, 20)];
    state.tiles.set(7, 5, ben.colour);
    play({ 1: 'right' }, { 1: 'right' }, { 1: 'down' });
    expect([ann.x, ann.y]).toEqual([7, 6]);
    expect(groundOf(state, 1)).toEqual(['5,5', '6,5', '7,5', '7,6']);
    expect([ann.score, ben.score]).toEqual([4, 1]);
  });

  test('stops at the wall', () => {
    const { state, join, play } = yard();
    const [ann, ben] = [join(0, 0), join(YARD_WIDTH - 1, YARD_HEIGHT - 1)];
    play({ 1: 'left', 2: 'right' }, { 1: 'up', 2: 'down' });
    expect([ann.x, ann.y, ben.x, ben.y]).toEqual([0, 0, YARD_WIDTH - 1, YARD_HEIGHT - 1]);
    expect(groundOf(state, 1)).toEqual(['0,0']);
  });

  test('stops where a rival stands; two who want one cell do not share it', () => {
    const { join, play } = yard();
    const [ann, ben] = [join(5, 5), join(6, 5)];
    play({ 1: 'right' });
    expect([ann.x, ben.x]).toEqual([5, 6]);
    ben.x = 7;
    play({ 1: 'right', 2: 'left' });
    expect([ann.x, ben.x]).toEqual([6, 7]);
  });
});

describe('enclosing', () => {
  /** A ring of 3 x 3 around 11, 11, walked from its corner. */
  const ring: Partial<Record<number, Direction>>[] = ['right', 'right', 'down', 'down', 'left', 'left', 'up'].map(
    (dir) => ({ 1: dir as Direction }),
  );

  test('makes what lies inside yours', () => {
    const { state, events, join, play } = yard();
    const ann = join(10, 10);
    play(...ring);
    expect(state.tiles.at(11, 11)).toBe(1);
    expect(ann.score).toBe(9);
    expect(events).toEqual([{ name: 'captured', payload: { by: ann.id, cells: 1 } }]);
  });

  test('takes a rival’s ground inside, but not the cell the rival stands on', () => {
    const { state, join, play } = yard();
    const ann = join(10, 10);
    const ben = join(11, 11);
    state.tiles.set(30, 3, 2);
    play(...ring);
    expect(state.tiles.at(11, 11)).toBe(2);
    expect(ann.score).toBe(8);
    ben.x = 30;
    ben.y = 3;
    play({ 1: 'up' }, { 1: 'up' });
    expect(state.tiles.at(11, 11)).toBe(1);
  });

  test('needs your own ground all around: the wall encloses nothing', () => {
    const { state, join, play } = yard();
    join(0, 1);
    play({ 1: 'right' }, { 1: 'up' });
    expect(state.tiles.at(0, 0)).toBe(0);
  });

  test('finds exactly the cells from which no path of sides leads to the edge', () => {
    const width = 7;
    const height = 6;
    const anyGround = fc.array(fc.nat(2), { minLength: width * height, maxLength: width * height });
    fc.assert(
      fc.property(anyGround, (cells) => {
        const escapes = (start: number): boolean => {
          const seen = new Set([start]);
          for (const cell of seen) {
            const [x, y] = [cell % width, Math.floor(cell / width)];
            if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return true;
            for (const next of [cell - 1, cell + 1, cell - width, cell + width]) if (cells[next] !== 1) seen.add(next);
          }
          return false;
        };
        const expected = cells.flatMap((colour, cell) => (colour !== 1 && !escapes(cell) ? [cell] : []));
        expect(enclosedBy({ width, height, cells }, 1)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('rounds', () => {
  test('end with a winner and a scoreboard in which nobody moves, then a fresh yard begins', () => {
    const { state, events, join, play, skipTo } = yard();
    const [ann, ben] = [join(5, 5), join(20, 20)];
    play({ 2: 'right' }, { 2: 'right' });
    skipTo(1199);
    play({});
    expect(state.round).toMatchObject({ phase: 'over', winner: ben.id });
    expect(ben.wins).toBe(1);
    expect(events.at(-1)).toEqual({ name: 'roundOver', payload: { winner: ben.id, name: 'p2', score: 3, number: 1 } });
    play({ 1: 'right' });
    expect(ann.x).toBe(5);
    skipTo(1279);
    play({});
    expect(state.round).toMatchObject({ phase: 'play', number: 2, winner: 0, endsAtTick: 1280 + 1200 });
    expect([ann.score, ben.score, ben.wins]).toEqual([1, 1, 1]);
    expect([...Array.from(state.tiles.cells)].filter((cell) => cell !== 0).length).toBe(2);
    expect(events.at(-1)).toEqual({ name: 'roundStarted', payload: { number: 2 } });
  });
});

test('who leaves leaves no ground behind for the next one on the seat', () => {
  const { state, join, leave, play } = yard();
  join(5, 5);
  play({ 1: 'right' }, { 1: 'right' });
  leave(1);
  expect(groundOf(state, 1)).toEqual([]);
});

test('whatever is played: nobody leaves the yard, nobody shares a cell, scores are the ground', () => {
  const anyMoves = fc.array(fc.array(fc.constantFrom(...DIRECTIONS), { minLength: 6, maxLength: 6 }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(anyMoves, (moves) => {
      const { state, join, play } = yard();
      for (let i = 0; i < 6; i++) join(10 + (i % 3), 10 + Math.floor(i / 3));
      play(...moves.map((dirs) => Object.fromEntries(dirs.map((dir, index) => [index + 1, dir]))));
      const stands = new Set<string>();
      for (const one of state.players) {
        expect(one.x < YARD_WIDTH && one.y < YARD_HEIGHT).toBe(true);
        stands.add(`${one.x},${one.y}`);
        expect(one.score).toBe(groundOf(state, one.colour).length);
        expect(state.tiles.at(one.x, one.y)).toBe(one.colour);
      }
      expect(stands.size).toBe(6);
    }),
    { numRuns: 60 },
  );
});

test('the words of the text gateways go where they say', () => {
  const { words } = landGrab;
  const step = (word: string) => STEPS[words?.[word]?.dir ?? 'none'];
  expect([step('좌'), step('우'), step('상'), step('하')]).toEqual([
    { dx: -1, dy: 0 },
    { dx: 1, dy: 0 },
    { dx: 0, dy: -1 },
    { dx: 0, dy: 1 },
  ]);
  for (const [korean, english] of [
    ['좌', 'left'],
    ['우', 'right'],
    ['상', 'up'],
    ['하', 'down'],
  ] as const) {
    expect(step(korean)).toBe(step(english));
  }
});
