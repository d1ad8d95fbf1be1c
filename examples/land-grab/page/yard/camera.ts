/**
 * Which part of the yard is on screen. Where the whole yard fits with readable cells it stands still; on a phone the
 * cells keep a size a thumb can steer by and the view follows one's own stone.
 * All lengths are CSS pixels; `cell` times the pixel ratio is whole, so that the ground's picture is never resampled.
 */

export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Below this a cell is too small to aim for, and following begins. */
const CELL_FIT_MIN = 17;
const CELL_FIT_MAX = 46;
const CELL_FOLLOW_MIN = 22;
const CELL_FOLLOW_MAX = 32;
/** How far past the chalk line the view may show, in cells. */
const MARGIN_CELLS = 1;

export class Camera {
  cell = 24;
  /** Where the yard's top left corner lies on screen. */
  originX = 0;
  originY = 0;
  follows = false;
  #width = 1;
  #height = 1;
  #insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  #settled = false;

  /** Chooses the cell size for a screen. Call when the screen, the insets or the yard change. */
  frame(
    screen: { width: number; height: number; pixelRatio: number },
    yard: { width: number; height: number },
    insets: Insets,
  ): void {
    this.#width = screen.width;
    this.#height = screen.height;
    this.#insets = insets;
    const roomX = screen.width - insets.left - insets.right;
    const roomY = screen.height - insets.top - insets.bottom;
    const fit = Math.min(roomX / (yard.width + 0.6), roomY / (yard.height + 0.6));
    this.follows = fit < CELL_FIT_MIN;
    const wanted = this.follows
      ? Math.min(
          CELL_FOLLOW_MAX,
          Math.max(CELL_FOLLOW_MIN, Math.min(Math.max(roomX, roomY) / 25, Math.min(roomX, roomY) / 11)),
        )
      : Math.min(CELL_FIT_MAX, fit);
    this.cell = Math.max(1, Math.floor(wanted * screen.pixelRatio)) / screen.pixelRatio;
    this.#settled = false;
  }

  /** Moves the view towards a stone, in cells. `easing` of 1 jumps. */
  aim(x: number, y: number, yard: { width: number; height: number }, elapsedMs: number): void {
    const easing = this.#settled ? 1 - Math.exp(-elapsedMs / 140) : 1;
    this.#settled = true;
    const { left, right, top, bottom } = this.#insets;
    const toX = axis(left, this.#width - right, x, yard.width, this.cell, this.follows);
    const toY = axis(top, this.#height - bottom, y, yard.height, this.cell, this.follows);
    this.originX += (toX - this.originX) * easing;
    this.originY += (toY - this.originY) * easing;
  }
}

/** The origin along one axis: centred if everything fits between `near` and `far`, otherwise following, clamped. */
function axis(near: number, far: number, focus: number, cells: number, cell: number, follows: boolean): number {
  const length = cells * cell;
  if (!follows || length <= far - near) return near + (far - near - length) / 2;
  const wanted = (near + far) / 2 - (focus + 0.5) * cell;
  const margin = MARGIN_CELLS * cell;
  return Math.min(near + margin, Math.max(far - length - margin, wanted));
}
