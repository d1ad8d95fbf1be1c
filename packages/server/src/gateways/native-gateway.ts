/** The native protocol: binary frames of `madang.v1`, one message each. See docs/protocol.md. */
import {
  ByteReader,
  type ChatLine,
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
  type InputReport,
  isJoin,
  type PeopleFrame,
  type RepairReason,
  unreachable,
  type WelcomeFrame,
} from '@madang/core';
import type { Peer, PeerEvents, Transport } from '../ports/transport.ts';
import type { Answer } from '../room/seat-requests.ts';
import type { RoomEvent, RoomView, Said, SeatHandle } from '../room/viewer.ts';
import { type LinkContext, PlayerLink } from './player-link.ts';
import type { MoreSpeech, Speech } from './speech.ts';

/** Serves the native protocol to every peer of a transport. */
export function startNativeGateway(transport: Transport, context: LinkContext): void {
  const people = new PeopleFrames();
  transport.start((peer) => new NativeLink(context, peer, people));
}

/** One connection: what it hears, and how it is spoken to. */
class NativeLink implements PeerEvents, Speech, MoreSpeech {
  readonly #context: LinkContext;
  readonly #peer: Peer;
  readonly #people: PeopleFrames;
  readonly #player: PlayerLink;
  /** The game its frames are of, from the join on. */
  #game: Game | null = null;

  constructor(context: LinkContext, peer: Peer, people: PeopleFrames) {
    this.#context = context;
    this.#peer = peer;
    this.#people = people;
    this.#player = new PlayerLink(context, this, peer.address);
  }

  message(data: Uint8Array | string): void {
    // Not by `handle`, which would have to be given a function for each input of each player.
    if (!this.#player.mayHear(data.length)) return;
    try {
      this.#receive(data);
    } catch (problem) {
      this.#player.fail(problem);
    }
  }

  gone(): void {
    this.#player.gone();
  }

  get bufferedBytes(): number {
    return this.#peer.bufferedBytes;
  }

  get more(): MoreSpeech {
    return this;
  }

  welcome(welcome: WelcomeFrame, view: RoomView): void {
    this.#peer.send(encodeWelcome(welcome));
    this.#peer.send(view.snapshot());
  }

  update(view: RoomView, repair: RepairReason | null): void {
    // A copy that differs is brought to this very tick before it is replaced, so that its owner can say where.
    const frame = repair === 'gap' ? null : view.frame(repair === 'checksum');
    if (frame !== null) this.#peer.send(frame);
    const more = repair === null ? view.check() : view.snapshot();
    if (more !== null) this.#peer.send(more);
  }

  timing(report: InputReport): void {
    this.#peer.send(encodeTiming(report));
  }

  event(event: RoomEvent): void {
    this.#peer.send(event.frame());
  }

  said(said: Said): void {
    this.#peer.send(said.frame());
  }

  people(change: PeopleFrame): void {
    this.#peer.send(this.#people.of(change));
  }

  chat(line: ChatLine): { readonly sizeBytes: number; send(): void } {
    const frame = encodeChat(line);
    return { sizeBytes: frame.length, send: () => this.#peer.send(frame) };
  }

  answer(number: number, answer: Answer): void {
    if (answer.kind === 'refusal') this.#peer.send(encodeRefusal(answer.error, number));
    else if (answer.kind === 'done') this.#peer.send(encodeDone(number));
    else if (this.#game !== null) this.#peer.send(encodeAnswer(this.#game, number, answer.command, answer.reply));
  }

  refuse(error: GameError): void {
    this.#peer.send(encodeRefusal(error));
  }

  end(error: GameError, closeCode: number): void {
    this.#peer.send(encodeRefusal(error));
    this.#peer.close(closeCode, error.code);
  }

  #receive(data: Uint8Array | string): void {
    if (typeof data === 'string') {
      throw new GameError('BAD_FRAME', 'This protocol is binary; a text message came.', {
        reason: 'text message',
        offset: 0,
      });
    }
    const player = this.#player;
    if (isJoin(data)) return this.#join(data);
    const seat = player.seat('frame');
    if (this.#game === null) return;
    const frame = decodeClientFrame(this.#game, new ByteReader(data));
    switch (frame.kind) {
      case 'input':
        return seat.inputAt(frame);
      case 'command':
        return this.#once(seat, frame.number, () => seat.command(frame.name, frame.payload, frame.number));
      case 'ask':
        return this.#once(seat, frame.number, () => seat.command(frame.name, frame.payload, frame.number, frame.key));
      case 'say':
        return this.#once(seat, frame.number, () => seat.say(frame.message, frame.number));
      case 'do':
        return this.#once(seat, frame.number, () => seat.deed(frame.deed, frame.number));
      case 'ping':
        return this.#peer.send(encodePong());
      case 'repair':
        player.viewer.repair(frame.because);
        return seat.stir();
      case 'diverged':
        if (player.viewer.mayTellDivergence()) seat.diverged(frame.tick, frame.at);
        return;
      case 'rest':
        return player.viewer.rest();
      case 'leave':
        return seat.leave();
      default:
        return unreachable(frame);
    }
  }

  #join(data: Uint8Array): void {
    const { game: name, fingerprint, key, ...wish } = decodeJoin(new ByteReader(data));
    const game = this.#context.rooms.game(name);
    if (game.fingerprint !== fingerprint) {
      throw new GameError('SCHEMA_MISMATCH', `This client was built for another version of ${game.name}; reload it.`, {
        game: game.name,
      });
    }
    this.#game = game;
    this.#player.join({ game: name, room: key, ...wish }, (refusal) => {
      if (refusal === null) this.#peer.admit();
    });
  }

  /** Does what is asked unless it was asked before. What is refused at once is answered as what is refused later. */
  #once(seat: SeatHandle, number: number, ask: () => void): void {
    if (!seat.hears(number)) return;
    try {
      ask();
    } catch (problem) {
      this.#player.fail(problem, (error) => seat.refuse(number, error));
    }
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
