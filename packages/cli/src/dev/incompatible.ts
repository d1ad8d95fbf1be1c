/** What becomes of rooms that changed code cannot hold. Nobody's room goes without somebody having said so. */
import { createInterface } from 'node:readline/promises';
import { columns, counted } from '../columns.ts';
import type { UnreadableRoom } from './messages.ts';

/** `keep`: the code from before goes on. `reset`: these rooms go, others stay. `stop`: the command ends. */
export type Remedy = 'keep' | 'reset' | 'stop';

const BY_LETTER: Readonly<Record<string, Remedy>> = { k: 'keep', r: 'reset', s: 'stop' };

/** Which rooms, and what is in the way of each. */
export function unreadableText(rooms: readonly UnreadableRoom[]): string {
  const lines = rooms.map(({ roomId, game, message }) => [`  ${game} ${roomId}`, message]);
  return `${counted(rooms.length, 'room')} cannot go on with this code:\n${columns(lines)}`;
}

/** Asks until one of the letters is given. Null where the input ends, or nobody needs to know any more. */
export async function askRemedy(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<Remedy | null> {
  // Line by line: Ctrl-C stays a signal.
  const lines = createInterface({ input, output, terminal: false });
  const ended = new AbortController();
  lines.once('close', () => ended.abort());
  try {
    for (;;) {
      const question = '[k]eep the code from before running, [r]eset these rooms, or [s]top? ';
      const answer = await lines.question(question, { signal: AbortSignal.any([signal, ended.signal]) });
      const remedy = BY_LETTER[answer.trim().toLowerCase().slice(0, 1)];
      if (remedy !== undefined) return remedy;
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    lines.close();
  }
}
