/**
 * 오목, omok: five in a row for two, on a board of 15 x 15. How it is won is in five.ts, who begins in bidding.ts, how
 * long one may think in clock.ts; here is how a round goes:
 *
 *   waiting   until two have come
 *   bidding   both secretly bid for black; over when both have, or when time is up
 *   playing   stone by stone, until somebody wins or nobody can
 *   over      until both want another round; whoever comes in place of one who left wants one
 *
 * A player whose connection is lost loses nothing but time: its clock runs on. One who leaves for good loses the round.
 * What cannot be done now (a stone out of turn, a bid that is too high) is not done: the state says what is.
 */
import { bool, defineGame, type RoomScope, type Seat, type SeededRandom, u8, u16 } from '@madang/core';
import { BIDDING_SECONDS, bidSecondsMax, blackOf, REVEAL_SECONDS } from './bidding.ts';
import { isOnBoard, POINT_COUNT } from './board.ts';
import { TICK_RATE_HZ, TIME_CONTROLS, ticksLeft, ticksOf } from './clock.ts';
import { winningPoints } from './five.ts';
import { type Ending, type OmokState, type Player, state } from './state.ts';

/** Stones between two draw offers of one player: an offer is a question, and asking it with every stone is noise. */
const STONES_BETWEEN_OFFERS = 10;

type OmokRoom = RoomScope<typeof state, Record<never, never>>;

export const omok = defineGame({
  name: 'omok',
  title: { ko: '오목', en: 'Omok' },
  tickRateHz: TICK_RATE_HZ,
  seats: 2,
  state,
  input: {},
  commands: {
    bid: { seconds: u16 },
    place: { x: u8, y: u8 },
    /** Where the other has offered a draw, this accepts it. */
    offerDraw: {},
    answerDraw: { accept: bool },
    resign: {},
    rematch: {},
  },
  options: 'terms',
  listed: 'terms',
  match: { teams: 2, teamSize: 1, criteria: { isRated: bool } },
  spectators: 100,
  recordings: 'keep',

  join(room, seat, { tick }) {
    const { players, round } = room.state;
    for (const one of players) {
      if (one.owner === 0) players.remove(one);
      else one.wins = 0;
    }
    players.add({ name: seat.name, rating: ratingOf(seat), wantsRematch: round.phase === 'over' }, { owner: seat });
    if (round.phase !== 'waiting' || pairOf(room.state) === null) return;
    startBidding(room.state, tick);
  },

  drop(room, seat) {
    const player = room.state.players.ownedBy(seat);
    if (player !== undefined) player.isAway = true;
  },

  return(room, seat) {
    const player = room.state.players.ownedBy(seat);
    if (player !== undefined) player.isAway = false;
  },

  leave(room, seat, { tick }) {
    const { players, round } = room.state;
    const player = players.ownedBy(seat);
    if (player === undefined) return;
    const rival = rivalOf(room.state, player);
    if (round.phase === 'waiting') players.remove(player);
    else if (round.phase !== 'over') endRound(room, { tick, ending: 'left', winner: rival, left: seat });
    // It wanted another round with the one who is gone.
    if (rival !== undefined) rival.wantsRematch = false;
  },

  on: {
    bid(room, seat, { seconds }) {
      const { players, round, terms } = room.state;
      const player = players.ownedBy(seat);
      if (player === undefined || round.phase !== 'bidding' || player.hasBid) return;
      if (seconds > bidSecondsMax(TIME_CONTROLS[terms.pace])) return;
      player.bidSeconds = seconds;
      player.hasBid = true;
    },

    place(room, seat, { x, y }, { tick }) {
      const { players, round, board, terms } = room.state;
      const player = players.ownedBy(seat);
      if (player === undefined || round.phase !== 'playing' || round.turn !== player.id) return;
      if (!isOnBoard(x, y) || board.at(x, y) !== 0) return;
      const left = ticksLeft(player.leftTicks, round.turnSinceTick, tick);
      if (left === 0) return;
      const rival = rivalOf(room.state, player);
      round.moves += 1;
      board.set(x, y, round.moves);
      player.leftTicks = left + ticksOf(TIME_CONTROLS[terms.pace].incrementSeconds);
      round.turn = rival?.id ?? 0;
      round.turnSinceTick = tick;
      // Whoever plays on has answered the other's offer.
      if (rival !== undefined) rival.offersDraw = false;
      const points = winningPoints(board, x, y);
      if (points.length > 0) {
        round.winningPoints = points;
        endRound(room, { tick, ending: 'five', winner: player });
      } else if (round.moves === POINT_COUNT) endRound(room, { tick, ending: 'full' });
    },

    offerDraw(room, seat, _none, { tick }) {
      const { players, round } = room.state;
      const player = players.ownedBy(seat);
      if (player === undefined || round.phase !== 'playing') return;
      if (rivalOf(room.state, player)?.offersDraw === true) return endRound(room, { tick, ending: 'agreed' });
      if (round.moves < player.offersFromMove) return;
      player.offersDraw = true;
      player.offersFromMove = round.moves + STONES_BETWEEN_OFFERS;
    },

    answerDraw(room, seat, { accept }, { tick }) {
      const { players, round } = room.state;
      const player = players.ownedBy(seat);
      const rival = player === undefined ? undefined : rivalOf(room.state, player);
      if (rival?.offersDraw !== true || round.phase !== 'playing') return;
      if (accept) endRound(room, { tick, ending: 'agreed' });
      else rival.offersDraw = false;
    },

    resign(room, seat, _none, { tick }) {
      const { players, round } = room.state;
      const player = players.ownedBy(seat);
      if (player === undefined || (round.phase !== 'playing' && round.phase !== 'bidding')) return;
      endRound(room, { tick, ending: 'resigned', winner: rivalOf(room.state, player) });
    },

    rematch(room, seat) {
      const { players, round } = room.state;
      const player = players.ownedBy(seat);
      if (player !== undefined && round.phase === 'over') player.wantsRematch = true;
    },
  },

  step(room, { tick, random }) {
    const { players, round } = room.state;
    const pair = pairOf(room.state);
    switch (round.phase) {
      case 'waiting':
        return;
      case 'bidding':
        if (pair === null) return;
        if (tick >= round.endsAtTick || pair.every(({ hasBid }) => hasBid))
          startPlaying(room.state, pair, tick, random);
        return;
      case 'playing': {
        const player = players.get(round.turn);
        if (player === undefined || ticksLeft(player.leftTicks, round.turnSinceTick, tick) > 0) return;
        endRound(room, { tick, ending: 'time', winner: rivalOf(room.state, player) });
        return;
      }
      case 'over':
        for (const seat of room.seats) {
          const player = players.ownedBy(seat);
          if (player !== undefined) player.rating = ratingOf(seat);
        }
        if (pair?.every(({ wantsRematch }) => wantsRematch) === true) startBidding(room.state, tick);
        return;
      default:
        round.phase satisfies never;
    }
  },
});

/** The two who are here; null where somebody is missing. */
function pairOf({ players }: OmokState): readonly [Player, Player] | null {
  const [first, second] = [...players].filter(({ owner }) => owner !== 0);
  return first === undefined || second === undefined ? null : [first, second];
}

/** The other player, present or gone. */
function rivalOf({ players }: OmokState, { id }: Player): Player | undefined {
  for (const one of players) if (one.id !== id) return one;
  return undefined;
}

function ratingOf({ rating }: Seat): number {
  return rating === null ? 0 : Math.max(0, Math.round(rating));
}

function startBidding({ players, round, board, terms }: OmokState, tick: number): void {
  board.fill(0);
  round.number = (round.number % 0xffff) + 1;
  round.phase = 'bidding';
  round.endsAtTick = tick + ticksOf(BIDDING_SECONDS);
  round.turn = 0;
  round.moves = 0;
  round.winningPoints = [];
  round.winner = 0;
  round.ending = 'none';
  for (const one of players) {
    one.colour = 'none';
    one.hasBid = false;
    one.bidSeconds = 0;
    one.shownBidSeconds = 0;
    one.leftTicks = ticksOf(TIME_CONTROLS[terms.pace].mainSeconds);
    one.offersDraw = false;
    one.offersFromMove = 0;
    one.wantsRematch = false;
    one.ratingBefore = one.rating;
  }
}

function startPlaying(
  { round }: OmokState,
  [first, second]: readonly [Player, Player],
  tick: number,
  random: SeededRandom,
): void {
  const isFirst = blackOf(first.bidSeconds, second.bidSeconds, random) === 'first';
  const [black, white] = isFirst ? [first, second] : [second, first];
  for (const one of [black, white]) one.shownBidSeconds = one.bidSeconds;
  black.colour = 'black';
  white.colour = 'white';
  black.leftTicks -= ticksOf(black.bidSeconds);
  round.phase = 'playing';
  round.turn = black.id;
  round.turnSinceTick = tick + ticksOf(REVEAL_SECONDS);
}

/** How a round ends: without a winner it is a draw. `left` is the seat of whoever ends it by being gone. */
interface End {
  readonly tick: number;
  readonly ending: Ending;
  readonly winner?: Player | undefined;
  readonly left?: Seat;
}

/** Ends the round, and reports it for ratings where the room is rated. */
function endRound(room: OmokRoom, { tick, ending, winner, left }: End): void {
  const { players, round, terms } = room.state;
  const thinking = players.get(round.turn);
  if (thinking !== undefined) thinking.leftTicks = ticksLeft(thinking.leftTicks, round.turnSinceTick, tick);
  round.phase = 'over';
  round.ending = ending;
  round.winner = winner?.id ?? 0;
  round.turn = 0;
  if (winner !== undefined) winner.wins += 1;
  for (const one of players) one.offersDraw = false;
  if (!terms.isRated) return;
  const seats = new Set(left === undefined ? room.seats : [...room.seats, left]);
  const [first, second] = [...seats].sort((seat) => (seat.number === winner?.owner ? -1 : 1));
  if (first === undefined || second === undefined) return;
  room.report(winner === undefined ? [[[first], [second]]] : [[[first]], [[second]]]);
}
