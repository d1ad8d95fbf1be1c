import { choice, type MatchRules } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { MemoryMatchQueue } from '../memory/memory-match-queue.ts';
import type { MatchQueue } from '../ports/match-queue.ts';
import { teamsOf, testQueue } from './matchmaking.test-support.ts';

const duel: MatchRules = { teams: 2, teamSize: 1 };
const asked: MatchRules = { ...duel, acceptMs: 10_000 };
const NOTHING_LEFT = { tickets: 0, waiting: 0, players: 0, matches: 0, backfills: 0 };

describe('waiting for a match', () => {
  test('ends in a room, with what lets one’s own players in and nobody else’s', async () => {
    const { add, clock, rooms, matchmaker, queue } = testQueue(duel);
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(200);
    expect([ann.story, bob.story]).toEqual([['matched'], ['matched']]);
    expect(ann.last('matched')).toMatchObject({ roomId: 'room 1', tickets: new Map([['ann', 'seat of ann']]) });
    expect(teamsOf(rooms.opened[0])).toEqual(['ann', 'bob']);
    expect(rooms.opened[0]).toMatchObject({ game: 'arena', roomId: null, region: null, criteria: {} });
    expect([matchmaker.counts, queue.size, clock.pending]).toEqual([NOTHING_LEFT, 0, 0]);
  });

  test('tells the place, how many wait and how long it took others, at most once a second', async () => {
    const { add, clock } = testQueue({ ...duel, skill: { limit: 200 } });
    const far = [0, 1_000, 2_000].map((points) => add(`${points}`, { points }));
    await clock.advanceAsync(10_100);
    for (const [index, one] of far.entries()) {
      expect(one.last('progress')).toMatchObject({ position: index + 1, waiting: 3, estimatedWaitMs: null });
      expect(one.heard.length).toBeLessThanOrEqual(11);
      expect(one.heard.length).toBeGreaterThanOrEqual(9);
    }
    add('near', { points: 0 });
    await clock.advanceAsync(2_000);
    expect(far[0]?.story).toEqual(['matched']);
    // One had waited 10.2 s and the other 0.1 s.
    expect(far[1]?.last('progress')).toMatchObject({ position: 1, waiting: 2, estimatedWaitMs: 5_150 });
  });

  test('is told in portions where thousands wait, and to everybody in turn', async () => {
    const { add, clock } = testQueue({ ...duel, skill: { start: 10, limit: 10 } });
    const all = Array.from({ length: 4_000 }, (_, index) => add(`${index}`, { points: 50 * index }));
    for (let second = 1; second <= 4; second++) {
      await clock.advanceAsync(1_000);
      const told = all.reduce((sum, { heard }) => sum + heard.length, 0);
      expect(told).toBeLessThanOrEqual(2_500 * second);
    }
    expect(all.every(({ heard }) => heard.length > 0)).toBe(true);
  });

  test('goes from near ratings to far ones, for both of them', async () => {
    const { add, clock } = testQueue({ ...duel, skill: { start: 100, perSecond: 10, limit: 300 } });
    const strong = add('strong', { points: 1_000 });
    await clock.advanceAsync(30_000);
    const weak = add('weak', { points: 800 });
    await clock.advanceAsync(9_500);
    expect([strong.story, weak.story]).toEqual([[], []]);
    await clock.advanceAsync(2_000);
    expect([strong.story, weak.story]).toEqual([['matched'], ['matched']]);
    const [lost, other] = [add('lost', { points: 0 }), add('other', { points: 301 })];
    await clock.advanceAsync(300_000);
    expect([lost.story, other.story]).toEqual([[], []]);
  });

  test('does not look at ratings in a game that has none', async () => {
    const { add, clock } = testQueue({ ...duel, rated: false, skill: { start: 1, limit: 1 } });
    const all = [add('strong', { points: 3_000 }), add('weak', { points: 0 })];
    await clock.advanceAsync(200);
    expect(all.map(({ story }) => story)).toEqual([['matched'], ['matched']]);
  });

  test('is for those who want the same, and gives up in the end what the game says', async () => {
    const criteria = { mode: choice('duel', 'melee'), map: choice('moor', 'hill') };
    const { add, clock, rooms } = testQueue({ ...duel, criteria, dropAfterMs: { map: 5_000 } });
    add('ann', { criteria: { mode: 'duel', map: 'moor' } });
    add('bob', { criteria: { mode: 'melee', map: 'moor' } });
    add('cho', { criteria: { mode: 'duel', map: 'hill' } });
    await clock.advanceAsync(4_900);
    expect(rooms.opened).toEqual([]);
    await clock.advanceAsync(500);
    expect(rooms.opened.map(teamsOf)).toEqual([['ann', 'cho']]);
    // Both had given up the map: it is that of who had waited longer.
    expect(rooms.opened[0]?.criteria).toEqual({ mode: 'duel', map: 'moor' });
    add('dan', { criteria: { mode: 'melee', map: 'hill' } });
    await clock.advanceAsync(200);
    expect(rooms.opened[1]?.criteria).toEqual({ mode: 'melee', map: 'hill' });
    add('eve');
    add('fay', { criteria: { map: 'moor' } });
    await clock.advanceAsync(200);
    expect(rooms.opened[2]?.criteria).toEqual({ map: 'moor' });
  });

  test('leads to the region that is near to all, farther away as it goes on', async () => {
    const regions = ['seoul', 'tokyo', 'paris'];
    const latencyMs = { start: 50, perSecond: 10, limit: 200 };
    const { clock, rooms, matchmaker } = testQueue({ ...duel, latencyMs }, { regions });
    const add = (key: string, latenciesMs: Record<string, number>): void => {
      matchmaker.add({ players: [{ key, latenciesMs }] }, () => {});
    };
    add('ann', { seoul: 10, tokyo: 40, paris: 250 });
    add('bob', { seoul: 45, tokyo: 20 });
    add('cho', { seoul: 150, tokyo: 120, paris: 20 });
    add('dan', { seoul: 20, tokyo: 80, paris: 240 });
    await clock.advanceAsync(200);
    expect(rooms.opened.map(teamsOf)).toEqual([['ann', 'bob']]);
    expect(rooms.opened[0]?.region).toBe('seoul');
    await clock.advanceAsync(6_000);
    expect(rooms.opened).toHaveLength(1);
    await clock.advanceAsync(2_500);
    expect(rooms.opened[1]).toMatchObject({ region: 'tokyo' });
  });

  test('ends after the time that a ticket may wait', async () => {
    const { add, clock, matchmaker } = testQueue(duel, { ticketMs: 60_000 });
    const ann = add('ann');
    await clock.advanceAsync(59_900);
    expect(ann.story).toEqual([]);
    await clock.advanceAsync(400);
    expect(ann.story).toEqual(['dropped: expired']);
    expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
  });
});

describe('teams', () => {
  test('are full, have parties together, and are about as strong as each other', async () => {
    const { add, clock, rooms } = testQueue({ teams: 2, teamSize: 3, skill: { start: 2_000 } });
    add(['ann', 'bob'], { points: 1_500 });
    for (const [index, points] of [1_400, 900, 1_000, 800].entries()) add(`p${index}`, { points });
    await clock.advanceAsync(200);
    // The pair is the strongest and gets the weakest beside it.
    expect(rooms.opened.map(teamsOf)).toEqual([['ann+bob+p3', 'p0+p1+p2']]);
  });

  test('are found for a party that the nearest single players would leave alone', async () => {
    const { add, clock, rooms } = testQueue({ teams: 2, teamSize: 2, skill: { start: 2_000 } });
    add(['ann', 'bob'], { points: 1_000 });
    add('cho', { points: 1_000 });
    add(['dan', 'eve'], { points: 1_400 });
    await clock.advanceAsync(200);
    expect(rooms.opened.map(teamsOf)).toEqual([['ann+bob', 'dan+eve']]);
  });

  test('are smaller than they could be only after some patience', async () => {
    const { add, clock, rooms } = testQueue({ teams: 2, teamSize: { min: 1, max: 3, patienceMs: 5_000 } });
    for (const key of ['ann', 'bob', 'cho', 'dan', 'eve']) add(key);
    await clock.advanceAsync(4_800);
    expect(rooms.opened).toEqual([]);
    await clock.advanceAsync(1_200);
    expect(rooms.opened[0]?.teams.map((team) => team.length)).toEqual([2, 2]);
    for (const key of ['fay', 'gil', 'han', 'ian', 'jin']) add(key);
    await clock.advanceAsync(200);
    expect(rooms.opened[1]?.teams.map((team) => team.length)).toEqual([3, 3]);
  });

  test('come first or second by chance, which a seed repeats', async () => {
    const firsts = async (seed: number): Promise<readonly (string | undefined)[]> => {
      const { add, clock, rooms } = testQueue(duel, { seed });
      for (let index = 0; index < 20; index++) {
        add(`a${index}`);
        add(`b${index}`);
        await clock.advanceAsync(200);
      }
      return rooms.opened.map(({ teams }) => teams[0]?.[0]?.key[0]);
    };
    const once = await firsts(1);
    expect(new Set(once)).toEqual(new Set(['a', 'b']));
    expect(await firsts(1)).toEqual(once);
    expect(await firsts(2)).not.toEqual(once);
  });
});

describe('a ticket', () => {
  test('is refused for a player who has one, and free again after', async () => {
    const { add, clock } = testQueue({ teams: 2, teamSize: 2 });
    const party = add(['ann', 'bob']);
    expect(() => add(['cho', 'bob'])).toThrow(
      expect.objectContaining({ code: 'ALREADY_QUEUED', details: { player: 'bob' } }),
    );
    party.ticket?.cancel();
    const again = add(['cho', 'bob']);
    await clock.advanceAsync(200);
    expect(again.heard).toMatchObject([{ event: 'progress', waiting: 1 }]);
  });

  test('is dropped for a player who waits for another game, and free once that is over', async () => {
    const queue = new MemoryMatchQueue();
    const [one, other] = [testQueue(duel, { queue }), testQueue(duel, { queue })];
    const ann = one.add('ann');
    await one.clock.advanceAsync(200);
    const again = other.add('ann');
    await other.clock.advanceAsync(200);
    expect([again.story, other.matchmaker.counts]).toEqual([['dropped: already-queued'], NOTHING_LEFT]);
    ann.ticket?.cancel();
    const third = other.add('ann');
    await other.clock.advanceAsync(200);
    expect(third.heard).toMatchObject([{ event: 'progress' }]);
  });

  test('that is cancelled is in no match, at whatever moment, and its player may queue again', async () => {
    for (const atMs of [0, 100, 199, 200]) {
      const { add, clock, rooms, matchmaker } = testQueue(asked);
      const [ann, bob] = [add('ann'), add('bob')];
      await clock.advanceAsync(atMs);
      ann.ticket?.cancel();
      const heard = ann.heard.length;
      await clock.advanceAsync(1_000);
      expect(bob.story).toEqual(atMs === 200 ? ['proposed', 'returned'] : []);
      const again = add('ann');
      await clock.advanceAsync(200);
      const matchId = again.last('proposed')?.matchId ?? '';
      again.ticket?.accept(matchId, 'ann');
      bob.ticket?.accept(matchId, 'bob');
      await clock.settle();
      expect(rooms.opened).toHaveLength(1);
      expect(ann.heard).toHaveLength(heard);
      expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
    }
  });

  test('that nobody takes back, a thousand times over, is gone after its time [GA13]', async () => {
    const { add, clock, matchmaker, queue } = testQueue({ ...duel, skill: { start: 1, limit: 1 } });
    for (let index = 0; index < 1_000; index++) add(`${index}`, { points: 100 * index });
    await clock.advanceAsync(1_000);
    expect([matchmaker.counts.tickets, queue.size]).toEqual([1_000, 1_000]);
    await clock.advanceAsync(600_000);
    expect([matchmaker.counts, queue.size, clock.pending]).toEqual([NOTHING_LEFT, 0, 0]);
  });

  test('is refused by a queue that is full, and by one that has stopped', async () => {
    const { add, clock, matchmaker } = testQueue(duel, { ticketsMax: 1 });
    const ann = add('ann');
    expect(() => add('bob')).toThrow(expect.objectContaining({ code: 'SERVER_BUSY' }));
    matchmaker.stop();
    matchmaker.stop();
    expect(ann.story).toEqual(['dropped: stopping']);
    expect(() => add('bob')).toThrow(expect.objectContaining({ code: 'SERVER_STOPPING' }));
    await clock.settle();
    expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
  });

  test('whose listener throws costs nobody else the match', async () => {
    const { add, clock, matchmaker, logged } = testQueue(duel);
    matchmaker.add({ players: [{ key: 'ann' }] }, () => {
      throw new Error('no ears');
    });
    const bob = add('bob');
    await clock.advanceAsync(200);
    expect(bob.story).toEqual(['matched']);
    expect(logged).toMatchObject([{ err: { message: 'no ears' } }]);
  });
});

describe('a match that was found', () => {
  test('is made once everybody has accepted', async () => {
    const { add, clock, rooms, matchmaker } = testQueue({ teams: 2, teamSize: 2, acceptMs: 10_000 });
    const [pair, cho, dan] = [add(['ann', 'bob']), add('cho'), add('dan')];
    await clock.advanceAsync(200);
    expect(pair.last('proposed')).toMatchObject({ withinMs: 10_000, players: 4 });
    const matchId = pair.last('proposed')?.matchId ?? '';
    pair.ticket?.accept(matchId, 'ann');
    pair.ticket?.accept(matchId, 'ann');
    pair.ticket?.accept(matchId, 'cho');
    pair.ticket?.accept('another match', 'bob');
    expect(dan.last('accepted')).toEqual({ event: 'accepted', matchId, accepted: 1, players: 4 });
    for (const [{ ticket }, key] of [
      [pair, 'bob'],
      [cho, 'cho'],
      [dan, 'dan'],
    ] as const)
      ticket?.accept(matchId, key);
    await clock.settle();
    expect(dan.story).toEqual(['proposed', 'accepted', 'accepted', 'accepted', 'accepted', 'matched']);
    expect(pair.last('matched')?.tickets.size).toBe(2);
    expect(teamsOf(rooms.opened[0])).toContain('ann+bob');
    expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
  });

  test('is off when somebody declines, who is dropped; the others keep their place', async () => {
    const { add, clock } = testQueue(asked);
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(200);
    const late = [add('cho'), add('dan'), add('eve')];
    bob.ticket?.decline(bob.last('proposed')?.matchId ?? '');
    expect(bob.story).toEqual(['proposed', 'dropped: declined']);
    await clock.advanceAsync(200);
    expect(ann.story).toEqual(['proposed', 'returned', 'proposed']);
    expect(late.map(({ story }) => story)).toEqual([['proposed'], ['proposed'], ['proposed']]);
  });

  test('is off when somebody does not answer, who is dropped; who accepted meets the next one', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(asked);
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(200);
    ann.ticket?.accept(ann.last('proposed')?.matchId ?? '', 'ann');
    await clock.advanceAsync(9_999);
    expect(bob.story).toEqual(['proposed', 'accepted']);
    await clock.advanceAsync(1);
    expect(bob.story).toEqual(['proposed', 'accepted', 'dropped: not-accepted']);
    expect(ann.story).toEqual(['proposed', 'accepted', 'returned']);
    const first = ann.last('proposed')?.matchId ?? '';
    const cho = add('cho');
    await clock.advanceAsync(400);
    const second = ann.last('proposed')?.matchId ?? '';
    expect(second).not.toBe(first);
    // An answer to the match that is off is none to the one that is on.
    ann.ticket?.accept(first, 'ann');
    cho.ticket?.accept(second, 'cho');
    await clock.settle();
    expect(rooms.opened).toEqual([]);
    ann.ticket?.accept(second, 'ann');
    await clock.settle();
    expect(cho.story.at(-1)).toBe('matched');
    expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
  });

  test('is tried again, ever more slowly, while no room can be opened', async () => {
    const { add, clock, rooms, logged } = testQueue(duel);
    rooms.mood = 'refuse';
    const [ann] = [add('ann'), add('bob')];
    await clock.advanceAsync(60_000);
    const tries = ann.story.length;
    expect(ann.story.every((event) => event === 'returned')).toBe(true);
    expect([tries > 5, tries < 15]).toEqual([true, true]);
    expect(logged[0]).toMatchObject({ msg: 'no room could be opened for a match' });
    rooms.mood = 'open';
    await clock.advanceAsync(10_400);
    expect(ann.story.at(-1)).toBe('matched');
  });

  test('is off when its room does not open in time, and the room that opens later is given up', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(duel);
    rooms.mood = 'hang';
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(10_200);
    expect([ann.story, bob.story]).toEqual([['returned'], ['returned']]);
    rooms.mood = 'open';
    rooms.answer();
    await clock.settle();
    expect(rooms.abandoned).toEqual(['room 1']);
    await clock.advanceAsync(1_000);
    expect(ann.last('matched')?.roomId).toBe('room 2');
    expect([matchmaker.counts, clock.pending]).toEqual([NOTHING_LEFT, 0]);
  });

  test('is off at once when somebody leaves while its room opens', async () => {
    const { add, clock, rooms } = testQueue(duel);
    rooms.mood = 'hang';
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(300);
    ann.ticket?.cancel();
    await clock.settle();
    expect(bob.story).toEqual(['returned']);
    rooms.answer();
    await clock.settle();
    expect([rooms.abandoned, ann.story]).toEqual([['room 1'], []]);
  });

  test('is made for both or for nobody, however close to its room’s opening somebody leaves', async () => {
    const stories: string[] = [];
    for (let steps = 0; steps < 16; steps++) {
      const { add, clock, rooms } = testQueue(duel);
      rooms.mood = 'hang';
      const [ann, bob] = [add('ann'), add('bob')];
      await clock.advanceAsync(300);
      rooms.answer();
      for (let step = 0; step < steps; step++) await null;
      ann.ticket?.cancel();
      const wasMade = ann.story.length > 0;
      await clock.settle();
      expect([ann.story, bob.story, rooms.abandoned]).toEqual(
        wasMade ? [['matched'], ['matched'], []] : [[], ['returned'], ['room 1']],
      );
      stories.push(...bob.story);
    }
    expect(new Set(stories)).toEqual(new Set(['matched', 'returned']));
  });

  test('is looked for at once for those whose match is off', async () => {
    const { add, clock } = testQueue({ ...asked, skill: { start: 0, perSecond: 5 } });
    const [ann, bob] = [add('ann', { points: 1_000 }), add('bob', { points: 1_400 })];
    await clock.advanceAsync(80_000);
    const decliners = [add('cho', { points: 1_000 }), add('dan', { points: 1_400 })];
    await clock.advanceAsync(200);
    for (const one of decliners) one.ticket?.decline(one.last('proposed')?.matchId ?? '');
    await clock.advanceAsync(200);
    // By now they have waited long enough for each other.
    expect([ann.story, bob.story]).toEqual([
      ['proposed', 'returned', 'proposed'],
      ['proposed', 'returned', 'proposed'],
    ]);
  });

  test('goes down with the server, with the room that was opening', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(duel);
    rooms.mood = 'hang';
    const all = [add('ann'), add('bob')];
    await clock.advanceAsync(300);
    matchmaker.stop();
    rooms.answer();
    await clock.settle();
    expect(all.map(({ story }) => story)).toEqual([['dropped: stopping'], ['dropped: stopping']]);
    expect([rooms.abandoned, matchmaker.counts, clock.pending]).toEqual([['room 1'], NOTHING_LEFT, 0]);
  });
});

describe('the queue that nodes share', () => {
  /** Fails as long as it is told to. */
  class FailingQueue extends MemoryMatchQueue implements MatchQueue {
    failing: 'enter' | 'claim' | null = null;
    override enter(ticketId: string, players: readonly string[]): Promise<boolean> {
      return this.failing === 'enter' ? Promise.reject(new Error('no line')) : super.enter(ticketId, players);
    }
    override claim(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]> {
      return this.failing === 'claim' ? Promise.reject(new Error('no line')) : super.claim(matchId, ticketIds);
    }
  }

  test('drops tickets while it takes none', async () => {
    const queue = new FailingQueue();
    const { add, clock, matchmaker } = testQueue(duel, { queue });
    queue.failing = 'enter';
    const ann = add('ann');
    await clock.settle();
    expect([ann.story, matchmaker.counts, clock.pending]).toEqual([['dropped: unavailable'], NOTHING_LEFT, 0]);
  });

  test('holds matches up while it gives none away, and loses nobody', async () => {
    const queue = new FailingQueue();
    const { add, clock } = testQueue(duel, { queue });
    queue.failing = 'claim';
    const [ann] = [add('ann'), add('bob')];
    await clock.advanceAsync(5_000);
    expect(new Set(ann.story)).toEqual(new Set(['returned']));
    queue.failing = null;
    await clock.advanceAsync(10_000);
    expect(ann.story.at(-1)).toBe('matched');
  });

  test('drops a ticket that it has lost; the one it was to meet waits on', async () => {
    const queue = new MemoryMatchQueue();
    let lost = '';
    const enter = queue.enter.bind(queue);
    queue.enter = (ticketId, players) => {
      if (players.includes('ann')) lost = ticketId;
      return enter(ticketId, players);
    };
    const { add, clock } = testQueue(duel, { queue });
    const [ann, bob] = [add('ann'), add('bob')];
    await queue.leave(lost);
    await clock.advanceAsync(200);
    expect([ann.story, bob.story]).toEqual([['dropped: unavailable'], ['returned']]);
    add('cho');
    await clock.advanceAsync(400);
    expect(bob.story.at(-1)).toBe('matched');
  });
});
