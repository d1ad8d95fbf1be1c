import { ERRORS, type ErrorCode, GameError, isErrorCode } from '@madang/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRound } from '../omok.test-support.ts';
import { backoffMs, type Errand, nextAfter, Session, type SessionState } from './session.ts';
import type { OmokRoom, Progress, Said, Ways } from './ways.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface TestRoom {
  readonly room: OmokRoom;
  readonly hasLeft: boolean;
  change(): void;
  say(line: Said): void;
  break(isReturning: boolean): void;
  end(code: 'LINK_LOST' | 'REPLACED' | 'ROOM_CLOSED'): void;
}

function testRoom(id: string): TestRoom {
  const { room: played, black } = openRound();
  let change = (): void => {};
  let said = (_line: Said): void => {};
  let returning = (_is: boolean): void => {};
  let closed = (_reason: GameError): void => {};
  let hasLeft = false;
  return {
    get hasLeft() {
      return hasLeft;
    },
    room: {
      id,
      code: `code-of-${id}`,
      seat: black.seat.number,
      state: played.state,
      tick: 0,
      tickMs: 100,
      spectators: 0,
      send() {},
      say: async () => {},
      onChange: (run) => {
        change = run;
      },
      onSaid: (run) => {
        said = run;
      },
      onReturning: (run) => {
        returning = run;
      },
      onClose: (run) => {
        closed = run;
      },
      leave: async () => {
        hasLeft = true;
      },
    },
    change: () => change(),
    say: (line) => said(line),
    break: (isReturning) => returning(isReturning),
    end(code) {
      if (code === 'LINK_LOST') closed(new GameError(code, 'gone', { reason: 'cut' }));
      else if (code === 'REPLACED') closed(new GameError(code, 'replaced', { roomId: id }));
      else closed(new GameError(code, 'closed', { roomId: id, reason: 'done' }));
    },
  };
}

/** A session over ways that answer what the test says, in order; an answer that is missing never comes. */
function sessionOf(errand: Errand, answers: readonly (OmokRoom | GameError)[]) {
  const heard: string[] = [];
  const asked: string[] = [];
  const states: SessionState[] = [];
  let progress = (_so: Progress): void => {};
  let next = 0;
  const answer = async (way: string): Promise<OmokRoom> => {
    asked.push(way);
    const come = answers[next++];
    if (come === undefined) return new Promise(() => {});
    if (come instanceof GameError) throw come;
    return come;
  };
  const ways: Ways = {
    find(_wish, tell) {
      progress = tell;
      return answer('find');
    },
    open: () => answer('open'),
    enter: (code) => answer(`enter ${code}`),
    watch: (code) => answer(`watch ${code}`),
  };
  const session = new Session(ways, { name: 'Ann', pace: 'standard' }, errand, {
    changed(state) {
      heard.push(state.state);
      states.push(state);
    },
    seen: () => heard.push('seen'),
    said: ({ text }) => heard.push(`said ${text}`),
  });
  return { session, heard, asked, states, progress: (so: Progress) => progress(so) };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const lineLost = new GameError('LINK_LOST', 'no line', { reason: 'refused' });

test('a search tells how far it is, and ends at a board', async () => {
  const { room } = testRoom('a');
  const found = sessionOf({ way: 'find' }, [room]);
  found.session.start();
  expect(found.heard).toEqual([]);
  await settle();
  expect(found.heard).toEqual(['finding', 'seated', 'seen']);

  const searching = sessionOf({ way: 'find' }, []);
  searching.session.start();
  await settle();
  searching.progress({ position: 2, waiting: 9, estimatedWaitMs: 30_000 });
  expect(searching.states.at(-1)).toMatchObject({ state: 'finding', progress: { position: 2, waiting: 9 } });
});

test('whoever gives a search up hears no more of it, and gives back a board that comes all the same', async () => {
  const { room, ...rest } = testRoom('a');
  const late = sessionOf({ way: 'find' }, [room]);
  late.session.start();
  late.session.leave();
  late.session.hurry();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([late.heard, late.asked]).toEqual([[], []]);

  const another = testRoom('b');
  const onTheWay = sessionOf({ way: 'open' }, [another.room]);
  onTheWay.session.start();
  await Promise.resolve();
  onTheWay.session.leave();
  await settle();
  expect(another.hasLeft).toBe(true);
  expect(onTheWay.heard).not.toContain('seated');
  expect(rest.hasLeft).toBe(false);
});

test('a room of one’s own, a friend’s room and a place to watch from are each asked for as such', async () => {
  const errands: readonly Errand[] = [
    { way: 'open' },
    { way: 'enter', code: 'maduk' },
    { way: 'watch', code: 'maduk' },
  ];
  const asked = [];
  for (const errand of errands) {
    const one = sessionOf(errand, [testRoom('a').room]);
    one.session.start();
    await settle();
    expect(one.heard).toEqual(['entering', 'seated', 'seen']);
    asked.push(...one.asked);
  }
  expect(asked).toEqual(['open', 'enter maduk', 'watch maduk']);
});

test('what changes and what is said is passed on', async () => {
  const one = testRoom('a');
  const { session, heard } = sessionOf({ way: 'find' }, [one.room]);
  session.start();
  await settle();
  one.change();
  one.say({ name: 'Ben', text: 'hi', isMine: false });
  expect(heard.slice(3)).toEqual(['seen', 'said hi']);
  session.leave();
  one.change();
  expect(heard.length).toBe(5);
  expect(one.hasLeft).toBe(true);
});

test('a line that comes back by itself keeps the board on screen', async () => {
  const one = testRoom('a');
  const { session, states } = sessionOf({ way: 'find' }, [one.room]);
  session.start();
  await settle();
  one.break(true);
  expect(states.at(-1)).toMatchObject({ state: 'returning', room: one.room, retryAtMs: null });
  one.break(false);
  expect(states.at(-1)).toEqual({ state: 'seated', room: one.room });
});

test('a board that was lost is looked for again, that very one, with the old one on screen meanwhile', async () => {
  const [first, second] = [testRoom('a'), testRoom('a')];
  const { session, asked, states } = sessionOf({ way: 'find' }, [first.room, lineLost, second.room]);
  session.start();
  await settle();
  first.end('LINK_LOST');
  expect(states.at(-1)).toMatchObject({ state: 'returning', room: first.room });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(asked).toEqual(['find', 'enter a', 'enter a']);
  expect(states.at(-1)).toEqual({ state: 'seated', room: second.room });
  expect(states.some(({ state }) => state === 'entering')).toBe(false);
});

test('a seat that another tab took over is not taken back by itself', async () => {
  const one = testRoom('a');
  const { session, asked, states } = sessionOf({ way: 'find' }, [one.room]);
  session.start();
  await settle();
  one.end('REPLACED');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states.at(-1)).toMatchObject({ state: 'stopped', remedy: 'otherTab' });
  expect(asked).toEqual(['find']);
});

test('without a server the page keeps trying, at once when asked, and no more once left', async () => {
  const refusals = Array.from({ length: 100 }, () => lineLost);
  const { session, heard, asked } = sessionOf({ way: 'find' }, refusals);
  session.start();
  await vi.advanceTimersByTimeAsync(60_000);
  const tries = asked.length;
  expect(tries).toBeGreaterThan(5);
  session.hurry();
  session.hurry();
  await settle();
  expect(asked.length).toBe(tries + 1);
  session.leave();
  const until = heard.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard.length).toBe(until);
});

const codes: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);

test('the page comes back by itself exactly where the server advises it, and never to another room', () => {
  const comesBack: readonly string[] = ['join-again', 'retry-later'];
  expect(codes.filter((code) => nextAfter(code) === 'return')).toEqual(
    codes.filter((code) => comesBack.includes(ERRORS[code].then)),
  );
});

test('a player is offered what helps', () => {
  const met: readonly ErrorCode[] = ['BAD_NAME', 'SCHEMA_MISMATCH', 'ROOM_FULL', 'REPLACED', 'ROOM_GONE', 'KICKED'];
  expect(met.map(nextAfter)).toEqual(['rename', 'reload', 'watch', 'otherTab', 'menu', 'menu']);
});

test('the first try after a loss comes within a second; the wait is spread over all of the time there is', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      expect(backoffMs(attempt, chance)).toBeCloseTo(chance * backoffMs(attempt, 1), 6);
    }),
  );
  expect([0, 1, 2, 3, 4, 5, 1e9].map((attempt) => backoffMs(attempt, 1))).toEqual([
    500, 1000, 2000, 4000, 8000, 10_000, 10_000,
  ]);
});
