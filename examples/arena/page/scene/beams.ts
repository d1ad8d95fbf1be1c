/**
 * Beams of light. How long one is drawn is worked out here, from what is on screen: until the first wall or ship.
 * Whether it hit is for the server to say, and is drawn at the ship when it has.
 */
import { BEAM } from '../../measures.ts';
import { freeWay } from '../../walls.ts';
import { faded, IVORY } from './palette.ts';

const LIFE_MS = 150;

interface Beam {
  readonly by: number;
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
  readonly hex: string;
  readonly bornMs: number;
}

interface Target {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly hp: number;
}

/** Where a beam ends, and the ship it ends at, if any. */
export function endOfBeam<T extends Target>(
  from: Omit<Target, 'hp'>,
  aim: number,
  targets: Iterable<T>,
): { readonly x: number; readonly y: number; readonly at: T | null } {
  const [dx, dy] = [Math.cos(aim), Math.sin(aim)];
  let length = freeWay(from.x, from.y, dx, dy, BEAM.range);
  let at: T | null = null;
  for (const target of targets) {
    if (target.id === from.id || target.hp === 0) continue;
    const along = (target.x - from.x) * dx + (target.y - from.y) * dy;
    const beside = Math.abs((target.x - from.x) * dy - (target.y - from.y) * dx);
    if (along < 0 || beside > BEAM.hitRadius) continue;
    const enter = along - Math.sqrt(BEAM.hitRadius ** 2 - beside ** 2);
    if (enter >= length) continue;
    length = Math.max(0, enter);
    at = target;
  }
  return { x: from.x + dx * length, y: from.y + dy * length, at };
}

export class Beams {
  #all: Beam[] = [];

  add(beam: Beam): void {
    this.#all.push(beam);
  }

  /** A shot that did not happen after all is no longer shown. */
  reject(by: number): void {
    const last = this.#all.findLast((beam) => beam.by === by);
    this.#all = this.#all.filter((beam) => beam !== last);
  }

  draw(pen: CanvasRenderingContext2D, nowMs: number): void {
    this.#all = this.#all.filter(({ bornMs }) => nowMs - bornMs < LIFE_MS);
    pen.lineCap = 'round';
    for (const { fromX, fromY, toX, toY, hex, bornMs } of this.#all) {
      const left = 1 - Math.max(0, nowMs - bornMs) / LIFE_MS;
      // The tail leaves the ship: light that flies, not a rod.
      const tail = (1 - left) * 0.55;
      const [x, y] = [fromX + (toX - fromX) * tail, fromY + (toY - fromY) * tail];
      for (const [width, strength, colour] of [
        [13, 0.14, hex],
        [6, 0.42, hex],
        [2.2, 0.95, IVORY],
      ] as const) {
        pen.strokeStyle = faded(colour, strength * left);
        pen.lineWidth = width * (0.45 + left * 0.55);
        pen.beginPath();
        pen.moveTo(x, y);
        pen.lineTo(toX, toY);
        pen.stroke();
      }
    }
  }

  clear(): void {
    this.#all = [];
  }
}
