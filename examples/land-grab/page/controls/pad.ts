/**
 * The pad under the right thumb. The thumb may slide from one arrow to the next without lifting; for keyboards and
 * assistive tools the four arrows are ordinary buttons that move one cell.
 */
import type { Heading } from '../yard/world.ts';
import type { Steering } from './steering.ts';
import { headingOf, SWIPE } from './swipe.ts';

const PAD = 'pad';
/** In the middle of the pad a thumb rests; it does not point anywhere. */
const DEAD_PX = 12;

export function steerByPad(pad: HTMLElement, steering: Steering): void {
  let thumb: number | null = null;
  const point = (event: PointerEvent): void => {
    const box = pad.getBoundingClientRect();
    const dx = event.clientX - (box.left + box.width / 2);
    const dy = event.clientY - (box.top + box.height / 2);
    if (Math.hypot(dx, dy) < DEAD_PX) return;
    const heading = headingOf(dx, dy);
    steering.press(PAD, heading);
    pad.dataset.heading = heading;
  };
  pad.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    thumb = event.pointerId;
    pad.setPointerCapture(event.pointerId);
    steering.release(SWIPE);
    point(event);
  });
  pad.addEventListener('pointermove', (event) => {
    if (event.pointerId === thumb) point(event);
  });
  const lift = (event: PointerEvent): void => {
    if (event.pointerId !== thumb) return;
    thumb = null;
    delete pad.dataset.heading;
    steering.release(PAD);
  };
  pad.addEventListener('pointerup', lift);
  pad.addEventListener('pointercancel', lift);
  pad.addEventListener('contextmenu', (event) => event.preventDefault());

  for (const arrow of pad.querySelectorAll('button')) {
    arrow.addEventListener('click', (event) => {
      // A pointer has steered already; a click without one comes from Enter, Space or a screen reader.
      if (event.detail !== 0) return;
      const heading = asHeading(arrow.dataset.heading);
      steering.press(PAD, heading);
      steering.release(PAD);
    });
  }
}

function asHeading(text: string | undefined): Heading {
  return text === 'left' || text === 'right' || text === 'up' || text === 'down' ? text : 'none';
}
