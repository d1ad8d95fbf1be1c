/** The order of the scoreboard, made from live rows: what is handed out are objects of its own. */

export interface Standing {
  readonly id: number;
  readonly name: string;
  readonly colour: number;
  readonly score: number;
  readonly wins: number;
  readonly bot: boolean;
  /** 1 for the largest ground; equals share a rank. */
  readonly rank: number;
}

/** Most ground first; of equals, the one who has been here longer. */
export function standingsOf(players: Iterable<Omit<Standing, 'rank'>>): readonly Standing[] {
  const sorted = Array.from(players, ({ id, name, colour, score, wins, bot }) => {
    return { id, name, colour, score, wins, bot };
  }).sort((a, b) => b.score - a.score || a.id - b.id);
  return sorted.map((row) => ({ ...row, rank: 1 + sorted.findIndex(({ score }) => score === row.score) }));
}
