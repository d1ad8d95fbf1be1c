/** The board on its canvas. Drawn anew when something changed and while something moves, and not otherwise. */
import { type Colour, colourOf, xOf, yOf } from '../../board.ts';
import { centreOf, type Geometry, geometryOf, type Spot } from './geometry.ts';
import { disc, paintBoard, paintStone, STONE_RADIUS } from './paint.ts';

/** How long a stone comes down, and the row that won is drawn. */
const LANDING_MS = 150;
const WINNING_MS = 700;

/** How much a loupe enlarges, and its radius in gaps. */
const LOUPE_SCALE = 1.9;
const LOUPE_RADIUS = 2.6;

const SEAL = '#c3341f';
const GOLD = '#ffd84d';

export interface Picture {
  /** Points in the order they were played. */
  readonly moves: readonly number[];
  readonly winningPoints: readonly number[];
  /** Where a stone of `next` would go. */
  readonly aim: Spot | null;
  /** True for an aim that waits to be confirmed. */
  readonly isAimKept: boolean;
  /** Under a finger: what is beneath it is shown larger beside it. */
  readonly isTouched: boolean;
  /** Null while no stone of ours is next. */
  readonly next: Colour | null;
}

const NOTHING: Picture = {
  moves: [],
  winningPoints: [],
  aim: null,
  isAimKept: false,
  isTouched: false,
  next: null,
};

export class BoardView {
  geometry: Geometry = geometryOf(1);
  readonly #canvas: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #calm: boolean;
  #scale = 1;
  #board: HTMLCanvasElement | null = null;
  #stones: Readonly<Record<Colour, HTMLCanvasElement>> | null = null;
  #picture = NOTHING;
  #landedAtMs = Number.NEGATIVE_INFINITY;
  #wonAtMs = Number.NEGATIVE_INFINITY;
  #asked = 0;

  constructor(canvas: HTMLCanvasElement, calm: boolean) {
    const pen = canvas.getContext('2d');
    if (pen === null) throw new Error('this browser offers no 2d canvas');
    this.#canvas = canvas;
    this.#pen = pen;
    this.#calm = calm;
  }

  /** Takes the size that the layout gives the canvas. */
  resize(): void {
    const side = this.#canvas.clientWidth;
    const scale = Math.min(3, window.devicePixelRatio);
    if (side === 0 || (side === this.geometry.side && scale === this.#scale && this.#board !== null)) return;
    this.geometry = geometryOf(side);
    this.#scale = scale;
    this.#canvas.width = Math.round(side * scale);
    this.#canvas.height = this.#canvas.width;
    const { gap } = this.geometry;
    this.#board = paintBoard(this.geometry, scale);
    this.#stones = { black: paintStone('black', gap, scale), white: paintStone('white', gap, scale) };
    this.#ask();
  }

  show(picture: Picture): void {
    const before = this.#picture;
    this.#picture = picture;
    const nowMs = performance.now();
    if (picture.moves.length === before.moves.length + 1) this.#landedAtMs = nowMs;
    if (picture.winningPoints.length > 0 && before.winningPoints.length === 0) this.#wonAtMs = nowMs;
    this.#ask();
  }

  #ask(): void {
    if (this.#asked === 0) this.#asked = requestAnimationFrame((nowMs) => this.#draw(nowMs));
  }

  #draw(nowMs: number): void {
    this.#asked = 0;
    if (this.#board === null) return;
    const landing = this.#share(nowMs - this.#landedAtMs, LANDING_MS);
    const winning = this.#share(nowMs - this.#wonAtMs, WINNING_MS);
    const pen = this.#pen;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.#board, 0, 0);
    pen.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    this.#drawCross();
    this.#drawStones(landing);
    this.#drawAim();
    if (this.#picture.winningPoints.length > 0) this.#drawWinning(winning);
    if (this.#picture.isTouched) this.#drawLoupe();
    if (landing < 1 || winning < 1) this.#ask();
  }

  #share(sinceMs: number, lastsMs: number): number {
    return this.#calm ? 1 : Math.min(1, Math.max(0, sinceMs / lastsMs));
  }

  #drawStones(landing: number): void {
    const { moves } = this.#picture;
    for (const [index, point] of moves.entries()) {
      const isLast = index === moves.length - 1;
      const size = isLast ? 1 + (1 - landing) ** 2 * 0.22 : 1;
      this.#drawStone(colourOf(index + 1), { x: xOf(point), y: yOf(point) }, size, isLast ? 0.4 + landing * 0.6 : 1);
    }
    const last = moves.at(-1);
    if (last === undefined || this.#picture.winningPoints.length > 0) return;
    const { left, top } = this.#centre(last);
    this.#pen.fillStyle = SEAL;
    disc(this.#pen, left, top, this.geometry.gap * 0.13);
  }

  #drawStone(colour: Colour, spot: Spot, size: number, alpha: number): void {
    const stone = this.#stones?.[colour];
    if (stone === undefined) return;
    const { left, top } = centreOf(this.geometry, spot);
    const half = this.geometry.gap * size;
    this.#pen.globalAlpha = alpha;
    this.#pen.drawImage(stone, left - half, top - half, half * 2, half * 2);
    this.#pen.globalAlpha = 1;
  }

  /** The lines of a kept aim, under the stones: they show where it is while a finger covers the point. */
  #drawCross(): void {
    const { aim, isAimKept } = this.#picture;
    if (aim === null || !isAimKept) return;
    const pen = this.#pen;
    const { gap, side } = this.geometry;
    const { left, top } = centreOf(this.geometry, aim);
    pen.strokeStyle = 'rgb(195 52 31 / 0.6)';
    pen.lineWidth = Math.max(1.5, gap * 0.06);
    pen.beginPath();
    pen.moveTo(0, top);
    pen.lineTo(side, top);
    pen.moveTo(left, 0);
    pen.lineTo(left, side);
    pen.stroke();
  }

  #drawAim(): void {
    const { aim, isAimKept, next, moves } = this.#picture;
    if (aim === null) return;
    const pen = this.#pen;
    const { gap } = this.geometry;
    const { left, top } = centreOf(this.geometry, aim);
    const isTaken = moves.some((point) => xOf(point) === aim.x && yOf(point) === aim.y);
    if (!isTaken && next !== null) this.#drawStone(next, aim, 1, isAimKept ? 0.82 : 0.5);
    if (!isAimKept) return;
    pen.strokeStyle = isTaken ? SEAL : GOLD;
    pen.lineWidth = Math.max(2, gap * 0.08);
    pen.beginPath();
    pen.arc(left, top, gap * (STONE_RADIUS + 0.07), 0, Math.PI * 2);
    pen.stroke();
  }

  /** A ring around each stone of the row, one after the other. */
  #drawWinning(share: number): void {
    const { winningPoints } = this.#picture;
    const pen = this.#pen;
    const { gap } = this.geometry;
    const shown = share * winningPoints.length;
    for (const [index, point] of winningPoints.entries()) {
      const alpha = Math.min(1, Math.max(0, shown - index));
      const { left, top } = this.#centre(point);
      pen.globalAlpha = alpha;
      pen.lineWidth = Math.max(3, gap * 0.13);
      pen.strokeStyle = '#6d3a0b';
      pen.beginPath();
      pen.arc(left, top, gap * 0.42, 0, Math.PI * 2);
      pen.stroke();
      pen.lineWidth = Math.max(2, gap * 0.085);
      pen.strokeStyle = GOLD;
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  #drawLoupe(): void {
    const { aim } = this.#picture;
    if (aim === null) return;
    const pen = this.#pen;
    const { gap, side } = this.geometry;
    const { left, top } = centreOf(this.geometry, aim);
    const radius = Math.max(48, gap * LOUPE_RADIUS);
    const rise = radius + gap * 2.6;
    const centreTop = top - rise - radius * 0.1 < 0 ? top + rise : top - rise;
    const centreLeft = Math.min(side - radius, Math.max(radius, left));
    const clampedTop = Math.min(side - radius, Math.max(radius, centreTop));
    const reach = radius / LOUPE_SCALE;
    pen.save();
    pen.beginPath();
    pen.arc(centreLeft, clampedTop, radius, 0, Math.PI * 2);
    pen.fillStyle = '#dbab64';
    pen.fill();
    pen.clip();
    pen.drawImage(
      this.#canvas,
      (left - reach) * this.#scale,
      (top - reach) * this.#scale,
      reach * 2 * this.#scale,
      reach * 2 * this.#scale,
      centreLeft - radius,
      clampedTop - radius,
      radius * 2,
      radius * 2,
    );
    pen.restore();
    pen.lineWidth = 4;
    pen.strokeStyle = '#8a5527';
    pen.beginPath();
    pen.arc(centreLeft, clampedTop, radius, 0, Math.PI * 2);
    pen.stroke();
    pen.lineWidth = 1.5;
    pen.strokeStyle = '#fffaf0';
    pen.stroke();
  }

  #centre(point: number): { left: number; top: number } {
    return centreOf(this.geometry, { x: xOf(point), y: yOf(point) });
  }
}
