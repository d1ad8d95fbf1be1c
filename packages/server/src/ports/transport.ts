/** How bytes reach players. Gateways are written against this; a WebSocket, or memory in tests, stands behind it. */

/** One connection. */
export interface Peer {
  /** Where it comes from, for logs and limits; '' where that means nothing. */
  readonly address: string;
  /** What the address it connected to carried behind the question mark. */
  readonly query: URLSearchParams;
  /** Bytes accepted by `send` but not yet written out. */
  readonly bufferedBytes: number;
  /**
   * Sends one message: binary for bytes, text for a string. Bytes are copied before this returns: the caller may write to
   * them afterwards. Bytes that are sent to several peers in a row, the same object each time, must not change meanwhile.
   */
  send(data: Uint8Array | string): void;
  /** Somebody plays over it from now on, so that longer messages are taken. Calling twice is fine. */
  admit(): void;
  /** Closes after what was sent. `reason` is at most 123 bytes. Calling twice, or after `gone`, does nothing. */
  close(code: number, reason: string): void;
}

/** What is heard of one peer: messages, then `gone` exactly once. */
export interface PeerEvents {
  /** One whole message: bytes for binary, a string for text. Bytes belong to the callee. */
  message(data: Uint8Array | string): void;
  gone(): void;
}

export type OpenPeer = (peer: Peer) => PeerEvents;

export interface Transport {
  /** Begins to accept peers: `open` is called with each, and answers who hears of it. */
  start(open: OpenPeer): void;
  /** Accepts no more and resolves once every peer is gone, which it forces after `deadlineMs`. Calling twice is fine. */
  stop(deadlineMs: number): Promise<void>;
}
