/**
 * Puts those who look for a match into rooms: each game has a matchmaker, each match a room in which a seat is held for everybody
 * for a while. What it guarantees:
 * - somebody is in one search at a time, and hears of its end exactly once;
 * - who is gone is in no search, and in no match that is not made yet; the others of its party search no longer either;
 * - a seat that nobody comes for is free again.
 */
import { checkMatchRules, type Game, GameError, type MatchSettings, unreachable } from '@madang/core';
import type { Logger } from 'pino';
import type { User } from '../identity/user.ts';
import type { Places } from '../journal/room-facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { MatchQueue } from '../ports/match-queue.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { Room } from '../room/room.ts';
import type { Invited, Rooms, RoomWish } from '../room/rooms.ts';
import { MatchResults } from './match-results.ts';
import { Matchmaker, type TicketHandle } from './matchmaker.ts';
import type { OpenedMatch } from './pending-match.ts';
import { type Rating, shownRating } from './rating.ts';
import { RoomFiller } from './room-filler.ts';
import type { SearchEnd, SearchNews } from './search-news.ts';
import type { Match, TicketEvent } from './ticket.ts';

/** How long a seat waits for whoever has its ticket. */
const HOLD_MS = 15_000;

/** Somebody who looks for a match. */
export interface Searcher {
  /** The user's id, or a name for nobody in particular that no user and nobody else has. */
  readonly player: string;
  readonly user: User | null;
  tell(news: SearchNews): void;
}

/** A match as it is asked for. */
export interface MatchWish {
  readonly game: string;
  /** Values for the criteria of the game's rules, by name. */
  readonly criteria?: unknown;
  /** Round trips in milliseconds, by region. */
  readonly latencies?: unknown;
}

export interface MatchServiceOptions {
  readonly rooms: Rooms;
  readonly store: Pick<Store, 'load' | 'save' | 'matches'>;
  readonly clock: Clock;
  /** One that nobody can foresee. */
  readonly random: Random;
  readonly log: Logger;
  readonly queue: MatchQueue;
  /** Where this server is; '' where that does not matter. */
  readonly region: string;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

/** A game that has matches. */
interface MatchedGame {
  readonly game: Game;
  readonly settings: MatchSettings;
  readonly matchmaker: Matchmaker;
}

/** One ticket and those who are on it. */
interface Search {
  readonly members: readonly Searcher[];
  /** Of those who are somebody, in a game that is rated. */
  readonly ratings: ReadonlyMap<Searcher, Rating>;
  /** Null until the queue has it. */
  ticket: TicketHandle | null;
  /** The match that was proposed last. */
  proposal: { readonly match: string; readonly untilMs: number } | null;
}

export class MatchService {
  readonly #options: MatchServiceOptions;
  readonly #results: MatchResults;
  readonly #filler: RoomFiller;
  readonly #games = new Map<string, MatchedGame>();
  readonly #searches = new Map<Searcher, Search>();
  /** Of each search, by player. */
  readonly #players = new Map<string, Searcher>();

  constructor(options: MatchServiceOptions) {
    this.#options = options;
    const { rooms, clock, random, log, queue, region } = options;
    this.#results = new MatchResults(options);
    this.#filler = new RoomFiller(clock);
    const regions = region === '' ? [] : [region];
    for (const game of rooms.games) {
      if (game.match === undefined) continue;
      const settings = checkMatchRules(game.match, game.seats);
      const matchmaker = new Matchmaker({
        game: game.name,
        settings,
        clock,
        random,
        queue,
        log,
        regions,
        rooms: {
          open: async (match) => {
            if (match.roomId !== null) return this.#fillRoom(game, match, match.roomId);
            const opened = this.#openRoom(game, match, { isPrivate: true, options: optionsOf(game, match) });
            const room = settings.backfill ? rooms.get(opened.roomId) : undefined;
            if (room !== undefined) this.#filler.fill(room, match, (wish) => matchmaker.backfill(wish));
            return opened;
          },
          // Seats that nobody comes for are free again by themselves, and so are rooms.
          abandon: () => {},
        },
      });
      this.#games.set(game.name, { game, settings, matchmaker });
    }
  }

  /** Loads what results are counted with: that takes a moment, in which nobody is to play yet. */
  async start(): Promise<void> {
    const isRated = [...this.#games.values()].some(({ settings }) => settings.rated);
    if (isRated) await import('openskill');
  }

  /** Those who search, each counted. */
  get size(): number {
    return this.#searches.size;
  }

  isSearching(searcher: Searcher): boolean {
    return this.#searches.has(searcher);
  }

  /**
   * Looks for a match for one, or for a party, all of whom are told of it. Rejects with GAME_UNKNOWN, REFUSED for a game that has
   * no matches, ALREADY_QUEUED for somebody who searches, and as `Matchmaker.add` throws; nobody searches then.
   */
  async search(members: readonly Searcher[], { game: name, criteria, latencies }: MatchWish): Promise<void> {
    const { rooms, log } = this.#options;
    const matched = this.#games.get(rooms.game(name).name);
    if (matched === undefined) throw refused('this game has no matches to look for');
    for (const { player } of members) {
      if (!this.#players.has(player)) continue;
      throw new GameError('ALREADY_QUEUED', 'One of these players looks for a match already.', { player });
    }
    const ratings = new Map<Searcher, Rating>();
    const search: Search = { members, ratings, ticket: null, proposal: null };
    for (const member of members) {
      this.#searches.set(member, search);
      this.#players.set(member.player, member);
    }
    try {
      if (matched.settings.rated) await this.#loadRatings(matched.game, members, ratings);
    } catch (err) {
      log.error({ err, game: name }, 'ratings could not be loaded');
      return this.#end(search, 'unavailable');
    }
    // Somebody may have gone meanwhile.
    if (!this.#isOpen(search)) return;
    const players = members.map((one) => {
      const rating = ratings.get(one);
      return { key: one.player, latenciesMs: latencies, ...(rating === undefined ? {} : { rating }) };
    });
    try {
      search.ticket = matched.matchmaker.add({ players, criteria }, (event) => this.#hear(search, event));
    } catch (error) {
      this.#forget(search);
      throw error;
    }
  }

  /** Ends the search that somebody is in; who is in none may call it too. */
  leave(searcher: Searcher, reason: SearchEnd): void {
    const search = this.#searches.get(searcher);
    if (search === undefined) return;
    search.ticket?.cancel();
    this.#end(search, reason);
  }

  /** Somebody accepts the match that was proposed under this id; what comes too late does nothing. */
  accept(searcher: Searcher, match: string): void {
    this.#searches.get(searcher)?.ticket?.accept(match, searcher.player);
  }

  /** Somebody does not want that match; its search ends. */
  decline(searcher: Searcher, match: string): void {
    this.#searches.get(searcher)?.ticket?.decline(match);
  }

  /** How a room's match ended, for its players' ratings. */
  reported(room: Room, places: Places): void {
    const matched = this.#games.get(room.game.name);
    if (matched === undefined) room.reportKept();
    else this.#results.reported(room, matched.settings, places);
  }

  /** Ends all searches, and resolves once results are kept. */
  async stop(): Promise<void> {
    this.#filler.stop();
    for (const { matchmaker } of this.#games.values()) matchmaker.stop();
    for (const search of new Set(this.#searches.values())) this.#end(search, 'stopping');
    await this.#results.stop();
  }

  async #loadRatings(game: Game, members: readonly Searcher[], ratings: Map<Searcher, Rating>): Promise<void> {
    await Promise.all(
      members.map(async (one) => {
        if (one.user !== null) ratings.set(one, await this.#results.load(game, one.user.id));
      }),
    );
  }

  #hear(search: Search, event: TicketEvent): void {
    switch (event.event) {
      case 'progress': {
        const { position, waiting, estimatedWaitMs } = event;
        return this.#tell(search, { type: 'progress', position, waiting, estimatedWaitMs });
      }
      case 'proposed':
        search.proposal = { match: event.matchId, untilMs: this.#options.clock.nowMs() + event.withinMs };
        return this.#propose(search, 0, event.players);
      case 'accepted':
        return this.#propose(search, event.accepted, event.players);
      case 'returned':
        return this.#tell(search, { type: 'returned', match: event.matchId });
      case 'matched':
        this.#forget(search);
        return tellMatched(search, event);
      case 'dropped':
        return this.#end(search, event.reason);
      default:
        return unreachable(event);
    }
  }

  #propose(search: Search, accepted: number, players: number): void {
    const { proposal } = search;
    if (proposal === null) return;
    const deadlineMs = Math.max(0, Math.round(proposal.untilMs - this.#options.clock.nowMs()));
    this.#tell(search, { type: 'proposed', match: proposal.match, deadlineMs, accepted, players });
  }

  #end(search: Search, reason: SearchEnd): void {
    if (!this.#isOpen(search)) return;
    this.#forget(search);
    for (const member of search.members) member.tell({ type: 'dropped', reason });
  }

  /** Whoever cannot be told may be gone by that, and its search with it. */
  #tell(search: Search, news: SearchNews): void {
    for (const member of search.members) if (this.#isOpen(search)) member.tell(news);
  }

  #endOf(player: string, reason: SearchEnd): void {
    const searcher = this.#players.get(player);
    if (searcher !== undefined) this.leave(searcher, reason);
  }

  #isOpen(search: Search): boolean {
    return search.members.some((one) => this.#searches.get(one) === search);
  }

  #forget({ members }: Search): void {
    for (const member of members) {
      this.#searches.delete(member);
      this.#players.delete(member.player);
    }
  }

  /** Seats in a room that asked for players. Throws REFUSED where it wants others by now, and as `Rooms.hold` does. */
  #fillRoom(game: Game, match: Match, roomId: string): OpenedMatch {
    const room = this.#options.rooms.get(roomId);
    if (room === undefined) throw refused('the room is gone');
    try {
      const there = new Set(room.people.map(({ user }) => user));
      const twice = match.teams.flat().filter(({ key }) => there.has(key));
      // Otherwise they would be the first to be asked again, and keep everybody else out.
      for (const { key } of twice) this.#endOf(key, 'already-playing');
      const isTooMany = match.teams.some((team, index) => team.length > this.#filler.missing(room, index));
      if (isTooMany || twice.length > 0) throw refused('the room wants somebody else');
      return this.#openRoom(game, match, { roomId });
    } catch (error) {
      this.#filler.failed(room);
      throw error;
    }
  }

  /** A room with a seat for each. Throws as `Rooms.hold` does. */
  #openRoom(game: Game, match: Match, wish: RoomWish & { roomId?: string }): OpenedMatch {
    const { rooms } = this.#options;
    const keys = match.teams.flatMap((team) => team.map(({ key }) => key));
    const invited = match.teams.flatMap((team, index) => team.map(({ key }) => this.#invite(key, index + 1)));
    const { roomId, tickets } = rooms.hold(game, invited, HOLD_MS, wish);
    const room = rooms.get(roomId);
    const users = match.teams.map((team) => team.map(({ key }) => this.#players.get(key)?.user?.id ?? null));
    if (room !== undefined) this.#results.begins(room, match.id, users);
    return { roomId, tickets: new Map(keys.map((key, index) => [key, tickets[index] ?? ''])) };
  }

  #invite(key: string, team: number): Invited {
    const searcher = this.#players.get(key);
    const search = searcher === undefined ? undefined : this.#searches.get(searcher);
    if (searcher === undefined || search === undefined) throw refused('a player is gone');
    const rating = search.ratings.get(searcher);
    return {
      user: searcher.user?.id ?? null,
      roles: searcher.user?.roles ?? [],
      rating: rating === undefined ? null : shownRating(rating),
      team,
    };
  }
}

/** What the players of a match agreed on, as far as its room is opened with it. */
function optionsOf({ options, state }: Game, { criteria }: Match): object {
  const part = options === undefined ? undefined : state[options];
  const fields = part?.type === 'record' ? part.fields : {};
  return Object.fromEntries(Object.entries(criteria).filter(([name]) => Object.hasOwn(fields, name)));
}

function tellMatched({ members }: Search, { match, roomId, tickets }: TicketEvent & { event: 'matched' }): void {
  for (const member of members) {
    const { player } = member;
    const team = 1 + match.teams.findIndex((one) => one.some(({ key }) => key === player));
    member.tell({ type: 'matched', game: match.game, roomId, ticket: tickets.get(player) ?? '', team });
  }
}

function refused(reason: string): GameError<'REFUSED'> {
  return new GameError('REFUSED', `No match can be looked for: ${reason}.`, { reason });
}
