/** A line to PostgreSQL that breaks at the worst moment: around COMMIT. */
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a client sends in order to have its transaction done. */
const COMMIT = Buffer.from('COMMIT\0');

/** `before`: COMMIT does not arrive. `after`: PostgreSQL does it, and its answer does not arrive. */
export type Cut = 'before' | 'after';

export interface FragileLine {
  readonly port: number;
  /** The next COMMITs, in their order, meet these; later ones pass. */
  cutNext(...cuts: readonly Cut[]): void;
  /** Lines that were cut so far. */
  readonly cuts: number;
}

/** Opens a line that leads to this port of this machine. */
export async function openFragileLine(port: number): Promise<FragileLine> {
  const sockets = new Set<Socket>();
  const coming: Cut[] = [];
  let cuts = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  };
  const listener = createServer((near) => {
    const far = createConnection({ port, host: '127.0.0.1' });
    let isCutting = false;
    const cut = (): void => {
      cuts++;
      near.resetAndDestroy();
      far.destroy();
    };
    keep(near);
    keep(far);
    near.on('data', (bytes) => {
      const kind = bytes.includes(COMMIT) ? coming.shift() : undefined;
      if (kind === 'before') return cut();
      isCutting = kind === 'after';
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (isCutting) cut();
      else near.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => listener.listen({ port: 0, host: '127.0.0.1' }, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => void listener.close(() => resolve()));
  });
  return {
    port: (listener.address() as AddressInfo).port,
    cutNext: (...more) => void coming.push(...more),
    get cuts() {
      return cuts;
    },
  };
}
