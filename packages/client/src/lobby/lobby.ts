/**
 * `openLobby`: live lists of rooms, parties, and the queue for matches, over one line. A line that breaks is opened again, by
 * itself and for as long as it takes; lists are watched again then. A search and a party end with the line: the server knows
 * nothing of who is gone.
 */
import { type Game, GameError, isGameError } from '@madang/core';
import { pageAttention } from '../attention.ts';
import type { ConnectOptions } from '../connection.ts';
import type { OpenLink } from '../link.ts';
import { Listeners } from '../listeners.ts';
import { SeatLine } from '../seat-line.ts';
import { systemTimers, type Timers } from '../timers.ts';
import { openLobbySocket } from './lobby-socket.ts';
import { type Party, PartyDesk } from './party-desk.ts';
import { type ListedRoom, RoomList, type RoomQuery } from './room-list.ts';
import { type QueueOptions, type Search, SearchClient } from './search.ts';
import { endsLine, readTell, type Tell } from './tells.ts';

/** Lists that the server keeps for one line. */
const WATCHES_MAX = 8;

/** Round trips that a latency is the median of. */
const PINGS = 3;

/** What `connect` takes, but for what only seats need. */
export interface LobbyOptions extends Omit<ConnectOptions, 'kept'> {
  /** What others in the party are told; 1 to 32 characters. The server chooses one where absent. */
  readonly name?: string;
  /** What opens the line: a WebSocket that carries text, unless told otherwise. */
  readonly openLink?: OpenLink;
}

/** What is between a client and the lobby. */
export type LobbyConnection = 'open' | 'returning' | 'closed';

/** Every `on…` answers a function that undoes it. */
export interface Lobby {
  /** Null for nobody in particular. */
  readonly user: string | null;
  readonly name: string;
  /** Where the server is, in its operator's words. */
  readonly region: string;
  /** The round trip to the server, the median of three; null until it is known. */
  readonly latencyMs: number | null;
  /** `returning` while the line is gone and is opened again. */
  readonly connection: LobbyConnection;
  readonly party: Party | null;
  /**
   * Calls `run` with the rooms of a game, in order, soon and after each change. Answers a function that stops it. Throws
   * RATE_LIMITED for a ninth list at a time. What the server refuses arrives at `onError`.
   */
  watch<G extends Game>(game: G, query: RoomQuery<G>, run: (rooms: readonly ListedRoom<G>[]) => void): () => void;
  /** Looks for a match, with the party where there is one. Throws ALREADY_QUEUED while it looks for one already. */
  queue(game: Game, options?: QueueOptions): Search;
  /** Opens a party. Rejects with REFUSED where there is one already. */
  openParty(): Promise<Party>;
  /** Joins a party by its code. Rejects with REFUSED for one that cannot be joined. */
  joinParty(code: string): Promise<Party>;
  leaveParty(): Promise<void>;
  /** Calls `run` when the party changes; null once this player is in none. */
  onParty(run: (party: Party | null) => void): () => void;
  /** Calls `run` with each search that begins: also one that the party's leader has begun. */
  onSearch(run: (search: Search) => void): () => void;
  onConnection(run: (connection: LobbyConnection) => void): () => void;
  /** Calls `run` when something was refused that nobody waits for. */
  onError(run: (error: GameError) => void): () => void;
  /** Calls `run` once when the lobby is closed: LEFT after `close`, otherwise why the server does not want it back. */
  onClose(run: (reason: GameError) => void): () => void;
  /** Ends everything. Closing twice is fine. */
  close(): void;
}

/**
 * Opens the lobby of a server and resolves once it has answered: `wss://play.example`, or nothing for the one this page came
 * from. The path `/lobby` is added where there is none. Rejects with the server's GameError, or LINK_LOST where there is no line.
 */
export function openLobby(url?: string, options: LobbyOptions = {}): Promise<Lobby> {
  return new Promise((resolve, reject) => {
    const lobby = new LobbyClient(lobbyAddress(url ?? globalThis.location.origin), options, () => resolve(lobby));
    lobby.onClose(reject);
    lobby.open();
  });
}

interface Watch {
  readonly ask: object;
  readonly list: RoomList;
  readonly watchers: Listeners<readonly ListedRoom[]>;
}

class LobbyClient implements Lobby {
  user: string | null = null;
  name: string;
  region = '';
  latencyMs: number | null = null;
  connection: LobbyConnection = 'open';
  readonly #line: SeatLine;
  readonly #timers: Timers;
  /** Called once the server has answered for the first time; null afterwards. */
  #opened: (() => void) | null;
  readonly #watches = new Map<number, Watch>();
  readonly #parties = new PartyDesk((ask) => {
    if (this.connection !== 'open') throw lineLost();
    this.#send({ type: 'party', ...ask });
  });
  readonly #onSearch = new Listeners<Search>();
  readonly #onConnection = new Listeners<LobbyConnection>();
  readonly #onError = new Listeners<GameError>();
  readonly #onClose = new Listeners<GameError>();
  #watchNumber = 0;
  #pingNumber = 0;
  /** The ping that is measured, and when it was sent. */
  #measuring = { n: 0, sentAtMs: 0 };
  #roundTripsMs: number[] = [];
  /** Resolves with the latency of the line there is now. */
  #latency = Promise.withResolvers<number>();
  #search: SearchClient | null = null;

  constructor(address: string, options: LobbyOptions, opened: () => void) {
    const { timers = systemTimers, attention = pageAttention, random = Math.random } = options;
    const { openLink = openLobbySocket, identity = '', name = '' } = options;
    this.#timers = timers;
    this.#opened = opened;
    this.name = name;
    let shown = '';
    const whoAmI = async (): Promise<string> => (typeof identity === 'string' ? identity : identity());
    this.#line = new SeatLine({
      timers,
      attention,
      random,
      open: (on) => openLink(address, on),
      async request() {
        // Where nobody can be asked, what was shown before may still do.
        shown = await whoAmI().catch(() => shown);
        return frameOf({
          type: 'hello',
          ...(shown === '' ? {} : { identity: shown }),
          ...(name === '' ? {} : { name }),
        });
      },
      ping: () => frameOf({ type: 'ping', n: ++this.#pingNumber }),
      frame: (frame) => this.#receive(frame),
      broke: () => this.#broke(),
      ended: (reason) => this.#ended(reason),
    });
  }

  get party(): Party | null {
    return this.#parties.party;
  }

  open(): void {
    this.#line.open();
  }

  watch<G extends Game>(game: G, query: RoomQuery<G>, run: (rooms: readonly ListedRoom<G>[]) => void): () => void {
    if (this.#watches.size >= WATCHES_MAX) {
      throw new GameError('RATE_LIMITED', `At most ${WATCHES_MAX} lists are watched at a time.`, {
        what: 'lists',
        perSecond: WATCHES_MAX,
      });
    }
    const id = ++this.#watchNumber;
    const watchers = new Listeners<readonly ListedRoom[]>();
    // Rooms of this game list what this game does.
    watchers.add((rooms) => run(rooms as readonly ListedRoom<G>[]));
    const watch = { ask: { ...query, type: 'watch', id, game: game.name }, list: new RoomList(), watchers };
    this.#watches.set(id, watch);
    this.#send(watch.ask);
    return () => {
      if (this.#watches.delete(id)) this.#send({ type: 'unwatch', id });
    };
  }

  queue({ name: game }: Game, { criteria = {}, latencies = {} }: QueueOptions = {}): Search {
    if (this.#search !== null) {
      throw new GameError('ALREADY_QUEUED', 'A search goes on already: it ends before another begins.', {
        player: this.user ?? '',
      });
    }
    const search = this.#beginSearch();
    if (this.connection !== 'open') search.end(lineLost());
    void this.#latency.promise.then((latencyMs) =>
      search.ask({
        type: 'queue',
        game,
        criteria,
        // Where there is one region, nobody is nearer than others.
        latencies: this.region === '' ? latencies : { ...latencies, [this.region]: Math.round(latencyMs) },
      }),
    );
    return search;
  }

  openParty(): Promise<Party> {
    return this.#parties.open();
  }

  joinParty(code: string): Promise<Party> {
    return this.#parties.join(code);
  }

  leaveParty(): Promise<void> {
    return this.#parties.leave();
  }

  onParty(run: (party: Party | null) => void): () => void {
    return this.#parties.onChange.add(run);
  }

  onSearch(run: (search: Search) => void): () => void {
    return this.#onSearch.add(run);
  }

  onConnection(run: (connection: LobbyConnection) => void): () => void {
    return this.#onConnection.add(run);
  }

  onError(run: (error: GameError) => void): () => void {
    return this.#onError.add(run);
  }

  onClose(run: (reason: GameError) => void): () => void {
    return this.#onClose.add(run);
  }

  close(): void {
    this.#line.give(new GameError('LEFT', 'You left the lobby.', { roomId: '' }));
  }

  #receive(frame: Uint8Array): void {
    let tell: Tell | null;
    try {
      tell = readTell(frame);
    } catch (error) {
      if (!isGameError(error)) throw error;
      return this.#line.give(error);
    }
    if (tell !== null) this.#hear(tell);
  }

  #hear(tell: Tell): void {
    switch (tell.type) {
      case 'hello':
        return this.#welcome(tell);
      case 'rooms': {
        const watch = this.#watches.get(tell.id);
        return watch?.watchers.tell(watch.list.apply(tell));
      }
      case 'pong':
        return this.#ponged(tell.n);
      case 'party':
        return this.#parties.hear(tell);
      case 'error':
        return this.#refused(tell.error, tell.about);
      default:
        // Without one of its own it is the party's leader who searches.
        return (this.#search ?? this.#beginSearch()).hear(tell);
    }
  }

  #welcome({ user, name, region }: Tell & { readonly type: 'hello' }): void {
    this.user = user;
    this.name = name;
    this.region = region;
    // Nothing is held for who is gone, so there is no time after which coming back is no use.
    this.#line.settled(Number.POSITIVE_INFINITY);
    for (const { ask } of this.#watches.values()) this.#send(ask);
    this.#roundTripsMs = [];
    this.#latency = Promise.withResolvers();
    this.#measure();
    this.#opened?.();
    this.#opened = null;
    this.#connect('open');
  }

  #measure(): void {
    this.#measuring = { n: ++this.#pingNumber, sentAtMs: this.#timers.nowMs() };
    this.#send({ type: 'ping', n: this.#measuring.n });
  }

  #ponged(n: number): void {
    if (n !== this.#measuring.n || this.#roundTripsMs.length >= PINGS) return;
    this.#roundTripsMs.push(this.#timers.nowMs() - this.#measuring.sentAtMs);
    if (this.#roundTripsMs.length < PINGS) return this.#measure();
    const [, medianMs = 0] = this.#roundTripsMs.toSorted((a, b) => a - b);
    this.latencyMs = medianMs;
    this.#latency.resolve(medianMs);
  }

  #beginSearch(): SearchClient {
    const search = new SearchClient({
      send: (ask) => this.#send(ask),
      over: () => {
        this.#search = null;
      },
    });
    this.#search = search;
    this.#onSearch.tell(search);
    return search;
  }

  #refused(error: GameError, about: string): void {
    // What ends the line is told where the line ends.
    if (endsLine(error)) {
      this.#line.reason = error;
      return;
    }
    if (about === 'queue' && this.#search !== null) return this.#search.end(error);
    if (about === 'party' && this.#parties.refused(error)) return;
    this.#onError.tell(error);
  }

  #broke(): void {
    this.#search?.end(lineLost());
    this.#parties.end(lineLost());
    this.#connect('returning');
  }

  #ended(reason: GameError): void {
    this.#search?.end(reason);
    this.#parties.end(reason);
    this.#watches.clear();
    this.#connect('closed');
    this.#onClose.tell(reason);
  }

  #connect(connection: LobbyConnection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.#onConnection.tell(connection);
  }

  #send(ask: object): void {
    this.#line.send(frameOf(ask));
  }
}

function frameOf(ask: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(ask));
}

function lineLost(): GameError<'LINK_LOST'> {
  return new GameError('LINK_LOST', 'The line to the lobby was lost.', { reason: 'the line was lost' });
}

function lobbyAddress(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/u, 'ws');
  if (address.pathname === '/') address.pathname = '/lobby';
  return address.href;
}
