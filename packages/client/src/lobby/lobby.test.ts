/** The client of the lobby in virtual time, with a server that says what the test makes it say. */
import { choice, defineGame, type ErrorCode, type JsonObject, record, text, u8, u16 } from '@madang/core';
import { ParticipantClock, VirtualClock } from '@madang/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { LinkEvents } from '../link.ts';
import { HandPage } from '../room.test-support.ts';
import { type Lobby, type LobbyOptions, openLobby } from './lobby.ts';
import type { Party } from './party-desk.ts';
import type { ListedRoom } from './room-list.ts';
import type { Proposal, Search } from './search.ts';

const chess = defineGame({
  name: 'chess',
  tickRateHz: 10,
  seats: 2,
  state: {
    table: record({ title: text(32), level: u8, mode: choice('slow', 'fast'), secret: u16.visibleTo('nobody') }),
  },
  input: {},
  listed: 'table',
});

/** One way to the server takes so long. */
const WAY_MS = 20;

interface Asked {
  readonly type: string;
  readonly [key: string]: unknown;
}

function world(options: LobbyOptions = {}) {
  const clock = new VirtualClock();
  const timers = new ParticipantClock(clock);
  const page = new HandPage();
  const lines: { readonly url: string; readonly on: LinkEvents; isOpen: boolean }[] = [];
  const asked: Asked[] = [];
  let answers = true;
  const tell = (message: JsonObject): void => {
    const line = lines.at(-1);
    clock.after(WAY_MS, () => {
      if (line?.isOpen) line.on.frame(new TextEncoder().encode(JSON.stringify(message)));
    });
  };
  const heard = (ask: Asked): void => {
    asked.push(ask);
    if (!answers) return;
    if (ask.type === 'hello') tell({ type: 'hello', user: 'jimin', name: 'Jimin', region: 'seoul' });
    if (ask.type === 'ping') tell({ type: 'pong', n: Number(ask.n) });
  };
  const lobby = openLobby('http://play.example', {
    timers,
    attention: page,
    random: () => 0.5,
    openLink: (url, on) => {
      const line = { url, on, isOpen: true };
      lines.push(line);
      clock.after(WAY_MS, () => on.open());
      return {
        send: (frame) => {
          const ask: Asked = JSON.parse(new TextDecoder().decode(frame));
          clock.after(WAY_MS, () => {
            if (line.isOpen) heard(ask);
          });
        },
        close: () => {
          if (!line.isOpen) return;
          line.isOpen = false;
          on.closed(1000, '');
        },
      };
    },
    ...options,
  });
  return {
    clock,
    timers,
    page,
    lobby,
    lines,
    asked,
    tell,
    of: (type: string): readonly Asked[] => asked.filter((one) => one.type === type),
    wait: (ms: number) => clock.advanceAsync(ms),
    set answers(is: boolean) {
      answers = is;
    },
    /** The line breaks, or the server ends it with an error. */
    end(code?: ErrorCode, details: JsonObject = {}) {
      const line = lines.at(-1);
      if (line === undefined) return;
      const message = { type: 'error', code: code ?? '', message: 'so it is', details, re: null };
      if (code !== undefined) line.on.frame(new TextEncoder().encode(JSON.stringify(message)));
      line.isOpen = false;
      line.on.closed(code === undefined ? 1006 : 4400, code ?? '');
    },
  };
}

async function opened(options: LobbyOptions = {}) {
  const made = world(options);
  await made.wait(1_000);
  return { ...made, made, lobby: await made.lobby };
}

/** What a promise comes to, as far as it is known. */
function fate<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const known: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => Object.assign(known, { value }),
    (error: unknown) => Object.assign(known, { error }),
  );
  return known;
}

const room = (id: string, title: string): JsonObject => ({
  id,
  game: 'chess',
  seats: 2,
  taken: 1,
  bots: 0,
  spectators: 0,
  isLocked: false,
  serial: 1,
  about: { title, level: 1, mode: 'slow' },
});

describe('opening the lobby', () => {
  test('says who one is, and resolves once that is answered', async () => {
    const { lobby, asked, lines } = await opened({ identity: async () => 'token', name: 'Jimin' });
    expect(asked[0]).toEqual({ type: 'hello', identity: 'token', name: 'Jimin' });
    expect(lines[0]?.url).toBe('ws://play.example/lobby');
    expect(lobby).toMatchObject({ user: 'jimin', name: 'Jimin', region: 'seoul', connection: 'open', party: null });
  });

  test('measures the way to the server: the median of three round trips', async () => {
    const { lobby, of } = await opened();
    expect(of('ping')).toHaveLength(3);
    expect(lobby.latencyMs).toBe(2 * WAY_MS);
  });

  test.each<ErrorCode>(['UNAUTHENTICATED', 'SERVER_BUSY', 'BANNED'])('rejects with the refusal: %s', async (code) => {
    const made = world();
    made.answers = false;
    const known = fate(made.lobby);
    await made.wait(100);
    made.end(code, { retryAfterMs: 10 });
    await made.wait(100_000);
    expect(known.error).toMatchObject({ code });
    expect(made.lines).toHaveLength(1);
    expect([made.timers.pending, made.page.listeners]).toEqual([0, 0]);
  });

  test('rejects where nobody answers', async () => {
    const made = world();
    made.answers = false;
    const known = fate(made.lobby);
    await made.wait(20_000);
    expect(known.error).toMatchObject({ code: 'LINK_LOST' });
  });
});

describe('a list', () => {
  const titles = (rooms: readonly ListedRoom<typeof chess>[]): readonly string[] =>
    rooms.map(({ about }) => about.title);

  test('is kept up by what changes, in order', async () => {
    const { lobby, tell, wait, of } = await opened();
    const seen: (readonly string[])[] = [];
    const stop = lobby.watch(chess, { where: { level: 1 }, sort: 'newest' }, (rooms) => void seen.push(titles(rooms)));
    await wait(100);
    const [{ id } = { id: 0 }] = of('watch');
    expect(of('watch')).toEqual([{ type: 'watch', id, game: 'chess', where: { level: 1 }, sort: 'newest' }]);
    tell({ type: 'rooms', id: Number(id), rooms: [room('a', 'A'), room('b', 'B')], gone: [], order: ['a', 'b'] });
    tell({ type: 'rooms', id: Number(id), rooms: [room('c', 'C')], gone: ['a'], order: ['c', 'b'] });
    tell({ type: 'rooms', id: Number(id), rooms: [room('b', 'B2')], gone: [], order: ['b', 'c'] });
    await wait(100);
    expect(seen).toEqual([
      ['A', 'B'],
      ['C', 'B'],
      ['B2', 'C'],
    ]);
    stop();
    tell({ type: 'rooms', id: Number(id), rooms: [], gone: ['b', 'c'], order: [] });
    await wait(100);
    expect([seen.length, of('unwatch')]).toEqual([3, [{ type: 'unwatch', id }]]);
  });

  test('has the types of what the game lists', () => {
    expectTypeOf<ListedRoom<typeof chess>['about']>().toEqualTypeOf<{
      readonly title: string;
      readonly level: number;
      readonly mode: 'slow' | 'fast';
    }>();
    const filtered = (lobby: Lobby) => {
      lobby.watch(chess, { where: { mode: 'fast' } }, () => {});
      // @ts-expect-error there is no such mode
      lobby.watch(chess, { where: { mode: 'odd' } }, () => {});
      // @ts-expect-error nobody sees this field
      lobby.watch(chess, { where: { secret: 1 } }, () => {});
    };
    expect(filtered).toBeInstanceOf(Function);
  });

  test('is one of eight', async () => {
    const { lobby } = await opened();
    const stops = Array.from({ length: 8 }, () => lobby.watch(chess, {}, () => {}));
    expect(() => lobby.watch(chess, {}, () => {})).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    stops[0]?.();
    lobby.watch(chess, {}, () => {});
  });

  test('whose watcher throws harms nothing else', async () => {
    const { lobby, tell, wait } = await opened();
    const problems: unknown[] = [];
    const hear = (problem: unknown): void => void problems.push(problem);
    process.once('uncaughtException', hear);
    lobby.watch(chess, {}, () => {
      throw new Error('a bug of the page');
    });
    tell({ type: 'rooms', id: 1, rooms: [], gone: [], order: [] });
    await wait(100);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', hear);
    expect(problems).toMatchObject([{ message: 'a bug of the page' }]);
    expect(lobby.connection).toBe('open');
  });
});

describe('a line that breaks', () => {
  test('is opened again with what one shows then, and lists are watched again', async () => {
    let shown = 0;
    const { lobby, made, of, wait } = await opened({ identity: () => `token ${++shown}` });
    const states: string[] = [];
    lobby.onConnection((connection) => states.push(connection));
    lobby.watch(chess, {}, () => {});
    const stop = lobby.watch(chess, { isOpen: true }, () => {});
    stop();
    await wait(100);
    made.end();
    await wait(1_000);
    expect(states).toEqual(['returning', 'open']);
    expect(of('hello').map(({ identity }) => identity)).toEqual(['token 1', 'token 2']);
    expect(of('watch').map(({ id }) => id)).toEqual([1, 2, 1]);
    expect(of('ping')).toHaveLength(6);
  });

  test('is opened again as often as it takes, after the wait that the server asks for', async () => {
    const { lobby, made, lines, wait, clock } = await opened();
    made.end('SERVER_BUSY', { retryAfterMs: 5_000 });
    const endedAtMs = clock.nowMs();
    await wait(4_999);
    expect(lines).toHaveLength(1);
    made.answers = false;
    await wait(600_000);
    expect(lines.length).toBeGreaterThan(20);
    made.answers = true;
    await wait(60_000);
    expect([lobby.connection, clock.nowMs() > endedAtMs]).toEqual(['open', true]);
  });

  test('ends the search and the party', async () => {
    const { lobby, made, tell, wait } = await opened();
    const parties: (Party | null)[] = [];
    lobby.onParty((party) => parties.push(party));
    const open = fate(lobby.openParty());
    tell({ type: 'party', code: 'abc', members: ['Jimin'], leader: true });
    const search = lobby.queue(chess);
    const known = fate(search.matched);
    await wait(100);
    expect(open.value).toEqual({ code: 'abc', members: ['Jimin'], isLeader: true });
    const late = fate(lobby.leaveParty());
    made.end();
    await wait(0);
    expect(known.error).toMatchObject({ code: 'LINK_LOST' });
    expect(late.error).toMatchObject({ code: 'LINK_LOST' });
    expect(parties.at(-1)).toBeNull();
    expect(lobby.party).toBeNull();
    const during = [fate(lobby.queue(chess).matched), fate(lobby.openParty())];
    await wait(0);
    for (const one of during) expect(one.error).toMatchObject({ code: 'LINK_LOST' });
    await wait(1_000);
    expect(lobby.connection).toBe('open');
    lobby.queue(chess);
  });

  test.each<ErrorCode>(['BANNED', 'UNAUTHENTICATED', 'GAME_UNKNOWN'])('for good stays closed: %s', async (code) => {
    const { lobby, made, lines, wait, timers, page } = await opened();
    const reasons: unknown[] = [];
    lobby.onClose((reason) => reasons.push(reason.code));
    const search = fate(lobby.queue(chess).matched);
    made.end(code);
    await wait(100_000);
    expect([reasons, lobby.connection, lines.length]).toEqual([[code], 'closed', 1]);
    expect(search.error).toMatchObject({ code });
    expect([timers.pending, page.listeners]).toEqual([0, 0]);
  });

  test('by oneself is over', async () => {
    const { lobby, lines, wait, timers, page } = await opened();
    const reasons: unknown[] = [];
    lobby.onClose((reason) => reasons.push(reason.code));
    lobby.close();
    lobby.close();
    await wait(100_000);
    expect([reasons, lobby.connection, lines.length]).toEqual([['LEFT'], 'closed', 1]);
    expect([timers.pending, page.listeners]).toEqual([0, 0]);
  });

  test('because the server talks nonsense is over', async () => {
    const { lobby, tell, wait } = await opened();
    tell({ type: 'tomorrow', n: 1 });
    await wait(100);
    expect(lobby.connection).toBe('open');
    tell({ type: 'pong' });
    await wait(100_000);
    expect(lobby.connection).toBe('closed');
  });
});

describe('a search', () => {
  const matched = { type: 'matched', game: 'chess', roomId: 'r', ticket: 't', team: 2 };

  test('says how far away one is, tells how it goes, and ends with a ticket', async () => {
    const { lobby, tell, wait, of } = await opened();
    const search = lobby.queue(chess, { criteria: { mode: 'fast' }, latencies: { tokyo: 30 } });
    const told: unknown[] = [];
    search.onProgress((progress) => told.push(progress));
    const known = fate(search.matched);
    await wait(100);
    expect(of('queue')).toEqual([
      { type: 'queue', game: 'chess', criteria: { mode: 'fast' }, latencies: { tokyo: 30, seoul: 2 * WAY_MS } },
    ]);
    tell({ type: 'progress', position: 2, waiting: 3, estimatedWaitMs: null });
    tell({ type: 'progress', position: 1, waiting: 2, estimatedWaitMs: 500 });
    tell(matched);
    await wait(100);
    expect(told).toEqual([
      { position: 2, waiting: 3, estimatedWaitMs: null },
      { position: 1, waiting: 2, estimatedWaitMs: 500 },
    ]);
    expect(known.value).toEqual({ game: 'chess', roomId: 'r', ticket: 't', team: 2 });
  });

  test('that begins before the way is measured waits for that', async () => {
    const made = world();
    await made.wait(3 * WAY_MS);
    const known = fate(made.lobby);
    await made.wait(WAY_MS);
    const { value: lobby } = known;
    expect(lobby?.latencyMs).toBeNull();
    const cancelled = lobby?.queue(chess);
    const end = fate<unknown>(cancelled?.matched ?? Promise.resolve());
    cancelled?.cancel();
    lobby?.queue(chess);
    await made.wait(1_000);
    expect(end.error).toMatchObject({ code: 'REFUSED', details: { reason: 'cancelled' } });
    expect(made.of('queue')).toHaveLength(1);
    expect(made.of('dequeue')).toHaveLength(0);
  });

  test('asks whether a match is wanted, until it is made or comes to nothing', async () => {
    const { lobby, tell, wait, of } = await opened();
    const search = lobby.queue(chess);
    const proposals: (Proposal | null)[] = [];
    search.onProposed((proposal) => proposals.push(proposal));
    await wait(100);
    tell({ type: 'proposed', match: 'm', deadlineMs: 9_000, accepted: 0, players: 2 });
    await wait(100);
    proposals[0]?.accept();
    await wait(100);
    expect(of('accept')).toEqual([{ type: 'accept', match: 'm' }]);
    tell({ type: 'proposed', match: 'm', deadlineMs: 8_000, accepted: 1, players: 2 });
    tell({ type: 'returned', match: 'm' });
    tell({ type: 'proposed', match: 'n', deadlineMs: 9_000, accepted: 0, players: 2 });
    await wait(100);
    expect(proposals.map((one) => one && `${one.match} ${one.accepted}/${one.players}`)).toEqual([
      'm 0/2',
      'm 1/2',
      null,
      'n 0/2',
    ]);
    proposals[3]?.decline();
    tell({ type: 'dropped', reason: 'declined' });
    await wait(100);
    proposals[3]?.accept();
    await wait(100);
    expect([of('decline').length, of('accept').length]).toEqual([1, 1]);
    await expect(search.matched).rejects.toMatchObject({ code: 'REFUSED', details: { reason: 'declined' } });
  });

  test('that is ended goes on until the server says so: a match may have been made meanwhile', async () => {
    const { lobby, tell, wait, of } = await opened();
    const search = lobby.queue(chess);
    await wait(100);
    search.cancel();
    expect(() => lobby.queue(chess)).toThrow(expect.objectContaining({ code: 'ALREADY_QUEUED' }));
    tell(matched);
    await wait(100);
    expect(of('dequeue')).toHaveLength(1);
    expect(await search.matched).toMatchObject({ ticket: 't' });
    const next = lobby.queue(chess);
    await wait(100);
    next.cancel();
    tell({ type: 'dropped', reason: 'cancelled' });
    await wait(100);
    await expect(next.matched).rejects.toMatchObject({ details: { reason: 'cancelled' } });
  });

  test('that the server refuses ends with the refusal', async () => {
    const { lobby, tell, wait } = await opened();
    const search = lobby.queue(chess);
    await wait(100);
    tell({ type: 'error', code: 'BAD_MESSAGE', message: 'no', details: { reason: 'no' }, re: { type: 'queue' } });
    await wait(100);
    await expect(search.matched).rejects.toMatchObject({ code: 'BAD_MESSAGE', details: { reason: 'no' } });
    lobby.queue(chess);
  });

  test('that the leader of the party has begun is everybody’s', async () => {
    const { lobby, tell, wait, of } = await opened();
    const searches: Search[] = [];
    lobby.onSearch((search) => searches.push(search));
    tell({ type: 'progress', position: 1, waiting: 1, estimatedWaitMs: null });
    tell({ type: 'progress', position: 1, waiting: 2, estimatedWaitMs: null });
    await wait(100);
    searches[0]?.cancel();
    tell(matched);
    await wait(100);
    expect(of('dequeue')).toHaveLength(1);
    expect(await Promise.all(searches.map((search) => search.matched))).toMatchObject([{ ticket: 't' }]);
  });
});

describe('a party', () => {
  const told = (code: string | null, ...members: string[]): JsonObject => ({
    type: 'party',
    code,
    members,
    leader: members[0] === 'Jimin',
  });

  test('is joined by its code; what is asked in a row is answered in a row', async () => {
    const { lobby, tell, wait, of } = await opened();
    const joined = fate(lobby.joinParty('abc'));
    const left = fate(lobby.leaveParty());
    const again = fate(lobby.openParty());
    tell(told('abc', 'Sora', 'Jimin'));
    tell(told('abc', 'Sora', 'Jimin', 'Haru'));
    tell(told(null));
    tell(told('def', 'Jimin'));
    await wait(100);
    expect(of('party').map((ask) => ask.do)).toEqual(['join', 'leave', 'open']);
    expect(joined.value).toEqual({ code: 'abc', members: ['Sora', 'Jimin'], isLeader: false });
    expect('value' in left).toBe(true);
    expect(again.value).toEqual({ code: 'def', members: ['Jimin'], isLeader: true });
    expect(lobby.party).toEqual(again.value);
  });

  test('that cannot be joined says why', async () => {
    const { lobby, tell, wait } = await opened();
    const errors: unknown[] = [];
    lobby.onError((error) => errors.push(error.code));
    const known = fate(lobby.joinParty('abc'));
    const refusal = { type: 'error', code: 'REFUSED', message: 'no', details: { reason: 'no' }, re: { type: 'party' } };
    tell(refusal);
    tell({ ...refusal, re: null });
    await wait(100);
    expect(known.error).toMatchObject({ code: 'REFUSED' });
    expect(errors).toEqual(['REFUSED']);
  });
});
