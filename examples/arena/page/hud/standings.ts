/** Who is where in the round: most destroyed first, of equals who was destroyed less. */
import type { SeenShip } from '../../state.ts';

export interface Standing {
  readonly id: number;
  readonly name: string;
  readonly colour: number;
  readonly bot: boolean;
  readonly score: number;
  readonly deaths: number;
  readonly wins: number;
  readonly rank: number;
}

/** Copies, best first; equals share a rank and keep the order of their rows. */
export function standingsOf(ships: Iterable<SeenShip>): readonly Standing[] {
  const sorted = [...ships]
    .map(({ id, name, colour, bot, score, deaths, wins }) => ({ id, name, colour, bot, score, deaths, wins }))
    .sort((a, b) => b.score - a.score || a.deaths - b.deaths || a.id - b.id);
  const isEqual = (a: (typeof sorted)[number], b: (typeof sorted)[number]): boolean =>
    a.score === b.score && a.deaths === b.deaths;
  return sorted.map((one) => ({ ...one, rank: sorted.findIndex((other) => isEqual(other, one)) + 1 }));
}

/** The leaders, with oneself in the last place if not among them. */
export function visibleStandings(all: readonly Standing[], me: number, most: number): readonly Standing[] {
  const top = all.slice(0, most);
  const mine = all.find(({ id }) => id === me);
  if (mine === undefined || top.some(({ id }) => id === me)) return top;
  return [...top.slice(0, most - 1), mine];
}
