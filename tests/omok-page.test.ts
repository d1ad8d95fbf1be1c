/**
 * The page of omok in a real browser, as two play it: one at a desk, one on a phone, one watching. From a search for an
 * opponent to a rematch, with a reload, a broken line and a second tab on the way.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { omok } from '@madang-examples/omok/game';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
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
import { openYard } from './support/yard.ts';

const DIST = resolve(import.meta.dirname, '../examples/omok/dist');
const isBuilt = existsSync(join(DIST, 'index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };
const HAND: BrowserContextOptions = { ...PHONE, locale: 'ko-KR' };

async function openOmok(): Promise<string> {
  const { url } = await openYard({
    games: [omok],
    alwaysOpen: [],
    pages: [{ path: '/omok', folder: DIST }],
    graceMs: 10_000,
  });
  return `${url}/omok/`;
}

const stageOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-state');
const boardFact = (page: Page, fact: 'phase' | 'moves' | 'turn'): Promise<string | null> =>
  page.locator('#board').getAttribute(`data-${fact}`);

async function find(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.locator('#name').fill(name);
  await page.locator('#find').click();
}

async function bid(page: Page, steps: number): Promise<void> {
  await page.locator('#bid-form').waitFor({ state: 'visible' });
  for (let step = 0; step < steps; step++) await page.locator('#bid-more').click();
  await page.locator('#bid-do').click();
}

/** Where a point is on the screen: lines keep as far from the edge as geometry.ts says. */
async function placeOf(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('#board').boundingBox();
  if (box === null) throw new Error('there is no board');
  const gap = box.width / (14 + 2 * (box.width >= 460 ? 0.98 : 0.62));
  const margin = (box.width - gap * 14) / 2;
  return { x: box.x + margin + x * gap, y: box.y + margin + y * gap };
}

async function placeAtDesk(page: Page, x: number, y: number): Promise<void> {
  await eventually('it is the turn of the desk', async () => (await boardFact(page, 'turn')) === 'true');
  const at = await placeOf(page, x, y);
  await page.mouse.click(at.x, at.y);
}

/** A tap aims, and the button confirms. */
async function placeByHand(page: Page, x: number, y: number): Promise<void> {
  await eventually('it is the turn of the phone', async () => (await boardFact(page, 'turn')) === 'true');
  const moves = await boardFact(page, 'moves');
  const at = await placeOf(page, x, y);
  await page.touchscreen.tap(at.x, at.y);
  expect(await boardFact(page, 'moves')).toBe(moves);
  await page.locator('#place').tap();
}

pageTest(`a desk and a phone find each other, bid, play to five, and play again${because}`, async () => {
  const url = await openOmok();
  const browser = await openBrowser();
  const desk = await openPage(browser, DESK);
  const phone = await openPage(browser, HAND);
  await find(desk.page, url, 'Ada');
  await eventually('the desk looks for an opponent', async () => (await stageOf(desk.page)) === 'finding');
  await find(phone.page, url, '민지');
  await photograph(phone.page, 'omok-phone-bidding');
  await bid(desk.page, 2);
  expect(await phone.page.locator('#bid-note').innerText()).not.toContain('10');
  await bid(phone.page, 1);
  await eventually('both bids are shown', () => phone.page.locator('#reveal').isVisible());
  expect(await phone.page.locator('#reveal-black-bid').innerText()).toBe('10초 걺');

  for (let stone = 0; stone < 4; stone++) {
    await placeAtDesk(desk.page, 3 + stone, 7);
    await placeByHand(phone.page, 3 + stone, 9);
    if (stone === 1) await photograph(phone.page, 'omok-phone-playing');
  }
  await placeAtDesk(desk.page, 7, 7);
  await eventually('the phone knows that it lost', () => phone.page.locator('#result').isVisible());
  expect(await phone.page.locator('#result-title').innerText()).toBe('졌어요');
  await eventually('the desk knows that it won', () => desk.page.locator('#result').isVisible());
  expect(await desk.page.locator('#result-score').innerText()).toBe('Ada 1 : 0 민지');
  await expectNoSidewaysScroll(desk.page);
  await expectNoSidewaysScroll(phone.page);

  await phone.page.locator('#rematch').tap();
  await eventually('the desk is asked', async () => (await desk.page.locator('#result-note').innerText()) !== '');
  await desk.page.locator('#rematch').click();
  await eventually('they bid anew', async () => (await boardFact(phone.page, 'phase')) === 'bidding');
  expect(await boardFact(phone.page, 'moves')).toBe('0');
  expect([...desk.complaints, ...phone.complaints]).toEqual([]);
});

pageTest(`a friend comes by code; a reload and a broken line lead back to the same seat${because}`, async () => {
  const url = await openOmok();
  const browser = await openBrowser();
  const desk = await openPage(browser, DESK);
  await desk.page.goto(url);
  await desk.page.locator('#friend summary').click();
  await desk.page.locator('#open-room').click();
  await eventually('the room has a code', async () => (await stageOf(desk.page)) === 'waiting');
  const code = await desk.page.locator('#waiting-code').innerText();

  const phone = await openPage(browser, HAND);
  const line = { isCut: false, cut: async (): Promise<void> => {} };
  await phone.page.routeWebSocket(/\/play$/u, (socket) => {
    if (line.isCut) return void socket.close({ code: 4000 });
    const server = socket.connectToServer();
    line.cut = async () => {
      line.isCut = true;
      await Promise.all([socket.close({ code: 4000 }), server.close({ code: 4000 })]);
    };
  });
  await phone.page.goto(`${url}?room=${code.toUpperCase()}`);
  await phone.page.locator('#find').tap();
  await bid(desk.page, 1);
  await bid(phone.page, 0);
  await placeAtDesk(desk.page, 7, 7);
  await placeByHand(phone.page, 8, 8);

  await desk.page.reload();
  await eventually('the desk is back on its board', async () => (await boardFact(desk.page, 'moves')) === '2');
  await placeAtDesk(desk.page, 7, 8);

  await line.cut();
  await eventually('the phone says so', () => phone.page.locator('#lost').isVisible());
  await eventually('the desk sees it', async () =>
    (await desk.page.locator('#far').innerText()).includes('Connection lost'),
  );
  line.isCut = false;
  await eventually('the phone is back', async () => !(await phone.page.locator('#lost').isVisible()), 15_000);
  await placeByHand(phone.page, 8, 9);
  await eventually('the desk sees the stone', async () => (await boardFact(desk.page, 'moves')) === '4');
  expect([...desk.complaints, ...phone.complaints]).toEqual([]);
});

pageTest(`the older of two tabs on one seat says that the other plays${because}`, async () => {
  const url = await openOmok();
  const browser = await openBrowser();
  const older = await openPage(browser, DESK);
  await find(older.page, url, 'Ada');
  const rival = await openPage(browser, HAND);
  await find(rival.page, url, '민지');
  await eventually('they bid', async () => (await boardFact(older.page, 'phase')) === 'bidding');

  // What the browser does where somebody duplicates a tab: the new one begins with a copy of the tab's own storage.
  const kept = await older.page.evaluate(() => Object.entries(sessionStorage));
  const newer = await older.context.newPage();
  onTestFinished(() => newer.close());
  await newer.addInitScript((entries) => {
    for (const [key, value] of entries) sessionStorage.setItem(key, value);
  }, kept);
  await newer.goto(url);
  await eventually('the newer tab bids', async () => (await boardFact(newer, 'phase')) === 'bidding');
  await eventually('the older tab says so', () => older.page.locator('#lost').isVisible());
  expect(await older.page.locator('#lost-title').innerText()).toBe('Playing in another tab');
  await bid(newer, 1);
  await bid(rival.page, 0);
  await placeAtDesk(newer, 7, 7);
  expect([...older.complaints, ...rival.complaints]).toEqual([]);
});
