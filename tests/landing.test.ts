/** The landing page of the demo server: what is at play, and programs that run where they are read. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
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
import { type Guest, seated } from './support/guest.ts';
import { freshFolder, startDemo } from './support/process.ts';
import { hasModule, NO_PYTHON, PYTHON, startPython } from './support/python.ts';
import { textGuest } from './support/ways-in.ts';
import { until } from './support/yard.ts';

const DIST = resolve(import.meta.dirname, '../examples/demo/dist');
const isBuilt = existsSync(join(DIST, 'index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

const DESK = { viewport: { width: 1280, height: 800 } } as const;

async function openDemo(): Promise<string> {
  return `http://127.0.0.1:${await startDemo({ PORT: '0' }).ready()}`;
}

async function snippet(page: Page, id: string): Promise<string> {
  const code = page.locator(`[data-snippet="${id}"]`);
  await code.waitFor({ state: 'attached' });
  return (await code.textContent()) ?? '';
}

/** Watches the open yard for a player of this name, and answers whether it has been in two places. */
async function watch(url: string, name: string): Promise<{ readonly guest: Guest; hasMoved(): boolean }> {
  const guest = await seated(textGuest(url, { name: '구경꾼' }));
  const places = (): Set<string> => {
    const seen = new Set<string>();
    for (const { state } of guest.memory.ofType('state')) {
      const { players } = state as { players: Record<string, { name: string; x: number; y: number }> };
      for (const player of Object.values(players)) if (player.name === name) seen.add(`${player.x},${player.y}`);
    }
    return seen;
  };
  return { guest, hasMoved: () => places().size >= 2 };
}

pageTest(`the landing page lists the game and leads into it${because}`, async () => {
  const url = await openDemo();
  await seated(textGuest(url));
  const { page, complaints } = await openPage(await openBrowser(), { ...DESK, locale: 'en-GB' });
  await page.goto(url);
  const games = page.locator('#games');
  await eventually('the game is listed', async () => (await games.innerText()).includes('Land Grab'));
  await eventually(
    'its open yard is listed',
    async () => (await games.locator('a[href*="/land-grab/?room="]').count()) === 1,
  );
  expect(await page.locator('#playing').innerText()).toMatch(/\bone\b|\b1\b/iu);
  await expectNoSidewaysScroll(page);
  await photograph(page, 'landing-1280');

  await page.locator('#language').click();
  expect(await page.locator('html').getAttribute('lang')).toBe('ko');
  await eventually('the list speaks Korean', async () => (await games.innerText()).includes('땅따먹기'));
  await photograph(page, 'landing-1280-ko');

  await games.locator('a[href*="/land-grab/?room="]').click();
  await page.locator('#invitation').waitFor({ state: 'visible' });
  expect(new URL(page.url()).pathname).toBe('/land-grab/');
  expect(complaints).toEqual([]);
});

pageTest(`the landing page fits a phone of 360 pixels${because}`, async () => {
  const url = await openDemo();
  const { page, complaints } = await openPage(await openBrowser(), PHONE);
  await page.goto(url);
  await eventually('the game is listed', async () => (await page.locator('#games').innerText()).trim() !== '');
  await expectNoSidewaysScroll(page);
  await photograph(page, 'landing-360');
  await page.locator('a[href="/land-grab/"]').first().tap();
  await page.locator('#play').waitFor({ state: 'visible' });
  expect(complaints).toEqual([]);
});

pageTest.each([
  { id: 'sdk', name: 'console' },
  { id: 'socketio', name: 'socketio' },
  { id: 'websocket', name: 'websocket' },
])(`the $id program runs in the console of the page: it joins, moves and leaves${because}`, async ({ id, name }) => {
  const url = await openDemo();
  const { page, complaints } = await openPage(await openBrowser(), DESK);
  const printed: string[] = [];
  page.on('console', (message) => message.type() === 'log' && printed.push(message.text()));
  await page.goto(url);
  const code = await snippet(page, id);
  const { guest, hasMoved } = await watch(url, name);
  await page.evaluate(`(async () => {\n${code}\n})()`);
  await until('others saw it move', hasMoved);
  expect(printed.filter((line) => /x \d+, y \d+/u.test(line)).length).toBeGreaterThanOrEqual(2);
  await until(
    'it is gone again',
    () => {
      return Object.values(guest.memory.state?.players ?? {}).every((player) => player.name !== name);
    },
    20_000,
  );
  expect(complaints).toEqual([]);
});

pageTest(`each program can be copied whole${because}`, async () => {
  const url = await openDemo();
  const { page } = await openPage(await openBrowser(), { ...DESK, permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(url);
  await page.locator('[data-snippet]').first().waitFor({ state: 'attached' });
  const ids = await page
    .locator('[data-snippet]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-snippet')));
  expect(ids).toEqual(['sdk', 'socketio', 'socketio-python', 'websocket', 'websocket-python']);
  for (const id of ids) {
    if (id === null) continue;
    const tab = page.locator(`#tab-${id}`);
    await tab.click();
    await page.locator(`[data-copy="${id.replace('-python', '')}"]`).click();
    const code = await snippet(page, id);
    await eventually(`${id} is in the clipboard`, async () => {
      return (await page.evaluate(() => navigator.clipboard.readText())) === code;
    });
  }
});

const PYTHON_PROGRAMS = [
  { id: 'socketio-python', name: 'python', needs: 'requests' },
  { id: 'websocket-python', name: 'tornado', needs: 'tornado' },
].map((program) => {
  const missing = PYTHON === null ? NO_PYTHON : hasModule(program.needs) ? null : `Python has no ${program.needs}`;
  return { ...program, missing: obstacle ?? missing };
});

for (const { id, name, missing } of PYTHON_PROGRAMS) {
  const skipped = missing === null ? '' : ` (skipped: ${missing})`;
  test.skipIf(missing !== null)(`the ${id} program runs as it is: it joins, moves and leaves${skipped}`, async () => {
    const url = await openDemo();
    const { page } = await openPage(await openBrowser(), DESK);
    await page.goto(url);
    const file = join(freshFolder(), `${id}.py`);
    writeFileSync(file, await snippet(page, id));
    const { hasMoved } = await watch(url, name);
    const program = startPython([file]);
    let printed = '';
    program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
    await until('the program has ended', () => program.exitCode !== null, 30_000);
    expect([program.exitCode, program.complaint()]).toEqual([0, '']);
    await until('others saw it move', hasMoved);
    expect(printed).toMatch(/\(\d+, \d+, \d+\)/u);
  });
}
