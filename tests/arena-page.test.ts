/**
 * The page of the arena in a real browser, as people play it: at a desk with keys and mouse, on a phone with two
 * thumbs.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect } from '@madang/client';
import { arena } from '@madang-examples/arena/game';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
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
} from './support/browser.ts';
import { startDemo } from './support/process.ts';

const DIST = resolve(import.meta.dirname, '../examples/arena/dist');
const isBuilt = existsSync(join(DIST, 'index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

const DESK = { viewport: { width: 1280, height: 800 } } as const;

async function openDemo(): Promise<string> {
  return `http://127.0.0.1:${await startDemo({ PORT: '0' }).ready()}`;
}

const stateOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-state');

/** A number the page says of what it draws: NaN where it says nothing. */
async function factOf(page: Page, fact: 'meX' | 'meY' | 'hp' | 'shots' | 'ships'): Promise<number> {
  const text = await page.locator('#arena').evaluate((canvas: HTMLCanvasElement, key) => canvas.dataset[key], fact);
  return text === undefined || text === '' ? Number.NaN : Number(text);
}

async function enter(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/arena/`);
  await eventually('the menu is open', async () => (await stateOf(page)) === 'menu');
  await page.locator('#name').fill(name);
  await page.locator('#play').click();
  await eventually('the page plays', async () => (await factOf(page, 'meX')) > 0, 15_000);
}

/** Somebody else in the same arena, who sees this player's ship by its name and hears its shots. */
async function watcherOf(url: string, name: string) {
  const room = await connect(url).join(arena, { name: '구경꾼' });
  onTestFinished(() => room.leave());
  const ship = () => [...room.state.ships].find((one) => one.name === name);
  let shots = 0;
  room.on('shot', ({ by }) => {
    if (by === ship()?.id) shots += 1;
  });
  return { id: () => ship()?.id ?? 0, x: () => ship()?.x ?? Number.NaN, shots: () => shots };
}

pageTest(
  `somebody at a desk watches, then plays: flies, fires, throws plasma${because}`,
  { timeout: 120_000 },
  async () => {
    const url = await openDemo();
    const { page, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
    await page.goto(`${url}/arena/`);
    expect(await page.locator('#play').innerText()).toBe('Play');
    await photograph(page, 'arena-1280-menu');
    await page.locator('#watch').click();
    await page.locator('#watching').waitFor({ state: 'visible' });
    expect(await page.locator('#watching').innerText()).toContain('No server is involved');
    await eventually('a ship is followed', async () => (await page.locator('#watching-name').innerText()) !== '');
    await photograph(page, 'arena-1280-watching');

    await enter(page, url, 'Ada');
    const watcher = await watcherOf(url, 'Ada');
    await eventually('bots are about', async () => (await factOf(page, 'ships')) >= 6);
    // Away from the nearer side, or the edge is soon reached.
    const isLeft = (await factOf(page, 'meX')) < 1024;
    const from = watcher.x();
    await page.keyboard.down(isLeft ? 'KeyD' : 'KeyA');
    await eventually('others see the ship fly', async () => Math.abs(watcher.x() - from) > 60);
    await page.keyboard.up(isLeft ? 'KeyD' : 'KeyA');
    await page.mouse.move(900, 300);
    await page.mouse.down();
    await eventually('the page shows its shots', async () => (await factOf(page, 'shots')) >= 3);
    await eventually('others see the shots', async () => watcher.shots() >= 3);
    await page.keyboard.press('Space');
    await page.mouse.up();
    await photograph(page, 'arena-1280-playing');
    expect(await page.title()).toMatch(/^\d:\d\d · Star Arena$/u);
    await expectNoSidewaysScroll(page);

    await page.locator('#leave').click();
    await eventually('the menu is open again', async () => (await stateOf(page)) === 'menu');
    expect(complaints).toEqual([]);
  },
);

pageTest(
  `a line that breaks is shown, and the same ship flies on; so does it when the page is loaded again${because}`,
  { timeout: 120_000 },
  async () => {
    const port = await startDemo({ PORT: '0' }).ready();
    const line = await openLine(port);
    const { page } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
    await enter(page, line.url, 'Ada');
    const watcher = await watcherOf(`http://127.0.0.1:${port}`, 'Ada');
    await eventually('the watcher sees the ship', async () => watcher.id() > 0);
    const id = watcher.id();
    line.cut();
    await page.locator('#returning').waitFor({ state: 'visible' });
    expect(await page.locator('#status-text').textContent()).toBe('Returning');
    await photograph(page, 'arena-1280-returning');
    line.mend();
    await page.locator('#returning').waitFor({ state: 'hidden', timeout: 15_000 });
    expect([await page.locator('#status-text').textContent(), watcher.id()]).toEqual(['Live', id]);
    await page.reload();
    await eventually('the page plays', async () => (await factOf(page, 'meX')) > 0, 15_000);
    expect(watcher.id()).toBe(id);
  },
);

pageTest(
  `M opens the net overlay, where one's own line can be made worse${because}`,
  { timeout: 120_000 },
  async () => {
    const url = await openDemo();
    const { page, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
    await enter(page, url, 'Ada');
    await page.keyboard.press('KeyM');
    const figure = (name: string) => page.locator(`[data-figure="${name}"] dd`).innerText();
    const traffic = page.locator('#net-traffic');
    await eventually(
      'the server says what the room sends',
      async () => (await traffic.innerText()).includes('ships'),
      10_000,
    );
    expect(await traffic.locator('.traffic-field').count()).toBeGreaterThan(2);
    await eventually('the round trip is measured', async () => /^\d/u.test(await figure('roundTripMs')), 10_000);
    expect(await figure('bytesInPerSecond')).toMatch(/^\d.* k?B\/s$/u);

    await page.locator('#weather-latency').fill('300');
    expect(await page.locator('#weather-latency-value').innerText()).toBe('300 ms');
    await eventually(
      'the round trip follows',
      async () => Number.parseFloat(await figure('roundTripMs')) >= 250,
      15_000,
    );
    await page.locator('#net-ghost').check();
    await page.keyboard.down('KeyD');
    await page.keyboard.press('KeyJ');
    await photograph(page, 'arena-1280-net');
    await page.locator('#net-unpredicted').check();
    await page.locator('#weather-fair').click();
    expect(await page.locator('#weather-latency-value').innerText()).toBe('0 ms');
    await page.keyboard.up('KeyD');
    await page.keyboard.press('KeyM');
    await page.locator('#net').waitFor({ state: 'hidden' });
    await expectNoSidewaysScroll(page);
    expect(complaints).toEqual([]);
  },
);

pageTest(`two thumbs fly and fire on a phone, in Korean${because}`, { timeout: 120_000 }, async () => {
  const url = await openDemo();
  const { page, complaints } = await openPage(await openBrowser(), { ...PHONE, locale: 'ko-KR' });
  await page.goto(`${url}/arena/`);
  expect(await page.locator('h1').innerText()).toBe('별마당');
  await photograph(page, 'arena-360-menu');
  await enter(page, url, '민지');
  const watcher = await watcherOf(url, '민지');
  await eventually('the watcher sees the ship', async () => watcher.x() > 0);
  const from = watcher.x();
  const away = from < 1024 ? 1 : -1;
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: string, dx: number) =>
    fingers.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: [
        { x: 92 + dx, y: 600, id: 1 },
        { x: 268, y: 600 - Math.abs(dx), id: 2 },
      ],
    });
  await touch('touchStart', 0);
  await touch('touchMove', 25 * away);
  await touch('touchMove', 50 * away);
  await eventually('the ship flies', async () => Math.abs(watcher.x() - from) > 60);
  await eventually('it fires', async () => watcher.shots() >= 2);
  await photograph(page, 'arena-360-playing');
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });

  await page.locator('#net-open').click();
  await page.locator('#net').waitFor({ state: 'visible' });
  await page.locator('#weather-far').scrollIntoViewIfNeeded();
  await page.locator('#weather-far').click();
  expect(await page.locator('#weather-latency-value').innerText()).toBe('200 ms');
  await photograph(page, 'arena-360-net');
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});
