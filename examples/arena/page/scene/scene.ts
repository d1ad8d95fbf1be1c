/**
 * What a picture of the arena needs to know, and nothing about where it comes from: `room.frame()` fits this shape,
 * and so does the battle that plays behind the menu. Rows may be live views: read them in the call that hands them
 * over.
 */
import type { SeenArena, SeenBolt, SeenPickup, SeenShip } from '../../state.ts';

export interface Scene {
  readonly ships: Iterable<SeenShip>;
  readonly bolts: Iterable<SeenBolt>;
  readonly pickups: Iterable<SeenPickup>;
  readonly round: SeenArena['round'];
}

/** How a scene is to be looked at. */
export interface Look {
  readonly nowMs: number;
  /** The tick that times of the scene (until when, from when) are compared with. */
  readonly tick: number;
  /** One's own ship, or 0 for an onlooker. */
  readonly me: number;
  /** The ship the camera follows, or 0 for the middle of the arena. */
  readonly watched: number;
  /** What is in the way of the picture is dimmed, and the camera stands further off. */
  readonly isBehindMenu: boolean;
  /** One's own ship as the server last said it was, where that is to be seen. */
  readonly ghost: { readonly x: number; readonly y: number; readonly aim: number } | null;
}
