/** A seat in the hands of one connection: what may be asked of it, and until when. */
import {
  CLIENT_FRAME_BYTES_MAX,
  type Difference,
  type Fields,
  type Game,
  GameError,
  type JsonValue,
  parseInput,
  parseMessage,
  UNHEARD_MAX,
  type ValuesOf,
} from '@madang/core';
import { type Deed, parseDeed } from './deeds.ts';
import { left, queueFull, tooLongToSay, unknownCommand, unknownWord } from './refusals.ts';
import type { RoomSeat } from './seat.ts';
import type { Answer } from './seat-requests.ts';
import type { SeatHandle, Viewer } from './viewer.ts';

/** Commands and messages of one seat between two ticks: as many as a client may send again when it is back. */
const ASKED_MAX = UNHEARD_MAX;

/** Letters of a word that a game could know. */
const WORD_LENGTH_MAX = 256;

/** What a handle needs of its room. */
export interface HandleRoom {
  readonly id: string;
  readonly game: Game;
  readonly tick: number;
  /** What the room's clock reads, in ticks. */
  readonly position: number;
  /** Runs in the next tick, in the order of asking, if the seat is still there. */
  ask(seat: RoomSeat, run: () => void): void;
  command(seat: RoomSeat, name: string, payload: ValuesOf<Fields>, answer: (answer: Answer) => void): void;
  say(seat: RoomSeat, message: JsonValue): void;
  deed(seat: RoomSeat, deed: Deed): void;
  diverged(seat: RoomSeat, tick: number, at: Difference): void;
  confirm(seat: RoomSeat): void;
  /** Somebody may have to be told something though nothing changed. */
  stir(): void;
  /** True while nothing can be told before it is durable. */
  readonly isWaiting: boolean;
  /** Tells a viewer something: at once, or, where that follows from a tick that is not over or not durable yet, after it. */
  tell(run: () => void): void;
  drop(seat: RoomSeat, viewer: Viewer): void;
  /** Errors are dear to make, and who is gone already is not told. */
  vacate(seat: RoomSeat, because: () => GameError): void;
}

export function seatHandle(room: HandleRoom, seat: RoomSeat, viewer: Viewer): SeatHandle {
  const { game } = room;
  const isHere = (): boolean =>
    (seat.stay.state === 'reserved' || seat.stay.state === 'occupied') && seat.stay.viewer === viewer;
  const checkAsked = (): void => {
    if (seat.asked >= ASKED_MAX) throw queueFull(seat.asked);
  };
  const ask = (run: () => void): void => {
    checkAsked();
    seat.asked++;
    room.ask(seat, run);
  };
  /** Whoever has the seat by then is told: the player may have come back on another line. */
  const answer = (number: number, given: Answer, key: string): void => {
    const numbers = number === 0 ? [0] : seat.requests.answered(number, given, key);
    if (seat.stay.state !== 'occupied') return;
    const { viewer: present } = seat.stay;
    room.tell(() => {
      for (const one of numbers) tell(present, one, given);
    });
  };
  return {
    roomId: room.id,
    hears: (number) => {
      if (!isHere()) return false;
      const known = seat.requests.hear(number);
      // What is asked again and again while nothing can be told is answered once.
      const isHeld = room.isWaiting && seat.repeats >= ASKED_MAX;
      if (known !== null && known !== 'new' && !isHeld) {
        seat.repeats++;
        room.tell(() => {
          seat.repeats--;
          viewer.answer(number, known);
        });
      }
      return known === 'new';
    },
    refuse: (number, error) => answer(number, { kind: 'refusal', error }, ''),
    confirm: () => {
      if (isHere()) room.confirm(seat);
    },
    stir: () => {
      if (isHere()) room.stir();
    },
    input: (input) => {
      if (isHere()) seat.inputs.hold(parseInput(game, input, seat.inputs.latest), room.tick);
    },
    inputAt: (timed) => {
      if (!isHere()) return;
      seat.inputs.take(timed, room.tick, room.position);
      // There is something to report.
      room.stir();
    },
    press: (text) => {
      if (!isHere()) return;
      const word = wordOf(text);
      const pressed = game.words !== undefined && Object.hasOwn(game.words, word) ? game.words[word] : undefined;
      if (pressed === undefined) throw unknownWord(Object.keys(game.words ?? {}));
      if (!seat.inputs.press(pressed)) throw queueFull(seat.inputs.pressedCount);
    },
    command: (name, payload, number = 0, key = '') => {
      if (!isHere()) return;
      const fields = Object.hasOwn(game.commands, name) ? game.commands[name] : undefined;
      if (fields === undefined) throw unknownCommand();
      const checked = parseMessage(fields, payload, 'BAD_COMMAND');
      seat.rates.spend(name, room.tick);
      // Before its key is taken: what could not even be asked may be asked again.
      checkAsked();
      const known = number === 0 ? 'new' : seat.requests.enter(number, key);
      if (known === null) return;
      if (known === 'new') ask(() => room.command(seat, name, checked, (given) => answer(number, given, key)));
      else room.tell(() => tell(viewer, number, known));
    },
    say: (message, number = 0) => {
      if (!isHere()) return;
      // JSON may grow when it is written anew, and readers take no more than this.
      const sizeBytes = Buffer.byteLength(JSON.stringify(message));
      if (sizeBytes > CLIENT_FRAME_BYTES_MAX) throw tooLongToSay(sizeBytes);
      ask(() => {
        room.say(seat, message);
        answer(number, { kind: 'done' }, '');
      });
    },
    deed: (asked, number) => {
      if (!isHere()) return;
      const deed = parseDeed(asked);
      ask(() => {
        try {
          room.deed(seat, deed);
          answer(number, { kind: 'done' }, '');
        } catch (error) {
          if (!(error instanceof GameError)) throw error;
          answer(number, { kind: 'refusal', error }, '');
        }
      });
    },
    diverged: (tick, at) => room.diverged(seat, tick, at),
    leave: () => {
      if (isHere()) room.vacate(seat, () => left(room.id));
    },
    drop: () => {
      if (isHere()) room.drop(seat, viewer);
    },
  };
}

/** Text as words are compared; what is too long for one is none, and not normalised, which may take the square of its length. */
function wordOf(text: string): string {
  const word = text.trim();
  return word.length > WORD_LENGTH_MAX ? '' : word.normalize('NFC');
}

function tell(viewer: Viewer, number: number, answer: Answer): void {
  if (number !== 0) viewer.answer(number, answer);
  else if (answer.kind === 'refusal') viewer.refuse(answer.error);
}
