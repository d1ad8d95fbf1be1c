/** A small plot of the last samples: newest on the right, nothing below the line at 0. */

const SAMPLES = 150;
const LINE = '#e9c983';
const FILL = '#e9c98326';
const ZERO = '#ffffff24';
const BELOW = '#ff6446';

export class Series {
  readonly #values: number[] = [];

  add(value: number | undefined): void {
    this.#values.push(value ?? Number.NaN);
    if (this.#values.length > SAMPLES) this.#values.shift();
  }

  get values(): readonly number[] {
    return this.#values;
  }
}

/** `scale` is the least that fills the plot's height. */
export function drawSparkline(canvas: HTMLCanvasElement, { values }: Series, scale: number): void {
  const pixelRatio = Math.min(2, Math.max(1, window.devicePixelRatio));
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const pen = canvas.getContext('2d');
  if (pen === null || width === 0) return;
  if (canvas.width !== Math.round(width * pixelRatio)) {
    canvas.width = Math.round(width * pixelRatio);
    canvas.height = Math.round(height * pixelRatio);
  }
  pen.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const known = values.filter((value) => !Number.isNaN(value));
  const most = Math.max(scale, ...known);
  const least = Math.min(0, ...known);
  const yOf = (value: number): number => 1.5 + (1 - (value - least) / (most - least)) * (height - 3);
  const xOf = (index: number): number => width - (values.length - 1 - index) * (width / (SAMPLES - 1));
  pen.fillStyle = ZERO;
  pen.fillRect(0, yOf(0) - 0.5, width, 1);
  pen.lineWidth = 1.4;
  pen.lineJoin = 'round';
  let isOpen = false;
  const line = new Path2D();
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) isOpen = false;
    else if (isOpen) line.lineTo(xOf(index), yOf(value));
    else {
      line.moveTo(xOf(index), yOf(value));
      isOpen = true;
    }
  }
  const area = new Path2D(line);
  area.lineTo(width, yOf(0));
  area.lineTo(xOf(values.length - known.length), yOf(0));
  pen.fillStyle = FILL;
  pen.fill(area);
  pen.strokeStyle = (known.at(-1) ?? 0) < 0 ? BELOW : LINE;
  pen.stroke(line);
}
