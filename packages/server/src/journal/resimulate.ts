/**
 * Plays a recording with inputs again: the game's rules run from what was asked and played, and after every tick their state is held
 * against the one that was recorded. So a bug report becomes a test, and a rule that is not deterministic is found where it first
 * went another way.
 */
import { createState, type Difference, firstDifference, type Game, hashState } from '@madang/core';
import { badRecording, openSchema, type RecordedMoment, type Recording } from '@madang/core/journal';
import pino from 'pino';
import { VirtualClock } from '../memory/virtual-clock.ts';
import type { Rerun } from '../room/rerun.ts';
import { ReturnTokens } from '../room/return-tokens.ts';
import { Room } from '../room/room.ts';
import type { RoomSeat } from '../room/seat.ts';
import { restoreMoment } from './restored-room.ts';

/** What playing a recording again came to. */
export interface Resimulation {
  /** Ticks that were played again. */
  readonly ticks: number;
  /** Where the rules went another way first; null where they did not. */
  readonly difference: (Difference & { readonly tick: number }) | null;
}

/**
 * Plays all of a recording again, from its first tick on; where its room was resumed by another process, from there anew, since what
 * was under way then is not in it. Stops at the first difference. Throws BAD_RECORDING for a recording without inputs, or of another game.
 */
export function resimulate(recording: Recording, game: Game): Resimulation {
  const { json } = recording.head;
  if (json.game !== game.name) throw badRecording(`it is of the game ${recording.head.game}, not of ${game.name}`, 0);
  if (json.recordings !== 'keep-with-inputs')
    throw badRecording('it has no inputs: `recordings: "keep-with-inputs"`', 0);
  const fresh = new Set(recording.freshTicks);
  let moment = recording.open();
  let rerun = rerunFrom(moment, game);
  let ticks = 0;
  while (moment.nextTick !== null) {
    const record = moment.next();
    // Where snapshots alone go on, ticks between them are not there: they were dropped when the journal could not be written.
    if (record === null) {
      rerun = rerunFrom(moment, game);
      continue;
    }
    rerun.tick(record);
    ticks++;
    const difference = rerun.compare(moment);
    if (difference !== null) return { ticks, difference: { ...difference, tick: moment.tick } };
    if (!fresh.has(moment.tick)) continue;
    moment = recording.at(moment.tick);
    rerun = rerunFrom(moment, game);
  }
  return { ticks, difference: null };
}

/** A room that goes on from a moment, and is asked for nothing but what the recording has. */
function rerunFrom(moment: RecordedMoment, game: Game): Pick<Rerun, 'tick'> & Comparing {
  const restored = restoreMoment(moment, game);
  const room = new Room({
    id: moment.head.roomId,
    code: restored.code,
    serial: restored.serial,
    game,
    clock: new VirtualClock(),
    seed: 0,
    log: pino({ level: 'silent' }),
    graceMs: 0,
    badWrites: moment.head.json.badWrites === 'throw' ? 'throw' : 'clamp',
    checksumEvery: 0,
    syncTest: false,
    tokens: new ReturnTokens<RoomSeat>({ u32: () => 0 }),
    record: null,
    restored,
    changed: () => {},
    closed: () => {},
    emitted: () => {},
    reported: () => {},
  });
  const rerun = room.rerun(restored);
  return {
    tick: (record) => rerun.tick(record),
    compare: ({ head, state }) => {
      if (hashState(room.state, 'server') === hashState(state, 'server')) return null;
      const played = createState(openSchema(head.state), { badWrites: 'clamp' });
      played.copyFrom(room.state);
      return firstDifference(played, state) ?? { table: '', row: 0, field: '' };
    },
  };
}

interface Comparing {
  /** Where the room's state differs from the recorded one. */
  compare(moment: RecordedMoment): Difference | null;
}
