/** A real server with land-grab on free ports of this machine, as `npm start` runs it, for tests with real sockets. */

import { createServer, type MadangServer, type ServerOptions } from '@madang/server';
import { socketIo } from '@madang/socketio';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';
import { onTestFinished } from 'vitest';

export interface Yard {
  readonly server: MadangServer;
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What was logged, one object a line: each refusal can be looked for here. */
  readonly logged: readonly Record<string, unknown>[];
}

/** Starts a server and stops it when the test is over. */
export async function openYard(options: Partial<ServerOptions> = {}): Promise<Yard> {
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const server = createServer({
    games: [landGrab],
    alwaysOpen: [landGrab.name],
    gateways: [socketIo()],
    port: 0,
    hosts: ['127.0.0.1'],
    graceMs: 200,
    log,
    ...options,
  });
  onTestFinished(() => server.stop());
  const { port } = await server.start();
  return { server, port, url: `http://127.0.0.1:${port}`, logged };
}

/** Resolves once `isTrue` answers true; fails with `what` when it has not within `withinMs`. */
export async function until(what: string, isTrue: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`this did not come true within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
