/**
 * What the page shows of a room, worked out from its state and from who looks: which side is near, whose turn it is,
 * how it ended. Plain values, so that everything drawn from them can be tested without a server.
 */
import { type Colour, colourOf, POINT_COUNT, xOf, yOf } from '../board.ts';
import { type Pace, ticksLeft } from '../clock.ts';
import type { Ending, SeenOmok } from '../state.ts';

/** One of the two players. */
export interface Side {
  readonly id: number;
  readonly seat: number;
  readonly name: string;
  readonly isMe: boolean;
  /** Null until the bids are settled. */
  readonly colour: Colour | null;
  readonly hasBid: boolean;
  /** What was bid, as far as whoever looks may know it. */
  readonly bidSeconds: number | null;
  readonly leftTicks: number;
  readonly isTurn: boolean;
  readonly offersDraw: boolean;
  readonly mayOfferDraw: boolean;
  readonly wantsRematch: boolean;
  readonly isAway: boolean;
  readonly hasLeft: boolean;
  readonly wins: number;
  readonly rating: number | null;
  /** What this round did to the rating; null until that is known. */
  readonly ratingChange: number | null;
}

export type Outcome = 'won' | 'lost' | 'draw' | 'watched';

export interface Position {
  readonly phase: SeenOmok['round']['phase'];
  readonly round: number;
  readonly pace: Pace;
  readonly isRated: boolean;
  /** Me; for somebody who watches, black. */
  readonly near: Side | null;
  readonly far: Side | null;
  readonly isMyTurn: boolean;
  /** Points in the order they were played. */
  readonly moves: readonly number[];
  readonly winningPoints: readonly number[];
  readonly endsAtTick: number;
  readonly turnSinceTick: number;
  readonly ending: Ending;
  /** The one who won; null for a draw, and while nobody has. */
  readonly winner: Side | null;
  readonly outcome: Outcome | null;
}

/** `seat` is 0 for somebody who watches. */
export function positionOf(state: SeenOmok, seat: number): Position {
  const { round, terms, players, board } = state;
  const sides = [...players].map((one): Side => {
    const isSettled = round.phase === 'playing' || round.phase === 'over';
    return {
      id: one.id,
      seat: one.owner,
      name: one.name,
      isMe: seat !== 0 && one.owner === seat,
      colour: one.colour === 'none' ? null : one.colour,
      hasBid: one.hasBid,
      bidSeconds: isSettled && one.colour !== 'none' ? one.shownBidSeconds : (one.bidSeconds ?? null),
      leftTicks: one.leftTicks,
      isTurn: round.turn === one.id,
      offersDraw: one.offersDraw,
      mayOfferDraw: round.phase === 'playing' && !one.offersDraw && round.moves >= one.offersFromMove,
      wantsRematch: one.wantsRematch,
      isAway: one.isAway,
      hasLeft: one.owner === 0,
      wins: one.wins,
      rating: one.rating === 0 ? null : one.rating,
      ratingChange:
        round.phase === 'over' && one.ratingBefore !== 0 && one.rating !== one.ratingBefore
          ? one.rating - one.ratingBefore
          : null,
    };
  });
  const isWatching = sides.every(({ isMe }) => !isMe);
  const near = sides.find(({ isMe, colour }) => (isWatching ? colour === 'black' : isMe)) ?? sides[0] ?? null;
  const far = sides.find((side) => side !== near) ?? null;
  const winner = sides.find(({ id }) => id === round.winner) ?? null;
  return {
    phase: round.phase,
    round: round.number,
    pace: terms.pace,
    isRated: terms.isRated,
    near,
    far,
    isMyTurn: round.phase === 'playing' && near?.isMe === true && near.isTurn,
    moves: movesOf(board.cells),
    winningPoints: round.winningPoints,
    endsAtTick: round.endsAtTick,
    turnSinceTick: round.turnSinceTick,
    ending: round.ending,
    winner,
    outcome: round.phase === 'over' ? outcomeOf(winner, isWatching) : null,
  };
}

function outcomeOf(winner: Side | null, isWatching: boolean): Outcome {
  if (winner === null) return 'draw';
  if (isWatching) return 'watched';
  return winner.isMe ? 'won' : 'lost';
}

function movesOf(cells: ArrayLike<number>): readonly number[] {
  const moves: number[] = [];
  for (let point = 0; point < POINT_COUNT; point++) {
    const move = cells[point] ?? 0;
    if (move > 0) moves[move - 1] = point;
  }
  return moves;
}

/** Milliseconds on a side's clock at a tick of the server, which may lie between two ticks. */
export function clockMs(side: Side, { turnSinceTick }: Position, tick: number, tickMs: number): number {
  return (side.isTurn ? ticksLeft(side.leftTicks, turnSinceTick, tick) : side.leftTicks) * tickMs;
}

/** The colour of the next stone. */
export function nextColour({ moves }: Position): Colour {
  return colourOf(moves.length + 1);
}

export function isFree({ moves }: Position, x: number, y: number): boolean {
  return !moves.some((point) => xOf(point) === x && yOf(point) === y);
}
