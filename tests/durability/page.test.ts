/** A page of the demo whose server is killed while somebody plays: the round goes on, and nobody had to do anything. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { CHROMIUM, eventually, NO_CHROMIUM, openBrowser, openPage, photograph } from '../support/browser.ts';
import { freshFolder, startDemo } from '../support/process.ts';
import { textGuest } from '../support/ways-in.ts';
import { until } from '../support/yard.ts';

const isBuilt = existsSync(resolve(import.meta.dirname, '../../examples/land-grab/dist/index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

/** More than the window of what a crash may lose: what stood before it stands after it. */
const SETTLED_MS = 1_000;

interface Shown {
  readonly x: number;
  readonly y: number;
  readonly score: number;
}

const shownBy = (page: Page): Promise<Shown> =>
  page.locator('#yard').evaluate((canvas: HTMLCanvasElement) => {
    const { meX, meY, score } = canvas.dataset;
    return { x: Number(meX ?? -1), y: Number(meY ?? -1), score: Number(score ?? -1) };
  });

const stateOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-state');

/** The round that the yard is in, and the ground of everybody by name, as somebody with a plain WebSocket is told. */
async function roundAt(
  url: string,
): Promise<{ readonly number: number; readonly scores: ReadonlyMap<string, number> }> {
  const guest = textGuest(url, { name: '구경꾼' });
  await until('the guest has a state', () => guest.memory.state !== null);
  const { round, players } = guest.memory.state ?? { round: { number: 0 }, players: {} };
  await guest.leave();
  return { number: round.number, scores: new Map(Object.values(players).map(({ name, score }) => [name, score])) };
}

pageTest(
  `[PC01] a server that is killed and started again has the page back in the same round, on its ground, without a click${because}`,
  { timeout: 120_000 },
  async () => {
    const DATA = freshFolder();
    const first = startDemo({ DATA, PORT: '0', HOST: '127.0.0.1' });
    const port = await first.ready();
    const url = `http://127.0.0.1:${port}`;
    const { page, complaints } = await openPage(await openBrowser(), { viewport: { width: 1280, height: 800 } });
    await page.goto(`${url}/land-grab/`);
    await page.locator('#name').fill('Ada');
    await page.locator('#play').click();
    await eventually('the page plays', async () => (await stateOf(page)) === 'playing', 15_000);
    await page.keyboard.down('ArrowRight');
    await eventually('Ada has some ground', async () => (await shownBy(page)).score >= 3, 15_000);
    await page.keyboard.up('ArrowRight');
    const before = await roundAt(url);
    await page.waitForTimeout(SETTLED_MS);
    const stood = await shownBy(page);

    const killedAt = performance.now();
    first.process.kill('SIGKILL');
    await first.ended();
    const second = startDemo({ DATA, PORT: String(port), HOST: '127.0.0.1' });
    await second.ready();
    const listeningAt = performance.now();
    // Nothing is clicked: the page walks as soon as its player is back.
    await page.keyboard.down('ArrowLeft');
    await eventually('Ada walks again', async () => (await shownBy(page)).x < stood.x, 20_000);
    const backAt = performance.now();
    await page.keyboard.up('ArrowLeft');
    console.info(
      `killed to listening ${Math.round(listeningAt - killedAt)} ms, killed to playing ${Math.round(backAt - killedAt)} ms`,
    );
    const after = await roundAt(url);
    expect(after.number).toBe(before.number);
    expect(await stateOf(page)).toBe('playing');
    const now = await shownBy(page);
    expect(now.y).toBe(stood.y);
    expect(now.score).toBeGreaterThan(0);
    expect([...after.scores.keys()].filter((name) => name === 'Ada')).toEqual(['Ada']);
    await photograph(page, 'land-grab-after-kill');
    expect(complaints.filter((one) => !one.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  },
);
