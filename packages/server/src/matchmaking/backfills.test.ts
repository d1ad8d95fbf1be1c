import { choice, type MatchRules } from '@madang/core';
import { describe, expect, test } from 'vitest';
import { teamsOf, testQueue } from './matchmaking.test-support.ts';

const NOTHING_LEFT = { tickets: 0, waiting: 0, players: 0, matches: 0, backfills: 0 };

describe('a room that wants players', () => {
  const rules: MatchRules = { teams: 2, teamSize: 3, backfill: true, criteria: { mode: choice('day', 'night') } };

  test('gets them before a new room does, for the team that lacks them', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(rules);
    matchmaker.backfill({ roomId: 'r1', team: 1, seats: 2, criteria: { mode: 'night' } });
    const day = add('day', { criteria: { mode: 'day' } });
    const party = add(['ann', 'bob', 'cho']);
    const pair = add(['dan', 'eve']);
    await clock.advanceAsync(200);
    expect(rooms.opened).toMatchObject([{ roomId: 'r1', criteria: { mode: 'night' } }]);
    expect(rooms.opened[0]?.teams.map((team) => team.map(({ key }) => key))).toEqual([[], ['dan', 'eve']]);
    expect(pair.last('matched')?.roomId).toBe('r1');
    expect([day.story, party.story]).toEqual([[], []]);
    expect(matchmaker.counts).toMatchObject({ backfills: 0, tickets: 2 });
  });

  test('gets as many as there are, and the rest when they come', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(rules);
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 3 });
    add('ann');
    await clock.advanceAsync(400);
    add(['bob', 'cho']);
    await clock.advanceAsync(400);
    expect(rooms.opened.map(({ roomId, teams }) => [roomId, teams[0]?.length])).toEqual([
      ['r1', 1],
      ['r1', 2],
    ]);
    expect(matchmaker.counts).toEqual(NOTHING_LEFT);
  });

  test('gets no more than it has seats for while they think about it, and others when they do not come', async () => {
    const { add, clock, rooms, matchmaker } = testQueue({ ...rules, acceptMs: 10_000 });
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 1 });
    const [ann, bob] = [add('ann'), add('bob')];
    await clock.advanceAsync(1_000);
    expect([ann.story, bob.story]).toEqual([['proposed'], []]);
    ann.ticket?.decline(ann.last('proposed')?.matchId ?? '');
    await clock.advanceAsync(400);
    bob.ticket?.accept(bob.last('proposed')?.matchId ?? '', 'bob');
    await clock.settle();
    expect(rooms.opened.map(teamsOf)).toEqual([['', 'bob']]);
  });

  test('gets only those whose rating is near to its own', async () => {
    const { add, clock, rooms, matchmaker } = testQueue({ ...rules, skill: { start: 100, limit: 100 } });
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 3, rating: { mu: 40, sigma: 2 } });
    add('far', { points: 1_000 });
    add('near', { points: 1_150 });
    await clock.advanceAsync(400);
    expect(rooms.opened.map(teamsOf)).toEqual([['', 'near']]);
  });

  test('gets nobody after it took that back, or asked for something else instead', async () => {
    const { add, clock, rooms, matchmaker } = testQueue(rules);
    const takeBack = matchmaker.backfill({ roomId: 'r1', team: 0, seats: 3 });
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 1 });
    takeBack();
    add(['ann', 'bob']);
    await clock.advanceAsync(400);
    expect([rooms.opened, matchmaker.counts.backfills]).toEqual([[], 1]);
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 2 })();
    await clock.advanceAsync(400);
    expect([rooms.opened, matchmaker.counts.backfills]).toEqual([[], 0]);
  });

  test('that takes nobody after all is not asked again, and holds nobody up', async () => {
    const { add, clock, rooms, matchmaker } = testQueue({ ...rules, teams: 2, teamSize: 1 });
    matchmaker.backfill({ roomId: 'r1', team: 0, seats: 1 });
    rooms.mood = 'refuse';
    const ann = add('ann');
    await clock.advanceAsync(200);
    expect([ann.story, matchmaker.counts.backfills]).toEqual([['returned'], 0]);
    rooms.mood = 'open';
    add('bob');
    await clock.advanceAsync(400);
    expect(rooms.opened.map(teamsOf)).toEqual([['ann', 'bob']]);
  });

  test('is refused where the rules do not allow it, or have no such team', () => {
    const wish = { roomId: 'r1', team: 0, seats: 1 };
    const refused = expect.objectContaining({ code: 'BAD_OPTION' });
    expect(() => testQueue({ teams: 2, teamSize: 1 }).matchmaker.backfill(wish)).toThrow(refused);
    expect(() => testQueue(rules).matchmaker.backfill({ ...wish, team: 2 })).toThrow(refused);
    expect(() => testQueue(rules).matchmaker.backfill({ ...wish, seats: 4 })).toThrow(refused);
  });
});
