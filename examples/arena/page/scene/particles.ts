/** Sparks, embers and rings: short lives in one pool, drawn as light. What does not fit any more is left out. */
import type { Camera } from './camera.ts';
import type { Glows } from './glow.ts';
import { faded } from './palette.ts';

const MOST = 700;

interface Particle {
  readonly kind: 'spark' | 'ember' | 'ring';
  readonly hex: string;
  x: number;
  y: number;
  vx: number;
  vy: number;
  readonly bornMs: number;
  readonly lifeMs: number;
  readonly size: number;
}

export class Particles {
  readonly #chance: () => number;
  /** Fewer for those who asked for less motion. */
  readonly #share: number;
  #all: Particle[] = [];

  constructor(options: { calm: boolean; chance: () => number }) {
    this.#chance = options.chance;
    this.#share = options.calm ? 0.3 : 1;
  }

  /** Sparks from a place, around a direction: `spread` of pi is all around. */
  sparks(
    at: { x: number; y: number; direction: number; spread: number },
    { hex, count, speed, lifeMs }: { hex: string; count: number; speed: number; lifeMs: number },
    nowMs: number,
  ): void {
    for (let left = Math.ceil(count * this.#share); left > 0; left--) {
      const direction = at.direction + (this.#chance() * 2 - 1) * at.spread;
      const fast = speed * (0.25 + this.#chance() * 0.75);
      this.#add({
        kind: 'spark',
        hex,
        x: at.x,
        y: at.y,
        vx: Math.cos(direction) * fast,
        vy: Math.sin(direction) * fast,
        bornMs: nowMs,
        lifeMs: lifeMs * (0.5 + this.#chance() * 0.5),
        size: 1.1 + this.#chance() * 1.1,
      });
    }
  }

  /** Glowing bits that drift away slowly. */
  embers(
    x: number,
    y: number,
    { hex, count, speed }: { hex: string; count: number; speed: number },
    nowMs: number,
  ): void {
    for (let left = Math.ceil(count * this.#share); left > 0; left--) {
      const direction = this.#chance() * Math.PI * 2;
      const fast = speed * this.#chance();
      const [vx, vy] = [Math.cos(direction) * fast, Math.sin(direction) * fast];
      const lifeMs = 420 + this.#chance() * 620;
      this.#add({ kind: 'ember', hex, x, y, vx, vy, bornMs: nowMs, lifeMs, size: 5 + this.#chance() * 13 });
    }
  }

  /** A ring that widens to `size` and fades. */
  ring(
    x: number,
    y: number,
    { hex, size, lifeMs }: { hex: string; size: number; lifeMs: number },
    nowMs: number,
  ): void {
    this.#add({ kind: 'ring', hex, x, y, vx: 0, vy: 0, bornMs: nowMs, lifeMs, size });
  }

  draw(pen: CanvasRenderingContext2D, camera: Camera, glows: Glows, nowMs: number, elapsedMs: number): void {
    const seconds = elapsedMs / 1000;
    const slower = Math.exp(-elapsedMs / 260);
    this.#all = this.#all.filter(({ bornMs, lifeMs }) => nowMs - bornMs < lifeMs);
    pen.lineCap = 'round';
    for (const one of this.#all) {
      one.x += one.vx * seconds;
      one.y += one.vy * seconds;
      one.vx *= slower;
      one.vy *= slower;
      if (!camera.sees(one.x, one.y, one.size)) continue;
      // What began after this picture did is as young as can be.
      const age = Math.max(0, nowMs - one.bornMs) / one.lifeMs;
      switch (one.kind) {
        case 'spark':
          pen.strokeStyle = faded(one.hex, 1 - age * age);
          pen.lineWidth = one.size * (1 - age * 0.6);
          pen.beginPath();
          pen.moveTo(one.x, one.y);
          pen.lineTo(one.x - one.vx * 0.035, one.y - one.vy * 0.035);
          pen.stroke();
          break;
        case 'ember':
          glows.draw(pen, one.hex, one.x, one.y, one.size * (1 - age * 0.5), (1 - age) * 0.85);
          break;
        case 'ring': {
          const wide = 1 - (1 - age) ** 3;
          pen.strokeStyle = faded(one.hex, (1 - age) * 0.8);
          pen.lineWidth = 1 + (1 - age) * 5;
          pen.beginPath();
          pen.arc(one.x, one.y, one.size * wide, 0, Math.PI * 2);
          pen.stroke();
          break;
        }
        default:
          one.kind satisfies never;
      }
    }
  }

  clear(): void {
    this.#all = [];
  }

  #add(particle: Particle): void {
    if (this.#all.length < MOST) this.#all.push(particle);
  }
}
