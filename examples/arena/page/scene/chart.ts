/**
 * The arena's floor: lines as on 천상열차분야지도, the star chart cut in stone in 1395: circles around the pole, the borders of
 * the twenty-eight mansions, constellations as dots on threads. They also show how fast one flies and where one is.
 */
import { ARENA_SIZE } from '../../measures.ts';
import { seeded } from './chance.ts';
import { faded, GOLD, IVORY } from './palette.ts';

const MIDDLE = ARENA_SIZE / 2;
const CIRCLES = [196, 404, 640, 880, 1010] as const;
const MANSIONS = 28;

/** The seven stars of the north dipper, in parts of their own box. */
const DIPPER = [
  [0, 0.62],
  [0.2, 0.5],
  [0.36, 0.58],
  [0.56, 0.6],
  [0.62, 0.9],
  [0.94, 0.84],
  [1, 0.46],
] as const;

/** The beasts that guard the four sides: where each is written. */
const GUARDIANS = [
  { name: '청룡', x: ARENA_SIZE - 74, y: MIDDLE },
  { name: '백호', x: 74, y: MIDDLE },
  { name: '주작', x: MIDDLE, y: ARENA_SIZE - 74 },
  { name: '현무', x: MIDDLE, y: 74 },
] as const;

export class Chart {
  readonly #lines = new Path2D();
  readonly #threads = new Path2D();
  readonly #dots = new Path2D();
  readonly #rim = new Path2D();

  constructor() {
    for (const radius of CIRCLES) {
      this.#lines.moveTo(MIDDLE + radius, MIDDLE);
      this.#lines.arc(MIDDLE, MIDDLE, radius, 0, Math.PI * 2);
    }
    const chance = seeded(1395);
    let bearing = 0;
    for (let mansion = 0; mansion < MANSIONS; mansion++) {
      // The mansions of the old sky are not equally wide.
      bearing += ((Math.PI * 2) / MANSIONS) * (0.6 + chance() * 0.8);
      this.#line(bearing, 404, 1010);
      if (mansion % 7 === 0) this.#line(bearing, 196, 404);
    }
    for (let degree = 0; degree < 365; degree++) {
      const long = degree % 5 === 0;
      this.#line((degree / 365) * Math.PI * 2, long ? 990 : 1000, 1010);
    }
    this.#stars(DIPPER, 1180, 1120, 300, 260);
    for (let count = 0; count < 44; count++) this.#constellation(chance);
    this.#rim.rect(0, 0, ARENA_SIZE, ARENA_SIZE);
  }

  draw(pen: CanvasRenderingContext2D, scale: number): void {
    const hair = 1 / scale;
    pen.fillStyle = '#0d143470';
    pen.fill(this.#rim);
    pen.lineWidth = 1.1 * hair;
    pen.strokeStyle = faded(GOLD, 0.17);
    pen.stroke(this.#lines);
    pen.strokeStyle = faded(IVORY, 0.2);
    pen.stroke(this.#threads);
    pen.fillStyle = faded(IVORY, 0.5);
    pen.fill(this.#dots);
    pen.fillStyle = faded(GOLD, 0.2);
    pen.font = '700 66px "Nanum Myeongjo", "Apple Myungjo", Batang, "Noto Serif CJK KR", serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const { name, x, y } of GUARDIANS) {
      for (const [place, letter] of [...name].entries()) pen.fillText(letter, x, y + (place - 0.5) * 72);
    }
  }

  /** The wall around everything. */
  drawRim(pen: CanvasRenderingContext2D, scale: number): void {
    pen.lineJoin = 'round';
    pen.strokeStyle = faded(GOLD, 0.12);
    pen.lineWidth = 22;
    pen.stroke(this.#rim);
    pen.strokeStyle = faded(GOLD, 0.9);
    pen.lineWidth = Math.max(2.4, 1.6 / scale);
    pen.stroke(this.#rim);
    pen.strokeStyle = faded(GOLD, 0.4);
    pen.lineWidth = 1 / scale;
    pen.strokeRect(-11, -11, ARENA_SIZE + 22, ARENA_SIZE + 22);
  }

  #line(bearing: number, from: number, to: number): void {
    const [dx, dy] = [Math.cos(bearing), Math.sin(bearing)];
    this.#lines.moveTo(MIDDLE + dx * from, MIDDLE + dy * from);
    this.#lines.lineTo(MIDDLE + dx * to, MIDDLE + dy * to);
  }

  #constellation(chance: () => number): void {
    const bearing = chance() * Math.PI * 2;
    const out = 250 + chance() * 900;
    const points: (readonly [number, number])[] = [];
    let [x, y, way] = [0.5, 0.5, chance() * 6.28];
    for (let star = 2 + Math.floor(chance() * 5); star > 0; star--) {
      points.push([x, y]);
      way += (chance() - 0.5) * 2.4;
      x += Math.cos(way) * (0.18 + chance() * 0.2);
      y += Math.sin(way) * (0.18 + chance() * 0.2);
    }
    this.#stars(points, MIDDLE + Math.cos(bearing) * out, MIDDLE + Math.sin(bearing) * out, 190, 190);
  }

  #stars(
    points: readonly (readonly [number, number])[],
    left: number,
    top: number,
    width: number,
    height: number,
  ): void {
    const isInside = (place: number): boolean => place > 30 && place < ARENA_SIZE - 30;
    if (!points.every(([x, y]) => isInside(left + x * width) && isInside(top + y * height))) return;
    for (const [index, [x, y]] of points.entries()) {
      const [placeX, placeY] = [left + x * width, top + y * height];
      if (index === 0) this.#threads.moveTo(placeX, placeY);
      else this.#threads.lineTo(placeX, placeY);
      const size = 2.2 + ((index * 7) % 3) * 0.7;
      this.#dots.moveTo(placeX + size, placeY);
      this.#dots.arc(placeX, placeY, size, 0, Math.PI * 2);
    }
  }
}
