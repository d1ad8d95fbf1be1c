/** A host of rooms on a virtual clock, and viewers that write down what they are told. */
import {
  type ChatLine,
  type Game,
  type GameError,
  type InputReport,
  type PeopleFrame,
  seededRandom,
  type WelcomeFrame,
} from '@madang/core';
import pino, { type Logger } from 'pino';
import { MemoryDirectory } from '../memory/memory-directory.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';
import type { Answer } from './seat-requests.ts';
import type { RoomEvent, RoomView, Said, Viewer } from './viewer.ts';

export interface TestHost {
  readonly clock: VirtualClock;
  readonly rooms: Rooms;
  readonly directory: MemoryDirectory;
  readonly logged: Record<string, unknown>[];
  readonly log: Logger;
}

export function host(games: readonly Game[], options: Partial<RoomsOptions> = {}): TestHost {
  const clock = new VirtualClock();
  const directory = new MemoryDirectory();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const rooms = new Rooms({
    games,
    alwaysOpen: [],
    clock,
    random: seededRandom(1),
    directory,
    log,
    graceMs: 1_000,
    maxRooms: 10,
    badWrites: 'throw',
    checksumEvery: 0,
    syncTest: false,
    journal: null,
    emitted: () => {},
    reported: () => {},
    ...options,
  });
  return { clock, rooms, directory, logged, log };
}

/** Writes down what the room says, in order and in kind. */
export class Witness implements Viewer {
  readonly canReturn: boolean;
  welcomed: WelcomeFrame | null = null;
  readonly ticks: number[] = [];
  readonly changes: number[] = [];
  readonly reports: InputReport[] = [];
  readonly events: RoomEvent[] = [];
  readonly heard: { readonly from: string; readonly message: unknown }[] = [];
  readonly refusals: GameError[] = [];
  readonly peopleTold: PeopleFrame[] = [];
  readonly lines: ChatLine[] = [];
  readonly answers: { readonly number: number; readonly answer: Answer }[] = [];
  ended: GameError | null = null;
  state: Record<string, unknown> = {};

  /** False for one on a gateway whose clients cannot come back. */
  constructor(canReturn = true) {
    this.canReturn = canReturn;
  }

  welcome(welcome: WelcomeFrame, view: RoomView): void {
    this.welcomed = welcome;
    view.advance();
    this.state = view.json();
    this.ticks.push(view.tick);
  }
  update(view: RoomView): void {
    this.ticks.push(view.tick);
    if (!view.advance()) return;
    this.changes.push(view.tick);
    this.state = view.json();
  }
  timing(report: InputReport): void {
    this.reports.push(report);
  }
  event(event: RoomEvent): void {
    this.events.push(event);
  }
  said({ from, message }: Said): void {
    this.heard.push({ from, message });
  }
  people(change: PeopleFrame): void {
    this.peopleTold.push(change);
  }
  chat(line: ChatLine): void {
    this.lines.push(line);
  }
  answer(number: number, answer: Answer): void {
    this.answers.push({ number, answer });
  }
  refuse(error: GameError): void {
    this.refusals.push(error);
  }
  end(error: GameError): void {
    this.ended = error;
  }
}
