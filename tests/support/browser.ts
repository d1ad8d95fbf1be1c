/** Chromium, started for one test, with everything a page complains about collected. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { type Guest, Memory } from './guest.ts';
import type { Answer } from './ways-in.ts';

export const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser's program, or null where there is none. */
export const CHROMIUM: string | null = findChromium();

/** Why the suites that need a browser cannot run here. */
export const NO_CHROMIUM = 'no Chromium on this machine';

/** Starts a browser with a fresh profile; it ends with the test. */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(NO_CHROMIUM);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  onTestFinished(() => browser.close());
  return browser;
}

/** A page with the list of what went wrong on it: script errors, console errors, refusals by the content policy. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: readonly string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    // Refusals by the content policy are console errors as well.
    if (message.type() === 'error') complaints.push(`console error: ${message.text()} (${message.location().url})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return { page, context, complaints };
}

/** A small phone: 360 pixels wide, three device pixels each, a finger for a pointer. */
export const PHONE = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 3,
  isMobile: true,
  hasTouch: true,
} as const;

/** Resolves once `isTrue` resolves to true; fails with `what` when it has not within `withinMs`. */
export async function eventually(what: string, isTrue: () => Promise<boolean>, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`this did not come true within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Nothing on this page is wider than its window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { wide, window: screen } = await page.evaluate(() => ({
    wide: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
    window: document.documentElement.clientWidth,
  }));
  expect(wide, 'the width of what can be scrolled to').toBeLessThanOrEqual(screen);
  expect(screen, 'a page wider than the screen would be zoomed out').toBe(page.viewportSize()?.width);
}

/** A finger on the middle of an element, to be put down and lifted. */
export async function touchHold(
  page: Page,
  selector: string,
): Promise<{ press(): Promise<void>; release(): Promise<void> }> {
  const finger = await page.context().newCDPSession(page);
  const touchPoints = [await middleOf(page, selector)];
  return {
    press: async () => void (await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })),
    release: async () => {
      await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await finger.detach();
    },
  };
}

/** A finger drawn over an element, from its middle, 90 pixels one way and then lifted; nowhere is a tap. */
export async function touchDrag(page: Page, selector: string, { dx, dy }: { dx: number; dy: number }): Promise<void> {
  const finger = await page.context().newCDPSession(page);
  const { x, y } = await middleOf(page, selector);
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  for (let drawn = 30; drawn <= 90 && (dx !== 0 || dy !== 0); drawn += 30) {
    const touchPoints = [{ x: x + dx * drawn, y: y + dy * drawn }];
    await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
  }
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await finger.detach();
}

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not on the page`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Where screenshots go, or null when nobody wants any. */
const SCREENSHOTS = process.env.MADANG_SCREENSHOTS ?? '';

/** Keeps a picture of the page for people to look at, when MADANG_SCREENSHOTS names a folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === '') return;
  // What is still coming into sight would not be seen.
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
    return Promise.allSettled(ending.map(({ finished }) => finished)).then(() => {});
  });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
}

export interface BrowserGuest extends Guest {
  /** Emits with an acknowledgement: Socket.IO only. */
  ask(event: string, value: unknown): Promise<Answer>;
}

/** A guest that plays with what a browser has: its own WebSocket, or the Socket.IO client our server hands out. */
export async function browserGuest(page: Page, way: 'WebSocket' | 'Socket.IO', name: string): Promise<BrowserGuest> {
  const memory = new Memory();
  const key = way === 'WebSocket' ? 'webSocketPlayer' : 'socketIoPlayer';
  await page.exposeFunction(`${key}Heard`, (type: string, payload: object) => memory.hear(type, payload));
  // As text: the page's policy does not apply to it, and nothing rewrites its imports.
  await page.evaluate(readFileSync(join(import.meta.dirname, '../clients/browser-players.js'), 'utf8'));
  const call = <T>(method: string, ...values: readonly unknown[]): Promise<T> =>
    page.evaluate(`globalThis.${key}.${method}(...${JSON.stringify(values)})`) as Promise<T>;
  await call('open', name);
  return {
    kind: `${way} in Chromium`,
    memory,
    press: (word) => void call('press', word),
    hold: (input) => void call('hold', input),
    say: (message) => void call('say', message),
    ask: (event, value) => call('ask', event, value),
    leave: () => call('leave'),
  };
}

function findChromium(): string | null {
  const { MADANG_HAVE_CHROMIUM, MADANG_CHROMIUM } = process.env;
  if (MADANG_HAVE_CHROMIUM === '0') return null;
  if (MADANG_CHROMIUM !== undefined && MADANG_CHROMIUM !== '') return MADANG_CHROMIUM;
  return (
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ??
    null
  );
}
