/** A room as its journal has it: what a process needs to go on with it. */
import {
  ByteReader,
  ByteWriter,
  createState,
  type Game,
  GameError,
  type JsonObject,
  type RandomState,
  readSavedState,
  type StateStore,
  writeSavedState,
} from '@madang/core';
import { badRecording, openSchema, type Playing, type RecordedMoment, Recording } from '@madang/core/journal';
import { type RoomFacts, readFacts } from './room-facts.ts';

/** All that a room goes on from. */
export interface RestoredRoom {
  readonly tick: number;
  readonly random: RandomState;
  readonly facts: RoomFacts;
  /** What seats played last, by their number. */
  readonly playing: ReadonlyMap<number, Playing>;
  readonly code: string;
  readonly serial: number;
  readonly isStanding: boolean;
  readonly openedWallMs: number;
  /** Makes a fresh state of the room's game what the room's was. */
  readState(state: StateStore): void;
}

/**
 * Reads a room from its journal's entries, for this version of its game. Throws BAD_RECORDING for entries that are spoiled, and
 * SCHEMA_INCOMPATIBLE for a state that this version cannot hold; no room is half read.
 */
export function restoreRoom(entries: readonly Uint8Array[], game: Game): RestoredRoom {
  const recording = new Recording(Buffer.concat(entries));
  if (recording.torn !== null) throw badRecording(recording.torn, 0);
  return restoreMoment(recording.at(recording.lastTick), game);
}

/** A room as a recording has it at one moment. Throws as `restoreRoom` does. */
export function restoreMoment(moment: RecordedMoment, game: Game): RestoredRoom {
  const { head, tick, random } = moment;
  const facts = readFacts(moment.facts, game);
  const last = facts.seats.at(-1)?.number ?? 0;
  if (last > game.seats) {
    const reason = `somebody sits on seat ${last}, and there are ${game.seats} seats`;
    throw new GameError('SCHEMA_INCOMPATIBLE', `This version of the game cannot hold the room: ${reason}.`, {
      where: 'seats',
      reason,
    });
  }
  // A state's schema goes with it, so that this version's can be held against it.
  const saved = new ByteWriter();
  writeSavedState(saved, openSchema(head.state), moment.state);
  const state = createState(game.state, { badWrites: 'clamp' });
  readSavedState(new ByteReader(saved.take()), game.state, state);
  return {
    tick,
    random,
    facts,
    ...aboutRoom(head.json),
    playing: new Map(moment.playing),
    readState: (fresh) => {
      fresh.copyFrom(state);
      fresh.settleAll();
    },
  };
}

function aboutRoom({ code, serial, isStanding, openedWallMs }: JsonObject) {
  return {
    code: typeof code === 'string' ? code : '',
    serial: Number(serial) || 0,
    isStanding: isStanding === true,
    openedWallMs: Number(openedWallMs) || 0,
  };
}
