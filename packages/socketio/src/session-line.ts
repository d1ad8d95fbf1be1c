/**
 * One session of the engine as what states go out over: straight to its WebSocket where nothing is before them, else as a packet
 * behind those that wait. A session by plain requests has packets only.
 */
import type { DirectLine } from './direct-line.ts';
import type { StatePacket } from './state-packets.ts';

/** What is used of the engine's session. */
interface Session {
  /** Where it takes packets, none wait. */
  readonly transport: { readonly writable: boolean };
  readonly readyState: string;
  send(packet: string, options: { readonly compress: false }): void;
}

export class SessionLine {
  /** The WebSocket that the session is on; null as long as it is on none. */
  direct: Pick<DirectLine, 'heardBy' | 'unsentBytes' | 'write'> | null = null;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** How much the client has not read yet, on its way and in the engine's queue, for which there is no public name. */
  get unsentBytes(): number {
    const underway = this.direct?.unsentBytes ?? 0;
    return this.#session.transport.writable
      ? underway
      : underway + queuedBytes(Reflect.get(this.#session, 'writeBuffer'));
  }

  send(state: StatePacket): void {
    const { transport, readyState } = this.#session;
    if (this.direct !== null && transport.writable && readyState === 'open') this.direct.write(state.frame());
    else this.#session.send(state.text, { compress: false });
  }
}

/** Answers 0 for shapes it does not know. */
function queuedBytes(queue: unknown): number {
  if (!Array.isArray(queue)) return 0;
  let bytes = 0;
  for (const packet of queue) {
    const data: unknown = typeof packet === 'object' && packet !== null ? Reflect.get(packet, 'data') : undefined;
    if (typeof data === 'string' || data instanceof Uint8Array) bytes += Buffer.byteLength(data);
  }
  return bytes;
}
