/** States as packets of Socket.IO, each encoded once however many get it. */
import type { JsonObject } from '@madang/core';
import { framed } from '@madang/server';
import { MESSAGE } from './direct-line.ts';

/** The type of packet that is an event. Source: the Socket.IO protocol, version 5. */
const EVENT = '2';

/** A state that is the same for all who are sent this object. */
export class StatePacket {
  readonly tick: number;
  readonly state: JsonObject;
  readonly text: string;
  #frame: Buffer | null = null;

  constructor(tick: number, state: JsonObject) {
    this.tick = tick;
    this.state = state;
    this.text = EVENT + JSON.stringify(['game_state_update', { tick, state }]);
  }

  /** The whole frame of a WebSocket, with the engine's packet in it. */
  frame(): Buffer {
    this.#frame ??= framed(MESSAGE + this.text);
    return this.#frame;
  }
}

/** The packet of the state that was told last. */
export class StatePackets {
  #last: StatePacket | null = null;

  /** By identity, and by tick: those who share a state are told it in a row, and who was full may be told the same later. */
  of(tick: number, state: JsonObject): StatePacket {
    if (this.#last?.state !== state || this.#last.tick !== tick) this.#last = new StatePacket(tick, state);
    return this.#last;
  }
}
