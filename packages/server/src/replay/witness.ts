/**
 * Somebody who looks at a recorded room as it goes by: each tick's state is taken over by a copy and published to one view, by the code
 * that tells players. What the view may not see is in the copy and nowhere else.
 */
import { createState, defineGame, type Game, type Interest, type StateSchema, type StateStore } from '@madang/core';
import { adopt } from '@madang/core/codec';
import { describeSchema, openSchema, type RecordedSeat, type RecordingHead } from '@madang/core/journal';
import { Replication } from '../replication/replication.ts';
import type { SeatView } from '../replication/seat-view.ts';

/**
 * Whose eyes: everything; what a seat could see, 0 for everyone's; or what a user could see from whatever seat it had, and without one
 * what everyone could.
 */
export type RecordingEyes = 'all' | { readonly seat: number } | { readonly user: string };

/** Where these eyes are: a seat's number and team. */
export interface Place {
  readonly number: number;
  readonly team: number;
  /** Who sits there; 0 for nobody that is known. */
  readonly ref: number;
}

/** Whatever the recorded game has: seats beyond its own are nobody's. */
const SEATS_MAX = 1_000;

/** A seat that no game has, and so one that owns nothing. */
const UNOWNED = 0xffff;

/** Nobody in particular: sees what everyone sees. */
const NOBODY: Place = { number: 0, team: 0, ref: 0 };

export function placeOf(eyes: RecordingEyes, seats: readonly RecordedSeat[]): Place {
  if (eyes === 'all') return NOBODY;
  if ('user' in eyes) return seats.find(({ user }) => user === eyes.user) ?? NOBODY;
  return seats.find(({ number }) => number === eyes.seat) ?? { ...NOBODY, number: eyes.seat };
}

export class Witness {
  readonly number: number;
  readonly #state: StateStore;
  readonly #replication: Replication;
  readonly #seat: { readonly number: number; team: number };
  readonly #view: SeatView;

  /** `game` as it is now, for who is told of which rows: it counts where the recording is of this version of it. */
  constructor(head: RecordingHead, eyes: RecordingEyes, { number, team }: Place, game: Game | null) {
    const schema = eyes === 'all' ? openSchema(head.state) : head.state;
    this.number = number;
    this.#state = createState(schema, { badWrites: 'clamp' });
    this.#replication = new Replication({
      game: told(head, schema, eyes === 'all' ? null : game, number === 0),
      state: this.#state,
      checksumEvery: 0,
      // A rule that throws shows nothing, and has been told of while the room was played.
      failed: () => {},
    });
    // Rows of nobody are not those of somebody who is nobody in particular.
    this.#seat = { number: number === 0 ? UNOWNED : number, team };
    this.#view = this.#replication.viewFor(this.#seat);
  }

  /** Looks at the state as it is after a tick; null where it is what it was. */
  look(tick: number, state: StateStore | null, team: number): void {
    if (state !== null) adopt(this.#state, state);
    this.#seat.team = team;
    this.#replication.publish(tick);
  }

  /** What the tick told; null where that is nothing. Good until the next call. */
  frame(): Uint8Array | null {
    return this.#view.frame(true);
  }

  /** All that is to be seen. Good until the next call. */
  snapshot(): Uint8Array {
    return this.#view.snapshot();
  }
}

/**
 * A game that is told as this one is, in full at once. Rows that only some were told of, by interest, are told to the seat they were told
 * to. Nobody in particular sees them where the game lets people watch, who see them too, and otherwise not; nor does anybody where
 * the recording is of another version, whose interest is not known.
 */
function told(head: RecordingHead, state: StateSchema, game: Game | null, isNobody: boolean): Game {
  const bare = { name: 'recorded', tickRateHz: head.tickRateHz, seats: SEATS_MAX, state, input: {} };
  const plain = defineGame(bare) as unknown as Game;
  if (game === null || (isNobody && (game.spectators ?? 0) > 0)) return plain;
  const { avatars, interest = {} } = game;
  const isSame = JSON.stringify(describeSchema(game.state)) === JSON.stringify(describeSchema(head.state));
  if (isSame && !isNobody) return { ...plain, interest, ...(avatars === undefined ? {} : { avatars }) };
  const told: readonly (readonly [string, Interest | undefined])[] = Object.entries(interest);
  const inPart = told.filter(([name, rule]) => state[name]?.type === 'table' && !isForAll(rule));
  return { ...plain, interest: Object.fromEntries(inPart.map(([name]) => [name, () => false])) };
}

function isForAll(rule: Interest | undefined): boolean {
  return rule === undefined || (typeof rule === 'object' && rule.kind === 'all');
}
