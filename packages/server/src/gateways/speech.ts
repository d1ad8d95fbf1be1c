/** How a gateway speaks to its client: what a room has to say, in the words of one protocol. */
import type { ChatLine, GameError, InputReport, PeopleFrame, RepairReason, WelcomeFrame } from '@madang/core';
import type { Answer } from '../room/seat-requests.ts';
import type { RoomEvent, RoomView, Said } from '../room/viewer.ts';

export interface Speech {
  readonly bufferedBytes: number;
  /** What is for clients that can come back to their seats, and hear of more than the game; null for those of JSON gateways. */
  readonly more: MoreSpeech | null;
  welcome(welcome: WelcomeFrame, view: RoomView): void;
  /** Sends what changed; also called when nothing did. The whole state where the client asked for it, and why. */
  update(view: RoomView, repair: RepairReason | null): void;
  /** Null for a gateway whose clients have no clock of their own. */
  readonly timing: ((report: InputReport) => void) | null;
  /** Null where this gateway carries no events. */
  readonly event: ((event: RoomEvent) => void) | null;
  said(said: Said): void;
  /** A refusal after which the connection stays open. */
  refuse(error: GameError): void;
  /** The connection's end: tells why and closes with `closeCode`. */
  end(error: GameError, closeCode: number): void;
}

/** What only the native protocol has words for. */
export interface MoreSpeech {
  people(change: PeopleFrame): void;
  /** As bytes it takes, for what may wait. */
  chat(line: ChatLine): { readonly sizeBytes: number; send(): void };
  answer(number: number, answer: Answer): void;
}
