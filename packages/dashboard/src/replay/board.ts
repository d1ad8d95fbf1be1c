/**
 * A board for any game: grids as coloured cells, and rows that have an x and a y as dots with names. Where both share one set of
 * coordinates, dots lie on cells; otherwise each fills the board.
 */
import type { Replay } from '@madang/client/replay';
import { colourOf } from './colours.ts';
import { paintOn } from './dom.ts';
import {
  type AnyGrid,
  type AnyRow,
  fieldOf,
  gridsOf,
  isNumber,
  partsOf,
  rowsOf,
  type SeenPart,
  textOf,
} from './values.ts';

/** Moments that are looked at to know how far things go. */
const LOOKS = 48;

/** What of the board is seen when somebody is looked at closely. */
const NEAR_SHARE = 0.36;

const MARGIN = 18;
const PAPER = '#faf4e4';
const LINE = '#e3d6b6';
const INK = '#2a1a0c';

/** A row on the board. */
export interface Placed {
  readonly part: SeenPart;
  readonly row: AnyRow;
  readonly x: number;
  readonly y: number;
}

interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Look {
  /** The seat that is followed; 0 for nobody. */
  readonly followed: number;
  readonly isNear: boolean;
  readonly hasNames: boolean;
  readonly selected: { readonly part: string; readonly id: number } | null;
}

export class Board {
  readonly #canvas: HTMLCanvasElement;
  readonly #replay: Replay;
  readonly #parts: readonly SeenPart[];
  readonly #bounds: Bounds | null;
  /** True where rows lie on the cells of the first grid. */
  readonly #isOnGrid: boolean;
  #shown: { readonly placed: Placed; readonly x: number; readonly y: number; readonly radius: number }[] = [];

  constructor(canvas: HTMLCanvasElement, replay: Replay) {
    this.#canvas = canvas;
    this.#replay = replay;
    this.#parts = partsOf(replay.schema).filter(
      ({ type, fields }) =>
        type === 'table' && ['x', 'y'].every((axis) => fields.some((one) => one.name === axis && isNumber(one))),
    );
    const reach = this.#reach();
    const [grid] = gridsOf(replay);
    this.#isOnGrid = grid !== undefined && (reach === null || isWithin(reach, grid));
    this.#bounds =
      grid !== undefined && this.#isOnGrid ? { left: 0, top: 0, right: grid.width, bottom: grid.height } : reach;
  }

  /** False where nothing has a place. */
  get isSeen(): boolean {
    return this.#bounds !== null || gridsOf(this.#replay).length > 0;
  }

  /** Rows with a place, at this moment. */
  get placed(): readonly Placed[] {
    return this.#parts.flatMap((part) =>
      rowsOf(this.#replay, part).map((row) => ({
        part,
        row,
        x: Number(fieldOf(row, 'x')),
        y: Number(fieldOf(row, 'y')),
      })),
    );
  }

  /** The row that is drawn at a place of the canvas, or nearest to it within a finger's width. */
  at(x: number, y: number): Placed | null {
    let best: Placed | null = null;
    let least = 24;
    for (const { placed, x: atX, y: atY, radius } of this.#shown) {
      const distance = Math.max(0, Math.hypot(atX - x, atY - y) - radius);
      if (distance < least) [best, least] = [placed, distance];
    }
    return best;
  }

  draw(look: Look): void {
    const surface = paintOn(this.#canvas);
    if (surface === null) return;
    const { paint, width, height } = surface;
    const placed = this.placed;
    const bounds = this.#seenBounds(look, placed);
    const [grid] = gridsOf(this.#replay);
    this.#shown = [];
    if (grid !== undefined && !(this.#isOnGrid && bounds !== null)) {
      this.#drawGrid(paint, grid, fitted({ left: 0, top: 0, right: grid.width, bottom: grid.height }, width, height));
    }
    if (bounds === null) return;
    const fit = fitted(bounds, width, height);
    paint.save();
    if (grid !== undefined && this.#isOnGrid) this.#drawGrid(paint, grid, fit);
    else if (grid === undefined) drawField(paint, this.#bounds ?? bounds, fit);
    const offset = this.#isOnGrid ? 0.5 : 0;
    const radius = Math.max(4.5, Math.min(13, this.#isOnGrid ? fit.scale * 0.42 : Math.min(width, height) / 55));
    for (const one of placed) {
      const x = fit.x + (one.x + offset) * fit.scale;
      const y = fit.y + (one.y + offset) * fit.scale;
      if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
      this.#shown.push({ placed: one, x, y, radius });
    }
    for (const shown of this.#shown)
      this.#drawDot(paint, shown, look, shown.placed.part === this.#parts[0] ? radius : radius * 0.6);
    if (look.hasNames) for (const shown of this.#shown) this.#drawName(paint, shown, width);
    paint.restore();
  }

  #drawGrid(paint: CanvasRenderingContext2D, grid: AnyGrid, { x, y, scale }: Fit): void {
    paint.fillStyle = PAPER;
    paint.fillRect(x, y, grid.width * scale, grid.height * scale);
    const gap = scale > 7 ? 0.75 : 0;
    for (let row = 0; row < grid.height; row++) {
      for (let column = 0; column < grid.width; ) {
        const value = grid.cells[row * grid.width + column] ?? 0;
        let end = column + 1;
        while (gap === 0 && end < grid.width && grid.cells[row * grid.width + end] === value) end++;
        if (value !== 0) {
          paint.fillStyle = `${colourOf(value)}c8`;
          paint.fillRect(
            x + column * scale + gap,
            y + row * scale + gap,
            (end - column) * scale - 2 * gap,
            scale - 2 * gap,
          );
        }
        column = end;
      }
    }
    paint.strokeStyle = LINE;
    paint.lineWidth = 1;
    if (scale > 7) {
      paint.beginPath();
      for (let line = 0; line <= grid.width; line++) {
        paint.moveTo(x + line * scale, y);
        paint.lineTo(x + line * scale, y + grid.height * scale);
      }
      for (let line = 0; line <= grid.height; line++) {
        paint.moveTo(x, y + line * scale);
        paint.lineTo(x + grid.width * scale, y + line * scale);
      }
      paint.stroke();
    }
    paint.strokeStyle = '#b99b62';
    paint.strokeRect(x, y, grid.width * scale, grid.height * scale);
  }

  #drawDot(
    paint: CanvasRenderingContext2D,
    { placed, x, y }: { readonly placed: Placed; readonly x: number; readonly y: number },
    look: Look,
    radius: number,
  ): void {
    const { row, part } = placed;
    const isSelected = look.selected?.part === part.name && look.selected.id === row.id;
    const isFollowed = look.followed !== 0 && row.owner === look.followed && part === this.#parts[0];
    const turned = part.fields.find(({ type }) => type.spec.type === 'angle');
    if (turned !== undefined) {
      const angle = Number(fieldOf(row, turned.name));
      paint.beginPath();
      paint.moveTo(x, y);
      paint.lineTo(x + Math.cos(angle) * radius * 1.9, y + Math.sin(angle) * radius * 1.9);
      paint.strokeStyle = INK;
      paint.lineWidth = 2;
      paint.stroke();
    }
    paint.beginPath();
    paint.arc(x, y, radius, 0, 2 * Math.PI);
    paint.fillStyle = colourOf(row.owner);
    paint.fill();
    paint.lineWidth = 1.5;
    paint.strokeStyle = '#fffaf0';
    paint.stroke();
    if (!isSelected && !isFollowed) return;
    paint.beginPath();
    paint.arc(x, y, radius + 4, 0, 2 * Math.PI);
    paint.lineWidth = 2.5;
    paint.strokeStyle = isSelected ? INK : '#d9a900';
    paint.stroke();
  }

  #drawName(
    paint: CanvasRenderingContext2D,
    {
      placed,
      x,
      y,
      radius,
    }: { readonly placed: Placed; readonly x: number; readonly y: number; readonly radius: number },
    width: number,
  ): void {
    const { row, part } = placed;
    // Only of those that are somebody: names of every stone would cover the board.
    if (part !== this.#parts[0]) return;
    const named = part.fields.find(({ name, type }) => name === 'name' && type.spec.type === 'text');
    const name = named === undefined ? this.#replay.people.get(row.owner)?.name : textOf(fieldOf(row, named.name));
    if (name === undefined || name === '') return;
    paint.font = '600 12px system-ui, "Apple SD Gothic Neo", "Noto Sans KR", sans-serif';
    paint.textAlign = 'center';
    paint.textBaseline = 'bottom';
    const half = paint.measureText(name).width / 2 + 4;
    const at = Math.min(width - half, Math.max(half, x));
    const above = y - radius - 5;
    const baseline = above < 16 ? y + radius + 20 : above;
    paint.lineJoin = 'round';
    paint.lineWidth = 4;
    paint.strokeStyle = '#faf4e4e6';
    paint.strokeText(name, at, baseline);
    paint.fillStyle = INK;
    paint.fillText(name, at, baseline);
  }

  #seenBounds({ isNear, followed, selected }: Look, placed: readonly Placed[]): Bounds | null {
    const all = this.#bounds;
    if (all === null || !isNear) return all;
    const aim =
      placed.find(({ part, row }) => part.name === selected?.part && row.id === selected.id && followed === 0) ??
      placed.find(({ part, row }) => followed !== 0 && part === this.#parts[0] && row.owner === followed);
    if (aim === undefined) return all;
    const half = (Math.max(all.right - all.left, all.bottom - all.top) * NEAR_SHARE) / 2;
    return { left: aim.x - half, right: aim.x + half, top: aim.y - half, bottom: aim.y + half };
  }

  /** How far rows go in all of the recording, as far as a few looks tell; null where no row has a place. */
  #reach(): Bounds | null {
    const replay = this.#replay;
    const before = replay.tick;
    let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
    for (let look = 0; look <= LOOKS && this.#parts.length > 0; look++) {
      replay.seek(replay.firstTick + ((replay.lastTick - replay.firstTick) * look) / LOOKS);
      for (const { x, y } of this.placed) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
    }
    replay.seek(before);
    if (left > right) return null;
    const room = Math.max(1, 0.04 * Math.max(right - left, bottom - top));
    return { left: left - room, top: top - room, right: right + room, bottom: bottom + room };
  }
}

interface Fit {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

function fitted({ left, top, right, bottom }: Bounds, width: number, height: number): Fit {
  const scale = Math.min((width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN) / (bottom - top));
  return {
    scale,
    x: (width - (right - left) * scale) / 2 - left * scale,
    y: (height - (bottom - top) * scale) / 2 - top * scale,
  };
}

function drawField(paint: CanvasRenderingContext2D, { left, top, right, bottom }: Bounds, { x, y, scale }: Fit): void {
  paint.fillStyle = PAPER;
  paint.strokeStyle = '#b99b62';
  paint.lineWidth = 1;
  paint.fillRect(x + left * scale, y + top * scale, (right - left) * scale, (bottom - top) * scale);
  paint.strokeRect(x + left * scale, y + top * scale, (right - left) * scale, (bottom - top) * scale);
  const step = niceStep((right - left) / 10);
  paint.strokeStyle = LINE;
  paint.beginPath();
  for (const at of linesBetween(left, right, step)) {
    paint.moveTo(x + at * scale, y + top * scale);
    paint.lineTo(x + at * scale, y + bottom * scale);
  }
  for (const at of linesBetween(top, bottom, step)) {
    paint.moveTo(x + left * scale, y + at * scale);
    paint.lineTo(x + right * scale, y + at * scale);
  }
  paint.stroke();
}

/** Multiples of a step between two ends: counted, since far from 0 a number and one step more are the same. */
export function linesBetween(from: number, to: number, step: number): readonly number[] {
  const first = Math.ceil(from / step);
  const count = Math.min(LINES_MAX, Math.ceil(to / step) - first);
  return Number.isFinite(count) && count > 0 ? Array.from({ length: count }, (_, index) => (first + index) * step) : [];
}

/** Lines of a board, at most. */
const LINES_MAX = 64;

function niceStep(about: number): number {
  const ten = 10 ** Math.floor(Math.log10(about));
  return about / ten > 5 ? ten * 10 : about / ten > 2 ? ten * 5 : ten * 2;
}

/** Rows lie on the cells of a grid where all of them could. */
function isWithin({ left, top, right, bottom }: Bounds, { width, height }: AnyGrid): boolean {
  // The reach has some room around it.
  const room = 2 + 0.05 * Math.max(width, height);
  const fills = right - left > width / 8 || bottom - top > height / 8 || (right - left < 4 && bottom - top < 4);
  return left >= -room && top >= -room && right <= width + room && bottom <= height + room && fills;
}
