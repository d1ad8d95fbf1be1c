/** What the lobby tells: read whole or not at all. */
import { ERRORS, type ErrorCode, GameError, isErrorCode, isJsonObject, type JsonObject, parseJson } from '@madang/core';
import type { ListedRoom } from './room-list.ts';

export type Tell =
  | { readonly type: 'hello'; readonly user: string | null; readonly name: string; readonly region: string }
  | {
      readonly type: 'rooms';
      readonly id: number;
      readonly rooms: readonly ListedRoom[];
      readonly order: readonly string[];
    }
  | { readonly type: 'pong'; readonly n: number }
  | {
      readonly type: 'party';
      readonly code: string | null;
      readonly members: readonly string[];
      readonly leader: boolean;
    }
  | SearchTell
  /** `about` is the type of what was refused, '' where that cannot be told. */
  | { readonly type: 'error'; readonly error: GameError; readonly about: string };

/** How a search goes. */
export type SearchTell =
  | {
      readonly type: 'progress';
      readonly position: number;
      readonly waiting: number;
      readonly estimatedWaitMs: number | null;
    }
  | {
      readonly type: 'proposed';
      readonly match: string;
      readonly deadlineMs: number;
      readonly accepted: number;
      readonly players: number;
    }
  | { readonly type: 'returned'; readonly match: string }
  | {
      readonly type: 'matched';
      readonly game: string;
      readonly roomId: string;
      readonly ticket: string;
      readonly team: number;
    }
  | { readonly type: 'dropped'; readonly reason: string };

/** Null for what this version does not know. Throws BAD_MESSAGE for what is not of the contract. */
export function readTell(frame: Uint8Array): Tell | null {
  const json = parseJson(new TextDecoder().decode(frame));
  if (!isJsonObject(json)) throw badTell('it is no object');
  const { type } = json;
  switch (type) {
    case 'hello':
      return { type, user: textOrNull(json, 'user'), name: text(json, 'name'), region: text(json, 'region') };
    case 'rooms':
      return { type, id: number(json, 'id'), rooms: objects(json, 'rooms').map(roomOf), order: texts(json, 'order') };
    case 'pong':
      return { type, n: number(json, 'n') };
    case 'party':
      return { type, code: textOrNull(json, 'code'), members: texts(json, 'members'), leader: json.leader === true };
    case 'progress':
      return {
        type,
        position: number(json, 'position'),
        waiting: number(json, 'waiting'),
        estimatedWaitMs: json.estimatedWaitMs === null ? null : number(json, 'estimatedWaitMs'),
      };
    case 'proposed':
      return {
        type,
        match: text(json, 'match'),
        deadlineMs: number(json, 'deadlineMs'),
        accepted: number(json, 'accepted'),
        players: number(json, 'players'),
      };
    case 'returned':
      return { type, match: text(json, 'match') };
    case 'matched':
      return {
        type,
        game: text(json, 'game'),
        roomId: text(json, 'roomId'),
        ticket: text(json, 'ticket'),
        team: number(json, 'team'),
      };
    case 'dropped':
      return { type, reason: text(json, 'reason') };
    case 'error':
      return { type, error: errorOf(json), about: isJsonObject(json.re) ? text(json.re, 'type') : '' };
    default:
      return null;
  }
}

function roomOf(json: JsonObject): ListedRoom {
  return {
    id: text(json, 'id'),
    game: text(json, 'game'),
    seats: number(json, 'seats'),
    taken: number(json, 'taken'),
    bots: number(json, 'bots'),
    spectators: number(json, 'spectators'),
    isLocked: json.isLocked === true,
    // What it lists is of the game's own types, which the server has checked and the watcher names.
    about: (isJsonObject(json.about) ? json.about : {}) as ListedRoom['about'],
  };
}

/** A refusal with the details it came with; of a code that this version does not know, one that says to come back. */
function errorOf(json: JsonObject): GameError {
  const code = text(json, 'code');
  const known: ErrorCode = isErrorCode(code) ? code : 'LINK_LOST';
  const details: unknown = isJsonObject(json.details) ? json.details : {};
  return new GameError(known, text(json, 'message'), details as GameError['details']);
}

/** Whether the server ends the line with this refusal. */
export function endsLine({ code }: GameError): boolean {
  return ERRORS[code].closeCode !== null;
}

function text(json: JsonObject, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw badTell(`${name} is no text`);
  return value;
}

function textOrNull(json: JsonObject, name: string): string | null {
  return json[name] === null ? null : text(json, name);
}

function number(json: JsonObject, name: string): number {
  const value = json[name];
  if (typeof value !== 'number') throw badTell(`${name} is no number`);
  return value;
}

function list(json: JsonObject, name: string): readonly unknown[] {
  const value = json[name];
  if (!Array.isArray(value)) throw badTell(`${name} is no list`);
  return value;
}

function texts(json: JsonObject, name: string): readonly string[] {
  return list(json, name).filter((one) => typeof one === 'string');
}

function objects(json: JsonObject, name: string): readonly JsonObject[] {
  return list(json, name).filter((one): one is JsonObject => typeof one === 'object' && one !== null);
}

function badTell(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', `The lobby said something that is not of its contract: ${reason}.`, { reason });
}
