/**
 * What the page needs to know of a yard, and nothing about where it comes from.
 * `room.state` of the game fits this shape, and so does the toy yard behind the menu.
 * Rows may be live views onto changing memory: read them during the call that hands them over, keep copies only.
 */
import { charactersOf } from '../characters.ts';

export type Heading = 'none' | 'left' | 'right' | 'up' | 'down';

export interface Stone {
  readonly id: number;
  readonly name: string;
  /** 1 to 16, see palette.ts. */
  readonly colour: number;
  readonly x: number;
  readonly y: number;
  readonly score: number;
  readonly wins: number;
  readonly bot: boolean;
}

export interface Stones extends Iterable<Stone> {
  get(id: number): Stone | undefined;
}

export interface Tiles {
  readonly width: number;
  readonly height: number;
  /** The colour that owns the cell, or 0. */
  at(x: number, y: number): number;
}

export interface Round {
  readonly number: number;
  readonly phase: 'play' | 'over';
  readonly endsAtTick: number;
  /** Row id, or 0 when nobody won. */
  readonly winner: number;
}

export interface World {
  readonly players: Stones;
  readonly tiles: Tiles;
  readonly round: Round;
}

/** The letter on a stone: the first letter or digit, so that "★민지" says 민; of a name without any, its first character. */
export function initialOf(name: string): string {
  const [first = '?'] = charactersOf(name.trim());
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? first).toLocaleUpperCase();
}

/** Names may be 32 code points long; over a stone there is room for about eight characters. */
export function shortName(name: string, most = 8): string {
  const characters = charactersOf(name.trim());
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`;
}
