/** Walls as they look: black lacquer with inlaid lines, round ones as lanterns of stone, and the moon in the middle. */
import { BOXES, DISCS } from '../../arena-map.ts';
import type { Camera } from './camera.ts';
import type { Glows } from './glow.ts';
import { paintMoon } from './moon.ts';
import { faded, GOLD, IVORY, LACQUER, LACQUER_EDGE } from './palette.ts';

const CORNER = 7;
const DEPTH = 7;

export class Stones {
  readonly #body = new Path2D();
  readonly #inlay = new Path2D();
  readonly #moonlit = paintMoon();

  constructor() {
    for (const { x, y, halfWidth, halfHeight } of BOXES) {
      this.#body.roundRect(x - halfWidth, y - halfHeight, halfWidth * 2, halfHeight * 2, CORNER);
      this.#knots(x, y, halfWidth, halfHeight);
    }
    for (const { x, y, radius } of DISCS.slice(1)) {
      this.#body.moveTo(x + radius, y);
      this.#body.arc(x, y, radius, 0, Math.PI * 2);
      this.#lantern(x, y, radius);
    }
  }

  draw(pen: CanvasRenderingContext2D, camera: Camera, glows: Glows, nowMs: number): void {
    const hair = 1 / camera.scale;
    pen.save();
    pen.translate(0, DEPTH);
    pen.fillStyle = '#03050dcc';
    pen.fill(this.#body);
    pen.restore();
    pen.lineJoin = 'round';
    pen.strokeStyle = faded(LACQUER_EDGE, 0.16);
    pen.lineWidth = 11;
    pen.stroke(this.#body);
    pen.fillStyle = LACQUER;
    pen.fill(this.#body);
    pen.strokeStyle = faded(LACQUER_EDGE, 0.95);
    pen.lineWidth = Math.max(1.8, 1.4 * hair);
    pen.stroke(this.#body);
    pen.strokeStyle = faded(GOLD, 0.5);
    pen.lineWidth = Math.max(1.2, hair);
    pen.stroke(this.#inlay);
    this.#moon(pen, camera, glows, nowMs);
  }

  /** A line inside the edge, and a row of squares set on their corners, as in old inlay work. */
  #knots(x: number, y: number, halfWidth: number, halfHeight: number): void {
    const rim = 6;
    this.#inlay.roundRect(x - halfWidth + rim, y - halfHeight + rim, (halfWidth - rim) * 2, (halfHeight - rim) * 2, 3);
    const isWide = halfWidth > halfHeight;
    const half = Math.max(halfWidth, halfHeight) - 20;
    const steps = Math.floor((half * 2) / 30);
    for (let step = 0; step <= steps; step++) {
      const along = -half + (step / steps) * half * 2;
      const [atX, atY] = isWide ? [x + along, y] : [x, y + along];
      this.#inlay.moveTo(atX, atY - 5);
      this.#inlay.lineTo(atX + 5, atY);
      this.#inlay.lineTo(atX, atY + 5);
      this.#inlay.lineTo(atX - 5, atY);
      this.#inlay.closePath();
    }
  }

  #lantern(x: number, y: number, radius: number): void {
    for (const inner of [radius - 7, radius * 0.42]) {
      this.#inlay.moveTo(x + inner, y);
      this.#inlay.arc(x, y, inner, 0, Math.PI * 2);
    }
    for (let petal = 0; petal < 8; petal++) {
      const bearing = (petal / 8) * Math.PI * 2;
      const [dx, dy] = [Math.cos(bearing), Math.sin(bearing)];
      this.#inlay.moveTo(x + dx * radius * 0.42, y + dy * radius * 0.42);
      this.#inlay.lineTo(x + dx * (radius - 7), y + dy * (radius - 7));
    }
  }

  #moon(pen: CanvasRenderingContext2D, camera: Camera, glows: Glows, nowMs: number): void {
    const [moon] = DISCS;
    if (moon === undefined || !camera.sees(moon.x, moon.y, moon.radius * 3)) return;
    const { x, y, radius } = moon;
    pen.globalCompositeOperation = 'lighter';
    glows.draw(pen, GOLD, x, y, radius * 3.1, 0.5 + 0.05 * Math.sin(nowMs / 1400));
    pen.globalCompositeOperation = 'source-over';
    pen.drawImage(this.#moonlit, x - radius, y - radius, radius * 2, radius * 2);
    pen.strokeStyle = faded(IVORY, 0.9);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, radius, 0, Math.PI * 2);
    pen.stroke();
  }
}
