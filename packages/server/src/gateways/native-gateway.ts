/** The native protocol: binary frames of `madang.v1`, one message each. See docs/protocol.md. */
import {
  ByteReader,
  decodeClientFrame,
  decodeJoin,
  encodeRefusal,
  encodeTiming,
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
      return seat.inputAt(frame);
    case 'command':
      return seat.command(frame.name, frame.payload);
    case 'say':
      return seat.say(frame.message);
    case 'repair':
      return player.repair(frame.because);
    case 'diverged':
      if (player.mayTellDivergence()) seat.diverged(frame.tick, frame.at);
      return;
    case 'rest':
      return player.rest();
    case 'leave':
      return seat.leave();
    default:
      return unreachable(frame);
  }
}

function speechOf(peer: Peer): Speech {
  return {
    get bufferedBytes() {
      return peer.bufferedBytes;
    },
    welcome(welcome, view) {
      peer.send(encodeWelcome(welcome.seat, welcome.roomId, welcome.you));
      peer.send(view.snapshot());
    },
    update(view, repair) {
      // A copy that differs is brought to this very tick before it is replaced, so that its owner can say where.
      const frame = repair === 'gap' ? null : view.frame(repair === 'checksum');
      if (frame !== null) peer.send(frame);
      const more = repair === null ? view.check() : view.snapshot();
      if (more !== null) peer.send(more);
    },
    timing: (report) => peer.send(encodeTiming(report)),
    event: (event) => peer.send(event.frame()),
    said: (said) => peer.send(said.frame()),
    refuse: (error) => peer.send(encodeRefusal(error)),
    end(error, closeCode) {
      peer.send(encodeRefusal(error));
      peer.close(closeCode, error.code);
    },
  };
}
