/**
 * A player of any gateway, as tests see one: what it heard, in order, and what it can do. Every way in is brought to the
 * words of the plain WebSocket (`welcome`, `state`, `response`, `error`), so that one test can talk about all of them.
 */
import { expect } from 'vitest';
import { until } from './yard.ts';

export interface Guest {
  /** Which client this is, for a failure's message. */
  readonly kind: string;
  readonly memory: Memory;
  /** Presses a word of the game. */
  press(word: string): void;
  /** Holds an input. */
  hold(input: object): void;
  say(message: unknown): void;
  /** Leaves the way this client's users would. */
  leave(): Promise<void>;
}

/** One thing that a server said. */
export interface Heard {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Land-grab's state as the JSON gateways send it. */
export interface YardJson {
  readonly players: Readonly<Record<string, PlayerJson>>;
  readonly tiles: { readonly width: number; readonly height: number; readonly cells: readonly number[] };
  readonly round: { readonly number: number; readonly [key: string]: unknown };
}

export interface PlayerJson {
  readonly name: string;
  readonly colour: number;
  readonly x: number;
  readonly y: number;
  readonly score: number;
  readonly [key: string]: unknown;
}

export const WIDTH = 40;
export const HEIGHT = 24;

/** Every word of the game with the step it takes. */
export const WORD_STEPS = {
  좌: { dx: -1, dy: 0 },
  우: { dx: 1, dy: 0 },
  상: { dx: 0, dy: -1 },
  하: { dx: 0, dy: 1 },
  left: { dx: -1, dy: 0 },
  right: { dx: 1, dy: 0 },
  up: { dx: 0, dy: -1 },
  down: { dx: 0, dy: 1 },
} as const;

export type Word = keyof typeof WORD_STEPS;
export type Direction = 'left' | 'right' | 'up' | 'down';

export interface Place {
  readonly x: number;
  readonly y: number;
}

export class Memory {
  readonly heard: Heard[] = [];

  hear(type: string, payload: object): void {
    this.heard.push({ ...payload, type });
  }

  ofType(type: string): readonly Heard[] {
    return this.heard.filter((one) => one.type === type);
  }

  get you(): string {
    return String(this.ofType('welcome')[0]?.you ?? '');
  }

  get isWelcome(): boolean {
    return this.heard.some(({ type }) => type === 'welcome');
  }

  /** The newest state, or null before the first. */
  get state(): YardJson | null {
    const newest = this.heard.findLast(({ type }) => type === 'welcome' || type === 'state');
    return newest === undefined ? null : (newest.state as YardJson);
  }

  /** Where this player stands, by its own newest state. */
  get place(): Place {
    return this.placeOf(this.you);
  }

  placeOf(id: string): Place {
    const player = this.state?.players[id];
    if (player === undefined) throw new Error(`this state has no player ${id}`);
    return { x: player.x, y: player.y };
  }

  sees(id: string): boolean {
    return this.state?.players[id] !== undefined;
  }

  heardFrom(from: string, message: unknown): boolean {
    const wanted = JSON.stringify(message);
    return this.ofType('response').some((one) => one.from === from && JSON.stringify(one.message) === wanted);
  }
}

/** Until this guest is seated. */
export async function seated(guest: Guest): Promise<Guest> {
  await until(`${guest.kind} is welcome`, () => guest.memory.isWelcome, 15_000);
  return guest;
}

let asked = 0;

/** Until the room has ticked at least twice: whatever was asked before this has been played and told. */
export async function ticksPass(guest: Guest): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const token = `tick ${++asked}`;
    guest.say(token);
    await until(`${guest.kind} hears itself say "${token}"`, () => guest.memory.heardFrom(guest.memory.you, token));
  }
}

/** Where a step leads in this state: nowhere when a wall or somebody else is in the way. */
export function stepped(state: YardJson, id: string, { dx, dy }: { dx: number; dy: number }): Place {
  const me = state.players[id];
  if (me === undefined) throw new Error(`this state has no player ${id}`);
  const next = { x: me.x + dx, y: me.y + dy };
  const isWall = next.x < 0 || next.y < 0 || next.x >= WIDTH || next.y >= HEIGHT;
  return isWall || isTaken(state, next) ? { x: me.x, y: me.y } : next;
}

/** A word of these that leads somewhere from where this player stands. */
export function freeWord(state: YardJson, id: string, words: readonly Word[]): Word {
  const me = state.players[id];
  const free = words.find((word) => {
    const next = stepped(state, id, WORD_STEPS[word]);
    return next.x !== me?.x || next.y !== me.y;
  });
  if (free === undefined) throw new Error(`player ${id} stands where none of ${words.join(' ')} leads anywhere`);
  return free;
}

/** Directions, the one with the longest way before a wall or a rival first. */
export function roomiest(state: YardJson, id: string): readonly Direction[] {
  const me = state.players[id];
  if (me === undefined) throw new Error(`this state has no player ${id}`);
  const length = (direction: Direction): number => {
    const { dx, dy } = WORD_STEPS[direction];
    let cells = 0;
    for (let { x, y } = { x: me.x + dx, y: me.y + dy }; isFree(state, { x, y }); x += dx, y += dy) cells++;
    return cells;
  };
  return (['left', 'right', 'up', 'down'] as const).toSorted((a, b) => length(b) - length(a));
}

/** The words of a shortest way from a player to a cell beside a rival, and the word that would then bump into it. */
export function wayBeside(state: YardJson, id: string, rival: string): { way: readonly Direction[]; bump: Direction } {
  const start = state.players[id];
  const goal = state.players[rival];
  if (start === undefined || goal === undefined) throw new Error('both players must be in this state');
  const seen = new Set([start.y * WIDTH + start.x]);
  const open: { x: number; y: number; way: readonly Direction[] }[] = [{ x: start.x, y: start.y, way: [] }];
  for (let here = open.shift(); here !== undefined; here = open.shift()) {
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const { dx, dy } = WORD_STEPS[direction];
      const next = { x: here.x + dx, y: here.y + dy };
      if (next.x === goal.x && next.y === goal.y) return { way: here.way, bump: direction };
      if (!isFree(state, next) || seen.has(next.y * WIDTH + next.x)) continue;
      seen.add(next.y * WIDTH + next.x);
      open.push({ ...next, way: [...here.way, direction] });
    }
  }
  throw new Error(`there is no way from player ${id} to player ${rival}`);
}

function isFree(state: YardJson, place: Place): boolean {
  const isInside = place.x >= 0 && place.y >= 0 && place.x < WIDTH && place.y < HEIGHT;
  return isInside && !isTaken(state, place);
}

function isTaken(state: YardJson, { x, y }: Place): boolean {
  return Object.values(state.players).some((one) => one.x === x && one.y === y);
}

/** The contract's first message: these fields and no others. */
export function expectWelcome(welcome: Heard | undefined): void {
  expect(welcome).toEqual({
    type: 'welcome',
    you: expect.stringMatching(/^.+$/u),
    tick: expect.any(Number),
    state: expect.anything(),
  });
  expectYard(welcome?.state, String(welcome?.you));
}

/** The contract's state: every field it names, of the right kind, and ground that matches the players on it. */
export function expectYard(state: unknown, you: string): void {
  expect(state).toEqual({
    players: expect.any(Object),
    tiles: { width: WIDTH, height: HEIGHT, cells: expect.any(Array) },
    round: expect.objectContaining({ number: expect.any(Number) }),
  });
  const { players, tiles } = state as YardJson;
  expect(tiles.cells).toHaveLength(WIDTH * HEIGHT);
  expect(players).toHaveProperty([you]);
  for (const player of Object.values(players)) {
    expect(player).toMatchObject({
      name: expect.any(String),
      colour: expect.any(Number),
      x: expect.any(Number),
      y: expect.any(Number),
      score: expect.any(Number),
    });
    expect(tiles.cells[player.y * WIDTH + player.x]).toBe(player.colour);
    expect(player.score).toBe(tiles.cells.filter((colour) => colour === player.colour).length);
  }
}
