/**
 * States on their way to many connections: of all that get the same state in one turn of the event loop, one packet is encoded and
 * one frame made, once. They go to the engine as they are, by the side of Socket.IO's own broadcasting: that looks for bytes in
 * every object, and through its list of rooms for every socket.
 */
import type { JsonObject } from '@madang/core';
import { framed } from '@madang/server';
import type { Socket as EngineSocket } from 'engine.io';

/** Types of packets: an event of Socket.IO, in a message of the engine. Source: the two protocols, versions 5 and 4. */
const EVENT = '2';
const MESSAGE = '4';

export class StateBroadcast {
  /** By identity: connections that share a state share the object. */
  #pending = new Map<JsonObject, { readonly tick: number; readonly connections: EngineSocket[] }>();

  /** Sends a state over a connection by the end of this turn. */
  add(connection: EngineSocket, tick: number, state: JsonObject): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.flush());
    const waiting = this.#pending.get(state);
    if (waiting === undefined) this.#pending.set(state, { tick, connections: [connection] });
    else waiting.connections.push(connection);
  }

  /** Sends what waits now, before something that must come after it. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    for (const [state, { tick, connections }] of pending) {
      const packet = EVENT + JSON.stringify(['game_state_update', { tick, state }]);
      // The option by which the library's own adapter hands a frame to the WebSocket; other transports take the text.
      const options = { compress: false, wsPreEncodedFrame: [framed(MESSAGE + packet)] };
      for (const connection of connections) connection.send(packet, options);
    }
  }
}
