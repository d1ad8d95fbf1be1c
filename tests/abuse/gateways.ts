/** The three ways in, driven by hand: how each is asked for, and how a player on it looks from outside. */
import {
  applyServerFrame,
  ByteReader,
  encodeClientFrame,
  encodeJoin,
  type Game,
  type JoinRequest,
  type ServerFrame,
  SUBPROTOCOL,
} from '@madang/core';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import { binaryFrame, type RawSocket, textFrame, type UpgradeRequest } from './raw-socket.ts';
import type { World } from './standing.ts';

export type GatewayName = 'play' | 'websocket' | 'socket.io';

/** A raw connection on which its gateway has seated a player. */
export interface RawPlayer {
  readonly raw: RawSocket;
  /** What others hear as `from`. */
  readonly you: string;
  /** The bytes of one message in which this player says something, as this gateway has it: to be sent in this order. */
  saying(message: string): Uint8Array;
}

export interface GatewayUnderTest {
  readonly name: GatewayName;
  readonly request: UpgradeRequest;
  /** Connects and takes a seat. */
  seated(world: World, game?: Game): Promise<RawPlayer>;
}

/** An upgrade as this gateway's own clients ask for it. */
export const REQUESTS: Readonly<Record<GatewayName, UpgradeRequest>> = {
  play: { path: '/play', headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } },
  websocket: { path: '/websocket' },
  'socket.io': { path: '/socket.io/?EIO=4&transport=websocket' },
};

export const GATEWAYS: readonly GatewayUnderTest[] = [
  { name: 'play', request: REQUESTS.play, seated: seatedOnPlay },
  { name: 'websocket', request: REQUESTS.websocket, seated: seatedOnWebsocket },
  { name: 'socket.io', request: REQUESTS['socket.io'], seated: seatedOnSocketIo },
];

/** Who goes into any room. */
const ANYBODY = {
  way: 'any',
  key: '',
  name: '',
  identity: '',
  isSpectator: false,
  isPrivate: false,
  options: null,
} as const satisfies Partial<JoinRequest>;

export function joinFrame(game: Pick<Game, 'name' | 'fingerprint'>, wish: Partial<JoinRequest> = {}): Uint8Array {
  return encodeJoin({ ...ANYBODY, game: game.name, fingerprint: game.fingerprint, ...wish });
}

/** What a seat says has a number: the first is 1, and none may be left out. */
export const sayFrame = (game: Game, message: string, number = 1): Uint8Array =>
  encodeClientFrame(game, { kind: 'say', number, message });

/** Kinds of native frames from the server. */
const WELCOME = 64;
const REFUSAL = 69;

/** A native frame that carries no state. */
function read(game: Game, bytes: Uint8Array): ServerFrame {
  return applyServerFrame(game, null, 0, new ByteReader(bytes));
}

async function seatedOnPlay(world: World, game: Game = landGrab): Promise<RawPlayer> {
  const raw = await world.upgrade(REQUESTS.play);
  raw.write(binaryFrame(joinFrame(game)));
  await until('the welcome arrives', () => raw.binaries.some((bytes) => bytes[0] === WELCOME));
  const welcome = read(game, raw.binaries.find((bytes) => bytes[0] === WELCOME) ?? Buffer.alloc(0));
  if (welcome.kind !== 'welcome') throw new Error('the first frame is the welcome');
  let number = 0;
  return { raw, you: welcome.you, saying: (message) => binaryFrame(sayFrame(game, message, ++number)) };
}

/** Codes of the refusals a native connection was told. */
export function nativeRefusals(raw: RawSocket): string[] {
  return raw.binaries
    .filter((bytes) => bytes[0] === REFUSAL)
    .map((bytes) => read(landGrab, bytes))
    .flatMap((frame) => (frame.kind === 'refusal' ? [frame.code] : []));
}

async function seatedOnWebsocket(world: World, game: Game = landGrab): Promise<RawPlayer> {
  const raw = await world.upgrade({ path: `/websocket?game=${game.name}` });
  const welcome = parsed(await raw.text('the welcome', (text) => parsed(text).type === 'welcome'));
  return {
    raw,
    you: String(welcome.you),
    saying: (message) => textFrame(JSON.stringify({ type: 'message', message })),
  };
}

/** Codes of the refusals a plain WebSocket was told. */
export function textRefusals(raw: RawSocket): string[] {
  return raw.texts.map(parsed).flatMap(({ type, code }) => (type === 'error' ? [String(code)] : []));
}

async function seatedOnSocketIo(world: World, game: Game = landGrab): Promise<RawPlayer> {
  const raw = await openEngine(world);
  raw.write(textFrame(`40${JSON.stringify({ game: game.name })}`));
  const welcome = await raw.text('the welcome', (text) => text.startsWith('42["welcome"'));
  const [, { you }] = JSON.parse(welcome.slice(2)) as [string, { you: string }];
  return { raw, you, saying: (message) => textFrame(`42${JSON.stringify(['message', message])}`) };
}

/** A Socket.IO transport that is open and has not connected to the namespace yet. */
export async function openEngine(world: World): Promise<RawSocket> {
  const raw = await world.upgrade(REQUESTS['socket.io']);
  await raw.text('the engine handshake', (text) => text.startsWith('0{'));
  return raw;
}

/** Events the server emitted to a Socket.IO connection, with what they carried. */
export function emitted(raw: RawSocket, event: string): Record<string, unknown>[] {
  return raw.texts
    .filter((text) => text.startsWith(`42["${event}"`))
    .map((text) => (JSON.parse(text.slice(2)) as [string, Record<string, unknown>])[1]);
}

/** Codes of the refusals a Socket.IO connection was told by `game_error`. */
export function eventRefusals(raw: RawSocket): string[] {
  return emitted(raw, 'game_error').map(({ code }) => String(code));
}

/** Answers to events that asked for an acknowledgement, by the id they asked with. */
export function acknowledgement(raw: RawSocket, id: number): unknown {
  const found = raw.texts.find((text) => text.startsWith(`43${id}[`));
  return found === undefined ? undefined : (JSON.parse(found.slice(`43${id}`.length)) as unknown[])[0];
}

/** This player says something and everybody hears it, once: it is seated, and all that it sent before was dealt with. */
export async function expectHeard(world: World, { raw, saying }: RawPlayer, message = 'still here'): Promise<void> {
  const { heard } = world.inLandGrab;
  const before = heard.filter((one) => one === message).length;
  raw.write(saying(message));
  await until(`"${message}" is heard`, () => heard.filter((one) => one === message).length > before);
  expect(heard.filter((one) => one === message)).toHaveLength(before + 1);
}

export function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
