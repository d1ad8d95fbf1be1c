/**
 * The ratings of a server's games, kept in its store under `rating:GAME:USER`. A match counts once for each of its
 * players, however often its result is applied, by however many nodes at once, and also where a process ends half-way
 * and another applies it again: each player's document keeps its latest matches, with the rating before and after
 * each of them.
 */
import { isGameError, isJsonObject, type JsonValue } from '@madang/core';
import type { Documents } from '../ports/store.ts';
import { NEW_RATING, type Rating } from './rating.ts';

/** How a match ended. */
export interface MatchResult {
  readonly game: string;
  /** Of matches with the same id, one counts. */
  readonly matchId: string;
  readonly teams: readonly ResultTeam[];
}

export interface ResultTeam {
  /** 1 for the best. Teams of the same place are tied; null for a team that did not finish: behind all that did. */
  readonly place: number | null;
  readonly players: readonly ResultPlayer[];
}

export interface ResultPlayer {
  /** Null for somebody without an identity, who is taken for a new player and not remembered. */
  readonly user: string | null;
  /** True for who went before the end: rated as if the team had come last. */
  readonly hasLeft?: boolean;
}

export interface RatingChange {
  readonly user: string;
  readonly before: Rating;
  readonly after: Rating;
}

/** A player's document. */
interface Document {
  readonly rating: Rating;
  /** The latest matches that counted, the newest last. */
  readonly matches: readonly Counted[];
}

interface Counted {
  readonly id: string;
  readonly before: Rating;
  readonly after: Rating;
}

interface Loaded {
  readonly user: string;
  readonly document: Document;
  readonly version: number;
  /** Set where the match has counted for this player. */
  readonly counted: Counted | undefined;
}

/**
 * A result that comes after so many later matches of the same player counts again. Nothing repeats itself that late.
 */
const MATCHES_KEPT = 32;

/** Each try fails only where somebody else has saved, so that many in a row mean that something is wrong. */
const TRIES = 10;

export class Ratings {
  readonly #store: Documents;

  constructor(store: Documents) {
    this.#store = store;
  }

  /** The rating of a player, a new one's for somebody who has not played. Rejects where the store fails. */
  async load(game: string, user: string): Promise<Rating> {
    return (await this.#load(game, user, '')).document.rating;
  }

  /**
   * Counts a result and answers what it changed, for each user in the order of the result; the same again when it has
   * counted already. A match that no team finished, or that had one team only, changes nothing. Rejects with
   * STALE_VERSION where others keep saving the same players, and where the store fails: apply it again then, what has
   * counted stays.
   */
  async apply(result: MatchResult): Promise<readonly RatingChange[]> {
    const users = result.teams
      .flatMap(({ players }) => players.map(({ user }) => user))
      .filter((user) => user !== null);
    if (new Set(users).size < users.length) throw new Error(`match ${result.matchId} has a player twice`);
    if (result.teams.length < 2 || result.teams.every(({ place }) => place === null)) return [];
    for (let tries = 1; ; tries++) {
      const loaded = new Map<string, Loaded>();
      for (const one of await Promise.all(users.map((user) => this.#load(result.game, user, result.matchId)))) {
        loaded.set(one.user, one);
      }
      const changes = await changesOf(result, loaded);
      try {
        await this.#save(result, changes, loaded);
        return changes;
      } catch (error) {
        if (tries === TRIES || !isGameError(error, 'STALE_VERSION')) throw error;
      }
    }
  }

  async #load(game: string, user: string, matchId: string): Promise<Loaded> {
    const stored = await this.#store.load(keyOf(game, user));
    const document = stored === null ? { rating: NEW_RATING, matches: [] } : parseDocument(stored.value);
    const counted = document.matches.find(({ id }) => id === matchId);
    return { user, document, version: stored?.version ?? 0, counted };
  }

  /** Saves what has not counted yet. Others' saves go on where one fails, so that a next try has less to do. */
  async #save(
    { game, matchId }: MatchResult,
    changes: readonly RatingChange[],
    loaded: ReadonlyMap<string, Loaded>,
  ): Promise<void> {
    const saves = changes.map(async ({ user, before, after }) => {
      const one = loaded.get(user);
      if (one === undefined || one.counted !== undefined) return;
      const matches = [...one.document.matches, { id: matchId, before, after }].slice(-MATCHES_KEPT);
      await this.#store.save(keyOf(game, user), toJson({ rating: after, matches }), one.version);
    });
    for (const save of await Promise.allSettled(saves)) if (save.status === 'rejected') throw save.reason;
  }
}

/** Names of games have no colon, so that no two players share a key. */
function keyOf(game: string, user: string): string {
  return `rating:${game}:${user}`;
}

async function changesOf(result: MatchResult, loaded: ReadonlyMap<string, Loaded>): Promise<readonly RatingChange[]> {
  const beforeOf = ({ user }: ResultPlayer): Rating => {
    const one = user === null ? undefined : loaded.get(user);
    return one?.counted?.before ?? one?.document.rating ?? NEW_RATING;
  };
  const before = result.teams.map(({ players }) => players.map(beforeOf));
  const after = await rated(result.teams, before);
  return result.teams.flatMap(({ players }, team) =>
    players.flatMap(({ user }, index) => {
      const from = before[team]?.[index];
      const to = after[team]?.[index];
      if (user === null || from === undefined || to === undefined) return [];
      return [{ user, before: from, after: loaded.get(user)?.counted?.after ?? to }];
    }),
  );
}

/** Everybody by the places of the teams, and those who left as if their own team had come last. */
async function rated(
  teams: readonly ResultTeam[],
  before: readonly (readonly Rating[])[],
): Promise<readonly (readonly Rating[])[]> {
  // Loaded when a match has ended rather than with the server: it takes a tenth of a second.
  const { rate } = await import('openskill');
  const last = 1 + Math.max(0, ...teams.map(({ place }) => place ?? 0));
  const rank = teams.map(({ place }) => place ?? last);
  const was = before.map((team) => [...team]);
  const after = rate(was, { rank });
  return teams.map(({ players }, team) => {
    const stayed = after[team] ?? [];
    if (!players.some(({ hasLeft }) => hasLeft)) return stayed;
    const gone = rate(was, { rank: rank.with(team, last + 1) })[team] ?? [];
    return stayed.map((rating, index) => (players[index]?.hasLeft ? (gone[index] ?? rating) : rating));
  });
}

function toJson({ rating, matches }: Document): JsonValue {
  return {
    ...pair(rating),
    matches: matches.map(({ id, before, after }) => ({ id, before: pair(before), after: pair(after) })),
  };
}

function pair({ mu, sigma }: Rating): { mu: number; sigma: number } {
  return { mu, sigma };
}

function parseDocument(value: JsonValue): Document {
  const matches = isJsonObject(value) ? value.matches : undefined;
  if (!Array.isArray(matches)) throw notARating();
  return {
    rating: parseRating(value),
    matches: matches.map((one: JsonValue) => {
      if (!isJsonObject(one) || typeof one.id !== 'string') throw notARating();
      return { id: one.id, before: parseRating(one.before), after: parseRating(one.after) };
    }),
  };
}

function parseRating(value: JsonValue | undefined): Rating {
  if (!isJsonObject(value)) throw notARating();
  const { mu, sigma } = value;
  if (typeof mu !== 'number' || typeof sigma !== 'number') throw notARating();
  return { mu, sigma };
}

function notARating(): Error {
  return new Error('a document under a key of ratings is not one');
}
