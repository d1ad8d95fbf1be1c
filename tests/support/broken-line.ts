/** A line to a server that can be cut and mended: what a phone in a lift has. */
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Line {
  /** What to connect to in place of the server. */
  readonly url: string;
  /** Cuts every connection without a goodbye, and each new one, until `mend`. */
  cut(): void;
  mend(): void;
}

/** Opens a line that leads to this port. */
export async function openLine(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  };
  const listener = createServer((near) => {
    keep(near);
    if (isCut) return void near.resetAndDestroy();
    const far = createConnection({ port, host: '127.0.0.1' });
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  await new Promise<void>((resolve) => listener.listen({ port: 0, host: '127.0.0.1' }, resolve));
  onTestFinished(() => {
    cut();
    return new Promise<void>((resolve) => void listener.close(() => resolve()));
  });
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    cut,
    mend: () => {
      isCut = false;
    },
  };
}
