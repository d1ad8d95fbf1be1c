/**
 * States on their way to many sockets: of all sockets that get the same state in one turn of the event loop, one packet
 * is encoded, once.
 */
import type { JsonObject } from '@madang/core';
import type { Server, Socket } from 'socket.io';

export class StateBroadcast {
  readonly #io: Server;
  /** By identity: sockets that share a state share the object. */
  #pending = new Map<JsonObject, { readonly tick: number; readonly socketIds: string[] }>();

  constructor(io: Server) {
    this.#io = io;
  }

  /** Sends a state to a socket by the end of this turn. */
  add(socket: Socket, tick: number, state: JsonObject): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.flush());
    const waiting = this.#pending.get(state);
    if (waiting === undefined) this.#pending.set(state, { tick, socketIds: [socket.id] });
    else waiting.socketIds.push(socket.id);
  }

  /** Sends what waits now, before something that must come after it. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const [state, { tick, socketIds }] of pending) {
      this.#io.to(socketIds).emit('game_state_update', { tick, state });
    }
  }
}
