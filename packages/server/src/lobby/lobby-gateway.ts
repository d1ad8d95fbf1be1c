/** Serves the lobby to every peer of a transport: JSON text of `madang.lobby.v1`. See docs/protocol.md. */
import type { Peer, Transport } from '../ports/transport.ts';
import { type LobbyContext, LobbyLink } from './lobby-link.ts';

export const LOBBY_SUBPROTOCOL = 'madang.lobby.v1';

export function startLobbyGateway(transport: Transport, context: LobbyContext): void {
  const links = new Map<Peer, LobbyLink>();
  let opened = 0;
  transport.start({
    open: (peer) => void links.set(peer, new LobbyLink(context, peer, ++opened)),
    message: (peer, data) => links.get(peer)?.receive(data),
    gone(peer) {
      links.get(peer)?.gone();
      links.delete(peer);
    },
  });
}
