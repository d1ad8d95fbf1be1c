import { describe, expect, test } from 'vitest';
import { pointOf } from '../board.ts';
import { ticksOf } from '../clock.ts';
import { type Guest, openRoom, openRound, type Room } from '../omok.test-support.ts';
import { clockMs, isFree, nextColour, positionOf } from './position.ts';

const seenBy = (room: Room, guest: Guest) => positionOf(room.state, guest.seat.number);
const seenByWatcher = (room: Room) => positionOf(room.state, 0);

describe('who is where', () => {
  test('each player sees itself near and the other far, and whose turn it is', () => {
    const { room, black, white } = openRound();
    const [mine, theirs] = [seenBy(room, black), seenBy(room, white)];
    expect([mine.near?.name, mine.far?.name, mine.isMyTurn]).toEqual(['민지', 'Sam', true]);
    expect([theirs.near?.name, theirs.far?.name, theirs.isMyTurn]).toEqual(['Sam', '민지', false]);
    expect([mine.near?.isMe, mine.far?.isMe]).toEqual([true, false]);
  });

  test('somebody who watches sees black near, and has no turn', () => {
    const { room, white } = openRound();
    const seen = seenByWatcher(room);
    expect([seen.near?.colour, seen.far?.colour, seen.isMyTurn]).toEqual(['black', 'white', false]);
    white.resign();
    expect(seenByWatcher(room).outcome).toBe('watched');
  });

  test('one who waits alone has nobody opposite', () => {
    const room = openRoom();
    const ann = room.join('Ann');
    expect([seenBy(room, ann).near?.name, seenBy(room, ann).far]).toEqual(['Ann', null]);
  });

  test('an opponent who is away or gone is shown as such, and stays on the page', () => {
    const { room, black, white } = openRound();
    white.drop();
    expect(seenBy(room, black).far).toMatchObject({ name: 'Sam', isAway: true, hasLeft: false });
    white.leave();
    expect(seenBy(room, black)).toMatchObject({ outcome: 'won', ending: 'left', far: { name: 'Sam', hasLeft: true } });
  });
});

describe('the board', () => {
  test('moves come in their order, and points that hold a stone are not free', () => {
    const { room, black, white } = openRound();
    black.place(7, 7);
    white.place(0, 14);
    const seen = seenBy(room, black);
    expect(seen.moves).toEqual([pointOf(7, 7), pointOf(0, 14)]);
    expect([isFree(seen, 7, 7), isFree(seen, 0, 14), isFree(seen, 14, 0)]).toEqual([false, false, true]);
    expect(nextColour(seen)).toBe('black');
  });
});

describe('clocks', () => {
  test('the one whose turn it is runs, from the tick on at which it began, and never below zero', () => {
    const { room, black } = openRound();
    const seen = seenBy(room, black);
    const [mine, theirs] = [seen.near, seen.far];
    if (mine === null || theirs === null) throw new Error('both are here');
    const since = seen.turnSinceTick;
    const at = (tick: number) => [clockMs(mine, seen, tick, 100), clockMs(theirs, seen, tick, 100)];
    expect(at(since - 20)).toEqual([290_000, 300_000]);
    expect(at(since + 12.5)).toEqual([288_750, 300_000]);
    expect(at(since + ticksOf(1000))).toEqual([0, 300_000]);
  });
});

describe('the end', () => {
  test('is won by one, lost by the other, and a draw for both', () => {
    const { room, black, white } = openRound();
    white.resign();
    expect([seenBy(room, black).outcome, seenBy(room, white).outcome]).toEqual(['won', 'lost']);
    const drawn = openRound();
    drawn.black.offerDraw();
    drawn.white.answerDraw(true);
    expect([seenBy(drawn.room, drawn.black).outcome, seenByWatcher(drawn.room).outcome]).toEqual(['draw', 'draw']);
  });

  test('a change of rating shows once it is known, and not while the round goes on', () => {
    const { room, black } = openRound();
    expect(seenBy(room, black).near).toMatchObject({ rating: 1500, ratingChange: null });
    black.resign();
    expect(seenBy(room, black).near?.ratingChange).toBeNull();
    black.player.rating = 1488;
    expect(seenBy(room, black).near).toMatchObject({ rating: 1488, ratingChange: -12 });
  });

  test('a player without a rating has none, and no change of it', () => {
    const room = openRoom();
    const [ann] = [room.join('Ann'), room.join('Ben')];
    ann.resign();
    expect(seenBy(room, ann).near).toMatchObject({ rating: null, ratingChange: null });
  });
});
