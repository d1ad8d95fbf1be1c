/**
 * The chapter "Make it feel instant": its code is the code that runs here, its diffs are the differences, and each change buys
 * what the chapter says. Pages run as they stand, in virtual time, on a simulated line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, connect } from '@madang/client';
import type { Game, StateOf } from '@madang/core';
import { type Conditions, openWorld, simulate } from '@madang/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fromAfar } from './guide/after/from-afar.ts';
import { yardTag as yardTagAfter } from './guide/after/game.ts';
import { play as playAfter } from './guide/after/page.ts';
import { yardTag as yardTagBefore } from './guide/before/game.ts';
import { play as playBefore } from './guide/before/page.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const chapter = read('docs/guide/make-it-feel-instant.md');

/** What a page draws a metre with, and how large a player is. */
const PIXELS = 16;
const HALF = 6;

const PICTURE_MS = 1000 / 60;
const TICK_MS = 1000 / 20;

const LINK = { roundTripMs: 100, jitterMs: 20 };

/** Lines that one text has and the other has not, in the order of both: the shortest way from one to the other. */
function difference(before: string, after: string): readonly string[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const common = a.map(() => b.map(() => 0).concat(0)).concat([b.map(() => 0).concat(0)]);
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}

describe('the chapter', () => {
  const changes = ['game.ts', 'page.ts'].flatMap((name) =>
    difference(read(`tests/guide/before/${name}`), read(`tests/guide/after/${name}`)),
  );

  test.each([
    'before/game.ts',
    'before/page.ts',
    'after/game.ts',
    'after/page.ts',
    'after/game.test.ts',
    'after/from-afar.ts',
  ])('has the code of tests/guide/%s', (name) =>
    expect(chapter).toContain(`\`\`\`ts\n${read(`tests/guide/${name}`)}\`\`\``),
  );

  test('leads from the one to the other in under 20 lines, those that went and those that came counted apart', () => {
    expect(changes.length).toBeLessThan(20);
    expect(chapter).toContain(`${changes.length} lines`);
  });

  test('shows each of them, and none that is not there', () => {
    const shown = [...chapter.matchAll(/^```diff\n(.*?)^```$/gmsu)].flatMap(([, block = '']) => block.split('\n'));
    expect(shown.filter((line) => /^[-+]/u.test(line)).sort()).toEqual([...changes].sort());
  });
});

/** The two versions, as far as they are the same. */
const VERSIONS = {
  before: { game: yardTagBefore, play: playBefore },
  after: { game: yardTagAfter, play: playAfter },
} as const;
type Version = keyof typeof VERSIONS;

interface Picture {
  readonly atMs: number;
  /** Metres. */
  readonly own: { readonly x: number; readonly y: number } | null;
  readonly others: readonly { readonly x: number; readonly y: number }[];
}

/** A page of one of the versions, open in a simulated world, with somebody in front of it. */
async function openPage(version: Version, conditions: Partial<Conditions>, runners = 0) {
  const { game, play } = VERSIONS[version];
  const world = await openWorld<Game>({
    // As one of all games: what the two differ in is not looked at here.
    game: game as unknown as Game,
    clients: runners,
    seed: 5,
    network: conditions,
    player: [{ atMs: 0, input: { goX: 1 } }],
  });
  const pictures: Picture[] = [];
  const heardAtMs: number[] = [];
  const hands = new Map<string, (press: { key: string }) => void>();
  const { clock } = world;

  vi.stubGlobal('requestAnimationFrame', (run: () => void) => void clock.after(PICTURE_MS, run));
  vi.stubGlobal('addEventListener', (name: string, run: (press: { key: string }) => void) => hands.set(name, run));
  onTestFinished(() => void vi.unstubAllGlobals());
  const paper = {
    canvas: { width: 640, height: 640 },
    fillStyle: '',
    clearRect: () => void pictures.push({ atMs: clock.nowMs(), own: null, others: [] }),
    fillRect: (left: number, top: number) => {
      const place = { x: (left + HALF) / PIXELS, y: (top + HALF) / PIXELS };
      const picture = pictures.pop();
      if (picture === undefined) throw new Error('drawn on paper that was not clean');
      if (paper.fillStyle === 'gold') pictures.push({ ...picture, own: place });
      else pictures.push({ ...picture, others: [...picture.others, place] });
    },
  };
  const whoosh = { play: () => void heardAtMs.push(clock.nowMs()), pause: () => {} };
  const server: Connection = connect('ws://yard', {
    openLink: world.network.client('page').openLink,
    timers: clock,
  });
  const entered = play(paper as unknown as CanvasRenderingContext2D, whoosh as unknown as HTMLAudioElement, server);
  // The clocks find each other.
  await world.advance(3_000);
  const room = await entered;

  const [served] = world.server.rooms.all;
  if (served === undefined) throw new Error('there is no room');
  const { players } = served.state.view as unknown as StateOf<(typeof game)['state']>;
  const rowOf = (seat: number) => {
    const row = players.ownedBy({ number: seat });
    if (row === undefined) throw new Error(`seat ${seat} is nobody's`);
    return row;
  };
  return {
    world,
    room,
    pictures,
    heardAtMs,
    /** The rows of the page's player and of the first other, where the server has them. */
    me: rowOf(room.seat),
    runner: () => rowOf(room.seat === 1 ? 2 : 1),
    press: (key: string) => hands.get('keydown')?.({ key }),
    lift: (key: string) => hands.get('keyup')?.({ key }),
    async close() {
      void room.leave();
      await world.advance(1_000);
      await world.close();
    },
  };
}

/** Milliseconds from a key to the first picture that shows its player somewhere else, for keys at twenty moments of a tick. */
async function delaysOfSteps(version: Version): Promise<readonly number[]> {
  const page = await openPage(version, LINK);
  const delays: number[] = [];
  for (let moment = 0; moment < 20; moment++) {
    Object.assign(page.me, { x: 20, y: 20 });
    await page.world.advance(1_000 + moment * (TICK_MS / 20));
    const pressedAtMs = page.world.nowMs;
    const still = page.pictures.at(-1)?.own;
    page.press('ArrowRight');
    await page.world.advance(1_000);
    page.lift('ArrowRight');
    const moved = page.pictures.find(({ atMs, own }) => atMs > pressedAtMs && own?.x !== still?.x);
    if (moved === undefined) throw new Error('nobody moved');
    delays.push(moved.atMs - pressedAtMs);
  }
  await page.close();
  return delays;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('on a line of 100 ± 20 ms', () => {
  const roundTripMs = LINK.roundTripMs - LINK.jitterMs;

  test('before, a step is seen after a round trip: after about 160 ms on average', async () => {
    const delays = await delaysOfSteps('before');
    expect(Math.min(...delays)).toBeGreaterThan(roundTripMs);
    expect(Math.abs(mean(delays) - 160)).toBeLessThan(15);
  });

  test('after, a step is seen at the next tick: after about 35 ms on average', async () => {
    const delays = await delaysOfSteps('after');
    expect(Math.max(...delays)).toBeLessThanOrEqual(TICK_MS + PICTURE_MS);
    expect(Math.abs(mean(delays) - 35)).toBeLessThan(10);
  });

  test('before, an arm is heard after a round trip; after, at the next tick, and once', async () => {
    const delays: number[] = [];
    for (const version of ['before', 'after'] as const) {
      const page = await openPage(version, LINK);
      const pressedAtMs = page.world.nowMs;
      page.press(' ');
      page.lift(' ');
      await page.world.advance(2_000);
      expect(page.heardAtMs).toHaveLength(1);
      delays.push((page.heardAtMs[0] ?? 0) - pressedAtMs);
      await page.close();
    }
    expect(delays[0]).toBeGreaterThan(roundTripMs);
    expect(delays[1]).toBeLessThanOrEqual(TICK_MS + PICTURE_MS);
  });

  test('after, a minute of walking about needs no correction', async () => {
    const page = await openPage('after', LINK);
    const keys = ['ArrowRight', 'ArrowUp', 'ArrowLeft', ' ', 'ArrowDown'];
    for (let turn = 0; turn < 150; turn++) {
      const key = keys[(turn * turn) % keys.length] ?? ' ';
      page.press(key);
      await page.world.advance(150 + 37 * (turn % 9));
      page.lift(key);
    }
    expect(page.room.net).toMatchObject({ corrections: 0, lateInputs: 0 });
    await page.close();
  });
});

/** How many somebody tags who reaches out when a runner is seen to be within reach. */
async function tagsOnTheRun(version: Version): Promise<number> {
  const page = await openPage(version, LINK, 1);
  Object.assign(page.me, { x: 20, y: 20 });
  Object.assign(page.runner(), { x: 10, y: 21.5 });
  // On the screen the runner is now 1.6 to 1.8 m away, and leaves.
  const isLeaving = ({ others }: Picture): boolean => others.some(({ x, y }) => y > 21 && x >= 20.6 && x < 21);
  for (let i = 0; i < 1_000; i++) {
    await page.world.advance(PICTURE_MS);
    const picture = page.pictures.at(-1);
    if (picture === undefined || !isLeaving(picture)) continue;
    page.press(' ');
    page.lift(' ');
    await page.world.advance(1_000);
    const { tags } = page.me;
    await page.close();
    return tags;
  }
  throw new Error('nobody came');
}

describe('a runner', () => {
  test('before, is gone by the time the arm is out, though within reach on the screen', async () => {
    expect(await tagsOnTheRun('before')).toBe(0);
  });

  test('after, is tagged where the screen showed it', async () => {
    expect(await tagsOnTheRun('after')).toBe(1);
  });

  test('after, who is put elsewhere is never drawn on the way there', async () => {
    const page = await openPage('after', LINK, 1);
    await page.world.advance(8_000);
    const runner = page.runner();
    Object.assign(runner, { x: 40, y: 5 });
    await page.world.advance(1_000);
    const first = page.pictures.length;
    Object.assign(runner, { x: 40, y: 35 });
    await page.world.advance(1_000);
    const ys = page.pictures.slice(first).map(({ others }) => others[0]?.y);
    expect(new Set(ys)).toEqual(new Set([5, 35]));
    await page.close();
  });
});

test('rules that draw their own chance are found by the sync test', async () => {
  const game: typeof yardTagAfter = {
    ...yardTagAfter,
    control(me) {
      me.x = Math.random() * 40;
    },
  };
  const failed = simulate({ game, clients: 1, durationMs: 1_000, server: { syncTest: true } });
  await expect(failed).rejects.toThrow('sync test: the rules are not deterministic');
});

test('the page may pretend to be far away', () => {
  vi.stubGlobal('location', { origin: 'http://yard.example' });
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(fromAfar(200).url).toBe('ws://yard.example/play');
});
