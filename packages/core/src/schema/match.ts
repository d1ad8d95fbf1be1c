/** How players are put together: data in a game's definition. */

export interface MatchRules {
  readonly teams: number;
  readonly teamSize: number;
}
