/**
 * Where things are: walls, places to begin at, places where something can be picked up. One quarter is written down;
 * the other three are the same, turned about the middle, so that no corner is better than another.
 */
import { ARENA_SIZE } from './measures.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A wall with straight sides, by its middle and the halves of its sides. */
export interface Box extends Place {
  readonly halfWidth: number;
  readonly halfHeight: number;
}

export interface Disc extends Place {
  readonly radius: number;
}

export type PickupKind = 'repair' | 'shield' | 'rapid';

export interface PickupPlace extends Place {
  readonly kind: PickupKind;
}

const MIDDLE = ARENA_SIZE / 2;

const turned = <P extends Place>(one: P): P => ({ ...one, x: ARENA_SIZE - one.y, y: one.x });
const turnedBox = (box: Box): Box => ({ ...turned(box), halfWidth: box.halfHeight, halfHeight: box.halfWidth });

/** Each of a quarter's things, in all four quarters. */
function around<P extends Place>(quarter: readonly P[], turn: (one: P) => P): readonly P[] {
  return quarter.flatMap((north) => {
    const east = turn(north);
    const south = turn(east);
    return [north, east, south, turn(south)];
  });
}

export const BOXES: readonly Box[] = around(
  [
    // A bar before the middle, and an angle that shelters a corner. Its sides share the corner: side by side they would
    // push to each other what is deep inside.
    { x: MIDDLE, y: 702, halfWidth: 128, halfHeight: 18 },
    { x: 428, y: 326, halfWidth: 126, halfHeight: 18 },
    { x: 320, y: 434, halfWidth: 18, halfHeight: 126 },
  ],
  turnedBox,
);

export const DISCS: readonly Disc[] = [
  { x: MIDDLE, y: MIDDLE, radius: 88 },
  ...around(
    [
      { x: 716, y: 716, radius: 56 },
      { x: MIDDLE, y: 286, radius: 46 },
      { x: 1316, y: 448, radius: 34 },
    ],
    turned,
  ),
];

/** As many as there are seats. */
export const STARTS: readonly Place[] = around(
  [
    { x: 176, y: 176 },
    { x: MIDDLE, y: 128 },
    { x: 636, y: 548 },
    { x: 1432, y: 588 },
  ],
  turned,
);

export const PICKUPS: readonly PickupPlace[] = around<PickupPlace>(
  [
    { kind: 'repair', x: 420, y: 426 },
    { kind: 'shield', x: MIDDLE, y: 560 },
    { kind: 'rapid', x: 868, y: 868 },
  ],
  turned,
);
