/** Who plays in a simulation: a function, a script, or chance. */
import type { Room } from '@madang/client';
import type { Fields, Game, SeededRandom, ValuesOf } from '@madang/core';
import { playAtRandom } from './random-player.ts';

/** A game's room as its client holds it. */
export type RoomOf<G> = G extends Game<infer S, infer I, infer C, infer E, infer A> ? Room<S, I, C, E, A> : never;

/** The moment a player decides in. */
export interface PlayMoment {
  /** Virtual milliseconds since the world began. */
  readonly nowMs: number;
  /** This client's number, from 0. */
  readonly client: number;
  /** This client's own chance, from the seed. */
  readonly random: SeededRandom;
}

/** Called with each frame of a client that plays, 60 times a virtual second by default. What it throws fails the run. */
export type PlayerFunction<G> = (room: RoomOf<G>, moment: PlayMoment) => void;

/** One line of a script: from this moment on, one client or all hold this input. Plain data: it is printed with a failure. */
export interface ScriptLine<G> {
  readonly atMs: number;
  /** A client's number, from 0; all of them where absent. */
  readonly client?: number;
  readonly input: Partial<InputOf<G>>;
}

export type Player<G> = PlayerFunction<G> | readonly ScriptLine<G>[];

type InputOf<G> = G extends { readonly input: infer I extends Fields } ? ValuesOf<I> : never;

/** What one client does at each frame. Chance plays where nobody is given. */
export function playerOf<G extends Game>(game: G, player: Player<G> | undefined, client: number): PlayerFunction<G> {
  if (player === undefined) return (room, { random }) => playAtRandom(game, room as RoomOf<Game>, random);
  if (typeof player === 'function') return player;
  const lines = player
    .filter((line) => line.client === undefined || line.client === client)
    .sort((a, b) => a.atMs - b.atMs);
  let next = 0;
  return (room, { nowMs }) => {
    for (let line = lines[next]; line !== undefined && line.atMs <= nowMs; line = lines[++next]) {
      (room as RoomOf<Game>).input(line.input);
    }
  };
}
