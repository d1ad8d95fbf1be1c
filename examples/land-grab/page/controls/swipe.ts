/** Swiping on the yard: a swipe keeps going its way until the next swipe turns it or a tap stops it. */
import type { Heading } from '../yard/world.ts';
import type { Steering } from './steering.ts';

/** A swipe outlives the finger, so it is one source by itself, and a key or the pad may cancel it. */
export const SWIPE = 'swipe';

/** Far enough to be meant, short enough to turn in the middle of one movement. */
const SWIPE_PX_MIN = 22;

export function steerBySwipe(area: HTMLElement, steering: Steering): void {
  let finger: { id: number; x: number; y: number; swiped: boolean } | null = null;
  area.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' || finger !== null) return;
    finger = { id: event.pointerId, x: event.clientX, y: event.clientY, swiped: false };
    area.setPointerCapture(event.pointerId);
  });
  area.addEventListener('pointermove', (event) => {
    if (finger === null || event.pointerId !== finger.id) return;
    const dx = event.clientX - finger.x;
    const dy = event.clientY - finger.y;
    if (Math.hypot(dx, dy) < SWIPE_PX_MIN) return;
    steering.press(SWIPE, headingOf(dx, dy));
    finger = { id: finger.id, x: event.clientX, y: event.clientY, swiped: true };
  });
  const lift = (event: PointerEvent): void => {
    if (finger === null || event.pointerId !== finger.id) return;
    if (!finger.swiped) steering.release(SWIPE);
    finger = null;
  };
  area.addEventListener('pointerup', lift);
  area.addEventListener('pointercancel', lift);
}

export function headingOf(dx: number, dy: number): Heading {
  if (Math.abs(dx) >= Math.abs(dy)) return dx > 0 ? 'right' : 'left';
  return dy > 0 ? 'down' : 'up';
}
