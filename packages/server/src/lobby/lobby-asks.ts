/**
 * What a client may ask of the lobby: JSON with exactly these fields of exactly these types. What is none of it is refused
 * whole, so that nothing here is half understood.
 */
import { GameError, type JsonValue, parseJson } from '@madang/core';
import { z } from 'zod';
import { ROOM_SORTS, ROOMS_LISTED_MAX } from '../ports/room-query.ts';

/** Fields of one filter, regions of one measurement and criteria of one search, at most. */
const ENTRIES_MAX = 32;

/** No way round the earth and back takes longer. */
const LATENCY_MS_MAX = 10_000;

const count = z.number().int().min(0).max(0xffffffff);
const name = z.string().min(1).max(64);
const scalar = z.union([z.string().max(256), z.number(), z.boolean()]);

function entries<T extends z.ZodType>(value: T) {
  return z
    .record(name, value)
    .refine((all) => Object.keys(all).length <= ENTRIES_MAX, `at most ${ENTRIES_MAX} entries`);
}

const WATCH = z.strictObject({
  type: z.literal('watch'),
  id: count,
  game: name.optional(),
  where: entries(scalar).optional(),
  isOpen: z.boolean().optional(),
  sort: z.enum(ROOM_SORTS).optional(),
  limit: z.number().int().min(1).max(ROOMS_LISTED_MAX).optional(),
});

const QUEUE = z.strictObject({
  type: z.literal('queue'),
  game: name,
  latencies: entries(z.number().min(0).max(LATENCY_MS_MAX)).optional(),
  criteria: entries(scalar).optional(),
});

const ASK = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), identity: z.string().optional(), name: z.string().optional() }),
  WATCH,
  z.strictObject({ type: z.literal('unwatch'), id: count }),
  z.strictObject({ type: z.literal('ping'), n: count }),
  z.discriminatedUnion('do', [
    z.strictObject({ type: z.literal('party'), do: z.literal('open') }),
    z.strictObject({ type: z.literal('party'), do: z.literal('join'), code: name }),
    z.strictObject({ type: z.literal('party'), do: z.literal('leave') }),
  ]),
  QUEUE,
  z.strictObject({ type: z.literal('dequeue') }),
  z.strictObject({ type: z.literal('accept'), match: name }),
  z.strictObject({ type: z.literal('decline'), match: name }),
]);

export type LobbyAsk = z.infer<typeof ASK>;

/** A list of rooms, as it is asked for. */
export type RoomsAsked = Omit<z.infer<typeof WATCH>, 'type' | 'id'>;

/** A match, as it is asked for. */
export type MatchAsked = Omit<z.infer<typeof QUEUE>, 'type'>;

/** What a refusal is about: enough for who asked to know. */
const ABOUT = z.object({
  type: z.enum(['hello', 'watch', 'unwatch', 'ping', 'party', 'queue', 'dequeue', 'accept', 'decline']),
  /** Of a list. */
  id: count.optional(),
});

export type AskedAbout = z.infer<typeof ABOUT>;

/** A message as JSON. Throws BAD_MESSAGE. */
export function jsonOf(data: Uint8Array | string): JsonValue {
  if (typeof data !== 'string') throw badAsk('the lobby takes text, and a binary message came');
  return parseJson(data);
}

/** Throws BAD_MESSAGE for what the lobby does not understand. */
export function parseAsk(asked: JsonValue): LobbyAsk {
  const { success, data, error } = ASK.safeParse(asked);
  if (success) return data;
  const [issue] = error.issues;
  throw badAsk(
    issue === undefined ? 'it is not of the contract' : `${issue.path.join('.') || 'type'}: ${issue.message}`,
  );
}

/** Null for what says nothing of its type; also of messages that are refused. */
export function aboutOf(asked: JsonValue): AskedAbout | null {
  return ABOUT.safeParse(asked).data ?? null;
}

function badAsk(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', 'The lobby cannot take this message.', { reason: reason.slice(0, 200) });
}
