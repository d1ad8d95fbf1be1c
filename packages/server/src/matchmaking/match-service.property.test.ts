import { defineGame, isGameError } from '@madang/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Caller, testLobby } from '../lobby/lobby.test-support.ts';
import { Witness } from '../room/room.test-support.ts';
import type { SeatHandle } from '../room/viewer.ts';

const base = defineGame({ name: 'base', tickRateHz: 10, seats: 4, state: {}, input: {} });
const GAMES = [
  { ...base, name: 'duel', seats: 2, match: { teams: 2, teamSize: 1 } },
  { ...base, name: 'asked', match: { teams: 2, teamSize: 2, acceptMs: 5_000 } },
];

/** Longer than anything that is held, asked or kept open. */
const ALL_OVER_MS = 120_000;

const who = fc.nat(7);
const deed = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const), who, user: fc.nat(5) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('queue' as const), who, game: fc.constantFrom('duel', 'asked') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('dequeue' as const, 'vanish' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'decline' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'join' as const, 'leave' as const), who, whom: who }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 9_000 }) }) },
);

test('whatever people do, nobody is in two matches, and in the end there is no ticket, no held seat, no room, no timer', () =>
  fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 80 }), async (deeds) => {
      const made = testLobby(GAMES);
      const callers: (Caller | null)[] = new Array(8).fill(null);
      const all: Caller[] = [];
      const seats: SeatHandle[] = [];
      for (const one of deeds) {
        if (one.do === 'wait') {
          await made.pass(one.ms);
          continue;
        }
        const caller = callers[one.who] ?? null;
        if (one.do === 'enter') {
          caller?.vanish();
          const entered = await made.enter(`user-${one.user}`);
          callers[one.who] = entered;
          all.push(entered);
          continue;
        }
        if (caller === null) continue;
        switch (one.do) {
          case 'queue':
            caller.ask({ type: 'queue', game: one.game });
            break;
          case 'dequeue':
            caller.ask({ type: 'dequeue' });
            break;
          case 'vanish':
            caller.vanish();
            callers[one.who] = null;
            break;
          case 'accept':
          case 'decline':
            caller.ask({ type: one.do, match: String(caller.last('proposed')?.match ?? 'none') });
            break;
          case 'join':
            caller.ask({ type: 'party', do: 'join', code: String(callers[one.whom]?.last('party')?.code ?? 'none') });
            break;
          case 'open':
          case 'leave':
            caller.ask({ type: 'party', do: one.do });
            break;
          case 'claim':
            try {
              const id = String(caller.last('hello')?.user);
              const matched = caller.last('matched');
              const user = { id, name: null, roles: [] };
              const wish = { way: 'claim', game: matched?.game, room: matched?.ticket, user } as const;
              seats.push(made.rooms.join(wish, new Witness()));
            } catch (error) {
              if (!isGameError(error)) throw error;
            }
        }
        // Sometimes the next comes before this is settled.
        if (one.who % 2 === 0) await made.pass(0);
        else made.clock.advance(0);
        for (const room of made.rooms.all) expect(room.taken).toBeLessThanOrEqual(room.game.seats);
      }
      const tickets = all.flatMap((one) => one.all('matched').map(({ ticket }) => ticket));
      expect(new Set(tickets).size).toBe(tickets.length);
      for (const one of all) one.vanish();
      for (const seat of seats) seat.leave();
      await made.pass(ALL_OVER_MS);
      expect([made.matches.size, made.queue.size, made.rooms.all.length, made.clock.pending]).toEqual([0, 0, 0, 0]);
      expect(made.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    }),
    { numRuns: 200 },
  ));

test('whoever searches hears exactly once how it ended', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ who: fc.nat(5), ms: fc.nat(4_000), isBack: fc.boolean() })),
      async (turns) => {
        const made = testLobby(GAMES);
        const callers = await Promise.all(Array.from({ length: 6 }, (_, index) => made.enter(`user-${index}`)));
        for (const { who: index, ms, isBack } of turns) {
          callers[index]?.ask(isBack ? { type: 'dequeue' } : { type: 'queue', game: 'duel' });
          await made.pass(ms);
        }
        for (const caller of callers) caller.ask({ type: 'dequeue' });
        await made.pass(0);
        const ends = (caller: Caller) => caller.all('matched').length + caller.all('dropped').length;
        const begun = callers.map((caller, index) => {
          const asked = turns.filter((turn) => turn.who === index && !turn.isBack).length;
          return asked - caller.all('error').filter(({ code }) => code === 'ALREADY_QUEUED').length;
        });
        expect(callers.map(ends)).toEqual(begun);
      },
    ),
    { numRuns: 100 },
  ));
