/** Clients that nobody here wrote, together in one room. */
import { expect, test } from 'vitest';
import { browserGuest, CHROMIUM, NO_CHROMIUM, openBrowser, openPage } from './support/browser.ts';
import {
  type Direction,
  expectWelcome,
  freeWord,
  type Guest,
  type Place,
  roomiest,
  seated,
  stepped,
  ticksPass,
  WORD_STEPS,
  type Word,
} from './support/guest.ts';
import { NO_PYTHON, PYTHON, pythonGuest } from './support/python.ts';
import { type Answer, nativeGuest, socketIoGuest } from './support/ways-in.ts';
import { openYard, until } from './support/yard.ts';

const obstacle = PYTHON === null ? NO_PYTHON : CHROMIUM === null ? NO_CHROMIUM : null;
const because = obstacle === null ? '' : ` (skipped: ${obstacle})`;

const KOREAN: readonly Word[] = ['우', '하', '좌', '상'];
const ENGLISH: readonly Word[] = ['right', 'down', 'left', 'up'];

interface Player {
  readonly guest: Guest;
  readonly name: string;
  /** Words this client presses, or null for one that holds inputs. */
  readonly words: readonly Word[] | null;
}

interface Acknowledged {
  readonly kind: string;
  ask(event: string, value: unknown): Promise<Answer>;
}

test.skipIf(obstacle !== null)(
  `python-socketio, tornado, socket.io-client, a browser's WebSocket and Socket.IO and our own client play in one room${because}`,
  { timeout: 120_000 },
  async () => {
    const { server, url } = await openYard();
    const { page, complaints } = await openPage(await openBrowser());
    await page.goto(`${url}/healthz`);

    const python = pythonGuest('socketio_player.py', url, 'socketio.py');
    const official = socketIoGuest(url, { game: 'land-grab', name: 'socket.io-client' });
    const inBrowser = await browserGuest(page, 'Socket.IO', 'browser socket.io');
    const players: readonly Player[] = [
      { guest: python, name: 'socketio.py', words: KOREAN },
      { guest: pythonGuest('tornado_player.py', url, '토네이도'), name: '토네이도', words: KOREAN },
      { guest: official, name: 'socket.io-client', words: null },
      { guest: await browserGuest(page, 'WebSocket', 'browser websocket'), name: 'browser websocket', words: ENGLISH },
      { guest: inBrowser, name: 'browser socket.io', words: null },
      { guest: await nativeGuest(url, { name: '마당' }), name: '마당', words: null },
    ];
    const guests = players.map(({ guest }) => guest);
    await Promise.all(guests.map(seated));
    await everybodySeesAll(guests);

    expect(server.rooms.all.map(({ id, taken }) => ({ id, taken }))).toEqual([{ id: expect.anything(), taken: 6 }]);
    for (const { guest, name } of players) {
      expect(guest.memory.heard[0]?.type, `the first that ${guest.kind} hears`).toBe('welcome');
      expect(guest.memory.ofType('welcome')).toHaveLength(1);
      expect(guest.memory.state?.players[guest.memory.you]?.name).toBe(name);
    }
    for (const guest of guests.slice(0, 5)) expectWelcome(guest.memory.heard[0]);

    for (const { guest, words } of players) {
      if (words === null) await holdAndStop(guest, guests);
      else await pressEachWord(guest, words, guests);
    }

    for (const guest of guests) {
      const message = { from: guest.kind, 인사: ['안녕', 1, null, true] };
      guest.say(message);
      for (const other of guests) {
        await until(`${other.kind} hears ${guest.kind}`, () => other.memory.heardFrom(guest.memory.you, message));
      }
    }

    const asking: readonly Acknowledged[] = [python, official, inBrowser];
    for (const client of asking) await expectAcknowledgements(client);
    for (const guest of guests) expect(guest.memory.ofType('error')).toEqual([]);

    const stay = guests.toReversed();
    for (let left = stay.pop(); left !== undefined; left = stay.pop()) {
      const { you } = left.memory;
      await left.leave();
      for (const other of stay) {
        await until(`${left.kind} is gone from what ${other.kind} sees`, () => !other.memory.sees(you), 10_000);
      }
      await until(`the seat of ${left.kind} is free`, () => server.rooms.all[0]?.taken === stay.length, 10_000);
    }
    // The page is an answer of the API and names no icon, which browsers then look for.
    expect(complaints.filter((one) => !one.includes('/favicon.ico'))).toEqual([]);
  },
);

/** Until everybody sees the same players: all of these guests and nobody else. */
async function everybodySeesAll(guests: readonly Guest[]): Promise<void> {
  const ids = guests.map(({ memory }) => memory.you).toSorted();
  expect(new Set(ids).size).toBe(guests.length);
  for (const { kind, memory } of guests) {
    const seen = (): string =>
      Object.keys(memory.state?.players ?? {})
        .toSorted()
        .join();
    await until(`${kind} sees all ${guests.length} players and no bots`, () => seen() === ids.join());
  }
}

async function everybodySees(mover: Guest, at: Place, guests: readonly Guest[]): Promise<void> {
  for (const { kind, memory } of guests) {
    await until(`${kind} sees ${mover.kind} at ${at.x}, ${at.y}`, () => {
      const { x, y } = memory.placeOf(mover.memory.you);
      return x === at.x && y === at.y;
    });
  }
}

/** Each word moves its player by exactly one cell, or by none into something, and everybody sees it. */
async function pressEachWord(mover: Guest, words: readonly Word[], guests: readonly Guest[]): Promise<void> {
  const { memory } = mover;
  const pressed = new Set<Word>();
  while (pressed.size < words.length) {
    const { state } = memory;
    if (state === null) throw new Error(`${mover.kind} has no state`);
    const left = words.filter((word) => !pressed.has(word));
    const word = freeWord(state, memory.you, left.length > 1 ? left : [...left, ...words]);
    const expected = stepped(state, memory.you, WORD_STEPS[word]);
    mover.press(word);
    await everybodySees(mover, expected, guests);
    await ticksPass(mover);
    expect(memory.place, `${mover.kind} after one ${word}`).toEqual(expected);
    pressed.add(word);
  }
}

/** A held input moves its player until the next input, and everybody sees where it stopped. */
async function holdAndStop(mover: Guest, guests: readonly Guest[]): Promise<void> {
  const { memory } = mover;
  const { state } = memory;
  if (state === null) throw new Error(`${mover.kind} has no state`);
  const [dir] = roomiest(state, memory.you) as [Direction];
  const { dx, dy } = WORD_STEPS[dir];
  const start = memory.place;
  const cells = (): number => (memory.place.x - start.x) * dx + (memory.place.y - start.y) * dy;
  mover.hold({ dir });
  await until(`${mover.kind} has walked three cells`, () => cells() >= 3);
  mover.hold({ dir: 'none' });
  await ticksPass(mover);
  const stopped = memory.place;
  await ticksPass(mover);
  expect(memory.place, `${mover.kind} after it let go`).toEqual(stopped);
  await everybodySees(mover, stopped, guests);
}

async function expectAcknowledgements({ kind, ask }: Acknowledged): Promise<void> {
  const refused = (code: string): object => ({ ok: false, code, message: expect.stringMatching(/\S/u) });
  expect(await ask('input', { dir: 'none' }), kind).toEqual({ ok: true });
  expect(await ask('message', 'acknowledged'), kind).toEqual({ ok: true });
  expect(await ask('input', { dir: 'sideways' }), kind).toEqual(refused('BAD_INPUT'));
  expect(await ask('input', 'jump'), kind).toEqual(refused('BAD_INPUT'));
  expect(await ask('teleport', { x: 1 }), kind).toEqual(refused('UNKNOWN_EVENT'));
}
