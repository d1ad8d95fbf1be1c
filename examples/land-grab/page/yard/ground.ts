/**
 * The claimed ground as one long-lived picture, repainted only where it changed.
 *
 * A cell's picture depends on its own colour and its eight neighbours' (rounded corners, chalk outline), and stays
 * within its own square. So repainting every changed cell and its neighbours is always enough.
 */
import { chalkOf } from './palette.ts';
import { chalkPatterns, paper, roughWhite } from './texture.ts';
import type { Tiles } from './world.ts';

export interface Change {
  readonly x: number;
  readonly y: number;
  readonly colour: number;
}

export class Ground implements Tiles {
  readonly width: number;
  readonly height: number;
  /** Device pixels per cell, whole. */
  readonly cellPx: number;
  readonly picture: HTMLCanvasElement;
  readonly #pen: CanvasRenderingContext2D;
  readonly #patterns: readonly CanvasPattern[];
  readonly #white: CanvasPattern;
  readonly #colours: Uint8Array;
  #mine = 0;

  constructor(width: number, height: number, cellPx: number) {
    this.width = width;
    this.height = height;
    this.cellPx = cellPx;
    const { canvas, pen } = paper(width * cellPx, height * cellPx);
    this.picture = canvas;
    this.#pen = pen;
    this.#patterns = chalkPatterns(pen, cellPx);
    this.#white = roughWhite(pen, cellPx);
    this.#colours = new Uint8Array(width * height);
  }

  /** The owner as last painted; so a ground can hand itself over to a larger or smaller picture. */
  at(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return 0;
    return this.#colours[y * this.width + x] ?? 0;
  }

  /** Takes over the owners in `tiles`, repaints what differs and answers what changed hands. */
  take(tiles: Tiles, mine: number): readonly Change[] {
    const changes: Change[] = [];
    const stale = new Set<number>();
    for (let y = 0; y < this.height; y += 1) {
      for (let x = 0; x < this.width; x += 1) {
        const at = y * this.width + x;
        const colour = tiles.at(x, y);
        const was = this.#colours[at] ?? 0;
        const turned = mine !== this.#mine && (was === mine || was === this.#mine);
        if (was === colour && !turned) continue;
        if (was !== colour) changes.push({ x, y, colour });
        this.#colours[at] = colour;
        for (let dy = -1; dy <= 1; dy += 1) {
          for (let dx = -1; dx <= 1; dx += 1) {
            if (x + dx >= 0 && x + dx < this.width && y + dy >= 0 && y + dy < this.height)
              stale.add(at + dy * this.width + dx);
          }
        }
      }
    }
    this.#mine = mine;
    for (const at of stale) this.#paint(at % this.width, Math.floor(at / this.width));
    return changes;
  }

  #paint(x: number, y: number): void {
    const pen = this.#pen;
    const side = this.cellPx;
    const left = x * side;
    const top = y * side;
    pen.clearRect(left, top, side, side);
    const colour = this.at(x, y);
    if (colour === 0) return;

    const mine = colour === this.#mine;
    const same = (dx: number, dy: number): boolean => this.at(x + dx, y + dy) === colour;
    const north = same(0, -1);
    const south = same(0, 1);
    const west = same(-1, 0);
    const east = same(1, 0);
    const round = side * 0.36;
    const corners = [!north && !west, !north && !east, !south && !east, !south && !west].map((open) =>
      open ? round : 0,
    );

    pen.fillStyle = this.#patterns[colour] ?? chalkOf(colour).base;
    pen.globalAlpha = mine ? 1 : 0.9;
    pen.beginPath();
    pen.roundRect(left, top, side, side, corners);
    pen.fill();
    pen.globalAlpha = 1;

    const thick = Math.max(1, side * (mine ? 0.17 : 0.09));
    const half = thick / 2;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, side, side);
    pen.clip();
    pen.lineWidth = thick;
    pen.strokeStyle = mine ? this.#white : chalkOf(colour).edge;
    pen.fillStyle = pen.strokeStyle;
    pen.beginPath();
    const [nw = 0, ne = 0, se = 0, sw = 0] = corners;
    const right = left + side;
    const bottom = top + side;
    if (!north) edge(pen, left + nw, top + half, right - ne, top + half);
    if (!south) edge(pen, left + sw, bottom - half, right - se, bottom - half);
    if (!west) edge(pen, left + half, top + nw, left + half, bottom - sw);
    if (!east) edge(pen, right - half, top + ne, right - half, bottom - se);
    const bend = round - half;
    if (nw > 0) bow(pen, left + round, top + round, bend, Math.PI);
    if (ne > 0) bow(pen, right - round, top + round, bend, -Math.PI / 2);
    if (se > 0) bow(pen, right - round, bottom - round, bend, 0);
    if (sw > 0) bow(pen, left + round, bottom - round, bend, Math.PI / 2);
    pen.stroke();
    // Inner corners, where the outline of two neighbours meets without passing through this cell.
    if (north && west && !same(-1, -1)) pen.fillRect(left, top, thick, thick);
    if (north && east && !same(1, -1)) pen.fillRect(right - thick, top, thick, thick);
    if (south && east && !same(1, 1)) pen.fillRect(right - thick, bottom - thick, thick, thick);
    if (south && west && !same(-1, 1)) pen.fillRect(left, bottom - thick, thick, thick);
    pen.restore();
  }
}

function edge(pen: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
}

function bow(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, from: number): void {
  pen.moveTo(x + Math.cos(from) * radius, y + Math.sin(from) * radius);
  pen.arc(x, y, radius, from, from + Math.PI / 2);
}
