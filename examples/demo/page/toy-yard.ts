/**
 * A small yard that plays by itself beside the headline, painted in the game's manner. It is a picture, not the game:
 * it is simple on purpose, runs only while it is seen, and stands still for people who prefer stillness.
 */

const WIDTH = 17;
const HEIGHT = 13;
const TICK_MS = 240;
const CHALK = '#fffaf0';
const INK = '#2a1a0c';

interface Walker {
  x: number;
  y: number;
  fromX: number;
  fromY: number;
  readonly base: string;
  readonly mark: string | null;
  readonly letter: string;
  readonly letterInk: string;
  /** Walks this over and over: direction letters, one cell each. */
  readonly path: string;
  at: number;
}

const STEP: Readonly<Record<string, readonly [number, number]>> = { r: [1, 0], l: [-1, 0], u: [0, -1], d: [0, 1] };

const walkers: readonly Walker[] = [
  walker(2, 2, '#d2281b', null, '마', '#fff', 'rrrrdddllllruuurrrdrrrdddllluulllluu'),
  walker(11, 2, '#1e46c8', '#7f97e4', '당', '#fff', 'rrrrddddllluuurdddllluuurl'),
  walker(3, 8, '#067f74', '#6fb8b1', 'M', '#fff', 'rrrrdddlllluuurrdddrrrruuulllll'),
  walker(10, 8, '#e9ee4c', null, 'D', INK, 'rrrrddddlllluuuurrruulllddrr'),
];

function walker(
  x: number,
  y: number,
  base: string,
  mark: string | null,
  letter: string,
  letterInk: string,
  path: string,
): Walker {
  return { x, y, fromX: x, fromY: y, base, mark, letter, letterInk, path, at: 0 };
}

export function showToyYard(canvas: HTMLCanvasElement, calm: boolean): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const pen = context;
  const owner = new Int8Array(WIDTH * HEIGHT).fill(-1);
  let ticks = 0;
  let tickedMs = performance.now();
  let seen = true;

  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT ? -1 : (owner[y * WIDTH + x] ?? -1);

  function step(): void {
    ticks += 1;
    for (const [index, one] of walkers.entries()) {
      const [dx, dy] = STEP[one.path[one.at % one.path.length] ?? ''] ?? [0, 0];
      one.at += 1;
      one.fromX = one.x;
      one.fromY = one.y;
      one.x = Math.max(0, Math.min(WIDTH - 1, one.x + dx));
      one.y = Math.max(0, Math.min(HEIGHT - 1, one.y + dy));
      owner[one.y * WIDTH + one.x] = index;
      enclose(owner, index);
    }
    if (ticks % 150 === 0) owner.fill(-1);
  }

  function paint(nowMs: number): void {
    const ratio = Math.min(2.5, Math.max(1, devicePixelRatio));
    const wide = canvas.clientWidth;
    const high = canvas.clientHeight;
    if (canvas.width !== Math.round(wide * ratio)) canvas.width = Math.round(wide * ratio);
    if (canvas.height !== Math.round(high * ratio)) canvas.height = Math.round(high * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const cell = Math.min(wide / (WIDTH + 0.8), high / (HEIGHT + 0.8));
    pen.translate((wide - cell * WIDTH) / 2, (high - cell * HEIGHT) / 2);
    field(pen, cell);
    for (let y = 0; y < HEIGHT; y += 1) for (let x = 0; x < WIDTH; x += 1) paintCell(pen, x, y, cell, at);
    const share = calm ? 1 : Math.min(1, (nowMs - tickedMs) / TICK_MS);
    for (const one of walkers) paintStone(pen, one, share, cell);
  }

  for (let warmUp = 0; warmUp < 34; warmUp += 1) step();
  if (calm) {
    paint(0);
    addEventListener('resize', () => paint(0));
    return;
  }
  new IntersectionObserver(([entry]) => {
    seen = entry?.isIntersecting ?? true;
  }).observe(canvas);
  const frame = (nowMs: number): void => {
    requestAnimationFrame(frame);
    if (!seen) return;
    if (nowMs - tickedMs >= TICK_MS) {
      step();
      tickedMs = nowMs;
    }
    paint(nowMs);
  };
  requestAnimationFrame(frame);
}

/** Whatever a flood from the rim cannot reach without crossing `index` belongs to it. */
function enclose(owner: Int8Array, index: number): void {
  const reached = new Uint8Array(owner.length);
  const open: (readonly [number, number])[] = [];
  const visit = (x: number, y: number): void => {
    const cell = y * WIDTH + x;
    if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT || reached[cell] === 1 || owner[cell] === index) return;
    reached[cell] = 1;
    open.push([x, y]);
  };
  for (let x = 0; x < WIDTH; x += 1) {
    visit(x, 0);
    visit(x, HEIGHT - 1);
  }
  for (let y = 0; y < HEIGHT; y += 1) {
    visit(0, y);
    visit(WIDTH - 1, y);
  }
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const [x, y] = cell;
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  for (const [cell, was] of reached.entries()) if (was === 0) owner[cell] = index;
}

function field(pen: CanvasRenderingContext2D, cell: number): void {
  pen.fillStyle = 'rgba(255, 230, 184, 0.5)';
  pen.fillRect(0, 0, WIDTH * cell, HEIGHT * cell);
  pen.fillStyle = 'rgba(255, 244, 218, 0.3)';
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = y % 2; x < WIDTH; x += 2) pen.fillRect(x * cell, y * cell, cell, cell);
  pen.strokeStyle = CHALK;
  pen.lineJoin = 'round';
  pen.lineWidth = cell * 0.26;
  pen.strokeRect(-cell * 0.16, -cell * 0.16, (WIDTH + 0.32) * cell, (HEIGHT + 0.32) * cell);
}

function paintCell(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  cell: number,
  at: (x: number, y: number) => number,
): void {
  const index = at(x, y);
  const one = walkers[index];
  if (one === undefined) return;
  const same = (dx: number, dy: number): boolean => at(x + dx, y + dy) === index;
  const round = cell * 0.36;
  const open = [
    !same(0, -1) && !same(-1, 0),
    !same(0, -1) && !same(1, 0),
    !same(0, 1) && !same(1, 0),
    !same(0, 1) && !same(-1, 0),
  ];
  pen.save();
  pen.beginPath();
  pen.roundRect(
    x * cell - 0.3,
    y * cell - 0.3,
    cell + 0.6,
    cell + 0.6,
    open.map((free) => (free ? round : 0)),
  );
  pen.fillStyle = one.base;
  pen.fill();
  if (one.mark !== null) {
    pen.clip();
    pen.strokeStyle = one.mark;
    pen.lineWidth = cell * 0.09;
    pen.beginPath();
    for (const shift of [0, 0.5, 1, 1.5]) {
      pen.moveTo((x + shift) * cell, y * cell);
      pen.lineTo((x + shift - 1) * cell, (y + 1) * cell);
    }
    pen.stroke();
  }
  pen.restore();
  outline(pen, x, y, cell, round, same, open);
}

/** A dark line where the ground ends, as wide as a finger's smear. */
function outline(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  cell: number,
  round: number,
  same: (dx: number, dy: number) => boolean,
  open: readonly boolean[],
): void {
  const half = cell * 0.045;
  const [nw = 0, ne = 0, se = 0, sw = 0] = open.map((free) => (free ? round : 0));
  const left = x * cell + half;
  const top = y * cell + half;
  const right = (x + 1) * cell - half;
  const bottom = (y + 1) * cell - half;
  pen.lineWidth = half * 2;
  pen.strokeStyle = 'rgba(42, 20, 6, 0.55)';
  pen.beginPath();
  const line = (fromX: number, fromY: number, toX: number, toY: number): void => {
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
  };
  const bow = (centreX: number, centreY: number, from: number): void => {
    const radius = round - half;
    pen.moveTo(centreX + Math.cos(from) * radius, centreY + Math.sin(from) * radius);
    pen.arc(centreX, centreY, radius, from, from + Math.PI / 2);
  };
  if (!same(0, -1)) line(left - half + nw, top, right + half - ne, top);
  if (!same(0, 1)) line(left - half + sw, bottom, right + half - se, bottom);
  if (!same(-1, 0)) line(left, top - half + nw, left, bottom + half - sw);
  if (!same(1, 0)) line(right, top - half + ne, right, bottom + half - se);
  if (nw > 0) bow(x * cell + round, y * cell + round, Math.PI);
  if (ne > 0) bow((x + 1) * cell - round, y * cell + round, -Math.PI / 2);
  if (se > 0) bow((x + 1) * cell - round, (y + 1) * cell - round, 0);
  if (sw > 0) bow(x * cell + round, (y + 1) * cell - round, Math.PI / 2);
  pen.stroke();
}

function paintStone(pen: CanvasRenderingContext2D, one: Walker, share: number, cell: number): void {
  const x = (one.fromX + (one.x - one.fromX) * share + 0.5) * cell;
  const y = (one.fromY + (one.y - one.fromY) * share + 0.5) * cell - Math.sin(share * Math.PI) * cell * 0.16;
  const radius = cell * 0.66;
  const lookX = Math.sign(one.x - one.fromX);
  const lookY = Math.sign(one.y - one.fromY);
  pen.fillStyle = 'rgba(40, 20, 4, 0.32)';
  pen.beginPath();
  pen.ellipse(x + 1, y + radius * 0.95, radius * 0.85, radius * 0.32, 0, 0, Math.PI * 2);
  pen.fill();
  disc(pen, x, y, radius, one.base, CHALK, cell * 0.13);
  pen.lineWidth = cell * 0.05;
  pen.strokeStyle = INK;
  pen.beginPath();
  pen.arc(x, y, radius + cell * 0.08, 0, Math.PI * 2);
  pen.stroke();
  for (const side of [-1, 1]) {
    const eyeX = x + side * radius * 0.36 + lookX * radius * 0.16;
    const eyeY = y - radius * 0.32 + lookY * radius * 0.08;
    disc(pen, eyeX, eyeY, radius * 0.27, '#fff', INK, radius * 0.08);
    disc(pen, eyeX + lookX * radius * 0.11, eyeY + lookY * radius * 0.11, radius * 0.13, INK, INK, 0.1);
  }
  pen.fillStyle = one.letterInk;
  pen.font = `800 ${(radius * 0.78).toFixed(1)}px system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(one.letter, x, y + radius * 0.48);
}

function disc(
  pen: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  fill: string,
  line: string,
  width: number,
): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fillStyle = fill;
  pen.fill();
  pen.strokeStyle = line;
  pen.lineWidth = width;
  pen.stroke();
}
