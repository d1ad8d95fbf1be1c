/** What everybody may ask of every room, whatever the game: to chat, to hear no more of somebody, to use a host's rights. */
import { GameError } from '@madang/core';
import { z } from 'zod';

const person = z.number().int().min(1).max(0xffff);

const DEED = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('chat'), text: z.string(), to: z.enum(['all', 'team']).optional() }),
  z.strictObject({ do: z.literal('typing'), is: z.boolean() }),
  z.strictObject({ do: z.literal('block'), who: person, is: z.boolean() }),
  z.strictObject({ do: z.literal('kick'), who: person }),
  z.strictObject({ do: z.literal('mute'), who: person, is: z.boolean() }),
  z.strictObject({ do: z.literal('lock'), is: z.boolean() }),
  z.strictObject({ do: z.literal('pass'), who: person }),
]);

/** A deed; `who` is somebody's id among the people. */
export type Deed = z.infer<typeof DEED>;

/** Throws BAD_COMMAND for what is no deed. */
export function parseDeed(asked: unknown): Deed {
  const { success, data, error } = DEED.safeParse(asked);
  if (success) return data;
  const [issue] = error.issues;
  const reason = issue === undefined ? 'it is no deed' : `${issue.path.join('.') || 'do'}: ${issue.message}`;
  throw new GameError('BAD_COMMAND', 'A room cannot do this.', { field: '', reason: reason.slice(0, 200) });
}
