import { fairWeather } from '@madang/client/weather';
import { ERRORS, type ErrorCode, isErrorCode } from '@madang/core';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { backoffMs, nextAfter, Session } from './session.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const codes: readonly ErrorCode[] = Object.keys(ERRORS).filter(isErrorCode);

test('the page comes back by itself exactly where the server advises it', () => {
  const comesBack: readonly string[] = ['join-again', 'retry-later', 'choose-another-room'];
  expect(codes.filter((code) => nextAfter(code) === 'rejoin')).toEqual(
    codes.filter((code) => comesBack.includes(ERRORS[code].then)),
  );
});

test('a player is asked for what helps: another name, a newer page, or nothing', () => {
  const asked: readonly ErrorCode[] = [
    'BAD_NAME',
    'SCHEMA_MISMATCH',
    'FORBIDDEN_ORIGIN',
    'LEFT',
    'REPLACED',
    'ROOM_FULL',
    'LINK_LOST',
    'SEAT_GONE',
  ];
  expect(asked.map(nextAfter)).toEqual(['rename', 'reload', 'ask', 'ask', 'ask', 'rejoin', 'rejoin', 'rejoin']);
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

function silentSession() {
  const heard: string[] = [];
  const session = new Session(
    { name: 'ann', roomId: null, weather: fairWeather() },
    {
      changed: ({ state }) => heard.push(state),
      returning: () => heard.push('returning'),

      roomForgotten: () => heard.push('roomForgotten'),
    },
  );
  return { heard, session };
}

test('whoever goes back to the menu at once hears nothing more', async () => {
  vi.useFakeTimers();
  const { heard, session } = silentSession();
  session.start();
  session.leave();
  session.hurry();
  await vi.runAllTimersAsync();
  expect(heard).toEqual([]);
});

test('without a server the page keeps trying, at once when asked, and no more once left', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('location', { origin: 'http://arena.test', protocol: 'http:', host: 'arena.test' });
  vi.stubGlobal('WebSocket', function refused() {
    throw new Error('no network');
  });
  const { heard, session } = silentSession();
  session.start();
  expect(heard).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.slice(0, 2)).toEqual(['connecting', 'lost']);
  await vi.advanceTimersByTimeAsync(60_000);
  const tries = heard.filter((state) => state === 'connecting').length;
  expect(tries).toBeGreaterThan(5);
  session.hurry();
  session.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.filter((state) => state === 'connecting').length).toBe(tries + 1);
  session.leave();
  const until = heard.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard.length).toBe(until);
});
