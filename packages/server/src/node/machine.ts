/** What this process may use of its machine, and how it fares. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Machine } from '../ports/machine.ts';

/** How often the event loop is looked at. What its turns take beyond that is delay. */
const RESOLUTION_MS = 20;

export class NodeMachine implements Machine {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#delays.enable();
  }

  stop(): void {
    this.#delays.disable();
  }

  /** Of the heap, or of what the process may hold in all, whichever is fuller. */
  usedMemoryShare(): number {
    const { used_heap_size: heapBytes, heap_size_limit: heapBytesMax } = getHeapStatistics();
    // Answers 0 where there is no bound, and on some systems one far beyond the machine's memory.
    const bytesMax = Math.min(process.constrainedMemory() || totalmem(), totalmem());
    return Math.max(heapBytes / heapBytesMax, process.memoryUsage.rss() / bytesMax);
  }

  loopDelayMs(): number {
    const medianMs = this.#delays.percentile(50) / 1e6;
    this.#delays.reset();
    return Math.max(0, medianMs - RESOLUTION_MS);
  }
}

/** Files and sockets this process may hold open; null where the system does not say. */
export function openFilesMax(): number | null {
  try {
    const [, soft] = /^Max open files\s+(\d+)/mu.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
