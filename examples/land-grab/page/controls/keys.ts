/** Arrow keys and WASD. Keys are read by place, not by letter, so that a Korean or French layout steers alike. */
import type { Heading } from '../yard/world.ts';
import type { Steering } from './steering.ts';
import { SWIPE } from './swipe.ts';

const HEADING_OF: ReadonlyMap<string, Heading> = new Map([
  ['ArrowLeft', 'left'],
  ['ArrowRight', 'right'],
  ['ArrowUp', 'up'],
  ['ArrowDown', 'down'],
  ['KeyA', 'left'],
  ['KeyD', 'right'],
  ['KeyW', 'up'],
  ['KeyS', 'down'],
]);

/** `playing` answers whether keys steer at the moment; a name being typed must not move a stone. */
export function steerByKeys(steering: Steering, playing: () => boolean): void {
  window.addEventListener('keydown', (event) => {
    const heading = HEADING_OF.get(event.code);
    if (heading === undefined || !playing() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    if (event.repeat) return;
    steering.release(SWIPE);
    steering.press(event.code, heading);
  });
  window.addEventListener('keyup', (event) => {
    if (HEADING_OF.has(event.code)) steering.release(event.code);
  });
  window.addEventListener('blur', () => steering.releaseAll());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) steering.releaseAll();
  });
}
