/**
 * How the arena feels over a bad line, measured from its page: two tabs through 150±30 ms; and a tab that was hidden for a while.
 * The figures are printed where MADANG_FIGURES is set.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BEAM, SHIP } from '@madang-examples/arena/measures';
import { freeWay } from '@madang-examples/arena/walls';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CHROMIUM, eventually, NO_CHROMIUM, openBrowser, openPage } from './support/browser.ts';
import { startDemo } from './support/process.ts';
import { openTabs } from './support/tabs.ts';

const isBuilt = existsSync(resolve(import.meta.dirname, '../examples/arena/dist/index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

/** What the page draws of a ship. */
interface Drawn {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
  readonly hp: number;
  readonly safeUntil: number;
}

interface Recording {
  readonly me: number;
  readonly frames: readonly { readonly atMs: number; readonly ships: readonly Drawn[] }[];
  /** Own shots as they were shown, with what was drawn then. */
  readonly shots: readonly {
    readonly tick: number;
    readonly x: number;
    readonly y: number;
    readonly aim: number;
    readonly ships: readonly Drawn[];
  }[];
  readonly hits: readonly { readonly tick: number; readonly on: number }[];
  readonly net: Readonly<Record<string, number>>;
}

/** In the page: writes down what is drawn and what is hit, for `ms`. As text, since nothing of this file is there. */
const record = (ms: number): string => `new Promise((resolve) => {
  const { room } = globalThis.arena;
  const me = room.me.id;
  const drawn = () => [...room.view.ships].map(({ id, x, y, vx, vy, hp, safeUntil }) => ({ id, x, y, vx, vy, hp, safeUntil }));
  const frames = [];
  const shots = [];
  const hits = [];
  room.on('shot', ({ x, y, aim }, { tick, isPredicted }) => {
    if (isPredicted) shots.push({ tick, x, y, aim, ships: drawn() });
  });
  room.on('hit', ({ by, on }, { tick }) => {
    if (by === me) hits.push({ tick, on });
  });
  const endMs = performance.now() + ${ms};
  const look = () => {
    if (performance.now() > endMs) resolve({ me, frames, shots, hits, net: { ...room.net } });
    else {
      requestAnimationFrame(look);
      frames.push({ atMs: performance.now(), ships: drawn() });
    }
  };
  requestAnimationFrame(look);
})`;

/** Where on the page the nearest ship is that can be hit, and which keys lead there. */
const NEAREST = `(() => {
  const { room, toScreen } = globalThis.arena ?? {};
  const me = room?.me;
  if (me === undefined) return null;
  const others = [...room.view.ships].filter(({ id, hp }) => id !== me.id && hp > 0);
  const far = ({ x, y }) => Math.hypot(x - me.x, y - me.y);
  const [target] = others.sort((a, b) => far(a) - far(b));
  if (target === undefined) return null;
  const keys = far(target) < 250 ? [] : [target.x > me.x ? 'KeyD' : 'KeyA', target.y > me.y ? 'KeyS' : 'KeyW'];
  return { ...toScreen(target.x, target.y), keys };
})()`;

async function enter(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/arena/?ping=150&jitter=30&name=${name}`);
  await eventually('the page plays', async () => (await page.evaluate('arena.room?.me?.id ?? 0')) !== 0, 15_000);
}

/** A ship's engine, in units a second, each second: what makes its speed another one from picture to picture. */
const THRUST = SHIP.thrust;

/**
 * How far a ship was drawn from where its own speed would have taken it since the picture before, in units, each; less what its
 * engine and a clock that is steered by a tenth may do in that time, where `isFair`: a slow machine draws few pictures.
 */
function unevenness({ frames }: Recording, isOwn: (id: number) => boolean, isFair = false): readonly number[] {
  const errors: number[] = [];
  for (const [index, { atMs, ships }] of frames.entries()) {
    const before = frames[index - 1];
    if (before === undefined) continue;
    const seconds = (atMs - before.atMs) / 1000;
    for (const ship of ships) {
      const was = before.ships.find(({ id }) => id === ship.id);
      if (was === undefined || was.hp === 0 || ship.hp === 0 || !isOwn(ship.id)) continue;
      const x = ship.x - was.x - ((ship.vx + was.vx) / 2) * seconds;
      const y = ship.y - was.y - ((ship.vy + was.vy) / 2) * seconds;
      const granted = isFair ? THRUST * seconds * seconds + 0.1 * SHIP.speed * seconds : 0;
      errors.push(Math.max(0, Math.hypot(x, y) - granted));
    }
  }
  return errors.sort((a, b) => a - b);
}

/** Who was under each beam on the shooter's screen, and whether the server says so too. */
function judged({ me, shots, hits }: Recording): { onScreen: number; onServer: number } {
  const counts = { onScreen: 0, onServer: 0 };
  for (const { tick, x, y, aim, ships } of shots) {
    const dx = Math.cos(aim);
    const dy = Math.sin(aim);
    const length = freeWay(x, y, dx, dy, BEAM.range);
    const [first] = ships
      .filter(({ id, hp, safeUntil }) => id !== me && hp > 0 && safeUntil <= tick)
      .map((ship) => ({ id: ship.id, along: alongBeam(ship.x - x, ship.y - y, dx, dy) }))
      .filter(({ along }) => along <= length)
      .sort((a, b) => a.along - b.along);
    if (first === undefined) continue;
    counts.onScreen++;
    if (hits.some((hit) => hit.tick === tick && hit.on === first.id)) counts.onServer++;
  }
  return counts;
}

function alongBeam(awayX: number, awayY: number, dx: number, dy: number): number {
  const along = awayX * dx + awayY * dy;
  const aside = Math.abs(awayX * dy - awayY * dx);
  if (along < 0 || aside > BEAM.hitRadius) return Number.POSITIVE_INFINITY;
  return Math.max(0, along - Math.sqrt(BEAM.hitRadius ** 2 - aside ** 2));
}

function at(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}

function show(figures: object): void {
  if (process.env.MADANG_FIGURES !== undefined) console.log(JSON.stringify(figures));
}

pageTest(
  `over a line of 150±30 ms ships fly evenly, and what the shooter's screen shows as hit is hit${because}`,
  { timeout: 120_000 },
  async () => {
    const url = `http://127.0.0.1:${await startDemo({ PORT: '0' }).ready()}`;
    const browser = await openBrowser();
    const [ann, ben] = [await openPage(browser), await openPage(browser)];
    await enter(ann.page, url, 'Ann');
    await enter(ben.page, url, 'Ben');
    // Both find their time.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const recording = ann.page.evaluate(record(10_000)) as Promise<Recording>;
    let isOver = false;
    const flying = (async () => {
      for (const key of [
        'KeyD',
        'KeyS',
        'KeyA',
        'KeyW',
        'KeyD',
        'KeyS',
        'KeyA',
        'KeyW',
        'KeyD',
        'KeyS',
        'KeyA',
        'KeyW',
      ]) {
        await ben.page.keyboard.down(key);
        await new Promise((resolve) => setTimeout(resolve, 800));
        await ben.page.keyboard.up(key);
      }
    })();
    const aiming = (async () => {
      await ann.page.mouse.down();
      let held: readonly string[] = [];
      while (!isOver) {
        const target = (await ann.page.evaluate(NEAREST)) as { x: number; y: number; keys: readonly string[] } | null;
        const keys = target?.keys ?? [];
        for (const key of held) if (!keys.includes(key)) await ann.page.keyboard.up(key);
        for (const key of keys) if (!held.includes(key)) await ann.page.keyboard.down(key);
        held = keys;
        if (target !== null) await ann.page.mouse.move(target.x, target.y);
      }
      await ann.page.mouse.up();
    })();
    const recorded = await recording;
    isOver = true;
    await Promise.all([flying, aiming]);
    const others = unevenness(recorded, (id) => id !== recorded.me);
    const own = unevenness(recorded, (id) => id === recorded.me);
    const { onScreen, onServer } = judged(recorded);
    show({
      frames: recorded.frames.length,
      othersP50: at(others, 0.5),
      othersP99: at(others, 0.99),
      othersMax: at(others, 1),
      ownP50: at(own, 0.5),
      ownP99: at(own, 0.99),
      ownMax: at(own, 1),
      shots: recorded.shots.length,
      onScreen,
      onServer,
      ...recorded.net,
    });
    expect(others.length).toBeGreaterThan(50);
    // A ship is 32 units wide.
    expect(
      at(
        unevenness(recorded, (id) => id !== recorded.me, true),
        0.99,
      ),
    ).toBeLessThan(8);
    expect(
      at(
        unevenness(recorded, (id) => id === recorded.me, true),
        0.99,
      ),
    ).toBeLessThan(12);
    expect(onScreen).toBeGreaterThan(0);
    expect(onServer / onScreen).toBeGreaterThanOrEqual(0.5);
    expect([...ann.complaints, ...ben.complaints]).toEqual([]);
  },
);

/** How long the tab is hidden. */
const HIDDEN_MS = Number(process.env.MADANG_HIDDEN_MS ?? 4_000);

pageTest(
  `[CL01] a tab that was hidden comes back playing within a second, with one whole state${because}`,
  { timeout: 60_000 + HIDDEN_MS },
  async () => {
    const url = `http://127.0.0.1:${await startDemo({ PORT: '0' }).ready()}`;
    const tabs = await openTabs();
    const tab = await tabs.open(`${url}/arena/?name=Ann`);
    await tab.show();
    const net = async (): Promise<Readonly<Record<string, number>>> =>
      (await tab.evaluate('({ ...globalThis.arena.room.net, tick: globalThis.arena.room.tick })')) as never;
    await eventually('the page plays', async () => (await tab.evaluate('arena.room?.me?.id ?? 0')) !== 0, 15_000);
    const other = await tabs.open('about:blank');
    await other.show();
    await eventually('it is hidden', async () => (await tab.evaluate('document.visibilityState')) === 'hidden');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const resting = await net();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, HIDDEN_MS - 2_500)));
    const before = await net();
    expect(before.tick, 'no state is sent to a page that nobody sees').toBe(resting.tick);
    await tab.show();
    // Within the page, so that the time of asking does not count.
    const back = (await tab.evaluate(`new Promise((resolve) => {
      const startMs = performance.now();
      const { room } = globalThis.arena;
      const from = room.tick;
      const look = () => {
        const { net } = room;
        const isPlaying = room.tick > from + 30 && Math.abs(net.predictedTick - room.tick) < 30;
        if (isPlaying) resolve({ afterMs: performance.now() - startMs, snapshots: net.snapshots, tick: room.tick });
        else requestAnimationFrame(look);
      };
      look();
    })`)) as { readonly afterMs: number; readonly snapshots: number; readonly tick: number };
    show({
      hiddenMs: HIDDEN_MS,
      ...back,
      snapshotsBefore: before.snapshots,
      missedTicks: back.tick - Number(before.tick),
    });
    expect(back.snapshots).toBe(Number(before.snapshots) + 1);
    expect(await tab.evaluate('arena.room.connection')).toBe('open');
  },
);
