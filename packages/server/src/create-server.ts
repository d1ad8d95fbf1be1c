/** `createServer`: the only file that joins real clocks, sockets and disks to the rest. */
import { type Game, GameError, type JsonValue, SUBPROTOCOL } from '@madang/core';
import pino, { type Logger } from 'pino';
import { type BoardOptions, Boards } from './boards/boards.ts';
import { Admission } from './gateways/admission.ts';
import { Door } from './gateways/door.ts';
import { type Limits, limitsFrom } from './gateways/limits.ts';
import { startNativeGateway } from './gateways/native-gateway.ts';
import type { LinkContext } from './gateways/player-link.ts';
import { startTextGateway } from './gateways/text-gateway.ts';
import { createApi, type Pages } from './http/api.ts';
import { type ApiContext, Callers } from './http/caller.ts';
import { TrustedProxies } from './http/client-address.ts';
import { HttpServer } from './http/http-server.ts';
import { checkCollections, type DocumentAccess } from './http/me-api.ts';
import { serveStored } from './http/stored-api.ts';
import { Turnstile } from './http/turnstile.ts';
import type { BanList } from './identity/bans.ts';
import { Identity, type IdentityOptions } from './identity/identity.ts';
import { Lockout } from './identity/lockout.ts';
import { Sanctions } from './identity/sanctions.ts';
import { Sessions } from './identity/sessions.ts';
import { Housekeeping, RECORDING_LIMITS, type RecordingLimits } from './journal/housekeeping.ts';
import { JournalFeed } from './journal/journal-feed.ts';
import { LOBBY_SUBPROTOCOL, startLobbyGateway } from './lobby/lobby-gateway.ts';
import type { LobbyContext } from './lobby/lobby-link.ts';
import { Parties } from './lobby/parties.ts';
import { RoomWatches } from './lobby/room-watches.ts';
import { MatchService } from './matchmaking/match-service.ts';
import { idleMachine } from './memory/idle-machine.ts';
import { MemoryDirectory } from './memory/memory-directory.ts';
import { MemoryMatchQueue } from './memory/memory-match-queue.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { Counters } from './node/counters.ts';
import { NodeMachine } from './node/machine.ts';
import { SystemClock, systemWallNowMs } from './node/system-clock.ts';
import { systemRandom } from './node/system-random.ts';
import { WsTransport } from './node/ws-transport.ts';
import type { Clock } from './ports/clock.ts';
import type { Directory } from './ports/directory.ts';
import type { Gateway, GatewayFactory } from './ports/gateway.ts';
import type { Journal } from './ports/journal.ts';
import type { Random } from './ports/random.ts';
import type { AuditRecord, Store } from './ports/store.ts';
import { askStore } from './ports/store-down.ts';
import type { Transport } from './ports/transport.ts';
import { serveReplays } from './replay/replays-api.ts';
import type { RoomTraffic } from './replication/traffic.ts';
import type { Room } from './room/room.ts';
import { Rooms, type Unreadable } from './room/rooms.ts';
import type { RoomEvent } from './room/viewer.ts';

/** How long connections may take to close before they are cut. */
const STOP_DEADLINE_MS = 2_000;

/** How long what was played last may take to be written down. */
const LAST_COMMIT_MS = 1_500;

/** How long sockets may take to send what was written to them last. */
const LAST_WORD_MS = 500;

/** Everything but `games` has a default that is safe on the internet. */
export interface ServerOptions {
  /** What this server runs; the first is what a client gets that names none. */
  readonly games: readonly Game[];
  /** Games of which one room is open from the start, whether somebody plays or not. */
  readonly alwaysOpen?: readonly string[];
  /** More ways in, such as `socketIo()`. */
  readonly gateways?: readonly GatewayFactory[];
  /** Folders of built pages. */
  readonly pages?: readonly Pages[];
  /** 8888. 0 chooses a free port. */
  readonly port?: number;
  /** Addresses to listen on: loopback, IPv4 and IPv6. */
  readonly hosts?: readonly string[];
  /** Origins of pages that may connect, beside the server's own. None. */
  readonly allowedOrigins?: readonly string[];
  /** Whether clients without an origin, which no browser is, may connect. True. */
  readonly allowNoOrigin?: boolean;
  /** What connections may cost, where it differs from the defaults. */
  readonly limits?: Partial<Limits>;
  /**
   * Addresses and networks (`10.0.0.0/8`) of proxies that stand before this server: what they say in X-Forwarded-For of whom
   * they pass on is believed. None: everybody behind a proxy counts as one address, and there are few of those per address.
   */
  readonly trustedProxies?: readonly string[];
  /**
   * How it is known who plays. Guests of this server, whose ids last until it restarts; who shows no token plays as nobody in
   * particular.
   */
  readonly identity?: IdentityOptions;
  /** Who may not play. Kept in the store. */
  readonly bans?: BanList;
  /** How long a seat is held for a player whose connection was lost. 20,000. */
  readonly graceMs?: number;
  /** Rooms beyond which joins are refused with SERVER_FULL. 1,000. */
  readonly maxRooms?: number;
  /** What a rule's bad write does: `throw` shows it at once, `clamp` logs it and plays on. `throw`. */
  readonly badWrites?: 'throw' | 'clamp';
  /**
   * A checksum of what it sees goes to each native player with one in so many states, and less often while nothing changes; where
   * it fails, the first difference is logged and the player's copy replaced. 30. 0 for none.
   */
  readonly checksumEvery?: number;
  /**
   * Plays each tick's rules twice, on the state and on a copy, and logs the first field in which they differ: such rules are not
   * deterministic, and would drift where they are predicted or replayed. For development; it doubles the cost of rules. False.
   */
  readonly syncTest?: boolean;
  /**
   * Answers true where a rare but legal turn of events is to happen at a named point (a full peer, a needless repair). For
   * simulations. Never.
   */
  readonly buggify?: (point: string) => boolean;
  /** Where logs go. Standard error, from `warn` on. */
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Milliseconds since the epoch, for tokens that end at a date. */
  readonly wallNowMs?: () => number;
  readonly random?: Random;
  readonly directory?: Directory;
  /**
   * Where ratings, results, leaderboards, documents, devices, bans and revocations are kept. In memory; whoever gives one closes it after
   * `stop`.
   */
  readonly store?: Store;
  /** Leaderboards, by name. None. */
  readonly boards?: Readonly<Record<string, BoardOptions>>;
  /**
   * Collections of their own documents that players may read, or write too, over HTTP, by name. The server's code may read and write every
   * one: `server.store.documents`. None.
   */
  readonly documents?: Readonly<Record<string, DocumentAccess>>;
  /**
   * Where rooms are written down as they are played, so that they go on after a crash, a deploy or a restart, and can be replayed; whoever
   * gives one closes it after `stop`. None: rooms end with the process, and games that are `strict` are refused.
   */
  readonly journal?: Journal;
  /**
   * What `start` does about rooms in the journal that this version of their game cannot hold: `refuse` to start, or `set-aside`: start
   * without them, and leave them where they are. `refuse`.
   */
  readonly unreadable?: Unreadable;
  /** How long recordings of rooms are kept, and how many, where that differs from the defaults. */
  readonly recordings?: Partial<RecordingLimits>;
  /** Where this server is, for players who measure how far that is. Nowhere in particular. */
  readonly region?: string;
  /** What the native protocol is served on in place of the HTTP port, which is then not opened: for simulations. */
  readonly transport?: Transport;
}

/** Where a started server can be reached. */
export interface ServerAddress {
  readonly port: number;
  /** With `http://`, without a slash at the end. */
  readonly url: string;
}

/** Something a game emitted to all its players, with the room it happened in. */
export interface ServerEvent {
  readonly game: string;
  readonly roomId: string;
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One server. Several can live in one process; they share nothing. */
export interface MadangServer {
  readonly rooms: Rooms;
  /** Who is connected, by user: to revoke a session, and to ban a user or an address. Reaches live connections at once. */
  readonly users: Pick<Sessions, 'revoke' | 'ban' | 'unban' | 'bans' | 'size'>;
  readonly boards: Boards;
  readonly store: Store;
  /** Bans, revocations and who did them, the newest first, at most 1,000, before the entry of a number. Rejects with STORE_DOWN. */
  readonly audit: { list(limit?: number, before?: number): Promise<readonly AuditRecord[]> };
  /** What each open room has sent so far, by table and field: which field costs what. */
  readonly traffic: readonly RoomTraffic[];
  /**
   * Listens, goes on with the rooms of the journal, opens those that are always open, and lets players in. Where it cannot, it stops
   * and rejects: with the runtime's error where the port cannot be had, with SCHEMA_INCOMPATIBLE or BAD_RECORDING for a room that cannot
   * be gone on with (see `unreadable`), with a StoreError where the journal fails.
   */
  start(): Promise<ServerAddress>;
  /** Closes rooms and connections, telling clients to come back later. Resolves within 5 s; calling twice is fine. */
  stop(): Promise<void>;
  /** Calls `run` for every event a game emits to all; what it throws or rejects with is logged. Answers how to undo it. */
  onEvent(run: (event: ServerEvent) => unknown): () => void;
  /** Adds a route to the HTTP API: `GET path` answers what `answer` resolves to, as JSON. Before `start`. */
  route(path: `/api/${string}`, answer: () => Promise<JsonValue>): void;
}

/** Makes a server. Throws BAD_OPTION for options that cannot work; nothing is opened before `start`. */
export function createServer(options: ServerOptions): MadangServer {
  const {
    games,
    alwaysOpen = [],
    gateways: factories = [],
    pages = [],
    port = 8888,
    hosts = ['127.0.0.1', '::1'],
    allowedOrigins = [],
    allowNoOrigin = true,
    identity: identityOptions = { guests: true },
    graceMs = 20_000,
    maxRooms = 1_000,
    badWrites = 'throw',
    checksumEvery = 30,
    syncTest = false,
    buggify = () => false,
    log = pino({ level: 'warn' }, pino.destination(2)),
    clock = new SystemClock(),
    wallNowMs = systemWallNowMs,
    random = systemRandom(),
    directory = new MemoryDirectory(),
    store = new MemoryStore(),
    boards: boardOptions = {},
    documents = {},
    journal = null,
    unreadable = 'refuse',
    recordings,
    region = '',
    transport,
    trustedProxies = [],
  } = options;
  checkCollections(documents);
  checkOptions({ games, alwaysOpen, port, hosts, allowedOrigins, graceMs, maxRooms, checksumEvery });
  const strict = games.find(({ durability }) => durability === 'strict');
  if (strict !== undefined && journal === null) throw badOption('journal', `${strict.name} is strict and needs one`);

  const limits = limitsFrom(options.limits);
  const counters = new Counters({ clock, log });
  const turnstile = new Turnstile({ limits, proxies: new TrustedProxies(trustedProxies), random });
  const machine = transport === undefined ? new NodeMachine() : idleMachine;
  const admission = new Admission({ limits, clock, random, machine });
  counters.gauge('madang_connections', "Players' connections.", () => turnstile.visitors);
  counters.gauge('madang_connections_unjoined', 'Those of them on which nobody has joined.', () => turnstile.unjoined);
  counters.gauge('madang_memory_used_share', 'Memory in use, of what there is.', () => admission.usedMemoryShare);
  counters.gauge('madang_loop_delay_ms', 'How late the event loop is, mostly.', () => admission.loopDelayMs);
  const listeners = new Set<(event: ServerEvent) => unknown>();
  const emitted = (room: Room, { name, payload }: RoomEvent): void => {
    const failed = (err: unknown): void => log.error({ err, event: name }, 'a listener of events failed');
    for (const listener of listeners) {
      // Listeners are the operator's code: what they throw is theirs, and reaches neither the room nor each other.
      try {
        const answer = listener({ game: room.game.name, roomId: room.id, name, payload });
        if (answer instanceof Promise) answer.catch(failed);
      } catch (err) {
        failed(err);
      }
    }
  };
  const feed = journal === null ? null : new JournalFeed({ journal, clock, wallNowMs, random, log });
  const recordingLimits = { ...RECORDING_LIMITS, ...recordings };
  const housekeeping = journal && new Housekeeping(journal, recordingLimits, clock, wallNowMs, log);
  if (feed !== null) {
    counters.gauge('madang_journal_degraded', '1 while the journal cannot be written.', () => Number(feed.isDegraded));
    counters.gauge('madang_journal_pending_bytes', 'Bytes that wait to be journaled.', () => feed.pendingBytes);
    counters.gauge('madang_journal_commit_ms', 'How long the last commit took.', () => feed.commitMs);
    counters.gauge('madang_journal_failed_commits', 'Commits that failed.', () => feed.failures);
    counters.gauge('madang_journal_restarts', 'How often what waited was dropped.', () => feed.restarts);
  }
  const rooms = new Rooms({
    games,
    alwaysOpen,
    clock,
    random,
    directory,
    log,
    graceMs,
    maxRooms,
    badWrites,
    checksumEvery,
    syncTest,
    journal: journal === null || feed === null ? null : { journal, feed, wallNowMs },
    emitted,
    reported: (room, places) => matches.reported(room, places),
  });
  const matches = new MatchService({
    rooms,
    store,
    clock,
    random,
    log,
    queue: new MemoryMatchQueue(),
    region,
    wallNowMs,
  });
  const boards = new Boards({ boards: boardOptions, leaderboards: store.leaderboards, log, wallNowMs });
  const sanctions = new Sanctions({ store, clock, random, log, wallNowMs });
  const { bans = sanctions } = options;
  const lockout = new Lockout(clock);
  const identity = new Identity(identityOptions, { clock, random, fetch, lockout, log, wallNowMs });
  const users = new Sessions({ clock, bans, sanctions, log, connectionsPerUser: limits.roomsPerUser, wallNowMs });
  const door = new Door({
    identity,
    isIdentityRequired: identityOptions.required === true,
    sessions: users,
    guesses: new Lockout(clock),
    mayJoin: (isReturn) => admission.mayJoin(isReturn),
    limits,
    clock,
  });
  const context: LinkContext = { rooms, door, clock, log, buggify, limits, counters };
  const lobby: LobbyContext = {
    ...context,
    watches: new RoomWatches(directory, clock, log),
    parties: new Parties(random),
    matches,
    random,
    region,
  };
  let isStopping = false;
  /** Rooms are there to be played in: before that, players are told to come back. */
  let isOpen = false;
  let http: HttpServer | null = null;
  let transports: readonly Transport[] = [];
  let gateways: readonly Gateway[] = [];
  const routes: { path: string; answer: () => Promise<JsonValue> }[] = [];

  const listen = async (): Promise<ServerAddress> => {
    const native = new WsTransport({ clock, limits, counters, subprotocol: SUBPROTOCOL });
    const text = new WsTransport({ clock, limits, counters });
    const lobbies = new WsTransport({ clock, limits, counters, subprotocol: LOBBY_SUBPROTOCOL });
    transports = [native, text, lobbies];
    gateways = factories.map((make) =>
      make({ ...context, allowedOrigins, enter: (request) => turnstile.enter(request) }),
    );
    const upgrades = new Map([
      ['/play', native],
      ['/websocket', text],
      ['/lobby', lobbies],
    ]);
    const api = createApi({
      rooms,
      directory,
      serveStored: (api) => {
        const addressOf = (c: ApiContext): string => turnstile.addressOf(c.env.incoming);
        serveStored(api, {
          identity,
          sessions: users,
          store,
          boards,
          documents,
          clock,
          random,
          log,
          addressOf,
          wallNowMs,
        });
        const callers = new Callers({ identity, sessions: users, addressOf });
        if (journal !== null) serveReplays(api, { journal, games, callers, clock, log });
      },
      pages,
      routes,
      upgradePaths: [...upgrades.keys()],
      metrics: counters,
      log,
      isStopping: () => isStopping,
      isStarting: () => !isOpen,
      isDegraded: () => feed?.isDegraded === true,
    });
    http = new HttpServer({
      api,
      gateways,
      upgrades,
      origins: { allowedOrigins, allowNoOrigin },
      limits,
      turnstile,
      counters,
      clock,
      log,
      isClosed: () => isStopping || !isOpen,
    });
    startNativeGateway(native, context);
    startTextGateway(text, context);
    startLobbyGateway(lobbies, lobby);
    const chosen = await http.start(port, hosts);
    return { port: chosen, url: `http://${printableHost(hosts)}:${chosen}` };
  };

  const stop = async (): Promise<void> => {
    isStopping = true;
    rooms.stop();
    if (feed !== null && !(await feed.flush(LAST_COMMIT_MS))) {
      log.error({ bytes: feed.pendingBytes }, 'the last of the rooms could not be written down in time');
    }
    feed?.stop();
    housekeeping?.stop();
    await Promise.all([
      matches.stop(),
      sanctions.stop(),
      ...[...transports, ...gateways].map((way) => way.stop(STOP_DEADLINE_MS)),
    ]);
    await http?.stop(LAST_WORD_MS);
    admission.stop();
    counters.stop();
  };

  return {
    rooms,
    users,
    boards,
    store,
    audit: { list: (limit = 100, before) => askStore(log, () => store.audit.list(limit, before)) },
    get traffic() {
      return rooms.all.map((room) => room.traffic);
    },
    async start() {
      try {
        // First of all: a server that finds its port taken must not have taken another one's rooms.
        const address = transport === undefined ? await listen() : { port: 0, url: 'memory:' };
        await rooms.resume(unreadable);
        housekeeping?.start();
        rooms.start();
        admission.start();
        await Promise.all([matches.start(), sanctions.start((sanction) => users.heard(sanction))]);
        isOpen = true;
        if (transport === undefined) return address;
        transports = [transport];
        startNativeGateway(transport, context);
        return address;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    onEvent(run) {
      // A function of its own per call, so that the same `run` given twice is called twice.
      const own = (event: ServerEvent): unknown => run(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    route(path, answer) {
      routes.push({ path, answer });
    },
  };
}

type Checked = Required<
  Pick<
    ServerOptions,
    'games' | 'alwaysOpen' | 'port' | 'hosts' | 'allowedOrigins' | 'graceMs' | 'maxRooms' | 'checksumEvery'
  >
>;

function checkOptions(options: Checked): void {
  const { games, alwaysOpen, port, hosts, allowedOrigins, graceMs, maxRooms, checksumEvery } = options;
  const names = games.map((game) => game.name);
  if (games.length === 0) throw badOption('games', 'it must name at least one game');
  if (new Set(names).size !== names.length) throw badOption('games', 'two games have the same name');
  for (const name of alwaysOpen) if (!names.includes(name)) throw badOption('alwaysOpen', `there is no game ${name}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw badOption('port', 'it must be from 0 to 65,535');
  if (hosts.length === 0) throw badOption('hosts', 'it must name at least one address');
  for (const origin of allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw badOption('allowedOrigins', `${origin} is no origin: write scheme, host and port only`);
    }
  }
  if (!(graceMs >= 0 && graceMs < 2 ** 31)) throw badOption('graceMs', 'it must be from 0 to 2^31 - 1');
  if (!Number.isInteger(checksumEvery) || checksumEvery < 0) {
    throw badOption('checksumEvery', 'it must be a whole number from 0');
  }
  if (!Number.isInteger(maxRooms) || maxRooms < 1) throw badOption('maxRooms', 'it must be a whole number from 1');
}

function badOption(option: string, reason: string): GameError {
  return new GameError('BAD_OPTION', `createServer cannot work with this ${option}: ${reason}.`, { option, reason });
}

/** What a person can type: loopback has a name that works for both families. */
function printableHost(hosts: readonly string[]): string {
  const [host = 'localhost'] = hosts;
  if (host === '127.0.0.1' || host === '::1' || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
