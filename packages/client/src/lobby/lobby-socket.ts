/** The line to the lobby: text messages, which go through the same hands as the binary frames of a seat's line. */
import type { OpenLink } from '../link.ts';

const SUBPROTOCOL = 'madang.lobby.v1';

/** The platform's own WebSocket. Frames are the UTF-8 of messages; binary ones that arrive are nobody's. */
export const openLobbySocket: OpenLink = (url, on) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  socket.onopen = () => on.open();
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') on.frame(encoder.encode(data));
  };
  socket.onclose = ({ code, reason }) => on.closed(code, reason);
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(decoder.decode(frame));
    },
    close: () => socket.close(1000),
  };
};
