/**
 * Everything that is seen for a moment and changes nothing: chalk flashes, dust, rings and floating numbers.
 * Positions are in cells, times in milliseconds. The number alive at once is bounded, and with reduced motion only the
 * numbers remain.
 */

import type { Change } from './ground.ts';
import { CHALK_WHITE, chalkOf, mixed } from './palette.ts';
import { FONT } from './stones.ts';

const ALIVE_MAX = 700;

interface Spark {
  readonly kind: 'flash' | 'dust' | 'ring' | 'number';
  readonly x: number;
  readonly y: number;
  readonly driftX: number;
  readonly driftY: number;
  readonly size: number;
  readonly tint: string;
  readonly text: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Lens {
  readonly cell: number;
  readonly originX: number;
  readonly originY: number;
}

export class Effects {
  readonly #calm: boolean;
  readonly #chance: () => number;
  #sparks: Spark[] = [];

  constructor(options: { calm: boolean; chance: () => number }) {
    this.#calm = options.calm;
    this.#chance = options.chance;
  }

  /** Cells that changed hands in one tick, with the stone that took them if it is known. Big catches ripple outwards. */
  captured(changes: readonly Change[], from: { x: number; y: number } | undefined, nowMs: number, mine: boolean): void {
    const [first] = changes;
    if (first === undefined) return;
    const centre = from ?? first;
    const tint = chalkOf(first.colour).base;
    for (const { x, y } of changes) {
      const wait = changes.length < 3 ? 0 : Math.hypot(x - centre.x, y - centre.y) * 34;
      this.#add({
        kind: 'flash',
        x: x + 0.5,
        y: y + 0.5,
        size: 1,
        tint: changes.length < 3 ? tint : CHALK_WHITE,
        fromMs: nowMs + wait,
        lastsMs: changes.length < 3 ? 240 : 460,
      });
    }
    if (changes.length === 1) this.#dust(first.x + 0.5, first.y + 0.5, 2, mixed('#e9c894', tint, 0.25), nowMs);
    if (changes.length < 4) return;
    const middleX = changes.reduce((sum, { x }) => sum + x, 0) / changes.length + 0.5;
    const middleY = changes.reduce((sum, { y }) => sum + y, 0) / changes.length + 0.5;
    this.#add({
      kind: 'ring',
      x: middleX,
      y: middleY,
      size: Math.sqrt(changes.length) * 1.1,
      tint: CHALK_WHITE,
      fromMs: nowMs,
      lastsMs: 620,
    });
    this.#add({
      kind: 'number',
      x: middleX,
      y: middleY,
      size: mine ? 1.35 : 0.85,
      tint: mine ? '#fff3b0' : CHALK_WHITE,
      text: `+${changes.length}`,
      driftY: -1.4,
      fromMs: nowMs,
      lastsMs: 1300,
    });
  }

  goodbye(x: number, y: number, colour: number, nowMs: number): void {
    this.#dust(x + 0.5, y + 0.5, 14, mixed('#f3dcb4', chalkOf(colour).base, 0.35), nowMs);
  }

  celebrate(x: number, y: number, colour: number, nowMs: number): void {
    for (const [index, tint] of [chalkOf(colour).base, CHALK_WHITE, '#ffd84d'].entries()) {
      this.#dust(x + 0.5, y + 0.5, 22, tint, nowMs, 3.2 + index);
      this.#add({
        kind: 'ring',
        x: x + 0.5,
        y: y + 0.5,
        size: 3 + index * 2,
        tint,
        fromMs: nowMs + index * 140,
        lastsMs: 900,
      });
    }
  }

  /** Flashes lie on the ground, beneath the stones; everything else rises above them. */
  draw(pen: CanvasRenderingContext2D, lens: Lens, nowMs: number, layer: 'ground' | 'air'): void {
    this.#sparks = this.#sparks.filter((spark) => spark.untilMs > nowMs);
    for (const spark of this.#sparks) {
      if (spark.fromMs > nowMs || (spark.kind === 'flash') !== (layer === 'ground')) continue;
      const share = (nowMs - spark.fromMs) / (spark.untilMs - spark.fromMs);
      drawSpark(pen, spark, share, lens);
    }
    pen.globalAlpha = 1;
  }

  #dust(x: number, y: number, count: number, tint: string, nowMs: number, reach = 0.8): void {
    for (let made = 0; made < count; made += 1) {
      const angle = this.#chance() * Math.PI * 2;
      const far = reach * (0.35 + this.#chance() * 0.65);
      this.#add({
        kind: 'dust',
        x,
        y: y + 0.2,
        driftX: Math.cos(angle) * far,
        driftY: Math.sin(angle) * far - 0.15,
        size: 0.07 + this.#chance() * 0.11,
        tint,
        fromMs: nowMs,
        lastsMs: 320 + this.#chance() * 380,
      });
    }
  }

  #add(
    spark: Pick<Spark, 'kind' | 'x' | 'y' | 'size' | 'tint' | 'fromMs'> & Partial<Spark> & { lastsMs: number },
  ): void {
    if (this.#sparks.length >= ALIVE_MAX) return;
    if (this.#calm && spark.kind !== 'number') return;
    const { kind, x, y, size, tint, fromMs, lastsMs, driftX = 0, driftY = 0, text = '' } = spark;
    this.#sparks.push({
      kind,
      x,
      y,
      size,
      tint,
      text,
      driftX: this.#calm ? 0 : driftX,
      driftY: this.#calm ? 0 : driftY,
      fromMs,
      untilMs: fromMs + lastsMs,
    });
  }
}

function drawSpark(pen: CanvasRenderingContext2D, spark: Spark, share: number, lens: Lens): void {
  const { cell } = lens;
  const slowing = 1 - (1 - share) ** 2;
  const x = lens.originX + (spark.x + spark.driftX * slowing) * cell;
  const y = lens.originY + (spark.y + spark.driftY * slowing) * cell;
  switch (spark.kind) {
    case 'flash': {
      const side = cell * (1 + 0.35 * (1 - share));
      pen.globalAlpha = 0.85 * (1 - share);
      pen.fillStyle = spark.tint;
      pen.beginPath();
      pen.roundRect(x - side / 2, y - side / 2, side, side, cell * 0.3);
      pen.fill();
      return;
    }
    case 'dust':
      pen.globalAlpha = 0.9 * (1 - share);
      pen.fillStyle = spark.tint;
      pen.beginPath();
      pen.arc(x, y, spark.size * cell * (1 + share * 0.6), 0, Math.PI * 2);
      pen.fill();
      return;
    case 'ring':
      pen.globalAlpha = 0.8 * (1 - share);
      pen.strokeStyle = spark.tint;
      pen.lineWidth = cell * 0.22 * (1 - share) + 0.5;
      pen.beginPath();
      pen.arc(x, y, cell * spark.size * (0.25 + slowing * 0.85), 0, Math.PI * 2);
      pen.stroke();
      return;
    case 'number': {
      const size = Math.max(15, cell * spark.size);
      pen.globalAlpha = share < 0.65 ? 1 : 1 - (share - 0.65) / 0.35;
      pen.font = `900 ${size.toFixed(1)}px ${FONT}`;
      pen.textAlign = 'center';
      pen.textBaseline = 'middle';
      pen.lineJoin = 'round';
      pen.lineWidth = size * 0.22;
      pen.strokeStyle = '#2a1a0c';
      pen.strokeText(spark.text, x, y);
      pen.fillStyle = spark.tint;
      pen.fillText(spark.text, x, y);
      return;
    }
    default:
      spark.kind satisfies never;
  }
}
