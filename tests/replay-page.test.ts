/**
 * Replays of rooms that were really played: over HTTP, and on the page as people look at them, at a desk and on a phone. What may be
 * seen by whom is tested beside `viewRecording`; here, that the ways there are the right ones.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@madang/client';
import { openReplay } from '@madang/client/replay';
import { defineGame, type Game, GameError, table, text, u8, u16 } from '@madang/core';
import { dashboardPages } from '@madang/dashboard';
import { MemoryJournal } from '@madang/server/memory';
import { landGrab } from '@madang-examples/land-grab/game';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import {
  CHROMIUM,
  eventually,
  expectNoSidewaysScroll,
  NO_CHROMIUM,
  openBrowser,
  openPage,
  photograph,
} from './support/browser.ts';
import { openYard, until } from './support/yard.ts';

const [pages] = dashboardPages();
const isBuilt = pages !== undefined && existsSync(join(pages.folder, 'index.html'));
const obstacle = CHROMIUM === null ? NO_CHROMIUM : isBuilt ? null : 'the pages are not built: scripts/pages.ts';
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;
const pageTest = test.skipIf(obstacle !== null);

const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: 'ko-KR',
};

const yard = { ...landGrab, recordings: 'keep' as const };

/** Cards that only their holder sees. */
const cards = defineGame({
  name: 'cards',
  tickRateHz: 20,
  seats: 4,
  state: { hands: table({ x: u16, y: u16, secret: text(24).visibleTo('owner'), turns: u8 }) },
  input: {},
  avatars: 'hands',
  recordings: 'keep',
  join: (room, seat) => {
    room.state.hands.add({ x: seat.number * 10, y: 20, secret: `the hand of ${seat.name}` }, { owner: seat });
  },
  control: (hand) => {
    hand.turns = (hand.turns + 1) % 200;
  },
});

interface Theatre {
  readonly url: string;
  readonly roomId: string;
  /** Who Ada is. */
  readonly token: string;
}

/** Ada plays for a while, and the room ends. */
async function play<G extends Game>(game: G, forMs: number): Promise<Theatre> {
  const { server, url } = await openYard({
    games: [game],
    alwaysOpen: [],
    journal: new MemoryJournal(),
    pages: dashboardPages(),
  });
  const { token } = await (await fetch(`${url}/api/guest`, { method: 'POST' })).json();
  const room = await connect(url, { identity: token }).join(game, { name: 'Ada' });
  const headings = ['right', 'down', 'left', 'up'];
  const startedMs = performance.now();
  for (let turn = 0; performance.now() - startedMs < forMs; turn++) {
    if (Object.hasOwn(game.input, 'dir')) room.input({ dir: headings[(turn >> 2) % 4] } as never);
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
  const { id } = room;
  server.rooms.get(id)?.close(new GameError('ROOM_CLOSED', 'Dinner is ready.', { roomId: id, reason: 'dinner' }));
  await until('the room has ended', () => server.rooms.all.length === 0);
  const listed = async (): Promise<number> => (await (await fetch(`${url}/api/replays`)).json()).replays.length;
  await eventually('its recording is there', async () => (await listed()) === 1);
  return { url, roomId: id, token };
}

const tickOf = async (page: Page): Promise<number> => Number(await page.locator('html').getAttribute('data-tick'));
const isPlaying = async (page: Page): Promise<boolean> =>
  (await page.locator('html').getAttribute('data-playing')) === 'true';

/** Goes to a tick so far into the recording, from 0 to 1; answers it. */
async function goTo(page: Page, share: number): Promise<number> {
  const tick = Math.round(share * Number(await page.locator('#seek').getAttribute('max')));
  await page.locator('#seek').fill(String(tick));
  await eventually(`it went to tick ${tick}`, async () => (await tickOf(page)) === tick);
  return tick;
}

/** How many colours the board shows: more than paper where something is on it. */
const coloursOf = (page: Page): Promise<number> =>
  page.locator('#board').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 4 * 97) {
      seen.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
    }
    return seen.size;
  });

test('a room that ended is listed, and its recording is what everyone, or one player, could see', async () => {
  const { url, roomId, token } = await play(cards as unknown as Game, 1_200);
  const list = await (await fetch(`${url}/api/replays`)).json();
  expect(list).toMatchObject({ before: null, replays: [{ roomId, game: 'cards', players: ['Ada'] }] });
  const page = await (await fetch(`${url}/api/replays?limit=1`)).json();
  expect(page.before).toBe(`${page.replays[0].endedWallMs}.${roomId}`);
  const next = await (await fetch(`${url}/api/replays?limit=1&before=${encodeURIComponent(page.before)}`)).json();
  expect(next).toEqual({ before: null, replays: [] });
  const ask = (path: string, as?: string): Promise<Response> =>
    fetch(`${url}/api/replays/${path}`, { headers: as === undefined ? {} : { authorization: `Bearer ${as}` } });

  const everyones = await ask(roomId);
  expect(everyones.headers.get('cache-control')).toBe('public, max-age=3600');
  const open = openReplay(new Uint8Array(await everyones.arrayBuffer()), { game: cards });
  open.seek(open.lastTick - 5);
  const [hand] = open.state.hands;
  expect([hand?.x, hand?.secret, open.end === null]).toEqual([10, undefined, false]);
  expect(hand?.turns).toBeGreaterThan(3);

  const mine = await ask(`${roomId}?as=me`, token);
  expect(mine.headers.get('cache-control')).toBe('private, max-age=3600');
  const own = openReplay(new Uint8Array(await mine.arrayBuffer()), { game: cards });
  own.seek(own.lastTick - 5);
  expect([...own.state.hands].map(({ secret }) => secret)).toEqual(['the hand of Ada']);

  const other = await (await fetch(`${url}/api/guest`, { method: 'POST' })).json();
  const refusals: (readonly [Promise<Response>, number, string])[] = [
    [ask('no-such-room'), 404, 'ROOM_GONE'],
    [ask(`${roomId}?as=me`), 401, 'UNAUTHENTICATED'],
    [ask(`${roomId}?as=me`, other.token), 403, 'FORBIDDEN'],
    [ask(`${roomId}?as=you`), 400, 'BAD_MESSAGE'],
    [fetch(`${url}/api/replays?before=now`), 400, 'BAD_MESSAGE'],
    [fetch(`${url}/api/replays?limit=few`), 400, 'BAD_MESSAGE'],
  ];
  for (const [answer, status, code] of refusals) {
    const { status: found, json } = await answer.then(async (one) => ({ status: one.status, json: await one.json() }));
    expect([found, json.code]).toEqual([status, code]);
  }
  const flood = await Promise.all(Array.from({ length: 30 }, () => ask('no-such-room').then(({ status }) => status)));
  expect(flood).toContain(429);
});

pageTest(`a round of land-grab is looked at again, tick by tick, with its players and its rows${because}`, async () => {
  const { url, roomId } = await play(yard as unknown as Game, 6_000);
  const { page, complaints } = await openPage(await openBrowser(), DESK);
  await page.goto(`${url}/replay/`);
  await photograph(page, 'replay-desk-shelf');
  await page.locator(`.recording[data-room="${roomId}"]`).click();
  await eventually('the board is drawn', async () => (await coloursOf(page)) > 4);
  expect(await page.locator('#title').innerText()).toBe('Land Grab');
  await page.locator('#seek').fill('10');
  await eventually('Ada is there', async () => (await page.locator('#people').innerText()).includes('Ada'));
  expect(page.url()).toContain(`?room=${roomId}`);

  // Plays, stops, steps.
  await page.keyboard.press('Space');
  await eventually('it plays', async () => (await tickOf(page)) > 12);
  await page.keyboard.press('Space');
  await eventually('it stands', async () => !(await isPlaying(page)));
  const stood = await tickOf(page);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await eventually('it stepped', async () => (await tickOf(page)) === stood + 1);
  await goTo(page, 0.6);
  await page.keyboard.press('End');
  await eventually('it says why the room ended', async () =>
    (await page.locator('#torn').innerText()).includes('Dinner is ready.'),
  );
  await goTo(page, 0.7);

  // Ada is followed, and her row is looked at.
  await page.getByRole('button', { name: /^Ada/u }).click();
  await eventually('Ada is followed', async () => (await page.locator('#following').innerText()) === 'Following Ada');
  await page.locator('#sheet tbody tr', { hasText: 'Ada' }).click();
  expect(await page.locator('#detail').isVisible()).toBe(true);
  await page.locator('.field', { hasText: 'score' }).click();
  expect(await page.locator('#chart-text').innerText()).toMatch(/score \d+ – \d+/u);
  const score = async (): Promise<string> => page.locator('.field', { hasText: 'score' }).innerText();
  const late = await score();
  await goTo(page, 0.2);
  await eventually('the row is another at another tick', async () => (await score()) !== late);
  const before = await goTo(page, 0.9);
  await photograph(page, 'replay-desk-following');
  await page.locator('#detail-close').click();
  await page.locator('#near').click();
  await photograph(page, 'replay-desk-board');

  // What happened is listed, and leads there.
  await page.getByRole('tab', { name: 'Events' }).click();
  const event = page.locator('.event-go').first();
  await event.click();
  await eventually('the event led somewhere', async () => (await tickOf(page)) !== before);
  await page.getByRole('tab', { name: 'round' }).click();
  expect(await page.locator('#sheet').innerText()).toContain('phase');
  await expectNoSidewaysScroll(page);

  await page.keyboard.press('Escape');
  expect(await page.locator('#shelf').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
});

pageTest(`a player sees its own again on a phone, in Korean, and a file opens as well${because}`, async () => {
  const { url, roomId, token } = await play(cards as unknown as Game, 2_000);
  const { page, context, complaints } = await openPage(await openBrowser(), PHONE);
  await context.addInitScript(
    ([key, kept]) => localStorage.setItem(key ?? '', kept ?? ''),
    [`madang guest ${url}/api/guest`, token],
  );
  await page.goto(`${url}/replay/`);
  expect(await page.locator('#title').innerText()).toBe('다시보기');
  await page.locator('.recording').tap();
  await eventually('it is open', async () => (await page.locator('html').getAttribute('data-state')) === 'desk');
  await page.locator('#seek').fill('15');
  await eventually('there is a row', async () => (await page.locator('#sheet tbody tr').count()) === 1);
  expect(await page.locator('#sheet').innerText()).not.toContain('the hand of');
  await page.locator('#eyes').tap();
  await eventually('the hand is there', async () =>
    (await page.locator('#sheet').innerText()).includes('the hand of Ada'),
  );
  expect(await tickOf(page)).toBe(15);
  expect(page.url()).toContain('as=me');
  await page.locator('#play').tap();
  await eventually('it plays', async () => (await tickOf(page)) > 18);
  await page.locator('#play').tap();
  await expectNoSidewaysScroll(page);
  await photograph(page, 'replay-phone-cards');

  const folder = await mkdtemp(join(tmpdir(), 'madang-replay-'));
  const [good, bad] = [join(folder, 'room.madang'), join(folder, 'holiday.jpg')];
  const bytes = await (await fetch(`${url}/api/replays/${roomId}`)).arrayBuffer();
  writeFileSync(good, new Uint8Array(bytes));
  writeFileSync(bad, readFileSync(import.meta.filename));
  await page.locator('#close').tap();
  await page.locator('#file').setInputFiles(bad);
  await eventually('it says that this is none', () => page.locator('#notice').isVisible());
  expect(await page.locator('#notice').innerText()).toBe('기록 파일로 읽을 수 없어요.');
  await page.locator('#file').setInputFiles(good);
  await eventually('the file is open', async () => (await page.locator('html').getAttribute('data-state')) === 'desk');
  await page.locator('#seek').fill('10');
  await eventually('Ada is there', async () => (await page.locator('#people').innerText()).includes('Ada'));
  expect(complaints).toEqual([]);
});

pageTest(`the page on a phone shows a whole round of land-grab${because}`, async () => {
  const { url, roomId } = await play(yard as unknown as Game, 5_000);
  const { page, complaints } = await openPage(await openBrowser(), PHONE);
  await page.goto(`${url}/replay/`);
  await photograph(page, 'replay-phone-shelf');
  await page.goto(`${url}/replay/?room=${roomId}`);
  await eventually('the board is drawn', async () => (await coloursOf(page)) > 4);
  await goTo(page, 0.8);
  await photograph(page, 'replay-phone-board');
  await page.locator('.person').first().tap();
  await page.locator('#sheet tbody tr').first().tap();
  expect(await page.locator('#detail').isVisible()).toBe(true);
  await photograph(page, 'replay-phone-detail');
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});
