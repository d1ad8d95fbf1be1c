import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIDDING_SECONDS, bidSecondsMax, REVEAL_SECONDS } from './bidding.ts';
import { BOARD_SIZE, POINT_COUNT, pointOf, xOf, yOf } from './board.ts';
import { TIME_CONTROLS, ticksOf } from './clock.ts';
import { winningPoints } from './five.ts';
import { omok } from './game.ts';
import { type Guest, openRoom, openRound, type Room } from './omok.test-support.ts';

const MAIN = ticksOf(TIME_CONTROLS.standard.mainSeconds);
const INCREMENT = ticksOf(TIME_CONTROLS.standard.incrementSeconds);

/** Black on the top line, white on the bottom line; black's fifth stone wins. */
function playToFive({ black, white }: { black: Guest; white: Guest }): void {
  for (let x = 0; x < 5; x++) {
    black.place(x, 0);
    white.place(x * 2, 14);
  }
}

describe('bidding', () => {
  test('begins when the second player has come', () => {
    const room = openRoom();
    room.join('민지');
    room.wait(1000);
    expect(room.state.round.phase).toBe('waiting');
    room.join('Sam');
    expect(room.state.round).toMatchObject({ phase: 'bidding', number: 1 });
  });

  test('a bid is its own player’s business: nothing that everybody sees tells how much it is', () => {
    const { bidSeconds, shownBidSeconds, hasBid } = omok.state.players.fields;
    expect([bidSeconds.visibility, shownBidSeconds.visibility, hasBid.visibility]).toEqual([
      'owner',
      'everyone',
      'everyone',
    ]);
    const seen = (seconds: number): unknown => {
      const room = openRoom();
      const [ann] = [room.join('Ann'), room.join('Ben')];
      ann.bid(seconds);
      room.wait(5);
      const names = Object.entries(omok.state.players.fields).filter(([, type]) => type.visibility === 'everyone');
      return names.map(([name]) => [name, Reflect.get(ann.player, name)]);
    };
    expect(seen(30)).toEqual(seen(7));
  });

  test('ends as soon as both have bid: the higher bid plays black and is paid for, the other keeps its time', () => {
    const room = openRoom();
    const [ann, ben] = [room.join('Ann'), room.join('Ben')];
    ann.bid(12);
    ben.bid(40);
    room.wait(1);
    expect(room.state.round).toMatchObject({ phase: 'playing', turn: ben.player.id });
    expect([ben.player.colour, ben.player.leftTicks]).toEqual(['black', MAIN - ticksOf(40)]);
    expect([ann.player.colour, ann.player.leftTicks]).toEqual(['white', MAIN]);
    expect([ann.player.shownBidSeconds, ben.player.shownBidSeconds]).toEqual([12, 40]);
  });

  test('ends when time is up: who has said nothing has bid nothing', () => {
    const room = openRoom();
    const [ann, ben] = [room.join('Ann'), room.join('Ben')];
    ben.bid(1);
    room.wait(ticksOf(BIDDING_SECONDS) - 1);
    expect(room.state.round.phase).toBe('bidding');
    room.wait(1);
    expect([room.state.round.phase, ann.player.colour, ben.player.colour]).toEqual(['playing', 'white', 'black']);
  });

  test('a bid is final, and one that the clock cannot pay is none', () => {
    const room = openRoom();
    const [ann, ben] = [room.join('Ann'), room.join('Ben')];
    const most = bidSecondsMax(TIME_CONTROLS.standard);
    ann.bid(most + 1);
    expect(ann.player.hasBid).toBe(false);
    ann.bid(most);
    ann.bid(0);
    expect(ann.player.bidSeconds).toBe(most);
    ben.bid(3);
    room.wait(1);
    expect(ann.player.leftTicks).toBe(ticksOf(10));
    ann.bid(5);
    expect(ann.player.bidSeconds).toBe(most);
  });

  test('of equal bids chance decides, the same for the same seed, and fairly', () => {
    const isFirstBlack = (seed: number): boolean => {
      const room = openRoom(seed);
      const [ann, ben] = [room.join('Ann'), room.join('Ben')];
      ann.bid(9);
      ben.bid(9);
      room.wait(1);
      expect([ann, ben].find(({ player }) => player.colour === 'black')?.player.leftTicks).toBe(MAIN - ticksOf(9));
      return ann.player.colour === 'black';
    };
    const outcomes = Array.from({ length: 200 }, (_, seed) => isFirstBlack(seed));
    expect(outcomes).toEqual(Array.from({ length: 200 }, (_, seed) => isFirstBlack(seed)));
    const black = outcomes.filter(Boolean).length;
    expect(black).toBeGreaterThan(70);
    expect(black).toBeLessThan(130);
  });
});

describe('stones', () => {
  test('are placed in turns, black first, each with the number of its move', () => {
    const { room, black, white } = openRound();
    white.place(1, 1);
    black.place(7, 7);
    black.place(8, 8);
    white.place(7, 8);
    expect([room.state.board.at(7, 7), room.state.board.at(7, 8), room.state.round.moves]).toEqual([1, 2, 2]);
    expect(room.state.board.at(1, 1) + room.state.board.at(8, 8)).toBe(0);
  });

  test('go on free points of the board only', () => {
    const { room, black, white } = openRound();
    black.place(7, 7);
    white.place(7, 7);
    white.place(15, 3);
    white.place(3, 15);
    white.place(255, 255);
    expect([room.state.round.moves, room.state.board.at(7, 7)]).toEqual([1, 1]);
  });

  test('five win: the round is over, the row is shown, and nothing can be placed any more', () => {
    const { room, black, white } = openRound();
    playToFive({ black, white });
    const { round } = room.state;
    expect(round).toMatchObject({ phase: 'over', ending: 'five', winner: black.player.id, turn: 0, moves: 9 });
    expect(round.winningPoints).toEqual([0, 1, 2, 3, 4]);
    expect([black.player.wins, white.player.wins]).toEqual([1, 0]);
    white.place(9, 9);
    expect(round.moves).toBe(9);
  });

  test('a full board without five is a draw', () => {
    const { room, black, white } = openRound();
    // Black takes the points whose column and twice the row sum to 0 or 1 of 4: no five of these are in any row.
    const isBlack = (point: number): boolean => (xOf(point) + 2 * yOf(point)) % 4 < 2;
    const points = Array.from({ length: POINT_COUNT }, (_, point) => point);
    const [mine, theirs] = [points.filter(isBlack), points.filter((point) => !isBlack(point))];
    // Of an odd number of points black has one more.
    while (mine.length > theirs.length + 1) theirs.push(mine.pop() ?? 0);
    while (mine.length < theirs.length + 1) mine.push(theirs.pop() ?? 0);
    for (const [index, point] of mine.entries()) {
      black.place(xOf(point), yOf(point));
      const answer = theirs[index];
      if (answer !== undefined) white.place(xOf(answer), yOf(answer));
    }
    expect(room.state.round).toMatchObject({ phase: 'over', ending: 'full', winner: 0, moves: POINT_COUNT });
    expect([black.player.wins, white.player.wins]).toEqual([0, 0]);
  });
});

describe('clocks', () => {
  test('black’s does not run while the bids are shown, and black need not wait', () => {
    const { room, black, white } = openRound();
    room.wait(ticksOf(REVEAL_SECONDS) - 5);
    black.place(7, 7);
    expect(black.player.leftTicks).toBe(MAIN - ticksOf(10) + INCREMENT);
    room.wait(30);
    white.place(8, 8);
    expect(white.player.leftTicks).toBe(MAIN - 30 + INCREMENT);
  });

  test('runs out to the tick: a stone in the last tick counts, the next comes too late', () => {
    const last = MAIN - ticksOf(10) + ticksOf(REVEAL_SECONDS);
    const inTime = openRound();
    inTime.room.wait(last - 1);
    inTime.black.place(7, 7);
    expect(inTime.black.player.leftTicks).toBe(1 + INCREMENT);
    const late = openRound();
    late.room.wait(last);
    late.black.place(7, 7);
    expect(late.room.state.round).toMatchObject({
      phase: 'over',
      ending: 'time',
      winner: late.white.player.id,
      moves: 0,
    });
    expect(late.black.player.leftTicks).toBe(0);
  });

  test('stands still where the round ended', () => {
    const { room, black } = openRound();
    room.wait(ticksOf(REVEAL_SECONDS) + 50);
    black.resign();
    const { leftTicks } = black.player;
    room.wait(100);
    expect([leftTicks, black.player.leftTicks]).toEqual([MAIN - ticksOf(10) - 50, leftTicks]);
  });

  test('writes nothing while it runs, so nothing is sent either', () => {
    const { room } = openRound();
    const before = room.hash();
    room.wait(200);
    expect(room.hash()).toBe(before);
  });

  test('has the time that the room was opened with', () => {
    const { black, white } = openRound({ pace: 'quick' });
    expect([black.player.leftTicks, white.player.leftTicks]).toEqual([ticksOf(110), ticksOf(120)]);
  });
});

describe('draws and resignation', () => {
  test('a draw needs both: an offer stands until it is answered, or until the other plays on', () => {
    const { room, black, white } = openRound();
    black.place(7, 7);
    black.offerDraw();
    room.wait(10);
    expect(black.player.offersDraw).toBe(true);
    white.place(7, 8);
    expect(black.player.offersDraw).toBe(false);
    white.answerDraw(true);
    expect(room.state.round.phase).toBe('playing');
    white.offerDraw();
    black.answerDraw(true);
    expect(room.state.round).toMatchObject({ phase: 'over', ending: 'agreed', winner: 0 });
  });

  test('offering a draw to somebody who offers one is accepting it', () => {
    const { room, black, white } = openRound();
    black.offerDraw();
    white.offerDraw();
    expect(room.state.round.ending).toBe('agreed');
  });

  test('after a refusal nobody can ask again with the next stone', () => {
    const { black, white } = openRound();
    black.offerDraw();
    white.answerDraw(false);
    black.place(0, 0);
    white.place(0, 14);
    black.offerDraw();
    expect(black.player.offersDraw).toBe(false);
    for (let x = 2; x < 10; x += 2) {
      black.place(x, 0);
      white.place(x, 14);
    }
    black.offerDraw();
    expect(black.player.offersDraw).toBe(true);
  });

  test('nobody accepts its own offer', () => {
    const { room, black } = openRound();
    black.offerDraw();
    black.answerDraw(true);
    black.offerDraw();
    expect(room.state.round.phase).toBe('playing');
  });

  test('whoever resigns loses, also while bidding', () => {
    const { room, black, white } = openRound();
    white.resign();
    expect(room.state.round).toMatchObject({ ending: 'resigned', winner: black.player.id });
    const other = openRoom();
    const [ann, ben] = [other.join('Ann'), other.join('Ben')];
    ann.resign();
    expect(other.state.round).toMatchObject({ phase: 'over', ending: 'resigned', winner: ben.player.id });
  });
});

describe('coming and going', () => {
  test('whoever loses the connection is away, its clock runs on, and it may come back and play', () => {
    const { room, black, white } = openRound();
    black.drop();
    expect(black.player.isAway).toBe(true);
    room.wait(ticksOf(REVEAL_SECONDS) + 70);
    black.return();
    expect(black.player.isAway).toBe(false);
    black.place(7, 7);
    expect(black.player.leftTicks).toBe(MAIN - ticksOf(10) - 70 + INCREMENT);
    expect(room.state.round.turn).toBe(white.player.id);
  });

  test('whoever leaves for good loses, and can still be read about', () => {
    const { room, black, white } = openRound();
    white.leave();
    expect(room.state.round).toMatchObject({ phase: 'over', ending: 'left', winner: black.player.id });
    expect([...room.state.players].map(({ name, owner }) => [name, owner])).toEqual([
      ['민지', 1],
      ['Sam', 0],
    ]);
  });

  test('whoever leaves before an opponent came leaves nothing behind', () => {
    const room = openRoom();
    room.join('민지').leave();
    expect(room.state.players.size).toBe(0);
    room.join('Sam');
    room.join('Ada');
    expect(room.state.round.phase).toBe('bidding');
  });

  test('who takes the place of one who left finds the old board, and a new round begins once the other wants it', () => {
    const { room, black, white } = openRound();
    black.place(7, 7);
    white.leave();
    const ada = room.join('Ada');
    room.wait(50);
    expect([room.state.round.phase, room.state.board.at(7, 7), ada.player.wantsRematch]).toEqual(['over', 1, true]);
    expect(black.player.wins).toBe(0);
    black.rematch();
    room.wait(1);
    expect([room.state.round.phase, room.state.round.number, room.state.board.at(7, 7)]).toEqual(['bidding', 2, 0]);
    expect([...room.state.players].map(({ name }) => name).sort()).toEqual(['Ada', '민지']);
  });

  test('a wish for another round is for the opponent it was meant for', () => {
    const { room, black, white } = openRound();
    white.resign();
    black.rematch();
    white.leave();
    room.join('Ada');
    room.wait(5);
    expect(room.state.round.phase).toBe('over');
  });
});

describe('rematch', () => {
  test('needs both, and begins with new bids, whole clocks and an empty board', () => {
    const { room, black, white } = openRound();
    playToFive({ black, white });
    black.rematch();
    room.wait(10);
    expect(room.state.round.phase).toBe('over');
    white.rematch();
    room.wait(1);
    expect(room.state.round).toMatchObject({ phase: 'bidding', number: 2, moves: 0, winner: 0, winningPoints: [] });
    for (const { player } of [black, white]) {
      expect(player).toMatchObject({
        colour: 'none',
        hasBid: false,
        bidSeconds: 0,
        shownBidSeconds: 0,
        leftTicks: MAIN,
      });
    }
    expect(black.player.wins).toBe(1);
    white.bid(5);
    black.bid(0);
    room.wait(1);
    expect(white.player.colour).toBe('black');
  });

  test('cannot be asked for while a round goes on', () => {
    const { room, black, white } = openRound();
    black.rematch();
    white.resign();
    white.rematch();
    room.wait(5);
    expect(room.state.round.phase).toBe('over');
  });
});

describe('ratings', () => {
  test('hear of every round of a rated room once, winner first', () => {
    const { room, black, white } = openRound({ isRated: true });
    playToFive({ black, white });
    expect(room.reports).toEqual([[[black.seat.number], [white.seat.number]]]);
    white.resign();
    expect(room.reports.length).toBe(1);
  });

  test('hear of both players where one has left for good', () => {
    const { room, black, white } = openRound({ isRated: true });
    black.leave();
    expect(room.reports).toEqual([[[white.seat.number], [black.seat.number]]]);
  });

  test('hear of a draw as one place shared by both', () => {
    const { room, black, white } = openRound({ isRated: true });
    black.offerDraw();
    white.offerDraw();
    expect(room.reports.map((places) => places.map((seats) => [...seats].sort()))).toEqual([[[1, 2]]]);
  });

  test('hear nothing of rooms that are not rated', () => {
    const { room, white } = openRound();
    white.resign();
    expect(room.reports).toEqual([]);
  });

  test('are shown as they were before the round', () => {
    const { black, white } = openRound();
    expect([black.player.ratingBefore, white.player.ratingBefore]).toEqual([1500, 1480]);
  });
});

type Deed = readonly [who: number, what: keyof Guest | 'wait', x: number, y: number];

test('whatever both do: stones have numbers without gaps, clocks hold no more than was given, rounds end once', () => {
  const anyDeed: fc.Arbitrary<Deed> = fc.tuple(
    fc.nat(1),
    fc.constantFrom(
      'place',
      'place',
      'place',
      'bid',
      'offerDraw',
      'answerDraw',
      'resign',
      'rematch',
      'drop',
      'return',
      'wait',
    ),
    fc.nat(BOARD_SIZE),
    fc.nat(4),
  );
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 120 }), fc.nat(), (deeds, seed) => {
      const room = openRoom(seed, { isRated: true });
      const guests = [room.join('Ann'), room.join('Ben')];
      let ends = 0;
      let phase: string = room.state.round.phase;
      for (const [who, what, x, y] of deeds) {
        const guest = guests[who];
        if (what === 'wait') room.wait(x * 40);
        else if (guest !== undefined) act(guest, what, x, y);
        room.wait(1);
        if (phase !== 'over' && room.state.round.phase === 'over') ends++;
        phase = room.state.round.phase;
        expectSound(room);
      }
      expect(room.reports.length).toBe(ends);
    }),
    { numRuns: 150 },
  );
});

function act(guest: Guest, what: keyof Guest, x: number, y: number): void {
  if (what === 'place') guest.place(x, y);
  else if (what === 'bid') guest.bid(x * y * 10);
  else if (what === 'answerDraw') guest.answerDraw(y > 2);
  else if (what !== 'seat' && what !== 'player' && what !== 'leave') guest[what]();
}

function expectSound({ state: { board, players, round } }: Room): void {
  const numbers = Array.from(board.cells).filter((move) => move !== 0);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: round.moves }, (_, index) => index + 1));
  for (const { leftTicks, colour, id } of players) {
    const stones = Math.floor((round.moves + (colour === 'black' ? 1 : 0)) / 2);
    expect(leftTicks).toBeLessThanOrEqual(MAIN + stones * INCREMENT);
    if (round.turn === id) expect(round.phase).toBe('playing');
  }
  const last = Array.from(board.cells).indexOf(round.moves);
  const won = round.moves === 0 ? [] : winningPoints(board, xOf(last), yOf(last));
  expect(won).toEqual(round.winningPoints);
  if (won.length > 0) expect([round.ending, won.includes(pointOf(xOf(last), yOf(last)))]).toEqual(['five', true]);
}
