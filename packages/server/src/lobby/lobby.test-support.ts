/** A lobby on a virtual clock, and clients that write down what it tells them. */
import { type Game, type JsonValue, seededRandom } from '@madang/core';
import pino from 'pino';
import { type OpenDoorOptions, openDoor } from '../gateways/door.test-support.ts';
import { DEFAULT_LIMITS } from '../gateways/limits.ts';
import { MatchService } from '../matchmaking/match-service.ts';
import { MemoryMatchQueue } from '../memory/memory-match-queue.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { type MemoryLink, MemoryTransport } from '../memory/memory-transport.ts';
import { Counters } from '../node/counters.ts';
import type { Store } from '../ports/store.ts';
import { host, type TestHost } from '../room/room.test-support.ts';
import type { RoomsOptions } from '../room/rooms.ts';
import { startLobbyGateway } from './lobby-gateway.ts';
import { Parties } from './parties.ts';
import { RoomWatches } from './room-watches.ts';

export interface TestLobby extends TestHost {
  readonly matches: MatchService;
  readonly watches: RoomWatches;
  readonly queue: MemoryMatchQueue;
  readonly store: Store;
  /** A connection that has said nothing. */
  connect(): Caller;
  /** One that has said hello, as the user of a token of `identity.verify`, and was answered. */
  enter(user?: string): Promise<Caller>;
  /** Lets time pass and promises settle. */
  pass(ms: number): Promise<void>;
}

export interface TestLobbyOptions extends Partial<RoomsOptions> {
  readonly door?: OpenDoorOptions;
  readonly region?: string;
  readonly store?: Store;
}

export function testLobby(games: readonly Game[], options: TestLobbyOptions = {}): TestLobby {
  const { door: doorOptions, region = '', store = new MemoryStore(), ...roomsOptions } = options;
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const made = host(games, {
    log,
    maxRooms: 1_000,
    reported: (room, places) => matches.reported(room, places),
    ...roomsOptions,
  });
  const { clock, rooms, directory } = made;
  const queue = new MemoryMatchQueue();
  const random = seededRandom(7);
  const matches = new MatchService({ rooms, store, clock, random, log, queue, region, wallNowMs: () => clock.nowMs() });
  const watches = new RoomWatches(directory, clock, log);
  const verify = async (token: string) => ({ id: token, name: `The ${token}` });
  const transport = new MemoryTransport(clock);
  startLobbyGateway(transport, {
    rooms,
    door: openDoor(clock, log, { identity: { verify }, ...doorOptions }),
    clock,
    log,
    buggify: () => false,
    limits: DEFAULT_LIMITS,
    counters: new Counters({ clock, log }),
    watches,
    parties: new Parties(random),
    matches,
    random,
    region,
  });
  const pass = (ms: number): Promise<void> => clock.advanceAsync(ms);
  const connect = (): Caller => new Caller(transport);
  return {
    ...made,
    logged,
    matches,
    watches,
    queue,
    store,
    connect,
    pass,
    async enter(user) {
      const caller = connect();
      caller.ask({ type: 'hello', ...(user === undefined ? {} : { identity: user }) });
      await pass(0);
      return caller;
    },
  };
}

/** One thing the lobby told. */
export interface Told {
  readonly type: string;
  readonly [key: string]: unknown;
}

export class Caller {
  readonly told: Told[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly link: MemoryLink;

  constructor(transport: MemoryTransport) {
    this.link = transport.connect({
      open: () => {},
      message: (data) => void this.told.push(JSON.parse(String(data))),
      closed: (code, reason) => {
        this.closed = { code, reason };
      },
    });
  }

  ask(message: { readonly [key: string]: JsonValue }): void {
    this.link.send(JSON.stringify(message));
  }

  all(type: string): readonly Told[] {
    return this.told.filter((one) => one.type === type);
  }

  last(type: string): Told | undefined {
    return this.told.findLast((one) => one.type === type);
  }

  /** Goes away without a word. */
  vanish(): void {
    this.link.close();
  }
}
