/** The first frame of a connection: who wants to come in, where and how. */
import type { ByteReader } from '../codec/bytes.ts';
import { type JsonValue, parseJson } from '../json-value.ts';
import { framed, KIND, NAME_BYTES_MAX } from './parts.ts';

/** Bytes of a client's first message: an identity's token is the most of it. */
export const JOIN_FRAME_BYTES_MAX = 4 * 1024;

/**
 * How somebody wants to come in: to `any` room with a free seat, opening one where there is none; to the `room` of an id or
 * code; to a new one (`create`); with the ticket of a match (`claim`); back to the seat it had (`return`).
 */
const JOIN_WAYS = ['any', 'room', 'create', 'claim', 'return'] as const;
export type JoinWay = (typeof JOIN_WAYS)[number];

/** The first frame of a connection. */
export interface JoinRequest {
  readonly game: string;
  readonly fingerprint: number;
  readonly way: JoinWay;
  /** The room's id or code, the ticket, or the token of the seat; '' where the way needs none. */
  readonly key: string;
  /** '' for a name the server chooses. */
  readonly name: string;
  /** The token that says who this is; '' for nobody. */
  readonly identity: string;
  readonly isSpectator: boolean;
  /** A room that is opened is found by its code only. */
  readonly isPrivate: boolean;
  /** The options of a room that is opened; null for none. */
  readonly options: JsonValue;
}

/** What is absent is nobody in particular who wants to play in any room. */
export function encodeJoin(request: Pick<JoinRequest, 'game' | 'fingerprint'> & Partial<JoinRequest>): Uint8Array {
  const { game, fingerprint, way = 'any', key = '', name = '', identity = '', options = null } = request;
  const { isSpectator = false, isPrivate = false } = request;
  return framed(KIND.JOIN, (out) => {
    out.text(game);
    out.u32(fingerprint);
    out.u8(JOIN_WAYS.indexOf(way));
    out.text(key);
    out.text(name);
    out.text(identity);
    out.u8((isSpectator ? 1 : 0) | (isPrivate ? 2 : 0));
    out.text(options === null ? '' : JSON.stringify(options));
  });
}

/** True for a frame that claims to be a join: it is read without knowing the game. */
export function isJoin(bytes: Uint8Array): boolean {
  return bytes[0] === KIND.JOIN;
}

export function decodeJoin(from: ByteReader): JoinRequest {
  if (from.u8() !== KIND.JOIN) from.fail('the first frame must be a join');
  const game = from.text(NAME_BYTES_MAX);
  const fingerprint = from.u32();
  const way = JOIN_WAYS[from.u8()] ?? from.fail('a way to join is unknown');
  const key = from.text(NAME_BYTES_MAX);
  const name = from.text(NAME_BYTES_MAX);
  const identity = from.text(JOIN_FRAME_BYTES_MAX);
  const flags = from.u8();
  if (flags > 3) from.fail('a flag of a join is unknown');
  const options = from.text(JOIN_FRAME_BYTES_MAX);
  from.end();
  return {
    game,
    fingerprint,
    way,
    key,
    name,
    identity,
    isSpectator: (flags & 1) !== 0,
    isPrivate: (flags & 2) !== 0,
    options: options === '' ? null : parseJson(options),
  };
}
