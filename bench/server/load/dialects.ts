/** How each server is asked for a seat, how its states are told from what else it says, and how a player asks for a direction. */
import type { Line } from '../../load/line.ts';
import type { ServerId } from '../figures.ts';
import { colyseus } from './colyseus-dialect.ts';
import { floor } from './floor-dialect.ts';
import { socketIo, text } from './json-dialects.ts';
import { madang } from './madang-dialect.ts';
import type { LoadStart } from './orders.ts';

/** What a message means to a player. */
export type Heard =
  /** A state: an update of the game, and, as the first, the player's leave to play. */
  | 'state'
  /** What makes the player one and is no update, such as a greeting with the whole state. */
  | 'first'
  | 'other'
  | { readonly refused: string };

/** What a dialect may remember of a player. */
export interface Speaker {
  /** The newest tick heard of, in dialects whose inputs are addressed to ticks. */
  newestTick: number;
}

/** One way to talk to a server, shared by all players of a kind: those who play, or those who watch. */
export interface Dialect {
  /** The request for the upgrade that begins a player's way into a room. */
  ask(): Buffer | Promise<Buffer>;
  /** What a player says first, once upgraded; null where the server speaks first. */
  readonly hello: Buffer | null;
  /** Reads a message where it lies, and answers it where the protocol says so. */
  hear(line: Line, speaker: Speaker, data: Buffer, start: number, end: number): Heard;
  /** The frame that asks for a direction, 0 to 3. */
  input(speaker: Speaker, direction: number): Buffer;
  /** What is said by one who leaves for good; null where the closing says it. */
  readonly farewell: Buffer | null;
}

const DIALECTS: Readonly<Record<ServerId, (start: LoadStart, isWatching: boolean) => Dialect>> = {
  madang,
  'madang-socketio': socketIo,
  'madang-websocket': text,
  colyseus,
  'colyseus-quantized': colyseus,
  socketio: socketIo,
  flask: socketIo,
  tornado: text,
  'ws-send': floor,
  'ws-framed': floor,
  net: floor,
  bun: floor,
};

/** The way into the rooms of this server. */
export function dialectOf(start: LoadStart, isWatching: boolean): Dialect {
  return DIALECTS[start.server](start, isWatching);
}
