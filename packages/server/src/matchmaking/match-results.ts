/**
 * What matches come to: who was matched into which room, and how that changes their ratings. A room's match counts once; of
 * those who play there only those who were matched into it are rated, so that nobody is rated by friends they invite.
 */
import type { Game, MatchSettings, Seat } from '@madang/core';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Room } from '../room/room.ts';
import { type Rating, shownRating } from './rating.ts';
import { type MatchResult, Ratings, type ResultPlayer, type ResultTeam } from './ratings.ts';

/** A result that could not be kept is tried again so often, after waits that double. */
const TRIES = 6;
const RETRY_MS = 1_000;

/** A room's match. */
interface Played {
  readonly matchId: string;
  /** Everybody who was matched into it, with the team, from 0. */
  readonly teams: Map<string, number>;
}

/** Teams of seats, best place first; those of one list share a place. */
export type Places = readonly (readonly (readonly Seat[])[])[];

export class MatchResults {
  readonly #ratings: Ratings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #played = new WeakMap<Room, Played>();
  /** Results that are being kept. */
  readonly #keeping = new Set<Promise<void>>();
  /** Those that wait for another try. */
  readonly #retries = new Set<() => void>();

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#ratings = new Ratings(store);
    this.#clock = clock;
    this.#log = log;
  }

  /** Somebody's rating in a game. Rejects where the store fails. */
  load(game: Game, user: string): Promise<Rating> {
    return this.#ratings.load(game.name, user);
  }

  /** A match is played in this room: these users, by team. More of them, where it was played there already. */
  begins(room: Room, matchId: string, teams: readonly (readonly (string | null)[])[]): void {
    const played = this.#played.get(room) ?? { matchId, teams: new Map() };
    this.#played.set(room, played);
    for (const [team, users] of teams.entries()) {
      for (const user of users) if (user !== null) played.teams.set(user, team);
    }
  }

  /** A room reports how its match ended. Nothing comes of it where there was none, or it is not rated. */
  reported(room: Room, settings: MatchSettings, places: Places): void {
    const played = this.#played.get(room);
    if (played === undefined || !settings.rated) return;
    const teams = teamsOf(played, places, settings.teams === 1);
    this.#keep(room, { game: room.game.name, matchId: played.matchId, teams }, 1);
  }

  /** Tries no more again, and resolves once nothing is being kept. */
  async stop(): Promise<void> {
    for (const cancel of this.#retries) cancel();
    this.#retries.clear();
    await Promise.all(this.#keeping);
  }

  #keep(room: Room, result: MatchResult, tries: number): void {
    const keeping: Promise<void> = this.#ratings
      .apply(result)
      .then((changes) => {
        for (const { user, after } of changes) room.rate(user, shownRating(after));
      })
      .catch((err: unknown) => {
        this.#log.error({ err, game: result.game, match: result.matchId, tries }, 'a result could not be kept');
        if (tries < TRIES) this.#retry(room, result, tries);
      })
      .finally(() => this.#keeping.delete(keeping));
    this.#keeping.add(keeping);
  }

  #retry(room: Room, result: MatchResult, tries: number): void {
    const cancel = this.#clock.after(RETRY_MS * 2 ** (tries - 1), () => {
      this.#retries.delete(cancel);
      this.#keep(room, result, tries + 1);
    });
    this.#retries.add(cancel);
  }
}

/** The teams as they were reported, and with them those who were gone by then. */
function teamsOf({ teams }: Played, places: Places, isOneTeam: boolean): readonly ResultTeam[] {
  const missing = new Map(teams);
  const player = ({ user }: Seat): ResultPlayer => ({ user: user !== null && missing.delete(user) ? user : null });
  const result: { readonly place: number | null; readonly players: ResultPlayer[] }[] = [];
  for (const [index, tied] of places.entries()) {
    for (const seats of tied) if (seats.length > 0) result.push({ place: index + 1, players: seats.map(player) });
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
