/** The native protocol: binary frames of `madang.v1`, one message each. See docs/protocol.md. */
import {
  ByteReader,
  decodeClientFrame,
  decodeJoin,
  encodeAnswer,
  encodeChat,
  encodeDone,
  encodePeople,
  encodePong,
  encodeRefusal,
  encodeTiming,
  encodeWelcome,
  type Game,
  GameError,
  isJoin,
  type PeopleFrame,
  unreachable,
} from '@madang/core';
import type { Peer, Transport } from '../ports/transport.ts';
import type { SeatHandle } from '../room/viewer.ts';
import { type LinkContext, PlayerLink, type Speech } from './player-link.ts';

interface NativeLink {
  readonly peer: Peer;
  readonly player: PlayerLink;
  /** The game its frames are of, from the join on. */
  game: Game | null;
}

/** Serves the native protocol to every peer of a transport. */
export function startNativeGateway(transport: Transport, context: LinkContext): void {
  const links = new Map<Peer, NativeLink>();
  const people = new PeopleFrames();
  transport.start({
    open(peer) {
      const link: NativeLink = {
        peer,
        player: new PlayerLink(
          context,
          speechOf(peer, () => link.game, people),
          peer.address,
        ),
        game: null,
      };
      links.set(peer, link);
    },
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
    const { game: name, fingerprint, key, ...wish } = decodeJoin(new ByteReader(data));
    const game = rooms.game(name);
    if (game.fingerprint !== fingerprint) {
      throw new GameError('SCHEMA_MISMATCH', `This client was built for another version of ${game.name}; reload it.`, {
        game: game.name,
      });
    }
    link.game = game;
    return player.join({ game: name, room: key, ...wish }, (refusal) => {
      if (refusal === null) link.peer.admit();
    });
  }
  const seat = player.seat('frame');
  if (link.game === null) return;
  const frame = decodeClientFrame(link.game, new ByteReader(data));
  switch (frame.kind) {
    case 'input':
      return seat.inputAt(frame);
    case 'command':
      return once(player, seat, frame.number, () => seat.command(frame.name, frame.payload, frame.number));
    case 'ask':
      return once(player, seat, frame.number, () => seat.command(frame.name, frame.payload, frame.number, frame.key));
    case 'say':
      return once(player, seat, frame.number, () => seat.say(frame.message, frame.number));
    case 'do':
      return once(player, seat, frame.number, () => seat.deed(frame.deed, frame.number));
    case 'ping':
      return link.peer.send(encodePong());
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

/** Does what is asked unless it was asked before. What is refused at once is answered as what is refused later. */
function once(player: PlayerLink, seat: SeatHandle, number: number, ask: () => void): void {
  if (!seat.hears(number)) return;
  try {
    ask();
  } catch (problem) {
    player.fail(problem, (error) => seat.refuse(number, error));
  }
}

/** What many are told of the same people is encoded once. */
class PeopleFrames {
  #change: PeopleFrame | null = null;
  #frame: Uint8Array = new Uint8Array();

  of(change: PeopleFrame): Uint8Array {
    if (change !== this.#change) this.#frame = encodePeople(change);
    this.#change = change;
    return this.#frame;
  }
}

function speechOf(peer: Peer, game: () => Game | null, people: PeopleFrames): Speech {
  return {
    get bufferedBytes() {
      return peer.bufferedBytes;
    },
    welcome(welcome, view) {
      peer.send(encodeWelcome(welcome));
      peer.send(view.snapshot());
    },
    update(view, repair) {
      // A copy that differs is brought to this very tick before it is replaced, so that its owner can say where.
      const frame = repair === 'gap' ? null : view.frame(repair === 'checksum');
      if (frame !== null) peer.send(frame);
      const more = repair === null ? view.check() : view.snapshot();
      if (more !== null) peer.send(more);
    },
    more: {
      people: (change) => peer.send(people.of(change)),
      chat(line) {
        const frame = encodeChat(line);
        return { sizeBytes: frame.length, send: () => peer.send(frame) };
      },
      answer(number, answer) {
        const played = game();
        if (answer.kind === 'refusal') peer.send(encodeRefusal(answer.error, number));
        else if (answer.kind === 'done') peer.send(encodeDone(number));
        else if (played !== null) peer.send(encodeAnswer(played, number, answer.command, answer.reply));
      },
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
