/**
 * Line charts as SVG text, for figures that are read in a document: 720 by 440, a light background, the reader's own
 * sans-serif. Equal data gives equal text, so a committed chart changes only with its figures.
 */
import { colourOf, escaped, GRID, INK, label, line, MUTED, picture, round, text, WIDTH } from './svg.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Drawn as a broken line: a bound or a comparison rather than the subject. */
  readonly dashed?: boolean;
}

export interface Axis {
  /** With its unit, such as `time per tick (us)`. */
  readonly label: string;
  /** Equal distances are equal ratios. Needs values above 0. */
  readonly log?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const HEIGHT = 440;
const PLOT = { left: 82, right: 692, bottom: 372 };
const LEGEND_TOP = 76;
const LEGEND_LINE = 20;

/** Throws where there is no point to draw, or a value that its axis cannot show. */
export function lineChart(chart: Chart): string {
  const points = chart.series.flatMap((one) => one.points);
  const x = scaleFor(
    points.map((point) => point.x),
    chart.x,
    [PLOT.left, PLOT.right],
  );
  const legends = legend(chart.series);
  const top = LEGEND_TOP + 20 + (legends.lines - 1) * LEGEND_LINE;
  const y = scaleFor(
    points.map((point) => point.y),
    chart.y,
    [PLOT.bottom, top],
  );
  return picture(chart, HEIGHT, [
    ...legends.content,
    ...y.ticks.flatMap((tick) => [
      line(PLOT.left, y.at(tick), PLOT.right, y.at(tick), GRID),
      text(PLOT.left - 10, y.at(tick) + 4, label(tick), `font-size="12" fill="${MUTED}" text-anchor="end"`),
    ]),
    ...x.ticks.flatMap((tick) => [
      line(x.at(tick), PLOT.bottom, x.at(tick), PLOT.bottom + 5, MUTED),
      text(x.at(tick), PLOT.bottom + 21, label(tick), `font-size="12" fill="${MUTED}" text-anchor="middle"`),
    ]),
    line(PLOT.left, PLOT.bottom, PLOT.right, PLOT.bottom, MUTED),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 20, chart.x.label, `font-size="13" fill="${INK}" text-anchor="middle"`),
    text(
      0,
      0,
      chart.y.label,
      `font-size="13" fill="${INK}" text-anchor="middle" ` +
        `transform="translate(24 ${(top + PLOT.bottom) / 2}) rotate(-90)"`,
    ),
    ...chart.series.flatMap((one, index) => curve(one, colourOf(index), x.at, y.at)),
  ]);
}

function curve(series: Series, colour: string, atX: Place, atY: Place): readonly string[] {
  const places = series.points.map((point) => `${round(atX(point.x))},${round(atY(point.y))}`);
  const dashes = series.dashed === true ? ' stroke-dasharray="6 5"' : '';
  return [
    `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.25" ` +
      `stroke-linejoin="round" stroke-linecap="round"${dashes}/>`,
    ...series.points.map(
      (point) =>
        `<circle cx="${round(atX(point.x))}" cy="${round(atY(point.y))}" r="3.5" fill="${colour}" stroke="#ffffff" ` +
        `stroke-width="1.25"><title>${escaped(`${series.name}: ${label(point.x)}, ${label(point.y)}`)}</title></circle>`,
    ),
  ];
}

/** Names of the series side by side, in as many lines as they take. */
function legend(series: readonly Series[]): { content: readonly string[]; lines: number } {
  let left = PLOT.left;
  let lines = 1;
  const content = series.flatMap((one, index) => {
    const colour = colourOf(index);
    // Text cannot be measured here; this is a little more than a sans-serif needs at this size.
    const width = 34 + one.name.length * 7.2;
    if (left + width > WIDTH && left > PLOT.left) {
      left = PLOT.left;
      lines++;
    }
    const start = left;
    const y = LEGEND_TOP + (lines - 1) * LEGEND_LINE;
    left += width + 22;
    const dashes = one.dashed === true ? ' stroke-dasharray="6 5"' : '';
    return [
      `<line x1="${round(start)}" y1="${y}" x2="${round(start + 26)}" y2="${y}" stroke="${colour}" stroke-width="2.25"${dashes}/>`,
      `<circle cx="${round(start + 13)}" cy="${y}" r="3.5" fill="${colour}" stroke="#ffffff" stroke-width="1.25"/>`,
      text(start + 34, y + 4, one.name, `font-size="12.5" fill="${INK}"`),
    ];
  });
  return { content, lines };
}

// --- scales --------------------------------------------------------------------------------------------------------

type Place = (value: number) => number;
interface Scale {
  readonly ticks: readonly number[];
  readonly at: Place;
}

/** A linear scale starts at 0: the height of a line is then its value. Either kind ends on a tick. */
function scaleFor(values: readonly number[], axis: Axis, [from, to]: readonly [number, number]): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (!Number.isFinite(least) || !Number.isFinite(most) || least < 0 || (axis.log === true && least === 0)) {
    throw new Error(`The axis "${axis.label}" cannot show ${least} to ${most}`);
  }
  const ticks = axis.log === true ? logTicks(least, most) : linearTicks(most);
  const measure = axis.log === true ? Math.log : (value: number) => value;
  const start = measure(ticks[0] ?? 0);
  const span = measure(ticks.at(-1) ?? 1) - start;
  return { ticks, at: (value) => from + ((measure(value) - start) / span) * (to - from) };
}

function linearTicks(most: number): readonly number[] {
  const rough = (most || 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil((most || 1) / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** 1, 2 and 5 of every power of ten, or the powers alone where those would crowd. */
function logTicks(least: number, most: number): readonly number[] {
  const powers = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20));
  const fitting = (candidates: readonly number[]): readonly number[] => {
    const first = candidates.findLast((tick) => tick <= least * (1 + 1e-9));
    const last = candidates.find((tick) => tick >= most * (1 - 1e-9) && tick !== first);
    return candidates.filter((tick) => tick >= (first ?? tick) && tick <= (last ?? tick));
  };
  const dense = fitting(powers.flatMap((power) => [1, 2, 5].map((factor) => Number((factor * power).toPrecision(3)))));
  return dense.length <= 11 ? dense : fitting(powers.map((power) => Number(power.toPrecision(3))));
}
