/** What a field was over a while, as a line of steps with the moment at hand. */
import type { HistoryPoint } from '@madang/client/replay';
import { paintOn } from './dom.ts';
import { textOf } from './values.ts';

const INK_SOFT = '#5c4932';
const SEAL = '#a8281a';
const BAND = 22;

export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly tick: number;
}

/** The least and the greatest number among the points; null where there is none. */
export function rangeOf(points: readonly HistoryPoint[]): readonly [number, number] | null {
  const numbers = points.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  return numbers.length === 0 ? null : [Math.min(...numbers), Math.max(...numbers)];
}

export function drawChart(
  canvas: HTMLCanvasElement,
  points: readonly HistoryPoint[],
  stretch: Stretch,
  colour: string,
): void {
  const surface = paintOn(canvas);
  if (surface === null) return;
  const { paint, width, height } = surface;
  const { from, to, tick } = stretch;
  const xOf = (at: number): number => 4 + ((at - from) / Math.max(1, to - from)) * (width - 8);
  const range = rangeOf(points);
  if (range === null) drawBands(paint, points, stretch, xOf, height, colour);
  else drawSteps(paint, points, stretch, xOf, { range, height, colour });
  paint.strokeStyle = SEAL;
  paint.lineWidth = 1.5;
  paint.beginPath();
  paint.moveTo(xOf(tick), 0);
  paint.lineTo(xOf(tick), height);
  paint.stroke();
}

function drawSteps(
  paint: CanvasRenderingContext2D,
  points: readonly HistoryPoint[],
  { to }: Stretch,
  xOf: (tick: number) => number,
  { range: [least, most], height, colour }: { range: readonly [number, number]; height: number; colour: string },
): void {
  const span = most - least || 1;
  const yOf = (value: number): number => height - 10 - ((value - least) / span) * (height - 20);
  paint.strokeStyle = colour;
  paint.lineWidth = 2;
  paint.lineJoin = 'round';
  paint.beginPath();
  let isDown = false;
  points.forEach(({ tick, value }, index) => {
    const end = xOf(points[index + 1]?.tick ?? to);
    if (typeof value !== 'number') {
      isDown = false;
      return;
    }
    const y = yOf(value);
    if (isDown) paint.lineTo(xOf(tick), y);
    else paint.moveTo(xOf(tick), y);
    paint.lineTo(end, y);
    isDown = true;
  });
  paint.stroke();
}

/** Words and such: a band for each value. */
function drawBands(
  paint: CanvasRenderingContext2D,
  points: readonly HistoryPoint[],
  { to }: Stretch,
  xOf: (tick: number) => number,
  height: number,
  colour: string,
): void {
  const top = (height - BAND) / 2;
  paint.font = '600 11px system-ui, sans-serif';
  paint.textBaseline = 'middle';
  points.forEach(({ tick, value }, index) => {
    if (value === undefined) return;
    const [start, end] = [xOf(tick), xOf(points[index + 1]?.tick ?? to)];
    paint.fillStyle = `${colour}${index % 2 === 0 ? '38' : '66'}`;
    paint.fillRect(start, top, Math.max(1, end - start - 1), BAND);
    const text = textOf(value);
    if (paint.measureText(text).width > end - start - 8) return;
    paint.fillStyle = INK_SOFT;
    paint.fillText(text, start + 5, top + BAND / 2);
  });
}
