/** The line to the server: a WebSocket, or whatever a test or a wrapper puts in its place. */
import { SUBPROTOCOL } from '@madang/core';

/** One open line. After `closed`, both methods do nothing. */
export interface Link {
  send(frame: Uint8Array): void;
  close(): void;
}

/** `open` first, then frames, then `closed` exactly once; `closed` alone where the line could not be opened. */
export interface LinkEvents {
  open(): void;
  frame(frame: Uint8Array): void;
  /** The WebSocket close code, 1006 for a line that broke, and the reason the server gave: a code of ours, or ''. */
  closed(closeCode: number, reason: string): void;
}

/** Opens a line to an address. Must call back later, never before it returns. */
export type OpenLink = (url: string, on: LinkEvents) => Link;

/** The platform's own WebSocket: browsers and Node alike. */
export const openWebSocket: OpenLink = (url, on) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => on.open();
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) on.frame(new Uint8Array(data));
  };
  socket.onclose = ({ code, reason }) => on.closed(code, reason);
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(1000),
  };
};
