/**
 * What matches come to: who was matched into which room, and how that changes their ratings. A room's match counts once; of
 * those who play there only those who were matched into it are rated, so that nobody is rated by friends they invite.
 */
import type { Game, MatchSettings } from '@madang/core';
import type { Logger } from 'pino';
import type { Places } from '../journal/room-facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, StoredMatch } from '../ports/store.ts';
import type { Room } from '../room/room.ts';
import { type Rating, shownRating } from './rating.ts';
import { type MatchResult, Ratings, type ResultPlayer, type ResultTeam } from './ratings.ts';

/** A result that could not be kept is tried again until it can, after waits that double up to a longest. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Results that wait for a store that is gone; later ones are lost, and logged. */
const WAITING_MAX = 10_000;

export interface MatchResultsOptions {
  readonly store: Pick<Store, 'load' | 'save' | 'matches'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

/** A match that has ended, as it is to be kept. */
interface Ended {
  readonly room: Room;
  readonly result: MatchResult;
  readonly isRated: boolean;
  readonly endedAtMs: number;
}

export class MatchResults {
  readonly #options: MatchResultsOptions;
  readonly #ratings: Ratings;
  /** Results that are being kept. */
  readonly #keeping = new Set<Promise<void>>();
  /** Those that wait for another try. */
  readonly #retries = new Set<() => void>();
  #isStopped = false;

  constructor(options: MatchResultsOptions) {
    this.#options = options;
    this.#ratings = new Ratings(options.store);
  }

  /** Somebody's rating in a game. Rejects where the store fails. */
  load(game: Game, user: string): Promise<Rating> {
    return this.#ratings.load(game.name, user);
  }

  /** A match is played in this room: these users, by team. More of them, where it was played there already. */
  begins(room: Room, matchId: string, teams: readonly (readonly (string | null)[])[]): void {
    const known = new Map(room.match?.teams);
    for (const [team, users] of teams.entries()) {
      for (const user of users) if (user !== null) known.set(user, team);
    }
    // With the room, which may outlive this process.
    room.match = { matchId: room.match?.matchId ?? matchId, teams: [...known] };
  }

  /** A room reports how its match ended, and is told once that is kept. Nothing comes of it where there was none. */
  reported(room: Room, settings: MatchSettings, places: Places): void {
    if (room.match === null) return room.reportKept();
    const { matchId } = room.match;
    const teams = teamsOf(new Map(room.match.teams), places, settings.teams === 1);
    const result = { game: room.game.name, matchId, teams };
    this.#keep({ room, result, isRated: settings.rated, endedAtMs: this.#options.wallNowMs() }, 1);
  }

  /** Tries no more again, and resolves once nothing is being kept. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#retries) cancel();
    this.#retries.clear();
    await Promise.all(this.#keeping);
  }

  #keep(ended: Ended, tries: number): void {
    const { result } = ended;
    const keeping: Promise<void> = this.#write(ended)
      .catch((err: unknown) => {
        this.#options.log.error({ err, game: result.game, match: result.matchId, tries }, 'a result could not be kept');
        this.#retry(ended, tries);
      })
      .finally(() => this.#keeping.delete(keeping));
    this.#keeping.add(keeping);
  }

  /** Each part counts once, however often it is written. */
  async #write({ room, result, isRated, endedAtMs }: Ended): Promise<void> {
    const changes = isRated ? await this.#ratings.apply(result) : [];
    for (const { user, after } of changes) room.rate(user, shownRating(after));
    await this.#options.store.matches.add(storedMatch(room.id, result, endedAtMs));
    room.reportKept();
  }

  #retry(ended: Ended, tries: number): void {
    if (this.#isStopped || this.#retries.size >= WAITING_MAX) return;
    const waitMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(16, tries - 1));
    const cancel = this.#options.clock.after(waitMs, () => {
      this.#retries.delete(cancel);
      this.#keep(ended, tries + 1);
    });
    this.#retries.add(cancel);
  }
}

function storedMatch(roomId: string, { matchId, game, teams }: MatchResult, endedAtMs: number): StoredMatch {
  return {
    id: matchId,
    game,
    roomId,
    endedAtMs,
    teams: teams.map(({ place, players }) => ({
      place,
      players: players.map(({ user, hasLeft = false }) => ({ user, hasLeft })),
    })),
  };
}

/** The teams as they were reported, and with them those who were gone by then. */
function teamsOf(teams: ReadonlyMap<string, number>, places: Places, isOneTeam: boolean): readonly ResultTeam[] {
  const missing = new Map(teams);
  const player = (user: string | null): ResultPlayer => ({
    user: user !== null && missing.delete(user) ? user : null,
  });
  const result: { readonly place: number | null; readonly players: ResultPlayer[] }[] = [];
  for (const [index, tied] of places.entries()) {
    for (const users of tied) if (users.length > 0) result.push({ place: index + 1, players: users.map(player) });
  }
  for (const [user, team] of missing) {
    const isMate = (one: ResultPlayer): boolean => one.user !== null && teams.get(one.user) === team;
    // Where all are of one team each plays for itself.
    const mates = isOneTeam ? undefined : result.find(({ players }) => players.some(isMate));
    if (mates === undefined) result.push({ place: null, players: [{ user, hasLeft: true }] });
    else mates.players.push({ user, hasLeft: true });
  }
  return result;
}
