/** Chromium, started for one test, with everything a page complains about collected. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type Guest, Memory } from './guest.ts';
import type { Answer } from './ways-in.ts';

const ARGS = [
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

/** Where screenshots go, or null when nobody wants any. */
const SCREENSHOTS = process.env['MADANG_SCREENSHOTS'] ?? '';

/** Keeps a picture of the page for people to look at, when MADANG_SCREENSHOTS names a folder. */
export async function photograph(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== '') await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
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
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? null;
}
