/** What a client is told of its room beside the game: its own place, who else is here, and what they say. */
import type { ByteReader } from '../codec/bytes.ts';
import { framed, KIND, NAME_BYTES_MAX, ROOM_ID_BYTES_MAX } from './parts.ts';

const CHAT_BYTES_MAX = 4096;
const PEOPLE_MAX = 0xffff;

/** Where a player sits, and what it needs to come back. */
export interface WelcomeFrame {
  /** The number of the seat; 0 for a spectator. */
  readonly seat: number;
  readonly roomId: string;
  /** What the room can be found by beside its id; '' for a room that has none. */
  readonly code: string;
  /** How others are told who this is. */
  readonly you: string;
  /** Good for coming back to this seat, once; '' where it is not held. */
  readonly token: string;
  /** How long the seat is held. */
  readonly graceMs: number;
  /** The highest number that the server has heard on this seat: a client that knows nothing of it counts on from here. */
  readonly heard: number;
  /** True for who was here before. */
  readonly isReturn: boolean;
}

/** Somebody in a room, as all are told. */
export interface Person {
  /** The number of the seat; spectators have numbers above all seats. */
  readonly id: number;
  readonly name: string;
  readonly isBot: boolean;
  readonly isSpectator: boolean;
  readonly isDropped: boolean;
  readonly isHost: boolean;
  readonly isTyping: boolean;
}

/** Who came, changed and went since this client was told last. */
export interface PeopleFrame {
  /** True where it is all there are, and whoever is not named is not here. */
  readonly isWhole: boolean;
  readonly here: readonly Person[];
  readonly gone: readonly number[];
}

const PERSON_FLAGS = ['isBot', 'isSpectator', 'isDropped', 'isHost', 'isTyping'] as const;

export function encodeWelcome(welcome: WelcomeFrame): Uint8Array {
  return framed(KIND.WELCOME, (out) => {
    out.varint(welcome.seat);
    out.text(welcome.roomId);
    out.text(welcome.code);
    out.text(welcome.you);
    out.text(welcome.token);
    out.varint(welcome.graceMs);
    out.varint(welcome.heard);
    out.u8(welcome.isReturn ? 1 : 0);
  });
}

export function readWelcome(from: ByteReader): WelcomeFrame {
  return {
    seat: from.varint(),
    roomId: from.text(ROOM_ID_BYTES_MAX),
    code: from.text(ROOM_ID_BYTES_MAX),
    you: from.text(ROOM_ID_BYTES_MAX),
    token: from.text(NAME_BYTES_MAX),
    graceMs: from.varint(),
    heard: from.varint(),
    isReturn: from.u8() === 1,
  };
}

export function encodePeople({ isWhole, here, gone }: PeopleFrame): Uint8Array {
  return framed(KIND.PEOPLE, (out) => {
    out.u8(isWhole ? 1 : 0);
    out.varint(here.length);
    for (const person of here) {
      out.varint(person.id);
      out.u8(PERSON_FLAGS.reduce((flags, flag, bit) => flags | (person[flag] ? 1 << bit : 0), 0));
      out.text(person.name);
    }
    out.varint(gone.length);
    for (const id of gone) out.varint(id);
  });
}

/** A line of chat. */
export interface ChatLine {
  /** Counts up in a room: a client that is told the same line twice can tell. */
  readonly number: number;
  /** The speaker's id among the people, and its name then; 0 and '' where the room itself speaks. */
  readonly from: number;
  readonly name: string;
  readonly text: string;
  readonly isForTeam: boolean;
}

export function encodeChat(line: ChatLine): Uint8Array {
  return framed(KIND.CHAT, (out) => {
    out.varint(line.number);
    out.varint(line.from);
    out.text(line.name);
    out.text(line.text);
    out.u8(line.isForTeam ? 1 : 0);
  });
}

export function readChat(from: ByteReader): ChatLine {
  return {
    number: from.varint(),
    from: from.varint(),
    name: from.text(NAME_BYTES_MAX),
    text: from.text(CHAT_BYTES_MAX),
    isForTeam: from.u8() === 1,
  };
}

export function readPeople(from: ByteReader): PeopleFrame {
  const isWhole = from.u8() === 1;
  const here: Person[] = [];
  for (let left = readCount(from); left > 0; left--) {
    const id = from.varint();
    const flags = from.u8();
    const is = (flag: (typeof PERSON_FLAGS)[number]): boolean => (flags & (1 << PERSON_FLAGS.indexOf(flag))) !== 0;
    here.push({
      id,
      name: from.text(NAME_BYTES_MAX),
      isBot: is('isBot'),
      isSpectator: is('isSpectator'),
      isDropped: is('isDropped'),
      isHost: is('isHost'),
      isTyping: is('isTyping'),
    });
  }
  const gone: number[] = [];
  for (let left = readCount(from); left > 0; left--) gone.push(from.varint());
  return { isWhole, here, gone };
}

function readCount(from: ByteReader): number {
  const count = from.varint();
  return count <= PEOPLE_MAX ? count : from.fail('a list of people is too long');
}
