/** Who was in a room, from the facts that are written down of it. Facts may be anybody's: what is none is left out. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.ts';
import type { Person } from '../wire/room-frames.ts';

/** Somebody on a seat. */
export interface RecordedSeat {
  /** The player's number among all who came; 0 for a bot. */
  readonly ref: number;
  readonly number: number;
  readonly name: string;
  /** Not for others' eyes. */
  readonly user: string | null;
  readonly team: number;
  readonly isBot: boolean;
  readonly isDropped: boolean;
}

/** The seats that are taken, in the order of their numbers. */
export function seatsIn(facts: JsonObject): readonly RecordedSeat[] {
  return Object.entries(facts)
    .flatMap(([key, fact]) => (key.startsWith('seat ') && isJsonObject(fact) ? [seatOf(fact)] : []))
    .sort((a, b) => a.number - b.number);
}

/** Those on seats as others were told of them. */
export function peopleIn(facts: JsonObject): readonly Person[] {
  return seatsIn(facts).map(({ number, name, isBot, isDropped }) => ({
    id: number,
    name,
    isBot,
    isDropped,
    isSpectator: false,
    isHost: number === facts.host,
    isTyping: false,
  }));
}

function seatOf({ ref, number, name, user, team, isBot, isDropped }: JsonObject): RecordedSeat {
  return {
    ref: wholeOf(ref),
    number: wholeOf(number),
    name: typeof name === 'string' ? name : '',
    user: typeof user === 'string' ? user : null,
    team: wholeOf(team),
    isBot: isBot === true,
    isDropped: isDropped === true,
  };
}

function wholeOf(given: JsonValue | undefined): number {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : 0;
}
