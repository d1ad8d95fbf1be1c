/** What a server's process tells of itself, whatever server it is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../../measure.ts';

export interface ServerReading {
  /** Used so far. */
  readonly cpuMs: number;
  readonly residentBytes: number;
  /** The longest the event loop was held since the reading before. */
  readonly stallMs: number;
  /** Ticks by which rooms of bystanders were moved on without being played; 0 for servers that count none. */
  readonly slippedTicks: number;
}

/** `collect` forces garbage out before the memory is read. */
export type ServerQuestion = 'read' | 'collect';

const STALL_RESOLUTION_MS = 2;
const COLLECTIONS = 3;
const BETWEEN_COLLECTIONS_MS = 200;

/** Answers the bench from now on; ends with it. */
export function report(port: number, slippedTicks: () => number = () => 0): void {
  const delays = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
  delays.enable();
  process.on('message', (question: ServerQuestion) => void answer(question));
  process.on('disconnect', () => process.exit());
  process.send?.({ port });

  async function answer(question: ServerQuestion): Promise<void> {
    if (question === 'collect') {
      for (let i = 0; i < COLLECTIONS; i++) {
        collectGarbage();
        await sleep(BETWEEN_COLLECTIONS_MS);
      }
    }
    const { user, system } = process.cpuUsage();
    const reading: ServerReading = {
      cpuMs: (user + system) / 1000,
      residentBytes: process.memoryUsage.rss(),
      stallMs: Math.max(0, delays.max / 1e6 - STALL_RESOLUTION_MS),
      slippedTicks: slippedTicks(),
    };
    delays.reset();
    process.send?.(reading);
  }
}
