/**
 * What is written down of a room beside its state, as JSON: a fact per key, so that a tick writes only those that changed. What follows
 * from the rest, and what only a connection knows, is not written.
 *
 *   seat N           who sits on seat N; null once it is free
 *   answer R N       what request N of the player R was answered; R is its number among all who came (`ref`)
 *   host, isLocked, sentOut, timers, hasReported, report, faultsInARow, ending, chatLine, match      the room's own
 */
import {
  type Fields,
  type Game,
  GameError,
  isErrorCode,
  type JsonObject,
  type JsonValue,
  parseMessage,
  replyFieldsOf,
  type ValuesOf,
} from '@madang/core';
import { badRecording } from '@madang/core/journal';
import { z } from 'zod';
import type { Answer, KeptAnswer } from '../room/seat-requests.ts';

const seatFacts = z.object({
  /** The player's number among all who came; 0 for a bot. */
  ref: z.int(),
  number: z.int().min(1),
  name: z.string(),
  user: z.string().nullable(),
  roles: z.array(z.string()),
  rating: z.number().nullable(),
  team: z.int(),
  isBot: z.boolean(),
  isDropped: z.boolean(),
  /** It is to leave in the next tick. */
  hasLeft: z.boolean().default(false),
  joinedAtTick: z.int(),
  you: z.string(),
  isWelcomed: z.boolean(),
  /** The highest request that was heard. */
  heard: z.int(),
  /** Digests of the tokens that bring the player back. */
  token: z.object({ current: z.string(), previous: z.string().nullable() }).nullable(),
});

const places = z.array(z.array(z.array(z.string().nullable())));

/** How a match ended: users of the first place to the last, by team; teams that share a place are in one list. */
export type Places = z.infer<typeof places>;

const matchFacts = z.object({ matchId: z.string(), teams: z.array(z.tuple([z.string(), z.int()])) });

const roomFacts = z.object({
  host: z.int().default(0),
  isLocked: z.boolean().default(false),
  sentOut: z.array(z.string()).default([]),
  timers: z.array(z.tuple([z.string(), z.int()])).default([]),
  hasReported: z.boolean().default(false),
  faultsInARow: z.int().default(0),
  /** What was reported of the match and is not known to be kept. */
  report: places.nullable().default(null),
  /** Why the rules have ended the room, with the tick at hand. */
  ending: z.string().nullable().default(null),
  chatLine: z.int().default(0),
  match: matchFacts.nullable().default(null),
});

export type SeatFacts = z.infer<typeof seatFacts>;

/** The match that is played in a room, of users by team. */
export type MatchFacts = z.infer<typeof matchFacts>;

/** What a room can go on from, beside its state. */
export interface RoomFacts extends z.infer<typeof roomFacts> {
  /** In the order of their numbers. */
  readonly seats: readonly SeatFacts[];
  /** By `ref`, in the order of their numbers. */
  readonly answers: ReadonlyMap<number, readonly KeptAnswer[]>;
}

const refusalFact = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) });
const answerFact = z.object({
  key: z.string(),
  refusal: refusalFact.optional(),
  command: z.string().optional(),
  reply: z.record(z.string(), z.json()).optional(),
});

/** Reads facts that may be anything. Throws BAD_RECORDING. */
export function readFacts(json: JsonObject, game: Game): RoomFacts {
  try {
    const seats: SeatFacts[] = [];
    const answers = new Map<number, KeptAnswer[]>();
    for (const [key, value] of Object.entries(json)) {
      const [kind, first, second] = key.split(' ');
      if (kind === 'seat' && value !== null) seats.push(seatFacts.parse(value));
      if (kind !== 'answer') continue;
      const of = answers.get(Number(first)) ?? [];
      of.push(readAnswer(Number(second), value, game));
      answers.set(Number(first), of);
    }
    for (const of of answers.values()) of.sort((a, b) => a.number - b.number);
    return { ...roomFacts.parse(json), seats: seats.sort((a, b) => a.number - b.number), answers };
  } catch (problem) {
    throw badRecording(`the facts of the room are not: ${problem instanceof Error ? problem.message : ''}`, 0);
  }
}

/** An answer as a fact. */
export function answerJson({ key, answer }: KeptAnswer): JsonObject {
  switch (answer.kind) {
    case 'done':
      return { key };
    case 'reply':
      return { key, command: answer.command, reply: messageJson(answer.reply) };
    case 'refusal': {
      const { code, message, details } = answer.error;
      // Authors cut sentences where they like, also through a letter.
      const whole = Object.entries(details).map(([name, value]): [string, JsonValue] => [
        name,
        typeof value === 'string' ? value.toWellFormed() : (value as JsonValue),
      ]);
      return { key, refusal: { code, message: message.toWellFormed(), details: Object.fromEntries(whole) } };
    }
  }
}

/** A message's values as JSON; bytes become lists of numbers, which their fields accept. */
export function messageJson(values: ValuesOf<Fields>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, JsonValue] => [
      name,
      value instanceof Uint8Array ? Array.from(value) : (value as JsonValue),
    ]),
  );
}

function readAnswer(number: number, value: JsonValue, game: Game): KeptAnswer {
  const { key, refusal, command, reply } = answerFact.parse(value);
  return { number, key, answer: answerOf(game, refusal, command, reply) };
}

function answerOf(
  game: Game,
  refusal: z.infer<typeof refusalFact> | undefined,
  command: string | undefined,
  reply: Readonly<Record<string, JsonValue>> | undefined,
): Answer {
  if (refusal !== undefined) {
    const { code, message, details } = refusal;
    // A code of another version of this server says no more than that it was refused.
    const error = isErrorCode(code)
      ? new GameError(code, message, details as never)
      : new GameError('REFUSED', message, { reason: message });
    return { kind: 'refusal', error };
  }
  const fields = command === undefined ? undefined : game.commands[command];
  const replyFields = fields === undefined ? null : replyFieldsOf(fields);
  if (command === undefined || replyFields === null) return { kind: 'done' };
  try {
    return { kind: 'reply', command, reply: parseMessage(replyFields, reply ?? {}, 'BAD_COMMAND') };
  } catch {
    // This version answers it in another form; that it was done is what counts.
    const reason = 'it was done by another version of the game, whose answer is lost';
    return { kind: 'refusal', error: new GameError('REFUSED', `There is no answer: ${reason}.`, { reason }) };
  }
}
