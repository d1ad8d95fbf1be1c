/** Requests: commands that are answered. */
import { GameError } from '../errors.ts';
import type { Fields } from './field.ts';
import type { Messages } from './game.ts';

/** Where a command's fields keep those of its reply: a symbol, so that it is no field of the command itself. */
const REPLY: unique symbol = Symbol('reply');

/** The fields of a command, and those of its reply. */
export type RequestFields<F extends Fields = Fields, R extends Fields = Fields> = F & { readonly [REPLY]: R };

/** Names of commands that are answered. */
export type RequestNames<C extends Messages> = {
  [N in keyof C & string]: C[N] extends { readonly [REPLY]: Fields } ? N : never;
}[keyof C & string];

/** The fields of a command's reply. */
export type ReplyOf<F extends Fields> = F extends { readonly [REPLY]: infer R extends Fields } ? R : never;

/**
 * Declares a command that is answered: `commands: { buy: request({ item: u8 }, { coins: u32 }) }`. Its handler returns the
 * reply, or refuses with `refuse('…')`; a client asks with `room.ask('buy', { item: 3 })`.
 */
export function request<const F extends Fields, const R extends Fields>(fields: F, reply: R): RequestFields<F, R> {
  return { ...fields, [REPLY]: reply };
}

/** The fields of a command's reply; null for a command that is not answered. */
export function replyFieldsOf(fields: Fields): Fields | null {
  return REPLY in fields ? (fields[REPLY] as Fields) : null;
}

/** Refuses what a player asked for, from inside a rule: the player gets REFUSED with this sentence, and nobody logs a fault. */
export function refuse(sentence: string): never {
  throw new GameError('REFUSED', sentence, { reason: sentence });
}
