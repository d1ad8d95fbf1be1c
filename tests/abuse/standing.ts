/**
 * What must hold after every abuse, whatever it was: the catalogue's standing assertions. `abuse` is a `test` whose
 * `world` is a fresh server with a bystander in each room but the track, and which ends by checking them; no test can forget it.
 *
 * (a) nothing was thrown or rejected that nobody caught;
 * (b) the bystanders missed no state: their ticks go on, each frame built on the one before, and their mirrors equal
 *     what the server holds;
 * (c) seats, rooms and sockets are back at what they were;
 * (e) each connection that was ended for what came over it is in the log exactly once, with the refusal's code; nothing else
 *     was logged as an error unless the test says so;
 * (f) no line of the log holds a control character, a line or paragraph separator, or a bidi override;
 * (g) somebody new can join and play.
 */
import { connect, type OpenLink, openWebSocket, type Room } from '@madang/client';
import {
  type ErrorCode,
  type Fields,
  type Game,
  hashState,
  type JsonValue,
  type Messages,
  type StateSchema,
} from '@madang/core';
import type { ServerOptions } from '@madang/server';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';
import { test as base, expect } from 'vitest';
import { openYard, until, type Yard } from '../support/yard.ts';
import { openRaw, type RawSocket, type UpgradeRequest, upgradeRequest } from './raw-socket.ts';
import { stillLife } from './still-life.ts';
import { track } from './track.ts';

/** What was thrown or rejected in this process and caught by nobody. */
export const uncaughtProblems: unknown[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (problem: unknown) => void uncaughtProblems.push(problem));
}

/** First bytes of native frames, as docs/protocol.md has them. */
const REPAIR = 5;
const SNAPSHOT = 65;

/** The room of a game as a client of it holds it. */
type RoomOf<G> = G extends Game<infer S, infer I, infer C, infer E, infer A> ? Room<S, I, C, E, A> : never;

/** An honest native player, and what its line has carried. */
export interface Bystander<R extends Watched = Watched> {
  readonly room: R;
  readonly heard: readonly JsonValue[];
  /** Requests for the whole state: each would be a gap or a frame that could not be read. */
  readonly repairs: number;
  readonly snapshots: number;
}

type Watched = Pick<RoomOf<Game>, 'id' | 'seat' | 'tick' | 'hash' | 'connection'>;

export interface World extends Omit<Yard, 'logged'> {
  readonly inLandGrab: Bystander<RoomOf<typeof landGrab>>;
  readonly inStillLife: Bystander<RoomOf<typeof stillLife>>;
  /** The log as it was written, one line each. */
  readonly lines: readonly string[];
  /** Says that this many connections will have been ended by a gateway with this code. */
  expectEnds(code: ErrorCode, count?: number): void;
  /** A raw connection, cut when the test is over. */
  raw(port?: number, from?: string): Promise<RawSocket>;
  /** A raw connection that asked for an upgrade; with `head` in the same segment as the request. */
  upgrade(request: UpgradeRequest, head?: Uint8Array): Promise<RawSocket>;
  /** The hash of everything in the still room. Whatever a refused message did would show here. */
  stillHash(): string;
  /** What was refused so far, by reason, as the server shows its operator. */
  refusals(): Promise<Readonly<Record<string, number>>>;
  /** Cuts the raw connections and waits until seats, rooms and sockets are what they were at the start. */
  settle(): Promise<void>;
  /** Checks all standing assertions, cutting what connections are left. Runs by itself at the end of the test. */
  stand(): Promise<void>;
}

/** `abuse.extend({ options: { … } })` is the same with a server of other options. */
export const abuse = base.extend<{ options: Partial<ServerOptions>; world: World }>({
  options: {},
  world: async ({ options }, use) => {
    const world = await openWorld(options);
    await use(world);
    await world.stand();
  },
});

async function openWorld(options: Partial<ServerOptions>): Promise<World> {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const games = [landGrab, stillLife, track];
  const yard = await openYard({ games, alwaysOpen: games.map(({ name }) => name), log, ...options });
  const { server, port } = yard;
  uncaughtProblems.length = 0;
  const socketsBefore = openSockets();
  const raws: RawSocket[] = [];
  const ends: ErrorCode[] = [];
  const inLandGrab = await bystanderIn(yard, landGrab);
  const inStillLife = await bystanderIn(yard, stillLife);
  const seats = (): Record<string, number> =>
    Object.fromEntries(server.rooms.all.map(({ id, game, taken }) => [`${game.name} ${id}`, taken]));
  const baseline = seats();
  const socketsAtBaseline = openSockets();
  expect(socketsAtBaseline).toBeGreaterThan(socketsBefore);
  const stillRoom = roomOf(yard, inStillLife);

  const raw = async (to = port, from?: string): Promise<RawSocket> => {
    const socket = await openRaw(to, from);
    raws.push(socket);
    return socket;
  };
  const settle = async (): Promise<void> => {
    for (const socket of raws.splice(0)) socket.destroy();
    await until('seats, rooms and sockets are as they were', () => {
      return JSON.stringify(seats()) === JSON.stringify(baseline) && openSockets() <= socketsAtBaseline;
    });
  };
  return {
    ...yard,
    inLandGrab,
    inStillLife,
    lines,
    expectEnds: (code, count = 1) => void ends.push(...new Array<ErrorCode>(count).fill(code)),
    raw,
    upgrade: async (request, head = new Uint8Array()) => {
      const to = request.port ?? port;
      const socket = await raw(to, request.from);
      socket.write(upgradeRequest(to, request), head);
      return socket;
    },
    stillHash: () => stillRoom.hash(),
    refusals: () => refusalsOf(yard.url),
    settle,
    stand: async () => {
      await settle();
      await standsBy(yard, inLandGrab, { isMoving: true });
      await standsBy(yard, inStillLife, { isMoving: false });
      await somebodyNewCanPlay(yard);
      await settle();
      expect(uncaughtProblems, 'nothing was thrown that nobody caught').toEqual([]);
      await until('each refusal is in the log', () => endedIn(lines).length >= ends.length);
      expectCleanLog(lines, ends);
    },
  };
}

/** Sockets of this process, both ends of each connection. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

function roomOf({ server }: Pick<Yard, 'server'>, { room }: Bystander) {
  const found = server.rooms.get(room.id);
  if (found === undefined) throw new Error(`the bystander's room ${room.id} is gone`);
  return found;
}

async function bystanderIn<
  S extends StateSchema,
  I extends Fields,
  C extends Messages,
  E extends Messages,
  A extends keyof S & string,
>(yard: Yard, game: Game<S, I, C, E, A>): Promise<Bystander<Room<S, I, C, E, A>>> {
  const seen = { repairs: 0, snapshots: 0 };
  const connection = connect(yard.url, { openLink: watched(seen) });
  const room = await connection.join(game, { name: 'bystander' });
  const heard: JsonValue[] = [];
  room.onMessage(({ message }) => heard.push(message));
  return Object.assign(seen, { room, heard });
}

/** A WebSocket that counts the frames that tell whether its player missed any state. */
function watched(seen: { repairs: number; snapshots: number }): OpenLink {
  return (url, on) => {
    const link = openWebSocket(url, {
      ...on,
      frame: (frame) => {
        if (frame[0] === SNAPSHOT) seen.snapshots++;
        on.frame(frame);
      },
    });
    return {
      ...link,
      send: (frame) => {
        if (frame[0] === REPAIR) seen.repairs++;
        link.send(frame);
      },
    };
  };
}

/** (b) */
async function standsBy(yard: Yard, bystander: Bystander, { isMoving }: { isMoving: boolean }): Promise<void> {
  const { room } = bystander;
  const serverRoom = roomOf(yard, bystander);
  expect(room.connection, 'the bystander is still connected').toBe('open');
  const tickBefore = serverRoom.tick;
  await until('the room goes on ticking', () => serverRoom.tick > tickBefore);
  const mirrorBefore = room.tick;
  if (isMoving) await until('state goes on reaching the bystander', () => room.tick > mirrorBefore);
  await until("the bystander's mirror is what the server holds", () => {
    return room.hash() === hashState(serverRoom.state, room.seat);
  });
  expect(bystander.repairs, 'the bystander missed no state').toBe(0);
  expect(bystander.snapshots, 'the bystander was sent the whole state once, when it joined').toBe(1);
  expect(serverRoom.faultyTicks, 'no rule failed').toBe(0);
}

/** (g) */
async function somebodyNewCanPlay({ url }: Yard): Promise<void> {
  const room = await connect(url).join(landGrab, { name: 'newcomer' });
  const heard: unknown[] = [];
  room.onMessage(({ message }) => heard.push(message));
  room.say('here I am');
  const start = { x: room.me?.x ?? 0, y: room.me?.y ?? 0 };
  let tries = 0;
  await until('the newcomer moves and is heard', () => {
    // Each way for a while: a wall or a rival may stand in one of them.
    room.input({ dir: (['left', 'right', 'up', 'down'] as const)[Math.floor(tries++ / 20) % 4] ?? 'left' });
    return (room.me?.x !== start.x || room.me.y !== start.y) && heard.includes('here I am');
  });
  await room.leave();
}

/** (e) and (f) */
function expectCleanLog(lines: readonly string[], ends: readonly ErrorCode[]): void {
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(endedIn(lines).sort(), 'each refusal that ended a connection is logged once').toEqual([...ends].sort());
  expect(
    logged.filter(({ level }) => Number(level) >= 50),
    'no fault of ours was logged',
  ).toEqual([]);
  for (const line of lines) {
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
}

/** The codes with which connections were ended; several of one kind may share a line. */
function endedIn(lines: readonly string[]): string[] {
  return (
    lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'a connection was ended')
      .flatMap(({ code, count = 1 }) => new Array<string>(Number(count)).fill(String(code)))
      // The newcomer's own leave, and whoever else left in good order, is no refusal.
      .filter((code) => code !== 'LEFT')
  );
}

async function refusalsOf(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.matchAll(/^madang_refusals_total\{reason="(\w+)"\} (\d+)$/gmu);
  return Object.fromEntries([...found].map(([, reason = '', count]) => [reason, Number(count)]));
}
