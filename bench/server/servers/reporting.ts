/**
 * What a server's process says to the bench, whatever server it is and whatever runs it: one JSON line with its port, then one for each
 * word that it is asked. What it costs is read from outside.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../../measure.ts';

/** What only the server itself knows. */
export interface ServerReading {
  /** Ticks that were left out so far; 0 for servers that count none. */
  readonly slippedTicks: number;
  /** How long ticks took since the reading before; null for servers that do not say. */
  readonly tickP99Ms: number | null;
}

/** `collect` forces garbage out before the memory is read. */
export type ServerQuestion = 'read' | 'collect';

const COLLECTIONS = 3;
const BETWEEN_COLLECTIONS_MS = 200;

/** Tells the port, answers the bench from now on, and ends with it. */
export function report(port: number, read: () => ServerReading = () => ({ slippedTicks: 0, tickP99Ms: null })): void {
  const questions = createInterface({ input: process.stdin });
  questions.on('line', (question) => void answer(question));
  // By itself, so that a profile of it is written.
  questions.on('close', () => process.exit());
  say({ port });

  async function answer(question: string): Promise<void> {
    if (question === 'collect') {
      for (let i = 0; i < COLLECTIONS; i++) {
        collectGarbage();
        await sleep(BETWEEN_COLLECTIONS_MS);
      }
    }
    say(read());
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
