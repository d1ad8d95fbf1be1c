/** A server and its players in virtual time: real server code, real SDK code, a memory line between them. */

import { connect, type OpenLink } from '@madang/client';
import { type Game, seededRandom } from '@madang/core';
import { createServer, type MadangServer, type ServerOptions } from '@madang/server';
import { MemoryTransport, VirtualClock } from '@madang/server/memory';
import { landGrab } from '@madang-examples/land-grab/game';
import pino from 'pino';

function joinLandGrab(connection: ReturnType<typeof connect>, name: string) {
  return connection.join(landGrab, { name });
}

export type YardRoom = Awaited<ReturnType<typeof joinLandGrab>>;

/** Opens a server whose every chance comes from `seed`, and a line of `latencyMs` each way. */
export async function virtualYard(
  seed: number,
  latencyMs: number,
  games: readonly Game[] = [landGrab],
  options: Partial<ServerOptions> = {},
): Promise<{ readonly clock: VirtualClock; readonly server: MadangServer; join(name: string): Promise<YardRoom> }> {
  const clock = new VirtualClock();
  const transport = new MemoryTransport(clock, latencyMs);
  const server = createServer({
    games,
    clock,
    transport,
    random: seededRandom(seed),
    log: pino({ level: 'silent' }),
    ...options,
  });
  await server.start();
  const openLink: OpenLink = (_url, on) => {
    const link = transport.connect({
      open: () => on.open(),
      message: (data) => {
        if (typeof data !== 'string') on.frame(data);
      },
      closed: (closeCode, reason) => on.closed(closeCode, reason),
    });
    return { send: (frame) => link.send(frame), close: () => link.close() };
  };
  const connection = connect('memory://yard', { openLink, timers: clock });
  return {
    clock,
    server,
    join: async (name) => {
      const joining = joinLandGrab(connection, name);
      await clock.advanceAsync(2 * latencyMs + 250);
      return joining;
    },
  };
}
