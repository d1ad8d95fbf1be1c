/** Swiping on the yard: a swipe keeps going its way until the next swipe turns it or a tap stops it. */
import type { Heading } from '../yard/world.ts';
import type { Steering } from './steering.ts';

/** A swipe outlives the finger, so it is one source by itself, and a key or the pad may cancel it. */
export const SWIPE = 'swipe';

/** Far enough to be meant, short enough to turn in the middle of one movement. */
const SWIPE_PX_MIN = 22;

/** One finger's way over the yard. Other fingers that come down meanwhile mean nothing. */
export class Swipe {
  readonly #steering: Steering;
  #finger: { id: number; x: number; y: number; swiped: boolean } | null = null;

  constructor(steering: Steering) {
    this.#steering = steering;
  }

  /** Answers whether this finger is the one that is followed. */
  down(id: number, x: number, y: number): boolean {
    if (this.#finger !== null) return false;
    this.#finger = { id, x, y, swiped: false };
    return true;
  }

  move(id: number, x: number, y: number): void {
    if (this.#finger?.id !== id) return;
    const dx = x - this.#finger.x;
    const dy = y - this.#finger.y;
    if (Math.hypot(dx, dy) < SWIPE_PX_MIN) return;
    this.#steering.press(SWIPE, headingOf(dx, dy));
    this.#finger = { id, x, y, swiped: true };
  }

  up(id: number): void {
    if (this.#finger?.id !== id) return;
    if (!this.#finger.swiped) this.#steering.release(SWIPE);
    this.#finger = null;
  }
}

export function steerBySwipe(area: HTMLElement, steering: Steering): void {
  const swipe = new Swipe(steering);
  area.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') return;
    if (swipe.down(event.pointerId, event.clientX, event.clientY)) area.setPointerCapture(event.pointerId);
  });
  area.addEventListener('pointermove', (event) => swipe.move(event.pointerId, event.clientX, event.clientY));
  area.addEventListener('pointerup', (event) => swipe.up(event.pointerId));
  area.addEventListener('pointercancel', (event) => swipe.up(event.pointerId));
}

export function headingOf(dx: number, dy: number): Heading {
  if (Math.abs(dx) >= Math.abs(dy)) return dx > 0 ? 'right' : 'left';
  return dy > 0 ? 'down' : 'up';
}
