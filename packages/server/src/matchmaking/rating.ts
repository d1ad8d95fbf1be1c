/**
 * How good a player is, as a belief: the mean `mu` and its uncertainty `sigma`, as openskill has them.
 *
 * People are shown points on the scale that chess players know. A new player has 900, whoever is average and has
 * played some dozens of matches about 1,500. Among such players a difference of 100 points means about what it means
 * there: the better one wins two times out of three.
 */

export interface Rating {
  readonly mu: number;
  readonly sigma: number;
}

/** Somebody of whom nothing is known. */
export const NEW_RATING: Rating = { mu: 25, sigma: 25 / 3 };

/**
 * Points for one of mu. In chess the better player wins with odds of e^(d / 173.7); between two whose sigma is small,
 * in openskill, with odds of e^(d / 5.9), where 5.9 = sqrt(2) * 25 / 6.
 */
export const POINTS_PER_MU = 30;

/** What a new player is shown. */
const POINTS_NEW = 900;

/** What to show of a rating: it is better than this with 99.7 % certainty (mu - 3 sigma). A whole number from 0. */
export function shownRating({ mu, sigma }: Rating): number {
  return Math.max(0, Math.round(POINTS_NEW + POINTS_PER_MU * (mu - 3 * sigma)));
}
