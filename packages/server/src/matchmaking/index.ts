/** Finding a game: the matchmaker of one game, and the ratings that results give its players. */
export type { BackfillWish } from './backfills.ts';
export { Matchmaker, type MatchmakerCounts, type MatchmakerOptions, type TicketHandle } from './matchmaker.ts';
export type { MatchRooms, OpenedMatch } from './pending-match.ts';
export { NEW_RATING, type Rating, shownRating } from './rating.ts';
export {
  type MatchResult,
  type RatingChange,
  Ratings,
  type ResultPlayer,
  type ResultTeam,
} from './ratings.ts';
export type { DropReason, Match, MatchPlayer, TicketEvent, TicketWish, WishedPlayer } from './ticket.ts';
