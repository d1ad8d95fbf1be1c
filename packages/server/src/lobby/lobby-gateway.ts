/** Serves the lobby to every peer of a transport: JSON text of `madang.lobby.v1`. See docs/protocol.md. */
import type { Transport } from '../ports/transport.ts';
import { type LobbyContext, LobbyLink } from './lobby-link.ts';

export const LOBBY_SUBPROTOCOL = 'madang.lobby.v1';

export function startLobbyGateway(transport: Transport, context: LobbyContext): void {
  let opened = 0;
  transport.start((peer) => {
    const link = new LobbyLink(context, peer, ++opened);
    return { message: (data) => link.receive(data), gone: () => link.gone() };
  });
}
