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
  type TimedInput,
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
  /** A seat is about to be given an input, or may have to be told something though nothing changed. */
  stir(): void;
  /** True while nothing can be told before it is durable. */
  readonly isWaiting: boolean;
  /** Tells a viewer something: at once, or, where that follows from a tick that is not over or not durable yet, after it. */
  tell(run: () => void): void;
  drop(seat: RoomSeat, viewer: Viewer): void;
  /** Errors are dear to make, and who is gone already is not told. */
  vacate(seat: RoomSeat, because: () => GameError): void;
}

/** The handle of one connection. A class, since a server has thousands of them. */
export class RoomSeatHandle implements SeatHandle {
  readonly #room: HandleRoom;
  readonly #seat: RoomSeat;
  readonly #viewer: Viewer;

  constructor(room: HandleRoom, seat: RoomSeat, viewer: Viewer) {
    this.#room = room;
    this.#seat = seat;
    this.#viewer = viewer;
  }

  get roomId(): string {
    return this.#room.id;
  }

  hears(number: number): boolean {
    if (!this.#isHere) return false;
    const seat = this.#seat;
    const known = seat.requests.hear(number);
    // What is asked again and again while nothing can be told is answered once.
    const isHeld = this.#room.isWaiting && seat.repeats >= ASKED_MAX;
    if (known !== null && known !== 'new' && !isHeld) {
      seat.repeats++;
      this.#room.tell(() => {
        seat.repeats--;
        this.#viewer.answer(number, known);
      });
    }
    return known === 'new';
  }

  refuse(number: number, error: GameError): void {
    this.#answer(number, { kind: 'refusal', error }, '');
  }

  confirm(): void {
    if (this.#isHere) this.#room.confirm(this.#seat);
  }

  stir(): void {
    if (this.#isHere) this.#room.stir();
  }

  input(input: unknown): void {
    if (!this.#isHere) return;
    const { inputs } = this.#seat;
    const checked = parseInput(this.#room.game, input, inputs.latest);
    this.#room.stir();
    inputs.hold(checked, this.#room.tick);
  }

  inputAt(timed: TimedInput): void {
    if (!this.#isHere) return;
    this.#room.stir();
    this.#seat.inputs.take(timed, this.#room.tick, this.#room.position);
  }

  press(text: string): void {
    if (!this.#isHere) return;
    const { words } = this.#room.game;
    const { inputs } = this.#seat;
    const word = wordOf(text);
    const pressed = words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
    if (pressed === undefined) throw unknownWord(Object.keys(words ?? {}));
    this.#room.stir();
    if (!inputs.press(pressed)) throw queueFull(inputs.pressedCount);
  }

  command(name: string, payload: unknown, number = 0, key = ''): void {
    if (!this.#isHere) return;
    const room = this.#room;
    const seat = this.#seat;
    const { commands } = room.game;
    const fields = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (fields === undefined) throw unknownCommand();
    const checked = parseMessage(fields, payload, 'BAD_COMMAND');
    seat.rates.spend(name, room.tick);
    // Before its key is taken: what could not even be asked may be asked again.
    this.#checkAsked();
    const known = number === 0 ? 'new' : seat.requests.enter(number, key);
    if (known === null) return;
    if (known === 'new')
      this.#ask(() => room.command(seat, name, checked, (given) => this.#answer(number, given, key)));
    else room.tell(() => tell(this.#viewer, number, known));
  }

  say(message: JsonValue, number = 0): void {
    if (!this.#isHere) return;
    // JSON may grow when it is written anew, and readers take no more than this.
    const sizeBytes = Buffer.byteLength(JSON.stringify(message));
    if (sizeBytes > CLIENT_FRAME_BYTES_MAX) throw tooLongToSay(sizeBytes);
    this.#ask(() => {
      this.#room.say(this.#seat, message);
      this.#answer(number, { kind: 'done' }, '');
    });
  }

  deed(asked: unknown, number: number): void {
    if (!this.#isHere) return;
    const deed = parseDeed(asked);
    this.#ask(() => {
      try {
        this.#room.deed(this.#seat, deed);
        this.#answer(number, { kind: 'done' }, '');
      } catch (error) {
        if (!(error instanceof GameError)) throw error;
        this.#answer(number, { kind: 'refusal', error }, '');
      }
    });
  }

  diverged(tick: number, at: Difference): void {
    this.#room.diverged(this.#seat, tick, at);
  }

  leave(): void {
    const room = this.#room;
    if (this.#isHere) room.vacate(this.#seat, () => left(room.id));
  }

  drop(): void {
    if (this.#isHere) this.#room.drop(this.#seat, this.#viewer);
  }

  get #isHere(): boolean {
    const { stay } = this.#seat;
    return (stay.state === 'reserved' || stay.state === 'occupied') && stay.viewer === this.#viewer;
  }

  #checkAsked(): void {
    if (this.#seat.asked >= ASKED_MAX) throw queueFull(this.#seat.asked);
  }

  #ask(run: () => void): void {
    this.#checkAsked();
    this.#seat.asked++;
    this.#room.ask(this.#seat, run);
  }

  /** Whoever has the seat by then is told: the player may have come back on another line. */
  #answer(number: number, given: Answer, key: string): void {
    const { requests, stay } = this.#seat;
    const numbers = number === 0 ? [0] : requests.answered(number, given, key);
    if (stay.state !== 'occupied') return;
    this.#room.tell(() => {
      for (const one of numbers) tell(stay.viewer, one, given);
    });
  }
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
