/** The React hooks in a real browser: on their example page, built as while developing and as published. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GameError } from '@madang/core';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLine } from './support/broken-line.ts';
import {
  CHROMIUM,
  eventually,
  expectNoSidewaysScroll,
  NO_CHROMIUM,
  openBrowser,
  openPage,
  PHONE,
  photograph,
  touchHold,
} from './support/browser.ts';
import { type Guest, roomiest, seated, ticksPass } from './support/guest.ts';
import { textGuest } from './support/ways-in.ts';
import { openYard, until, type Yard } from './support/yard.ts';

const EXAMPLE = resolve(import.meta.dirname, '../examples/react-scores');
const PUBLISHED = join(EXAMPLE, 'dist');
const DESK = { viewport: { width: 1280, height: 800 } } as const;

const because = CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : '';
const pageTest = test.skipIf(CHROMIUM === null);
const isBuilt = existsSync(join(PUBLISHED, 'index.html'));
const publishedBecause = because !== '' || isBuilt ? because : ' (skipped: the pages are not built: scripts/pages.ts)';

const built = mkdtempSync(join(tmpdir(), 'madang-react-'));
const PAGES = [
  { path: '/react', folder: join(built, 'react') },
  { path: '/watcher', folder: join(built, 'watcher') },
  ...(isBuilt ? [{ path: '/published', folder: PUBLISHED }] : []),
];
afterAll(() => rmSync(built, { recursive: true, force: true }));

// In React's own words: only its development build mounts twice in StrictMode, and complains of what is wrong.
const DEVELOPMENT = { 'process.env.NODE_ENV': '"development"' };

beforeAll(async () => {
  if (CHROMIUM === null) return;
  await build({
    configFile: join(EXAMPLE, 'vite.config.ts'),
    logLevel: 'warn',
    define: DEVELOPMENT,
    build: { outDir: join(built, 'react'), minify: false },
  });
  await build({
    configFile: false,
    logLevel: 'warn',
    define: DEVELOPMENT,
    build: {
      outDir: join(built, 'watcher'),
      emptyOutDir: true,
      minify: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: join(import.meta.dirname, 'clients/react-watcher.ts'),
        output: { entryFileNames: 'watcher.js' },
      },
    },
  });
  mkdirSync(join(built, 'watcher'), { recursive: true });
  const page = '<!doctype html><link rel="icon" href="/react/favicon.svg"><div id="root"></div>';
  writeFileSync(join(built, 'watcher/index.html'), `${page}<script type="module" src="watcher.js"></script>`);
});

/** A yard with enough people on it that no bots are at play: nothing moves but what the test moves. */
async function quietYard(people: number): Promise<{ yard: Yard; guests: readonly Guest[]; watcher: Guest }> {
  const yard = await openYard({ pages: PAGES });
  const guests = Array.from({ length: people }, (_, index) => textGuest(yard.url, { name: `구경꾼 ${index + 1}` }));
  await Promise.all(guests.map(seated));
  const [watcher] = guests;
  if (watcher === undefined) throw new Error('somebody has to watch');
  return { yard, guests, watcher };
}

const statusOf = (page: Page): Promise<string | null> =>
  page.locator('[data-status]').getAttribute('data-status', { timeout: 5_000 });

async function playing(page: Page): Promise<void> {
  await eventually('the page plays', async () => (await statusOf(page)) === 'playing', 15_000);
}

/** Opens the page, takes a name and plays. */
async function enter(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.locator('#name').fill(name);
  await page.locator('#play').click();
  await playing(page);
}

/** The ids that ever bore a name, by all the states that a guest was told. */
function idsOf({ memory }: Guest, name: string): readonly string[] {
  const ids = new Set<string>();
  for (const { state } of memory.heard) {
    if (typeof state !== 'object' || state === null || !('players' in state)) continue;
    for (const [id, player] of Object.entries(state.players as Record<string, { name: string }>)) {
      if (player.name === name) ids.add(id);
    }
  }
  return [...ids];
}

async function idOf(watcher: Guest, name: string): Promise<string> {
  await until(`${watcher.kind} sees ${name}`, () => idsOf(watcher, name).length > 0);
  return idsOf(watcher, name)[0] ?? '';
}

const takenIn = ({ server }: Yard): number | undefined => server.rooms.all[0]?.taken;

pageTest(
  `a page in StrictMode takes one seat, shows its own name, walks by its buttons and gives the seat back${because}`,
  async () => {
    const { yard, watcher } = await quietYard(3);
    const { page, complaints } = await openPage(await openBrowser(), DESK);
    await page.goto(`${yard.url}/react/`);
    await photograph(page, 'react-1280-menu');
    await enter(page, `${yard.url}/react/`, 'Ada');
    expect(takenIn(yard)).toBe(4);
    const mine = page.locator('#scores .mine');
    expect(await mine.innerText()).toContain('Ada');
    expect(await page.locator('#scores li').count()).toBe(4);
    expect(await page.locator('#status').innerText()).toBe('Live');
    await eventually('the clock runs', async () => /^1:\d\d$|^2:00$/u.test(await page.locator('#time').innerText()));

    const id = await idOf(watcher, 'Ada');
    const state = watcher.memory.state;
    if (state === null) throw new Error('the watcher has no state');
    const [way = 'left', other = 'right'] = roomiest(state, id);
    const start = watcher.memory.placeOf(id);
    await page.locator(`[data-heading="${way}"]`).hover();
    await page.mouse.down();
    await until('the stone walks', () => {
      const { x, y } = watcher.memory.placeOf(id);
      return Math.abs(x - start.x) + Math.abs(y - start.y) >= 3;
    });
    await page.mouse.up();
    await ticksPass(watcher);
    await ticksPass(watcher);
    const stopped = watcher.memory.placeOf(id);
    await ticksPass(watcher);
    expect(watcher.memory.placeOf(id)).toEqual(stopped);

    await page.locator(`[data-heading="${other}"]`).press('Enter');
    await until('one press of a key is one cell', () => {
      const { x, y } = watcher.memory.placeOf(id);
      return Math.abs(x - stopped.x) + Math.abs(y - stopped.y) === 1;
    });
    const score = watcher.memory.state?.players[id]?.score ?? 0;
    const share = `${((score / 960) * 100).toFixed(1)}%`;
    await eventually('the board says so', async () => (await mine.innerText()).includes(share));
    await photograph(page, 'react-1280');

    await page.locator('#leave').click();
    await until('the others see it gone', () => !watcher.memory.sees(id));
    expect([takenIn(yard), idsOf(watcher, 'Ada').length]).toEqual([3, 1]);
    expect(await page.locator('#name').isVisible()).toBe(true);

    await enter(page, `${yard.url}/react/`, 'Ada');
    expect([takenIn(yard), idsOf(watcher, 'Ada').length]).toEqual([4, 2]);
    expect(complaints).toEqual([]);
  },
);

pageTest(
  `a page that is loaded again has its seat back; one that is closed frees it after the grace${because}`,
  async () => {
    const yard = await openYard({ pages: PAGES, graceMs: 1_000 });
    const { page, complaints } = await openPage(await openBrowser(), DESK);
    await enter(page, `${yard.url}/react/`, 'Ada');
    const [room] = yard.server.rooms.all;
    const mine = (): unknown => room?.state.table('players').ownedBy({ number: 1 })?.id;
    const before = mine();
    await page.reload();
    await playing(page);
    expect([takenIn(yard), mine()]).toEqual([1, before]);
    expect(complaints).toEqual([]);
    await page.goto('about:blank');
    await until('its seat is free', () => takenIn(yard) === 0);
  },
);

pageTest(
  `a broken line is shown over what was seen last, and the page comes back without a press${because}`,
  async () => {
    const yard = await openYard({ pages: PAGES, graceMs: 60_000 });
    const line = await openLine(yard.port);
    const { page } = await openPage(await openBrowser(), { ...DESK, locale: 'ko-KR' });
    await enter(page, `${line.url}/react/`, '민지');
    line.cut();
    await page.locator('.returning').waitFor({ state: 'visible' });
    expect([await statusOf(page), await page.locator('#status').innerText()]).toEqual(['returning', '돌아오는 중']);
    expect(await page.locator('#scores').innerText(), 'what was last seen can still be read').toContain('민지');
    expect(await page.locator('.lost').count()).toBe(0);
    await photograph(page, 'react-1280-returning-ko');
    line.mend();
    await playing(page);
    expect([await page.locator('.returning').count(), takenIn(yard)]).toEqual([0, 1]);
  },
);

pageTest(`a seat that is lost and a refusal are shown, and one press joins again${because}`, async () => {
  const yard = await openYard({ pages: PAGES });
  const line = await openLine(yard.port);
  const { page } = await openPage(await openBrowser(), { ...DESK, locale: 'ko-KR' });
  await enter(page, `${line.url}/react/`, '민지');
  line.cut();
  await until('its seat is free', () => takenIn(yard) === 0);
  line.mend();
  await page.locator('.lost').waitFor({ state: 'visible', timeout: 20_000 });
  expect(await page.locator('#status').innerText()).toBe('끊김');
  expect(await page.locator('#scores').innerText(), 'what was last seen can still be read').toContain('민지');
  await photograph(page, 'react-1280-lost-ko');
  await page.locator('#rejoin').click();
  await playing(page);
  await until('one seat is taken', () => takenIn(yard) === 1);

  const [room] = yard.server.rooms.all;
  if (room === undefined) throw new Error('there is no room');
  room.close(new GameError('ROOM_FAULT', 'This yard was closed by a test.', { roomId: room.id, tick: room.tick }));
  await page.locator('.lost').waitFor({ state: 'visible' });
  expect(await page.locator('.lost').innerText()).toContain('This yard was closed by a test.');
});

pageTest(
  `rows that say the same are not rendered again, no component renders without news, none shows another moment${because}`,
  async () => {
    const { yard, watcher } = await quietYard(3);
    const { page, complaints } = await openPage(await openBrowser(), DESK);
    await page.goto(`${yard.url}/watcher/`);
    await eventually('four rows are there', async () => (await page.locator('[data-name]').count()) === 4, 15_000);
    const rendersOf = async (selector: string): Promise<number> =>
      Number(await page.locator(selector).getAttribute('data-renders'));
    const walker = `[data-name="구경꾼 1"]`;
    const stander = `[data-name="구경꾼 2"]`;
    const [list, walked, stood] = await Promise.all(['#list', walker, stander].map(rendersOf));

    const id = await idOf(watcher, '구경꾼 1');
    const state = watcher.memory.state;
    if (state === null) throw new Error('the watcher has no state');
    const [way = 'left'] = roomiest(state, id);
    watcher.hold({ dir: way });
    await eventually('it is seen to walk', async () => (await rendersOf(walker)) >= (walked ?? 0) + 3);
    watcher.hold({ dir: 'none' });
    await ticksPass(watcher);
    await ticksPass(watcher);
    const { x, y } = watcher.memory.placeOf(id);
    await eventually('it is seen to stand', async () => (await page.locator(walker).innerText()) === `${x},${y}`);
    const [listAfter, walkedAfter, stoodAfter] = await Promise.all(['#list', walker, stander].map(rendersOf));
    expect(stoodAfter).toBe(stood);
    expect((listAfter ?? 0) - (list ?? 0)).toBe((walkedAfter ?? 0) - (walked ?? 0));
    const { frames, torn } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    expect(Number(frames)).toBeGreaterThan(10);
    expect([Number(torn), complaints]).toEqual([0, []]);
  },
);

pageTest(`another name is another seat, and the old one is given back${because}`, async () => {
  const { yard, watcher } = await quietYard(3);
  const { page, complaints } = await openPage(await openBrowser(), DESK);
  await page.goto(`${yard.url}/watcher/`);
  await playing(page);
  const ada = await idOf(watcher, 'Ada');
  await page.locator('#rename').click();
  await playing(page);
  const bea = await idOf(watcher, 'Bea');
  await until('the old stone is gone', () => !watcher.memory.sees(ada));
  await eventually(
    'the rows are those of the new seat',
    async () => (await page.locator('[data-name="Bea"]').count()) === 1,
  );
  expect([takenIn(yard), watcher.memory.sees(bea), idsOf(watcher, 'Bea').length]).toEqual([4, true, 1]);
  expect(complaints).toEqual([]);
});

test.skipIf(publishedBecause !== '')(`the published page fits a phone of 360 pixels${publishedBecause}`, async () => {
  const yard = await openYard({ pages: [...PAGES.slice(1), { path: '/react', folder: PUBLISHED }] });
  const { page, complaints } = await openPage(await openBrowser(), { ...PHONE, locale: 'ko-KR' });
  await page.goto(`${yard.url}/react/`);
  await expectNoSidewaysScroll(page);
  await expectWithin(page, ['#name', '#play'], '.menu');
  await photograph(page, 'react-360-menu-ko');
  await page.locator('#name').fill('하늘');
  await page.locator('#play').tap();
  await playing(page);
  const finger = await touchHold(page, '[data-heading="right"]');
  await finger.press();
  await eventually('bots are on the board', async () => (await page.locator('#scores li').count()) === 4);
  await finger.release();
  await expectNoSidewaysScroll(page);
  await expectWithin(page, ['[data-heading="down"]', '#leave', '#scores .mine', '.map'], 'html');
  await photograph(page, 'react-360-ko');
  await page.locator('#language').tap();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await statusOf(page)).toBe('playing');
  expect(complaints).toEqual([]);
});

/** Every one of these lies within another element as a whole, and that on the screen. */
async function expectWithin(page: Page, selectors: readonly string[], frame: string): Promise<void> {
  const boxOf = async (selector: string) => {
    const box = await page.locator(selector).boundingBox();
    if (box === null) throw new Error(`${selector} is not to be seen`);
    return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
  };
  const outer = await boxOf(frame);
  expect(outer.bottom).toBeLessThanOrEqual(page.viewportSize()?.height ?? 0);
  for (const selector of selectors) {
    const { left, top, right, bottom } = await boxOf(selector);
    const isWithin = left >= outer.left && top >= outer.top && right <= outer.right && bottom <= outer.bottom;
    expect(isWithin, `${selector} is within ${frame}`).toBe(true);
  }
}
