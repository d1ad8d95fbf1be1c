/** Mouse, finger and keys on the board, turned into aims and stones. */
import type { Aim } from './aim.ts';
import { type Spot, spotAt } from './geometry.ts';
import type { BoardView } from './view.ts';

export interface Player {
  /** True while a stone of ours is next. */
  mayPlace(): boolean;
  /** The aim has changed; by keys it is read out. */
  aimed(by: 'pointer' | 'keys'): void;
  /** A stone goes where the aim is, if it can. */
  place(): void;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface Controls {
  /** True while a finger is on the board. */
  readonly isTouched: boolean;
}

/** `keys` is what has the keyboard's focus while one plays. */
export function controlBoard(
  { canvas, keys }: { canvas: HTMLCanvasElement; keys: HTMLElement },
  view: BoardView,
  aim: Aim,
  player: Player,
): Controls {
  let finger: number | null = null;
  const spotOf = (event: PointerEvent): Spot | null => {
    const box = canvas.getBoundingClientRect();
    return spotAt(view.geometry, event.clientX - box.left, event.clientY - box.top);
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' || finger !== null || !player.mayPlace()) return;
    finger = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    aim.keep(spotOf(event));
    player.aimed('pointer');
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') {
      if (!player.mayPlace()) return;
      aim.hover(spotOf(event));
    } else if (event.pointerId === finger) aim.keep(spotOf(event));
    else return;
    player.aimed('pointer');
  });
  const lifted = (event: PointerEvent): void => {
    if (event.pointerId !== finger) return;
    finger = null;
    player.aimed('pointer');
  };
  canvas.addEventListener('pointerup', lifted);
  canvas.addEventListener('pointercancel', lifted);
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'mouse') return;
    aim.hover(null);
    player.aimed('pointer');
  });
  canvas.addEventListener('click', (event) => {
    // A finger's tap has aimed already, and is confirmed elsewhere.
    if (!(event instanceof PointerEvent) || event.pointerType !== 'mouse' || !player.mayPlace()) return;
    const spot = spotOf(event);
    if (spot === null) return;
    aim.hover(spot);
    player.place();
  });
  keys.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      aim.step(...step);
      player.aimed('keys');
      return;
    }
    if ((event.key !== 'Enter' && event.key !== ' ') || event.repeat) return;
    event.preventDefault();
    player.place();
  });

  return {
    get isTouched() {
      return finger !== null;
    },
  };
}
