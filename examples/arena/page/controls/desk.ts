/**
 * Keys and mouse. Keys are read by place, not by letter, so that a Korean or French layout flies alike. Without a
 * mouse one aims where one flies, with J and K for the triggers.
 */
import type { Pilot, Trigger } from './pilot.ts';

const WAYS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['KeyA', [-1, 0]],
  ['ArrowLeft', [-1, 0]],
  ['KeyD', [1, 0]],
  ['ArrowRight', [1, 0]],
  ['KeyW', [0, -1]],
  ['ArrowUp', [0, -1]],
  ['KeyS', [0, 1]],
  ['ArrowDown', [0, 1]],
]);

const TRIGGERS: ReadonlyMap<string, Trigger> = new Map([
  ['KeyJ', 'fire'],
  ['KeyK', 'bolt'],
  ['KeyE', 'bolt'],
  ['Space', 'bolt'],
]);

export interface Desk {
  /** Aims at the pointer from where one's own ship is on screen. Call it for each picture, for both move. */
  aimFrom(ship: { x: number; y: number }): void;
}

/** `playing` answers whether keys fly at the moment; a name being typed must not move a ship. */
export function flyByDesk(canvas: HTMLCanvasElement, pilot: Pilot, playing: () => boolean): Desk {
  const down = new Set<string>();
  let pointer: { x: number; y: number } | null = null;

  function steer(): void {
    let [x, y] = [0, 0];
    for (const key of down) {
      const [dx, dy] = WAYS.get(key) ?? [0, 0];
      x += dx;
      y += dy;
    }
    x = Math.sign(x);
    y = Math.sign(y);
    pilot.fly(x, y);
    if (pointer === null && (x !== 0 || y !== 0)) pilot.aim = Math.atan2(y, x);
  }

  function release(): void {
    down.clear();
    pilot.release();
  }

  window.addEventListener('keydown', (event) => {
    if (!playing() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    const trigger = TRIGGERS.get(event.code);
    if (trigger === undefined && !WAYS.has(event.code)) return;
    // A slider or a box that has the keyboard keeps its own keys.
    if (event.target instanceof HTMLInputElement && /^(Arrow|Space)/u.test(event.code)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (trigger !== undefined) return pilot.pull(trigger, event.code, performance.now());
    down.add(event.code);
    steer();
  });
  window.addEventListener('keyup', (event) => {
    const trigger = TRIGGERS.get(event.code);
    if (trigger !== undefined) pilot.letGo(trigger, event.code);
    if (down.delete(event.code)) steer();
  });
  window.addEventListener('blur', release);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) release();
  });

  window.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') pointer = { x: event.clientX, y: event.clientY };
  });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || !playing()) return;
    pointer = { x: event.clientX, y: event.clientY };
    const trigger = event.button === 2 ? 'bolt' : event.button === 0 ? 'fire' : null;
    if (trigger === null) return;
    canvas.setPointerCapture(event.pointerId);
    pilot.pull(trigger, 'mouse', performance.now());
  });
  // With several buttons down, only the last to go up is a pointerup; `buttons` tells of the others.
  const lift = (event: PointerEvent): void => {
    if (event.pointerType !== 'mouse') return;
    if ((event.buttons & 1) === 0) pilot.letGo('fire', 'mouse');
    if ((event.buttons & 2) === 0) pilot.letGo('bolt', 'mouse');
    else if (playing() && event.type === 'pointermove') pilot.pull('bolt', 'mouse', performance.now());
  };
  canvas.addEventListener('pointerup', lift);
  canvas.addEventListener('pointermove', lift);
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('contextmenu', (event) => event.preventDefault());

  return {
    aimFrom(ship) {
      if (pointer === null) return;
      const [dx, dy] = [pointer.x - ship.x, pointer.y - ship.y];
      if (Math.hypot(dx, dy) > 4) pilot.aim = Math.atan2(dy, dx);
    },
  };
}
