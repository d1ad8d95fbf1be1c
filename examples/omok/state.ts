/** What there is in a room of omok: two players, the board, the round and the terms it is played on. */
import {
  bool,
  choice,
  grid,
  list,
  type Row,
  record,
  rowId,
  type SeenStateOf,
  type StateOf,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';
import { BOARD_SIZE } from './board.ts';
import { PACES } from './clock.ts';
import { WINNING_POINTS_MAX } from './five.ts';

const player = {
  name: text(128),
  colour: choice('none', 'black', 'white'),
  hasBid: bool,
  /** What this player bid: its own business until both bids are in. */
  bidSeconds: u16.visibleTo('owner'),
  /** What it bid, for everybody, once that is settled; 0 until then. */
  shownBidSeconds: u16,
  /** Time on its clock when the turn began: while it is this player's turn, less remains. */
  leftTicks: u32,
  offersDraw: bool,
  /** The number of stones on the board from which it may offer a draw (again). */
  offersFromMove: u8,
  wantsRematch: bool,
  /** Its connection is lost and its seat is held. */
  isAway: bool,
  /** Rounds won against this opponent. */
  wins: u16,
  /** 0 for a player without one. */
  rating: u16,
  /** The rating it came into this round with. */
  ratingBefore: u16,
};

export const state = {
  /** A player who has left for good has a row that nobody owns until somebody else comes. */
  players: table(player, { maxRows: 4 }),
  /** For each point the number of the move that put a stone there, or 0. */
  board: grid({ width: BOARD_SIZE, height: BOARD_SIZE, of: u8 }),
  round: record({
    /** From 1; 0 before the first. */
    number: u16,
    phase: choice('waiting', 'bidding', 'playing', 'over'),
    /** When bidding ends. */
    endsAtTick: u32,
    /** Whose stone is next. */
    turn: rowId,
    /** The clock of `turn` runs from this tick on. */
    turnSinceTick: u32,
    /** Stones on the board. */
    moves: u8,
    /** The points that won. */
    winningPoints: list(u8, WINNING_POINTS_MAX),
    /** 0 for a draw. */
    winner: rowId,
    ending: choice('none', 'five', 'time', 'resigned', 'left', 'full', 'agreed'),
  }),
  terms: record({ pace: choice(...PACES), isRated: bool }),
};

export type OmokState = StateOf<typeof state>;
export type Player = Row<typeof player>;
export type SeenOmok = SeenStateOf<typeof state>;
export type Ending = OmokState['round']['ending'];
