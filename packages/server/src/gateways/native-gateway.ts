/** The native protocol: binary frames of `madang.v1`, one message each. See docs/protocol.md. */
import {
  ByteReader,
  decodeClientFrame,
  decodeJoin,
  encodeRefusal,
  encodeSaid,
  encodeWelcome,
  type Game,
  GameError,
  isJoin,
  unreachable,
} from '@madang/core';
import type { Peer, Transport } from '../ports/transport.ts';
import { type LinkContext, PlayerLink, type Speech } from './player-link.ts';

interface NativeLink {
  readonly player: PlayerLink;
  game: Game | null;
}

/** Serves the native protocol to every peer of a transport. */
export function startNativeGateway(transport: Transport, context: LinkContext): void {
  const links = new Map<Peer, NativeLink>();
  transport.start({
    open: (peer) => links.set(peer, { player: new PlayerLink(context, speechOf(peer)), game: null }),
    message: (peer, data) => {
      const link = links.get(peer);
      link?.player.handle(data.length, () => receive(context, link, data));
    },
    gone: (peer) => {
      links.get(peer)?.player.gone();
      links.delete(peer);
    },
  });
}

function receive({ rooms }: LinkContext, link: NativeLink, data: Uint8Array | string): void {
  if (typeof data === 'string') {
    throw new GameError('BAD_FRAME', 'This protocol is binary; a text message came.', {
      reason: 'text message',
      offset: 0,
    });
  }
  const { player } = link;
  if (isJoin(data)) {
    const { game: name, fingerprint, ...wish } = decodeJoin(new ByteReader(data));
    const game = rooms.game(name);
    if (game.fingerprint !== fingerprint) {
      throw new GameError('SCHEMA_MISMATCH', `This client was built for another version of ${game.name}; reload it.`, {
        game: game.name,
      });
    }
    if (player.join({ game: name, ...wish }) === null) link.game = game;
    return;
  }
  const seat = player.seat('frame');
  if (link.game === null) return;
  const frame = decodeClientFrame(link.game, new ByteReader(data));
  switch (frame.kind) {
    case 'input':
      return seat.input(frame.input);
    case 'command':
      return seat.command(frame.name, frame.payload);
    case 'say':
      return seat.say(frame.message);
    case 'repair':
      return player.repair();
    case 'leave':
      return seat.leave();
    default:
      return unreachable(frame);
  }
}

function speechOf(peer: Peer): Speech {
  let seat = 0;
  /** The tick of the state this peer holds. */
  let peerTick = 0;
  return {
    get bufferedBytes() {
      return peer.bufferedBytes;
    },
    welcome(welcome, update) {
      seat = welcome.seat;
      peerTick = update.tick;
      peer.send(encodeWelcome(welcome.seat, welcome.roomId, welcome.you));
      peer.send(update.snapshotFor(seat));
    },
    update(update, isBehind) {
      const frame = isBehind ? update.snapshotFor(seat) : update.frameFor(seat, peerTick);
      if (frame === null) return;
      peerTick = update.tick;
      peer.send(frame);
    },
    event: (event) => peer.send(event.frame()),
    said: (from, message) => peer.send(encodeSaid(from, message)),
    refuse: (error) => peer.send(encodeRefusal(error)),
    end(error, closeCode) {
      peer.send(encodeRefusal(error));
      peer.close(closeCode, error.code);
    },
  };
}
