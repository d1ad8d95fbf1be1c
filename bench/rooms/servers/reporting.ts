/** What a server's process tells of itself, whatever server it is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface ServerReading {
  /** Used so far. */
  readonly cpuMs: number;
  /** The longest the event loop was held since the reading before. */
  readonly stallMs: number;
  /** Ticks by which rooms of bystanders were moved on without being played; 0 for servers that count none. */
  readonly slippedTicks: number;
}

export type ServerQuestion = 'read';

const STALL_RESOLUTION_MS = 2;

/** Answers the bench from now on; ends with it. */
export function report(port: number, slippedTicks: () => number = () => 0): void {
  const delays = monitorEventLoopDelay({ resolution: STALL_RESOLUTION_MS });
  delays.enable();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const reading: ServerReading = {
      cpuMs: (user + system) / 1000,
      stallMs: Math.max(0, delays.max / 1e6 - STALL_RESOLUTION_MS),
      slippedTicks: slippedTicks(),
    };
    delays.reset();
    process.send?.(reading);
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port });
}
