/** The page of land-grab in a real browser, as people play it: at a desk with keys, on a phone with a thumb. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GameError } from '@madang/core';
import { landGrab } from '@madang-examples/land-grab/game';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
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
  touchDrag,
  touchHold,
} from './support/browser.ts';
import { type Direction, type Guest, type Place, roomiest, seated, ticksPass, WORD_STEPS } from './support/guest.ts';
import { textGuest } from './support/ways-in.ts';
import { openYard, until, type Yard } from './support/yard.ts';

const EXAMPLES = resolve(import.meta.dirname, '../examples');
const PAGES = [
  { path: '/', folder: join(EXAMPLES, 'demo/dist') },
  { path: '/land-grab', folder: join(EXAMPLES, 'land-grab/dist') },
];

const isBuilt = PAGES.every(({ folder }) => existsSync(join(folder, 'index.html')));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

const DESK = { viewport: { width: 1280, height: 800 } } as const;
const KEYS = { left: 'ArrowLeft', right: 'ArrowRight', up: 'ArrowUp', down: 'ArrowDown' } as const;
const LETTERS = { left: 'KeyA', right: 'KeyD', up: 'KeyW', down: 'KeyS' } as const;

/** A yard with enough people on it that no bots are at play: nothing moves but what the test moves. */
async function quietYard(people: number, graceMs = 200): Promise<{ yard: Yard; watcher: Guest }> {
  const yard = await openYard({ pages: PAGES, graceMs });
  const guests = Array.from({ length: people }, (_, index) => textGuest(yard.url, { name: `구경꾼 ${index + 1}` }));
  await Promise.all(guests.map(seated));
  const [watcher] = guests;
  if (watcher === undefined) throw new Error('somebody has to watch');
  return { yard, watcher };
}

/** Opens the page, takes a name and plays. */
async function enter(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await eventually('the menu is open', async () => (await stateOf(page)) === 'menu');
  await page.locator('#name').fill(name);
  await page.locator('#play').click();
  await playing(page);
}

async function playing(page: Page): Promise<void> {
  await eventually(
    'the page plays',
    async () => (await stateOf(page)) === 'playing' && (await yardOf(page)).x >= 0,
    15_000,
  );
}

/** Far longer than a test may take: whoever is back is back on the seat it had. */
const LONG_GRACE_MS = 120_000;

const takenIn = ({ server }: Yard): number | undefined => server.rooms.all[0]?.taken;

const stateOf = async (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-state');

/** What the page says of the yard it draws: -1 where it says nothing. */
async function yardOf(page: Page): Promise<{ x: number; y: number; score: number; players: number }> {
  const { meX, meY, score, players } = await page
    .locator('#yard')
    .evaluate((canvas: HTMLCanvasElement) => ({ ...canvas.dataset }));
  const numberOr = (text: string | undefined): number => (text === undefined || text === '' ? -1 : Number(text));
  return { x: numberOr(meX), y: numberOr(meY), score: numberOr(score), players: numberOr(players) };
}

/** The id by which others know this player. */
async function idOf(watcher: Guest, name: string): Promise<string> {
  const found = (): string | undefined =>
    Object.entries(watcher.memory.state?.players ?? {}).find(([, player]) => player.name === name)?.[0];
  await until(`${watcher.kind} sees ${name}`, () => found() !== undefined);
  return found() ?? '';
}

function stateSeenBy({ memory }: Guest) {
  if (memory.state === null) throw new Error('the watcher has no state');
  return memory.state;
}

const cellsBetween = (from: Place, to: Place, direction: Direction): number => {
  const { dx, dy } = WORD_STEPS[direction];
  return (to.x - from.x) * dx + (to.y - from.y) * dy;
};

/** Does `press`, sees the stone walk at least `cells` that way, does `release`, and sees it stand, on the page as outside. */
async function expectWalk(
  page: Page,
  watcher: Guest,
  id: string,
  direction: Direction,
  { press, release, cells = 2 }: { press: () => Promise<void>; release: () => Promise<void>; cells?: number },
): Promise<void> {
  const start = await yardOf(page);
  await press();
  await eventually(
    `the stone walks ${direction}`,
    async () => cellsBetween(start, await yardOf(page), direction) >= cells,
  );
  await release();
  await ticksPass(watcher);
  await ticksPass(watcher);
  const stopped = watcher.memory.placeOf(id);
  await ticksPass(watcher);
  expect(watcher.memory.placeOf(id), `it stands after ${direction}`).toEqual(stopped);
  await eventually('the page shows the same place and ground', async () => {
    const { x, y, score } = await yardOf(page);
    return x === stopped.x && y === stopped.y && score === stateSeenBy(watcher).players[id]?.score;
  });
}

pageTest(
  `two people at desks play in one yard, with arrow keys and letters${because}`,
  { timeout: 120_000 },
  async () => {
    const { yard, watcher } = await quietYard(2);
    const browser = await openBrowser();
    const first = await openPage(browser, DESK);
    const second = await openPage(browser, { ...DESK, locale: 'ko-KR' });
    await enter(first.page, `${yard.url}/land-grab/`, 'Ada');
    await photograph(first.page, 'land-grab-1280-first');
    await enter(second.page, `${yard.url}/land-grab/`, '민지');
    expect(yard.server.rooms.all.map(({ taken }) => taken)).toEqual([4]);

    for (const [{ page }, name, keys] of [
      [first, 'Ada', KEYS],
      [second, '민지', LETTERS],
    ] as const) {
      const id = await idOf(watcher, name);
      await eventually('all four are on the page', async () => (await yardOf(page)).players === 4);
      for (const direction of roomiest(stateSeenBy(watcher), id).slice(0, 2)) {
        const press = () => page.keyboard.down(keys[direction]);
        await expectWalk(page, watcher, id, direction, { press, release: () => page.keyboard.up(keys[direction]) });
      }
    }
    for (const { page } of [first, second]) {
      for (const name of ['Ada', '민지', '구경꾼 1']) {
        await eventually(`${name} is on the board`, async () =>
          (await page.locator('#score-list').innerText()).includes(name),
        );
      }
      await expectNoSidewaysScroll(page);
    }
    await photograph(first.page, 'land-grab-1280');
    await photograph(second.page, 'land-grab-1280-ko');
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  },
);

pageTest(`a page that is closed frees its place once nobody can come back to it any more${because}`, async () => {
  const { yard, watcher } = await quietYard(3);
  const { page } = await openPage(await openBrowser(), DESK);
  await enter(page, `${yard.url}/land-grab/`, 'Ada');
  const id = await idOf(watcher, 'Ada');
  await page.close();
  await until('the others see it gone', () => !watcher.memory.sees(id));
  await until('its seat is free', () => yard.server.rooms.all[0]?.taken === 3);
});

pageTest(`a page that is loaded again goes on with the same stone, without a click${because}`, async () => {
  const { yard, watcher } = await quietYard(3, LONG_GRACE_MS);
  const { page, complaints } = await openPage(await openBrowser(), DESK);
  await enter(page, `${yard.url}/land-grab/`, 'Ada');
  const id = await idOf(watcher, 'Ada');
  for (let times = 0; times < 2; times++) {
    await page.reload();
    await playing(page);
    expect([watcher.memory.sees(id), takenIn(yard)]).toEqual([true, 4]);
    const { x, y } = watcher.memory.placeOf(id);
    expect(await yardOf(page)).toMatchObject({ x, y, players: 4 });
    const [way = 'left'] = roomiest(stateSeenBy(watcher), id);
    const press = () => page.keyboard.down(KEYS[way]);
    await expectWalk(page, watcher, id, way, { press, release: () => page.keyboard.up(KEYS[way]) });
  }
  expect(complaints).toEqual([]);
});

pageTest(
  `a tab that is opened twice plays in the newer one; the older one says so and does not ask for the seat back${because}`,
  async () => {
    const { yard, watcher } = await quietYard(3, LONG_GRACE_MS);
    const { page, context, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
    await enter(page, `${yard.url}/land-grab/`, 'Ada');
    const id = await idOf(watcher, 'Ada');
    // What a browser does that duplicates a tab: the new one has a copy of its storage.
    const [twin] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(() => void window.open(location.href)),
    ]);
    await playing(twin);
    await page.locator('#lost').waitFor({ state: 'visible' });
    expect(await page.locator('#lost-title').innerText()).toBe('You play in another tab');
    expect(await page.locator('#lost-try').isVisible()).toBe(false);
    await photograph(page, 'land-grab-1280-replaced');
    const [way = 'left'] = roomiest(stateSeenBy(watcher), id);
    const press = () => twin.keyboard.down(KEYS[way]);
    await expectWalk(twin, watcher, id, way, { press, release: () => twin.keyboard.up(KEYS[way]) });
    expect([await stateOf(page), await stateOf(twin), takenIn(yard)]).toEqual(['lost', 'playing', 4]);
    expect(complaints).toEqual([]);
  },
);

pageTest(`an invitation leads into the very same yard${because}`, async () => {
  const yard = await openYard({ pages: PAGES });
  const [open] = yard.server.rooms.all;
  const other = yard.server.rooms.open(landGrab);
  const browser = await openBrowser();
  const host = await openPage(browser, { ...DESK, permissions: ['clipboard-read', 'clipboard-write'] });
  await enter(host.page, `${yard.url}/land-grab/?room=${other.id}`, 'Ada');
  await host.page.locator('#invite').click();
  await eventually('the page says so', async () => (await host.page.locator('#notice').innerText()).trim() !== '');
  const link = await host.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${yard.url}/land-grab/?room=${other.id}`);

  const friend = await openPage(browser, PHONE);
  await friend.page.goto(link);
  await friend.page.locator('#invitation').waitFor({ state: 'visible' });
  await photograph(friend.page, 'land-grab-360-invited');
  await friend.page.locator('#name').fill('Leo');
  await friend.page.locator('#play').tap();
  await playing(friend.page);
  expect([open?.taken, other.taken]).toEqual([0, 2]);
  const board = (page: Page): Promise<string> => page.locator('#score-list').innerText();
  await eventually('the host sees the friend', async () => (await board(host.page)).includes('Leo'));
  await eventually('the friend sees itself, wherever it ranks', async () => (await board(friend.page)).includes('Leo'));
  for (const { page } of [host, friend]) expect(await page.locator('#people').innerText()).toMatch(/2/u);
  expect([...host.complaints, ...friend.complaints]).toEqual([]);
});

pageTest(`an invitation to a yard that has closed leads into another, and says so${because}`, async () => {
  const yard = await openYard({ pages: PAGES });
  const { page } = await openPage(await openBrowser(), DESK);
  await enter(page, `${yard.url}/land-grab/?room=nowhere2`, 'Ada');
  expect((await page.locator('#notice').innerText()).trim()).not.toBe('');
  expect(new URL(page.url()).searchParams.get('room')).toBeNull();
  expect(yard.server.rooms.all.map(({ taken }) => taken)).toEqual([1]);
});

pageTest(`on a phone of 360 pixels one steers by pad and by swipe${because}`, { timeout: 120_000 }, async () => {
  const { yard, watcher } = await quietYard(3);
  const { page, complaints } = await openPage(await openBrowser(), PHONE);
  await page.goto(`${yard.url}/land-grab/`);
  await eventually('the menu is open', async () => (await stateOf(page)) === 'menu');
  await expectNoSidewaysScroll(page);
  await expectWithinScreen(page, ['#name', '#play', '#language']);
  await photograph(page, 'land-grab-360-menu');
  await page.locator('#name').fill('하늘');
  await page.locator('#play').tap();
  await playing(page);
  await expectNoSidewaysScroll(page);
  await expectWithinScreen(page, ['#pad', '#invite', '#say', '#sound', '#time', '.scores']);
  const id = await idOf(watcher, '하늘');

  for (const direction of roomiest(stateSeenBy(watcher), id).slice(0, 2)) {
    const hold = await touchHold(page, `#pad [data-heading="${direction}"]`);
    await expectWalk(page, watcher, id, direction, hold);
  }
  await photograph(page, 'land-grab-360');

  // A swipe keeps going until the next; a tap ends it.
  const [along = 'left'] = roomiest(stateSeenBy(watcher), id);
  await expectWalk(page, watcher, id, along, {
    press: () => touchDrag(page, '#yard', WORD_STEPS[along]),
    release: () => touchDrag(page, '#yard', { dx: 0, dy: 0 }),
  });

  const [next = 'left'] = roomiest(stateSeenBy(watcher), id);
  await expectWalk(page, watcher, id, next, {
    press: () => page.locator(`#pad [data-heading="${next}"]`).tap(),
    release: async () => {},
    cells: 1,
  });
  expect(complaints).toEqual([]);
});

pageTest(
  `the yard is drawn in the pixels that the screen has, and anew when the window changes${because}`,
  async () => {
    const yard = await openYard({ pages: PAGES });
    const { page } = await openPage(await openBrowser(), { ...DESK, deviceScaleFactor: 2 });
    await enter(page, `${yard.url}/land-grab/`, 'Ada');
    const sharpness = () =>
      page
        .locator('#yard')
        .evaluate((canvas: HTMLCanvasElement) => canvas.width / canvas.getBoundingClientRect().width);
    expect(await sharpness()).toBeCloseTo(2, 1);
    await page.setViewportSize({ width: 700, height: 500 });
    await eventually('it is sharp at the new size', async () => Math.abs((await sharpness()) - 2) < 0.05);
    await expectNoSidewaysScroll(page);
  },
);

pageTest(`the language can be changed in the middle of a game and is remembered${because}`, async () => {
  const yard = await openYard({ pages: PAGES });
  const { page, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
  const language = () => page.locator('html').getAttribute('lang');
  await page.goto(`${yard.url}/land-grab/`);
  await eventually('the words are there', async () => (await page.locator('#play').innerText()).trim() !== '');
  expect(await language()).toBe('en');
  expect(await page.locator('#play').innerText()).toBe('Play');
  await page.locator('#name').fill('Ada');
  await page.locator('#play').click();
  await playing(page);

  await page.locator('#language').click();
  expect(await language()).toBe('ko');
  expect(await page.locator('.scores h2').innerText()).toMatch(/[가-힣]/u);
  expect(await stateOf(page)).toBe('playing');
  await page.reload();
  await playing(page);
  expect(await page.locator('.scores h2').innerText()).toMatch(/[가-힣]/u);
  expect(await language()).toBe('ko');
  expect(complaints).toEqual([]);
});

pageTest(
  `what somebody says on the page reaches the others, and what they say is taken as text${because}`,
  async () => {
    const { yard, watcher } = await quietYard(3);
    const { page, complaints } = await openPage(await openBrowser(), DESK);
    await enter(page, `${yard.url}/land-grab/`, '<img src=x onerror=alert(1)>');
    const id = await idOf(watcher, '<img src=x onerror=alert(1)>');
    await page.locator('#say').click();
    const saying = page.locator('#say-menu button').first();
    const words = await saying.getAttribute('data-line');
    expect(words).toMatch(/\S/u);
    await saying.click();
    await until('the watcher hears it', () => watcher.memory.heardFrom(id, words));

    watcher.say('<script>alert(2)</script>');
    await ticksPass(watcher);
    expect(await page.locator('#score-list img').count()).toBe(0);
    expect(await page.locator('#score-list').innerText()).toContain('<img src=x onerror=alert(1)>');
    expect(complaints).toEqual([]);
  },
);

pageTest(
  `a cut line is shown, and once it is mended the same stone goes on without a click${because}`,
  { timeout: 120_000 },
  async () => {
    const { yard, watcher } = await quietYard(3, LONG_GRACE_MS);
    const line = await openLine(yard.port);
    const { page, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'ko-KR' });
    await enter(page, `${line.url}/land-grab/`, 'Ada');
    const id = await idOf(watcher, 'Ada');
    const returning = page.locator('#returning');
    expect(await returning.isVisible()).toBe(false);

    line.cut();
    await returning.waitFor({ state: 'visible' });
    expect(await returning.innerText()).toMatch(/[가-힣]/u);
    await eventually(
      'the status says so',
      async () => (await page.locator('#status-text').textContent()) === '돌아오는 중',
    );
    expect([await page.locator('#lost').isVisible(), watcher.memory.sees(id), takenIn(yard)]).toEqual([false, true, 4]);
    await photograph(page, 'land-grab-1280-returning-ko');
    await page.locator('#language').click();
    expect(await page.locator('#status-text').textContent()).toBe('Returning');

    line.mend();
    await returning.waitFor({ state: 'hidden', timeout: 15_000 });
    expect(await page.locator('#status-text').textContent()).toBe('Live');
    expect([watcher.memory.sees(id), takenIn(yard)]).toEqual([true, 4]);
    const [way = 'left'] = roomiest(stateSeenBy(watcher), id);
    const press = () => page.keyboard.down(KEYS[way]);
    await expectWalk(page, watcher, id, way, { press, release: () => page.keyboard.up(KEYS[way]) });
    expect(withoutRefusedLines(complaints)).toEqual([]);
  },
);

pageTest(
  `[CL02] a machine that has no network for a while comes back to its stone by itself${because}`,
  { timeout: 120_000 },
  async () => {
    const { yard, watcher } = await quietYard(3, LONG_GRACE_MS);
    const { page, context, complaints } = await openPage(await openBrowser(), DESK);
    await enter(page, `${yard.url}/land-grab/`, 'Ada');
    const id = await idOf(watcher, 'Ada');
    for (const lostMs of [5_000, 0]) {
      await context.setOffline(true);
      // A browser does not always tell of a line that is dead: after a while the page finds out by itself.
      if (lostMs === 0) await page.locator('#returning').waitFor({ state: 'visible', timeout: 20_000 });
      else await new Promise((resolve) => setTimeout(resolve, lostMs));
      await context.setOffline(false);
      await page.locator('#returning').waitFor({ state: 'hidden', timeout: 20_000 });
      const place = watcher.memory.placeOf(id);
      await eventually('the page shows what is', async () => {
        const { x, y } = await yardOf(page);
        return x === place.x && y === place.y;
      });
    }
    expect([watcher.memory.sees(id), takenIn(yard)]).toEqual([true, 4]);
    const [way = 'left'] = roomiest(stateSeenBy(watcher), id);
    const press = () => page.keyboard.down(KEYS[way]);
    await expectWalk(page, watcher, id, way, { press, release: () => page.keyboard.up(KEYS[way]) });
    expect(withoutRefusedLines(complaints)).toEqual([]);
  },
);

pageTest(
  `a line that is cut for longer than the place is held leads to another place, without a click${because}`,
  { timeout: 120_000 },
  async () => {
    const { yard, watcher } = await quietYard(3);
    const line = await openLine(yard.port);
    const { page, complaints } = await openPage(await openBrowser(), DESK);
    await enter(page, `${line.url}/land-grab/`, 'Ada');
    const id = await idOf(watcher, 'Ada');
    line.cut();
    await until('the others see it gone after the grace', () => !watcher.memory.sees(id));
    line.mend();
    await eventually(
      'the player has another stone',
      async () => {
        const ids = Object.entries(stateSeenBy(watcher).players).filter(([, { name }]) => name === 'Ada');
        return ids.length === 1 && ids[0]?.[0] !== id && (await stateOf(page)) === 'playing';
      },
      30_000,
    );
    expect([await page.locator('#lost').isVisible(), await page.locator('#returning').isVisible()]).toEqual([
      false,
      false,
    ]);
    expect(takenIn(yard)).toBe(4);
    expect(withoutRefusedLines(complaints)).toEqual([]);
  },
);

/** Browsers write each failed connection to the console, whatever the page does. */
function withoutRefusedLines(complaints: readonly string[]): readonly string[] {
  return complaints.filter((one) => !/WebSocket connection to .* failed/u.test(one));
}

pageTest(`when a yard ends its players find themselves in another, without a click${because}`, async () => {
  const yard = await openYard({ pages: PAGES });
  const [open] = yard.server.rooms.all;
  const other = yard.server.rooms.open(landGrab);
  const { page, complaints } = await openPage(await openBrowser(), DESK);
  await enter(page, `${yard.url}/land-grab/?room=${other.id}`, 'Ada');
  other.close(new GameError('ROOM_FAULT', 'This yard was closed by a test.', { roomId: other.id, tick: other.tick }));
  await until('the player sits in the open room', () => open?.taken === 1, 20_000);
  await playing(page);
  expect(complaints).toEqual([]);
});

/** Every one of these is visible and lies on the screen as a whole. */
async function expectWithinScreen(page: Page, selectors: readonly string[]): Promise<void> {
  const screen = page.viewportSize();
  for (const selector of selectors) {
    const element = page.locator(selector);
    await element.waitFor({ state: 'visible' });
    const box = await element.boundingBox();
    const isOnScreen =
      box !== null &&
      screen !== null &&
      box.x >= 0 &&
      box.y >= 0 &&
      box.x + box.width <= screen.width + 0.5 &&
      box.y + box.height <= screen.height + 0.5;
    expect(isOnScreen, `${selector} is on the screen: ${JSON.stringify(box)}`).toBe(true);
  }
}
