/**
 * One connection to the lobby: who it is of, the lists it watches, its party, its search for a match. All of that ends with it:
 * a connection that is gone is in no party and waits for no match.
 */
import { ERRORS, GameError, isGameError, toJsonValue, unreachable } from '@madang/core';
import { afterAwake } from '../gateways/awake-time.ts';
import { Outbox } from '../gateways/outbox.ts';
import { PeerBudget } from '../gateways/peer-budget.ts';
import type { LinkContext } from '../gateways/player-link.ts';
import { unguessable } from '../identity/unguessable.ts';
import { GUEST_PREFIX, type User } from '../identity/user.ts';
import type { MatchService, Searcher } from '../matchmaking/match-service.ts';
import type { SearchNews } from '../matchmaking/search-news.ts';
import type { Random } from '../ports/random.ts';
import type { Peer } from '../ports/transport.ts';
import { playerName } from '../room/player-name.ts';
import { type AskedAbout, aboutOf, jsonOf, type LobbyAsk, parseAsk } from './lobby-asks.ts';
import type { LobbyTell } from './lobby-tells.ts';
import type { Parties, Party } from './parties.ts';
import { roomQueryOf } from './room-filter.ts';
import type { RoomWatches } from './room-watches.ts';

/** Lists of one connection. */
const WATCHES_MAX = 8;

/** Of 32 bits each: no two connections of any node have the same name. */
const NOBODY_WORDS = 4;

/** What connections to the lobby share. */
export interface LobbyContext extends LinkContext {
  readonly watches: RoomWatches;
  readonly parties: Parties<LobbyLink>;
  readonly matches: MatchService;
  readonly random: Random;
  /** Where this server is, in the operator's words. */
  readonly region: string;
}

export class LobbyLink implements Searcher {
  name = '';
  user: User | null = null;
  readonly #context: LobbyContext;
  readonly #peer: Peer;
  readonly #number: number;
  /** A name for nobody in particular. No user's id begins so: guests of this server have none with a space. */
  readonly #nobody: string;
  readonly #budget: PeerBudget;
  readonly #outbox: Outbox;
  readonly #cancelTimeout: () => void;
  /** By the number that the client gave each. */
  readonly #watches = new Map<number, () => void>();
  #state: 'new' | 'entering' | 'here' | 'over' = 'new';
  #leaveSession = (): void => {};

  /** `number` is for the name of who brings none. */
  constructor(context: LobbyContext, peer: Peer, number: number) {
    this.#context = context;
    this.#peer = peer;
    this.#number = number;
    this.#nobody = `${GUEST_PREFIX} ${unguessable(context.random, NOBODY_WORDS)}`;
    const { clock, limits } = context;
    const { joinTimeoutMs: afterMs } = limits;
    this.#budget = new PeerBudget(clock, limits);
    this.#outbox = new Outbox(clock, limits, peer);
    this.#cancelTimeout = afterAwake(clock, afterMs, () => {
      this.end(new GameError('JOIN_TIMEOUT', `No hello came within ${afterMs} ms.`, { afterMs }));
    });
  }

  get player(): string {
    return this.user?.id ?? this.#nobody;
  }

  /** Takes a message. What it asks for is refused to the client; a refusal with a close code, or one too many, ends the connection. */
  receive(data: Uint8Array | string): void {
    if (this.#state === 'over') return;
    let about: AskedAbout | null = null;
    try {
      this.#budget.spendMessage(Buffer.byteLength(data));
      const asked = jsonOf(data);
      about = aboutOf(asked);
      this.#do(parseAsk(asked));
    } catch (problem) {
      this.#fail(problem, about);
    }
  }

  /** Tells how the search for a match goes. */
  tell(news: SearchNews): void {
    this.#send(news);
  }

  /** Ends the connection from our side. */
  end(error: GameError): void {
    if (this.#state === 'over') return;
    const { code } = error;
    const closeCode = ERRORS[code].closeCode ?? 1008;
    this.#context.counters.refused(code, 'a connection was ended', { code, closeCode });
    this.#peer.send(JSON.stringify(errorTell(error, null)));
    this.#peer.close(closeCode, code);
    this.gone();
  }

  /** The connection is gone. */
  gone(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#cancelTimeout();
    for (const stop of this.#watches.values()) stop();
    this.#watches.clear();
    this.#context.matches.leave(this, 'player-left');
    this.#leaveParty();
    this.#leaveSession();
  }

  #do(ask: LobbyAsk): void {
    if (ask.type === 'hello') return this.#hello(ask);
    if (this.#state !== 'here') {
      throw new GameError('NOT_JOINED', 'A connection to the lobby must say hello, and be answered, first.', {
        what: ask.type,
      });
    }
    const { matches } = this.#context;
    switch (ask.type) {
      case 'ping':
        return this.#send({ type: 'pong', n: ask.n });
      case 'watch':
        return this.#watch(ask);
      case 'unwatch':
        this.#watches.get(ask.id)?.();
        this.#watches.delete(ask.id);
        return;
      case 'party':
        return this.#partyDo(ask);
      case 'queue':
        return this.#queue(ask);
      case 'dequeue':
        return matches.leave(this, 'cancelled');
      case 'accept':
        return matches.accept(this, ask.match);
      case 'decline':
        return matches.decline(this, ask.match);
      default:
        return unreachable(ask);
    }
  }

  #hello({ identity, name }: LobbyAsk & { type: 'hello' }): void {
    const { door } = this.#context;
    const { address } = this.#peer;
    if (this.#state !== 'new') {
      throw new GameError('ALREADY_JOINED', 'This connection has said hello already.', { roomId: '' });
    }
    this.#state = 'entering';
    door.checkJoin(address);
    const enter = (user: User | null): void => {
      // It may have gone while it was found out whose it is.
      if (this.#state !== 'entering') return;
      try {
        this.#leaveSession = door.enter(user, address, (error) => this.end(error));
        this.user = user;
        this.name = playerName(name, user?.name ?? `Guest ${this.#number}`);
        this.#state = 'here';
        this.#cancelTimeout();
        this.#peer.admit();
        this.#send({ type: 'hello', user: user?.id ?? null, name: this.name, region: this.#context.region });
      } catch (problem) {
        this.end(this.#asRefusal(problem));
      }
    };
    const user = door.identify(identity, address);
    if (user === null) return enter(null);
    user.then(enter, (problem: unknown) => this.end(this.#asRefusal(problem)));
  }

  /** One that is watched under this number already is watched no more. */
  #watch({ id, type: _, ...asked }: LobbyAsk & { type: 'watch' }): void {
    const { rooms, watches } = this.#context;
    const query = roomQueryOf(asked, (game) => rooms.game(game));
    this.#watches.get(id)?.();
    this.#watches.delete(id);
    if (this.#watches.size >= WATCHES_MAX) {
      throw new GameError('RATE_LIMITED', `Too many lists: at most ${WATCHES_MAX} are watched at a time.`, {
        what: 'lists',
        perSecond: WATCHES_MAX,
      });
    }
    const stop = watches.watch(query, (news) => {
      try {
        if (!this.#outbox.mayGo()) return false;
        this.#peer.send(JSON.stringify({ type: 'rooms', id, ...news } satisfies LobbyTell));
      } catch (problem) {
        this.end(this.#asRefusal(problem));
      }
      return true;
    });
    this.#watches.set(id, stop);
  }

  #partyDo(ask: LobbyAsk & { type: 'party' }): void {
    const { parties, matches } = this.#context;
    if (ask.do === 'leave') {
      this.#leaveParty();
      return this.#send({ type: 'party', code: null, members: [], leader: false });
    }
    const leader = ask.do === 'join' ? parties.leaderOf(ask.code) : this;
    if (matches.isSearching(this) || (leader !== null && matches.isSearching(leader))) {
      throw refused('a search for a match goes on: it ends before the party changes');
    }
    tellParty(ask.do === 'open' ? parties.open(this) : parties.join(this, ask.code));
  }

  #leaveParty(): void {
    const { parties, matches } = this.#context;
    if (parties.of(this) === null) return;
    matches.leave(this, 'player-left');
    const party = parties.leave(this);
    if (party !== null) tellParty(party);
  }

  #queue({ type: _, ...asked }: LobbyAsk & { type: 'queue' }): void {
    const { parties, matches } = this.#context;
    const members = parties.of(this)?.members ?? [this];
    if (members[0] !== this) throw refused('whoever leads the party looks for its match');
    matches.search(members, asked).catch((problem: unknown) => this.#fail(problem, { type: 'queue' }));
  }

  #send(tell: LobbyTell): void {
    if (this.#state === 'over') return;
    try {
      this.#outbox.mayGo();
      this.#peer.send(JSON.stringify(tell));
    } catch (problem) {
      this.end(this.#asRefusal(problem));
    }
  }

  /** Of a party that this connection is in. */
  tellParty({ code, members }: Party<LobbyLink>): void {
    this.#send({ type: 'party', code, members: members.map(({ name }) => name), leader: members[0] === this });
  }

  #fail(problem: unknown, about: AskedAbout | null): void {
    const error = this.#asRefusal(problem);
    try {
      if (ERRORS[error.code].closeCode !== null) throw error;
      this.#context.counters.count(error.code);
      this.#budget.spendRefusal();
      this.#send(errorTell(error, about));
    } catch (reason) {
      this.end(this.#asRefusal(reason));
    }
  }

  #asRefusal(problem: unknown): GameError {
    if (isGameError(problem)) return problem;
    this.#context.log.error({ err: problem }, 'serving a connection failed');
    return new GameError('GAME_FAULT', 'The server failed to do this; its operator finds the details in the log.', {
      hook: 'lobby',
    });
  }
}

function tellParty(party: Party<LobbyLink>): void {
  for (const member of party.members) member.tellParty(party);
}

function errorTell({ code, message, details }: GameError, re: AskedAbout | null): LobbyTell {
  return { type: 'error', code, message, details: toJsonValue(details), re };
}

function refused(reason: string): GameError<'REFUSED'> {
  return new GameError('REFUSED', `This cannot be done now: ${reason}.`, { reason });
}
