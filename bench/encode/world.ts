/**
 * The world both encoders are measured on: movers that walk in curves across a square and bounce at its walls.
 *
 * A position is a whole number of quanta, 0 to 65,535 on each axis: 16 bits. A heading is one of 256 parts of a circle:
 * 8 bits. Both encoders are handed these same numbers, so neither gains by rounding. A quantum is 1/32 of a unit of
 * length at 1,000 movers, which makes the world 0 to 2,047.97; the side grows with the square root of the movers, so
 * that a unit of area holds as many of them in every world.
 *
 * Each tick a mover turns by 1 to 3 parts, so its heading always changes, and goes 68 to 102 quanta (85 in the mean)
 * along it, so x and y change unless it walks along the other axis. Equal seeds give equal worlds, tick by tick.
 * Nothing is allocated after the start.
 */

export interface WorldOptions {
  readonly seed: number;
  readonly movers: number;
  /** Rows that stand still, to the right of everything that moves and out of sight of it; their ids follow. */
  readonly still?: number;
  /** The share of the width, from the left, that the movers keep to. All of it, unless something stands still. */
  readonly moverWidth?: number;
}

export interface World {
  readonly movers: number;
  /** Movers and rows that stand still. */
  readonly rows: number;
  /** Length of one quantum, in units. Positions in units are `x[row] * quantum`. */
  readonly quantum: number;
  /** Quanta. */
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** 256ths of a circle. */
  readonly heading: Uint8Array;
  /** Advances every mover by one tick. */
  step(): void;
}

/** The largest position, in quanta. */
export const QUANTA_MAX = 0xffff;
export const HEADINGS = 256;

const STEP_QUANTA = 85;
const STEP_SPREAD = 0.2;
const TURN_MAX = 3;
/** A mover keeps its turn for 32 ticks in the mean. */
const NEW_TURN_ODDS = 1 / 32;

const COS = Float64Array.from({ length: HEADINGS }, (_, part) => Math.cos((part / HEADINGS) * 2 * Math.PI));
const SIN = Float64Array.from({ length: HEADINGS }, (_, part) => Math.sin((part / HEADINGS) * 2 * Math.PI));

export function createWorld({ seed, movers, still = 0, moverWidth = 1 }: WorldOptions): World {
  const random = xorshift(seed);
  const rows = movers + still;
  const wallX = Math.floor(QUANTA_MAX * moverWidth);
  const x = new Uint16Array(rows);
  const y = new Uint16Array(rows);
  const heading = new Uint8Array(rows);
  // Positions between quanta: rounded ones would add their error up.
  const exactX = new Float64Array(movers);
  const exactY = new Float64Array(movers);
  const stepQuanta = new Float64Array(movers);
  const turn = new Int8Array(movers);

  for (let row = 0; row < rows; row++) {
    heading[row] = random() * HEADINGS;
    if (row < movers) {
      x[row] = exactX[row] = random() * wallX;
      y[row] = exactY[row] = random() * QUANTA_MAX;
      stepQuanta[row] = STEP_QUANTA * (1 + STEP_SPREAD * (2 * random() - 1));
      turn[row] = newTurn(random);
    } else {
      // The right-hand half of what the movers leave free: a gap wider than any radius lies between.
      x[row] = QUANTA_MAX - random() * ((QUANTA_MAX - wallX) / 2);
      y[row] = random() * QUANTA_MAX;
    }
  }

  return {
    movers,
    rows,
    quantum: Math.sqrt(movers / 1000) / 32,
    x,
    y,
    heading,
    step() {
      for (let row = 0; row < movers; row++) {
        if (random() < NEW_TURN_ODDS) turn[row] = newTurn(random);
        let part = at(heading, row) + at(turn, row);
        let nextX = at(exactX, row) + at(stepQuanta, row) * at(COS, part & 0xff);
        let nextY = at(exactY, row) + at(stepQuanta, row) * at(SIN, part & 0xff);
        if (nextX < 0 || nextX > wallX) {
          nextX = nextX < 0 ? -nextX : 2 * wallX - nextX;
          part = HEADINGS / 2 - part;
        }
        if (nextY < 0 || nextY > QUANTA_MAX) {
          nextY = nextY < 0 ? -nextY : 2 * QUANTA_MAX - nextY;
          part = -part;
        }
        exactX[row] = nextX;
        exactY[row] = nextY;
        x[row] = Math.round(nextX);
        y[row] = Math.round(nextY);
        heading[row] = part;
      }
    },
  };
}

/** 1 to 3 parts, either way. */
function newTurn(random: () => number): number {
  const parts = 1 + Math.floor(random() * TURN_MAX);
  return random() < 0.5 ? -parts : parts;
}

/** An element that is there: every index in these loops is below the array's length. */
export function at(array: { readonly [index: number]: number }, index: number): number {
  return array[index] as number;
}

/** Numbers from 0 up to 1. Source: Marsaglia, "Xorshift RNGs" (2003), the 32-bit generator 13, 17, 5. */
function xorshift(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
