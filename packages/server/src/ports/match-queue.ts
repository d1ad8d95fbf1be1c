/**
 * Who waits for a match, as far as nodes have to agree on it: that a player waits once, and that a ticket is in one
 * match at most. How matches are found is not in here: a matchmaker works on the tickets that it entered, and claims
 * them here. Calls take effect in the order in which one caller makes them, without it having to wait for the
 * answers.
 */

export interface MatchQueue {
  /**
   * Enters a ticket for these players, whose keys are text and nothing else. Answers false and changes nothing where
   * one of them is in a ticket already, of whatever game. Ids are the caller's, and are not used twice.
   */
  enter(ticketId: string, players: readonly string[]): Promise<boolean>;
  /** Takes a ticket out, claimed or not; its players may enter again. One that is not there is fine. */
  leave(ticketId: string): Promise<void>;
  /**
   * Claims all of these tickets for one match, or none. Answers those that cannot be had, because they are gone or are
   * claimed for another match: where there are any, nothing has changed.
   */
  claim(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]>;
  /** The match came to nothing: those of its tickets that are still there may be claimed again. */
  release(matchId: string): Promise<void>;
  /** The match is made: its tickets are gone, and their players may enter again. */
  settle(matchId: string): Promise<void>;
}
