/** Connections to a server on a virtual clock, which write down what they are told. */
import {
  choice,
  defineGame,
  type Game,
  type GameError,
  type InputReport,
  type RepairReason,
  record,
  table,
  u8,
  u16,
  type WelcomeFrame,
} from '@madang/core';
import pino from 'pino';
import { Counters } from '../node/counters.ts';
import { host } from '../room/room.test-support.ts';
import type { Answer } from '../room/seat-requests.ts';
import { type OpenDoorOptions, openDoor } from './door.test-support.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { PlayerLink } from './player-link.ts';
import type { Speech } from './speech.ts';

/** A game that never stands still. */
export const clockwork = defineGame({
  name: 'clockwork',
  tickRateHz: 10,
  seats: 4,
  state: { hands: table({ at: u8 }), clock: record({ ticks: u16 }) },
  input: { dir: choice('none', 'left') },
  events: { beep: { tick: u16 }, news: { tick: u16 } },
  eventPolicy: { beep: 'latest' },
  step(room, { tick }) {
    room.state.clock.ticks += 1;
    room.emit('beep', { tick });
    room.emit('news', { tick });
  },
});

/** What a client was told, in order and in kind. */
interface Spoken {
  bufferedBytes: number;
  readonly order: string[];
  readonly updates: (RepairReason | null)[];
  readonly events: string[];
  readonly reports: InputReport[];
  readonly refused: GameError[];
  readonly welcomes: WelcomeFrame[];
  readonly answers: { readonly number: number; readonly answer: Answer }[];
  ended: { readonly error: GameError; readonly closeCode: number } | null;
}

interface PlayerOptions extends OpenDoorOptions {
  readonly buggify?: (point: string) => boolean;
  /** True for one that speaks as native clients do. */
  readonly isNative?: boolean;
}

/** A player of a server of its own, and what it was told. */
export function player(
  game: Game = clockwork,
  { buggify = () => false, isNative = false, ...doorOptions }: PlayerOptions = {},
) {
  const made = host([game]);
  const { rooms, clock } = made;
  const log = pino({ level: 'silent' });
  const door = openDoor(clock, log, doorOptions);
  /** Another connection to the same server. */
  const connect = () => {
    const spoken: Spoken = {
      bufferedBytes: 0,
      order: [],
      updates: [],
      events: [],
      reports: [],
      refused: [],
      welcomes: [],
      answers: [],
      ended: null,
    };
    const speech: Speech = {
      get bufferedBytes() {
        return spoken.bufferedBytes;
      },
      welcome(welcome) {
        spoken.order.push('welcome');
        spoken.welcomes.push(welcome);
      },
      update: (_view, repair) => void spoken.updates.push(repair),
      timing(report) {
        spoken.order.push('timing');
        spoken.reports.push(report);
      },
      event: ({ name, payload }) =>
        void spoken.events.push(`${name} ${String(payload.tick)} after ${spoken.updates.length}`),
      said: () => {},
      more: isNative
        ? {
            people: () => {},
            chat: () => ({ sizeBytes: 0, send: () => {} }),
            answer(number, answer) {
              spoken.order.push('answer');
              spoken.answers.push({ number, answer });
            },
          }
        : null,
      refuse: (error) => {
        spoken.order.push('refuse');
        spoken.refused.push(error);
      },
      end: (error, closeCode) => {
        spoken.ended = { error, closeCode };
      },
    };
    const limits = DEFAULT_LIMITS;
    const counters = new Counters({ clock, log });
    const link = new PlayerLink({ rooms, door, clock, log, buggify, limits, counters }, speech, 'memory');
    return { spoken, link };
  };
  return { ...made, ...connect(), connect };
}
