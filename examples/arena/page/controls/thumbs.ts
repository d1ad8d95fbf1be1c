/**
 * Two sticks under two thumbs: each is where its thumb comes down, on its half of the screen. The right one aims, and
 * fires once it is pushed far enough; without it one aims where one flies.
 */
import { byId } from '../dom.ts';
import type { Pilot } from './pilot.ts';

const REACH_PX = 56;
/** In the middle of a stick a thumb rests. */
const DEAD = 0.16;
const FIRES_FROM = 0.55;

interface Stick {
  readonly zone: HTMLElement;
  readonly base: HTMLElement;
  readonly knob: HTMLElement;
  moved(x: number, y: number): void;
}

export function flyByThumbs(pilot: Pilot): void {
  let isAiming = false;
  hold({
    ...stickOf('fly'),
    moved(x, y) {
      pilot.fly(x, y);
      if (!isAiming && (x !== 0 || y !== 0)) pilot.aim = Math.atan2(y, x);
    },
  });
  hold({
    ...stickOf('aim'),
    moved(x, y) {
      const push = Math.hypot(x, y);
      isAiming = push > 0;
      if (isAiming) pilot.aim = Math.atan2(y, x);
      if (push >= FIRES_FROM) pilot.pull('fire', 'thumb', performance.now());
      else pilot.letGo('fire', 'thumb');
    },
  });

  const throwBolt = byId('throw', HTMLButtonElement);
  throwBolt.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    throwBolt.setPointerCapture(event.pointerId);
    pilot.pull('bolt', 'button', performance.now());
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
    throwBolt.addEventListener(end, () => pilot.letGo('bolt', 'button'));
  }
  throwBolt.addEventListener('click', (event) => {
    // A finger has thrown already; a click without one comes from a keyboard or a screen reader.
    if (event.detail !== 0) return;
    pilot.pull('bolt', 'click', performance.now());
    pilot.letGo('bolt', 'click');
  });
}

function stickOf(name: 'fly' | 'aim'): Omit<Stick, 'moved'> {
  return {
    zone: byId(`zone-${name}`, HTMLElement),
    base: byId(`stick-${name}`, HTMLElement),
    knob: byId(`knob-${name}`, HTMLElement),
  };
}

function hold({ zone, base, knob, moved }: Stick): void {
  let thumb: number | null = null;
  let from = { x: 0, y: 0 };

  function point(event: PointerEvent): void {
    const [dx, dy] = [(event.clientX - from.x) / REACH_PX, (event.clientY - from.y) / REACH_PX];
    const push = Math.hypot(dx, dy);
    const share = push > 1 ? 1 / push : 1;
    const [knobX, knobY] = [dx * share * REACH_PX, dy * share * REACH_PX];
    knob.style.transform = `translate(${knobX.toFixed(1)}px, ${knobY.toFixed(1)}px)`;
    if (push < DEAD) moved(0, 0);
    else moved(dx * share, dy * share);
  }

  zone.addEventListener('pointerdown', (event) => {
    if (thumb !== null || event.pointerType === 'mouse') return;
    event.preventDefault();
    thumb = event.pointerId;
    zone.setPointerCapture(event.pointerId);
    from = { x: event.clientX, y: event.clientY };
    const box = zone.getBoundingClientRect();
    base.style.left = `${from.x - box.left}px`;
    base.style.top = `${from.y - box.top}px`;
    base.dataset.held = 'true';
    point(event);
  });
  zone.addEventListener('pointermove', (event) => {
    if (event.pointerId === thumb) point(event);
  });
  const lift = (event: PointerEvent): void => {
    if (event.pointerId !== thumb) return;
    thumb = null;
    delete base.dataset.held;
    base.style.removeProperty('left');
    base.style.removeProperty('top');
    knob.style.removeProperty('transform');
    moved(0, 0);
  };
  zone.addEventListener('pointerup', lift);
  zone.addEventListener('pointercancel', lift);
  zone.addEventListener('contextmenu', (event) => event.preventDefault());
}
