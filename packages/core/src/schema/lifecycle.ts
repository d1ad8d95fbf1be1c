/** What a definition says about a room's life: who opens it with what, who watches, what its host may do, its timers. */
import type { AnyField, Fields } from './field.ts';
import type { GameDefinition, Messages, PartNames } from './game.ts';
import { badSchema, checkName, isPrivate, type RecordSchema, type StateSchema } from './state-schema.ts';

/** Names of the records of a state; of any state whatever, any name. */
export type RecordNames<S extends StateSchema> = string extends keyof S
  ? string
  : { [K in PartNames<S>]: S[K] extends RecordSchema ? K : never }[PartNames<S>];

/** What the host of a room may do: throw somebody out, lock and unlock the room, make somebody else the host. */
export type HostRight = 'kick' | 'lock' | 'pass';

/**
 * What a crash of the process may cost a room, where its server has a journal:
 * - `none`: the room.
 * - `async`: what happened in the last 100 ms.
 * - `strict`: nothing that anybody has seen. States and answers leave only once their tick is on the disk, and the room waits for it.
 */
export type Durability = 'none' | 'async' | 'strict';

/**
 * What becomes of a room's journal when the room has ended: nothing, or a recording of every tick to look at; with the inputs, one that
 * can also be played again by the rules, as a test.
 */
export type Recordings = 'none' | 'keep' | 'keep-with-inputs';

const DURABILITIES: readonly Durability[] = ['none', 'async', 'strict'];
const RECORDINGS: readonly Recordings[] = ['none', 'keep', 'keep-with-inputs'];

/** Shorter, and a journal would hold little else. */
const SNAPSHOT_EVERY_MS_MIN = 100;
const SNAPSHOT_EVERY_MS_MAX = 600_000;

/** Time between two snapshots of a room unless its game says otherwise. */
export const SNAPSHOT_EVERY_MS = 10_000;

const HOST_RIGHTS: readonly HostRight[] = ['kick', 'lock', 'pass'];

/** Spectators of one room, at most. */
const SPECTATORS_MAX = 10_000;

/** A delay beyond this would hold more of the past in memory than a room is worth. */
const SPECTATOR_DELAY_MS_MAX = 120_000;

/** Commands of one kind per second, at most. */
const RATE_MAX = 128;

/** Throws BAD_SCHEMA with the place and the reason. */
export function checkLifecycle<S extends StateSchema, I extends Fields, C extends Messages, E extends Messages>(
  definition: GameDefinition<S, I, C, E, PartNames<S>>,
): void {
  const { state, options, listed, spectators = 0, spectatorDelayMs = 0, hostMay = [], rates = {} } = definition;
  for (const [where, name] of Object.entries({ options, listed })) {
    if (name === undefined) continue;
    const part = state[name];
    if (part?.type !== 'record') throw badSchema(where, 'it must name a record of the state');
    if (where === 'options' && Object.values(part.fields).some((type) => isPrivate(type) || isHidden(type))) {
      throw badSchema('options', 'whoever opens the room knows them, so none of its fields can be hidden');
    }
  }
  if (!Number.isInteger(spectators) || spectators < 0 || spectators > SPECTATORS_MAX) {
    throw badSchema('spectators', `it must be a whole number up to ${SPECTATORS_MAX}`);
  }
  if (!(spectatorDelayMs >= 0 && spectatorDelayMs <= SPECTATOR_DELAY_MS_MAX)) {
    throw badSchema('spectatorDelayMs', `it must be from 0 to ${SPECTATOR_DELAY_MS_MAX}`);
  }
  for (const right of hostMay) {
    if (!HOST_RIGHTS.includes(right)) throw badSchema('hostMay', `it can name ${HOST_RIGHTS.join(', ')}`);
  }
  const { durability = 'async', recordings = 'none', snapshotEveryMs = SNAPSHOT_EVERY_MS } = definition;
  if (!DURABILITIES.includes(durability)) throw badSchema('durability', `it must be ${DURABILITIES.join(', ')}`);
  if (!RECORDINGS.includes(recordings)) throw badSchema('recordings', `it must be ${RECORDINGS.join(', ')}`);
  if (!(snapshotEveryMs >= SNAPSHOT_EVERY_MS_MIN && snapshotEveryMs <= SNAPSHOT_EVERY_MS_MAX)) {
    const range = `from ${SNAPSHOT_EVERY_MS_MIN} to ${SNAPSHOT_EVERY_MS_MAX}`;
    throw badSchema('snapshotEveryMs', `it must be ${range}`);
  }
  for (const timer of Object.keys(definition.timers ?? {})) checkName('timers', timer);
  for (const [command, perSecond] of Object.entries<number | undefined>(rates)) {
    if (!Object.hasOwn(definition.commands ?? {}, command)) {
      throw badSchema(`rates ${command}`, 'there is no command of that name');
    }
    if (perSecond !== undefined && !(perSecond > 0 && perSecond <= RATE_MAX)) {
      throw badSchema(`rates ${command}`, `it must be above 0 and up to ${RATE_MAX} a second`);
    }
  }
}

function isHidden({ visibility }: AnyField): boolean {
  return visibility === 'nobody';
}
