/** What a tab keeps over a reload, and who gets it. */
import { type ErrorCode, encodeRefusal, GameError, type JoinRequest } from '@madang/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Connection, ConnectOptions, JoinOptions } from './connection.ts';
import { type KeptSeats, tabSeats } from './kept-seats.ts';
import { duel, HandServer } from './room.test-support.ts';

afterEach(() => vi.unstubAllGlobals());

/** A tab's storage as the page that is loaded now sees it. */
class Tab implements KeptSeats {
  readonly stored = new Map<string, string>();
  readonly #mine = new Set<string>();

  load(key: string): string | null {
    return this.#mine.has(key) ? null : (this.stored.get(key) ?? null);
  }

  save(key: string, token: string | null): void {
    if (token === null) this.stored.delete(key);
    else this.stored.set(key, token);
    this.#mine.add(key);
  }

  /** The page is loaded again, or the tab is duplicated. */
  reload(): Tab {
    const next = new Tab();
    for (const [key, token] of this.stored) next.stored.set(key, token);
    return next;
  }
}

/** Joins and answers what the client asked with; the server takes it in under this token. */
async function join(server: HandServer, connection: Connection, token: string, wish: JoinOptions = {}) {
  const joining = connection.join(duel, wish);
  await server.clock.settle();
  const asked = await server.opened();
  server.welcome({ token, isReturn: asked.way === 'return' });
  return { asked, room: await joining };
}

function refuse(server: HandServer, code: ErrorCode): void {
  server.say(encodeRefusal(new GameError(code, 'no', {} as GameError['details'])));
  server.close(4410);
}

const WAY = ({ way, key }: JoinRequest) => [way, key];

describe('a page that is loaded again', () => {
  test('has the seat back that it had, with the newest token, and only that one', async () => {
    const server = new HandServer();
    const tab = new Tab();
    const before = await join(server, server.connect({ kept: tab }), 'first', { name: 'Ann' });
    expect(WAY(before.asked)).toEqual(['any', '']);
    const reloaded = tab.reload();
    const after = await join(server, server.connect({ kept: reloaded }), 'second', { name: 'Ann' });
    expect(WAY(after.asked)).toEqual(['return', 'first']);
    const again = await join(server, server.connect({ kept: reloaded.reload() }), 'third');
    expect(WAY(again.asked)).toEqual(['return', 'second']);
  });

  test('has it back by the room’s id and by its code, too', async () => {
    const server = new HandServer();
    const tab = new Tab();
    const joining = server.connect({ kept: tab }).create(duel, { isPrivate: true });
    await server.clock.settle();
    await server.opened();
    server.welcome({ code: 'mabok', token: 'mine' });
    await joining;
    for (const room of ['room', 'mabok']) {
      const { asked } = await join(server, server.connect({ kept: tab.reload() }), 'next', { room });
      expect(WAY(asked)).toEqual(['return', 'mine']);
    }
    const other = await join(server, server.connect({ kept: tab.reload() }), 'next', { room: 'another' });
    expect(WAY(other.asked)).toEqual(['room', 'another']);
  });

  test('joins as anybody does where it wants no seat back, watches, or has a ticket', async () => {
    const server = new HandServer();
    const tab = new Tab();
    await join(server, server.connect({ kept: tab }), 'mine');
    for (const wish of [{ resume: false }, { spectate: true }, { ticket: 'good once' }]) {
      const { asked } = await join(server, server.connect({ kept: tab.reload() }), 'next', wish);
      expect(asked.way).toBe('ticket' in wish ? 'claim' : 'any');
    }
  });

  test.each(['SEAT_GONE', 'FORBIDDEN'] as const)('takes another seat where its own is %s', async (code) => {
    const server = new HandServer();
    const tab = new Tab();
    await join(server, server.connect({ kept: tab }), 'stale');
    const reloaded = tab.reload();
    const joining = server.connect({ kept: reloaded }).join(duel);
    await server.clock.settle();
    expect(WAY(await server.opened())).toEqual(['return', 'stale']);
    refuse(server, code);
    await server.clock.settle();
    expect(WAY(await server.opened())).toEqual(['any', '']);
    server.welcome({ token: 'fresh' });
    await joining;
    const { asked } = await join(server, server.connect({ kept: reloaded.reload() }), 'next');
    expect(WAY(asked)).toEqual(['return', 'fresh']);
  });

  test('[CL10] without a network first, and with one later, has its seat back all the same', async () => {
    const server = new HandServer();
    const tab = new Tab();
    await join(server, server.connect({ kept: tab }), 'mine');
    const reloaded = tab.reload();
    const connection = server.connect({ kept: reloaded });
    for (let i = 0; i < 3; i++) {
      const rejected = expect(connection.join(duel)).rejects.toMatchObject({ code: 'LINK_LOST' });
      await server.clock.settle();
      server.close(1006);
      await rejected;
    }
    const { asked } = await join(server, connection, 'next');
    expect(WAY(asked)).toEqual(['return', 'mine']);
  });

  test('takes a new seat after the old one was given up, taken away or taken over', async () => {
    for (const code of ['LEFT', 'KICKED', 'REPLACED'] as const) {
      const server = new HandServer();
      const tab = new Tab();
      await join(server, server.connect({ kept: tab }), 'mine', { room: 'room' });
      refuse(server, code);
      const { asked } = await join(server, server.connect({ kept: tab.reload() }), 'next', { room: 'room' });
      expect(WAY(asked)).toEqual(['room', 'room']);
    }
  });
});

describe('two players in one tab', () => {
  test('have two seats: the second does not take over the first one’s', async () => {
    const server = new HandServer();
    const tab = new Tab();
    const connection = server.connect({ kept: tab });
    const first = await join(server, connection, 'one');
    const second = await join(server, connection, 'two');
    const byRoom = await join(server, connection, 'three', { room: 'room' });
    expect([first, second, byRoom].map(({ asked }) => asked.way)).toEqual(['any', 'any', 'room']);
  });

  test('who come at once after a reload do not take the same seat', async () => {
    const server = new HandServer();
    const tab = new Tab();
    await join(server, server.connect({ kept: tab }), 'mine');
    const connection = server.connect({ kept: tab.reload() });
    void connection.join(duel);
    void connection.join(duel);
    await server.clock.settle();
    const ways: string[] = [];
    for (const { on } of server.lines.slice(1)) {
      on.open();
      await server.clock.settle();
      ways.push(server.asked().way);
    }
    expect(ways).toEqual(['return', 'any']);
  });

  test('who leaves the first does not lose the second: a reload returns to it', async () => {
    const server = new HandServer();
    const tab = new Tab();
    const connection = server.connect({ kept: tab });
    await join(server, connection, 'one');
    const { line } = server;
    await join(server, connection, 'two');
    line.on.closed(1000, 'LEFT');
    const { asked } = await join(server, server.connect({ kept: tab.reload() }), 'next');
    expect(WAY(asked)).toEqual(['return', 'two']);
  });
});

describe('who it is', () => {
  test('is asked again each time the seat is returned to, so that a token may expire meanwhile', async () => {
    let asked = 0;
    const identity = () => Promise.resolve(`token ${++asked}`);
    const server = new HandServer();
    await join(server, server.connect({ identity }), 'mine');
    server.close(4401, 'SESSION_EXPIRED');
    await server.wait(250);
    expect(await server.opened()).toMatchObject({ way: 'return', key: 'mine', identity: 'token 2' });
    server.welcome({ token: 'next', isReturn: true });
    server.close(1006);
    await server.wait(250);
    expect(await server.opened()).toMatchObject({ way: 'return', key: 'next', identity: 'token 3' });
  });

  test('is what it was where nobody can be asked just then', async () => {
    const answers = [Promise.resolve('known'), Promise.reject(new Error('no network'))];
    const identity = () => answers.shift() ?? Promise.resolve('anew');
    for (const answer of answers) answer.catch(() => {});
    const server = new HandServer();
    await join(server, server.connect({ identity }), 'mine');
    server.close(1006);
    await server.wait(250);
    expect(await server.opened()).toMatchObject({ identity: 'known' });
  });
});

describe('the tab’s own storage', () => {
  /** A browser's `sessionStorage`, and the moment its page began. */
  function page(stored: Map<string, string>, timeOrigin: number): void {
    vi.stubGlobal('document', {});
    vi.stubGlobal('performance', { timeOrigin });
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    });
  }

  test('gives the next page what this one keeps, and this one nothing that is its own already', () => {
    const stored = new Map<string, string>();
    page(stored, 1_000.5);
    tabSeats.save('key', 'token');
    expect([tabSeats.load('key'), tabSeats.load('other')]).toEqual([null, null]);
    page(stored, 2_000.5);
    expect(tabSeats.load('key')).toBe('token');
    tabSeats.save('key', null);
    expect([tabSeats.load('key'), stored.size]).toEqual([null, 0]);
  });

  test('may hold anything: what is no token of ours is none', () => {
    const stored = new Map([
      ['key', 'of another program'],
      ['empty', ''],
    ]);
    page(stored, 1);
    expect([tabSeats.load('empty'), typeof tabSeats.load('key')]).toEqual([null, 'string']);
  });

  test('[CL10] that is blocked or missing costs nothing but the seat after a reload', async () => {
    const blocked = (): never => {
      throw new DOMException('no', 'SecurityError');
    };
    for (const missing of [true, false]) {
      vi.stubGlobal('document', missing ? undefined : {});
      vi.stubGlobal('sessionStorage', { getItem: blocked, setItem: blocked, removeItem: blocked });
      expect(tabSeats.load('key')).toBeNull();
      expect(() => tabSeats.save('key', 'token')).not.toThrow();
      const options: ConnectOptions = { kept: tabSeats };
      const server = new HandServer();
      const { room } = await join(server, server.connect(options), 'mine');
      // A line that breaks is returned from all the same: that token was never in a storage.
      server.close(1006);
      await server.wait(250);
      expect(WAY(await server.opened())).toEqual(['return', 'mine']);
      server.welcome({ isReturn: true });
      expect(room.connection).toBe('open');
      vi.unstubAllGlobals();
    }
  });
});
