/** Parties into teams: whether they fit, and how the teams come out even. Pure. */

/** A party as far as teams go. */
export interface Party {
  readonly size: number;
  /** The sum of its players' mu. */
  readonly mu: number;
}

/** Steps that a search may take. Matches of ten players are searched to the end, larger ones as far as this goes. */
const STEPS_MAX = 3_000;

/** True when parties of these sizes can stay together in so many teams of at most `teamSize` players. */
export function fits(sizes: readonly number[], teams: number, teamSize: number): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > teams * teamSize) return false;
  // Single players fill up what others leave.
  const parties = sizes.filter((size) => size > 1).sort((a, b) => b - a);
  return parties.length < 2 ? (parties[0] ?? 0) <= teamSize : packed(parties, teams, teamSize) !== null;
}

/**
 * Splits parties that fill the teams exactly, so that the teams are as even as can be: of teams with as many players,
 * that whose mu adds up to more is expected to win, and the difference decides how often; sigma is the same sum
 * however they are split. Answers null where the parties do not fit.
 */
export function splitTeams<P extends Party>(parties: readonly P[], teams: number, teamSize: number): P[][] | null {
  const sorted = [...parties].sort((a, b) => b.size - a.size || b.mu - a.mu);
  const first = packed(
    sorted.map(({ size }) => size),
    teams,
    teamSize,
  );
  if (first === null) return null;
  const search = new EvenSearch(sorted, teams, teamSize, first);
  search.place(0);
  return Array.from({ length: teams }, (_, team) => sorted.filter((_, index) => search.best[index] === team));
}

/** A team for each of the sizes, which go from large to small; null where there is none or the search was given up. */
function packed(sizes: readonly number[], teams: number, teamSize: number): readonly number[] | null {
  const room = new Array<number>(teams).fill(teamSize);
  const chosen: number[] = [];
  let steps = 0;
  const place = (index: number): boolean => {
    const size = sizes[index];
    if (size === undefined) return true;
    const tried = new Set<number>();
    for (let team = 0; team < teams && steps < STEPS_MAX; team++) {
      const left = room[team] ?? 0;
      // Teams with as much room are alike.
      if (left < size || tried.has(left)) continue;
      tried.add(left);
      steps++;
      room[team] = left - size;
      chosen[index] = team;
      if (place(index + 1)) return true;
      room[team] = left;
    }
    return false;
  };
  return place(0) ? chosen : null;
}

/** Looks through the splits, the likeliest first, and keeps the most even. */
class EvenSearch {
  best: readonly number[];
  readonly #parties: readonly Party[];
  readonly #teamSize: number;
  readonly #room: number[];
  readonly #mu: number[];
  readonly #chosen: number[] = [];
  #bestSpread: number;
  #steps = 0;

  constructor(parties: readonly Party[], teams: number, teamSize: number, first: readonly number[]) {
    this.#parties = parties;
    this.#teamSize = teamSize;
    this.#room = new Array<number>(teams).fill(teamSize);
    this.#mu = new Array<number>(teams).fill(0);
    this.best = first;
    const mu = new Array<number>(teams).fill(0);
    for (const [index, team] of first.entries()) mu[team] = (mu[team] ?? 0) + (parties[index]?.mu ?? 0);
    this.#bestSpread = spread(mu);
  }

  place(index: number): void {
    const party = this.#parties[index];
    if (party === undefined) {
      const found = spread(this.#mu);
      if (found >= this.#bestSpread) return;
      this.#bestSpread = found;
      this.best = [...this.#chosen];
      return;
    }
    for (const team of this.#weakestFirst(party.size)) {
      if (this.#steps++ >= STEPS_MAX || this.#bestSpread === 0) return;
      const room = this.#room[team] ?? 0;
      const mu = this.#mu[team] ?? 0;
      this.#room[team] = room - party.size;
      this.#mu[team] = mu + party.mu;
      this.#chosen[index] = team;
      this.place(index + 1);
      this.#room[team] = room;
      this.#mu[team] = mu;
    }
  }

  #weakestFirst(size: number): readonly number[] {
    const teams: number[] = [];
    let sawEmpty = false;
    for (const [team, room] of this.#room.entries()) {
      if (room < size) continue;
      // Empty teams are alike.
      const isEmpty = room === this.#teamSize;
      if (isEmpty && sawEmpty) continue;
      sawEmpty ||= isEmpty;
      teams.push(team);
    }
    return teams.sort((a, b) => (this.#mu[a] ?? 0) - (this.#mu[b] ?? 0));
  }
}

function spread(mu: readonly number[]): number {
  return Math.max(...mu) - Math.min(...mu);
}
