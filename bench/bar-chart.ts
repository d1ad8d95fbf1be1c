/**
 * Horizontal bars as SVG text, one for each of those compared: 720 wide, as high as it has to be, in the look of the line charts. Each value
 * is written at its bar, so there is no axis to read it from. Equal data gives equal text.
 */
import { formatNumber } from './rows.ts';
import { ACCENT, escaped, INK, line, MUTED, picture, round, text } from './svg.ts';

export interface Bar {
  readonly name: string;
  /** Null where there is none to draw: the note then says why. */
  readonly value: number | null;
  /** One of the chart's groups. */
  readonly group: string;
  /** Said behind the value. */
  readonly note?: string;
}

export interface BarChart {
  readonly title: string;
  readonly subtitle?: string;
  /** In the order of their colours. The first is the subject, in the accent colour. */
  readonly groups: readonly string[];
  readonly bars: readonly Bar[];
}

const COLOURS = [ACCENT, '#8b949e', '#c8ced6'];
const LEFT = 214;
const TOP = 98;
const ROW = 27;
const BAR = 17;
/** Room behind the longest bar for its value, and for a note where there is one. */
const RIGHT = { bare: 640, noted: 490 };
const KEY_SIDE = 11;

/** Throws where no bar has a value above 0. */
export function barChart(chart: BarChart): string {
  const most = Math.max(...chart.bars.map(({ value }) => value ?? 0));
  if (!(most > 0)) throw new Error(`"${chart.title}" has nothing to show`);
  const right = chart.bars.some(({ note }) => note !== undefined) ? RIGHT.noted : RIGHT.bare;
  const height = TOP + chart.bars.length * ROW + 16;
  return picture(chart, height, [
    ...legend(chart.groups),
    ...chart.bars.flatMap((bar, index) => {
      const colour = colourOf(chart.groups.indexOf(bar.group));
      return row(bar, TOP + index * ROW, ((bar.value ?? 0) / most) * (right - LEFT), colour);
    }),
    line(LEFT, TOP - 2, LEFT, height - 14, MUTED),
  ]);
}

function row({ name, value, note = '' }: Bar, top: number, width: number, colour: string): readonly string[] {
  const isSubject = colour === ACCENT;
  const baseline = top + (ROW + 9) / 2;
  const weight = isSubject ? ' font-weight="600"' : '';
  const written = value === null ? '' : formatNumber(value);
  const notes =
    note === ''
      ? ''
      : `<tspan fill="${MUTED}" font-weight="400">${value === null ? '' : ' · '}${escaped(note)}</tspan>`;
  return [
    text(LEFT - 10, baseline, name, `font-size="13" fill="${INK}" text-anchor="end"${weight}`),
    `<rect x="${LEFT}" y="${round(top + (ROW - BAR) / 2)}" width="${round(width)}" height="${BAR}" fill="${colour}"/>`,
    `<text x="${round(LEFT + width + 8)}" y="${round(baseline)}" font-size="13" fill="${INK}"${weight}>${written}${notes}</text>`,
  ];
}

function legend(groups: readonly string[]): readonly string[] {
  let left = 24;
  return groups.flatMap((group, index) => {
    const start = left;
    // Text cannot be measured here; this is a little more than a sans-serif needs at this size.
    left += KEY_SIDE + 8 + group.length * 7.2 + 20;
    return [
      `<rect x="${round(start)}" y="70" width="${KEY_SIDE}" height="${KEY_SIDE}" fill="${colourOf(index)}"/>`,
      text(start + KEY_SIDE + 8, 80, group, `font-size="12.5" fill="${INK}"`),
    ];
  });
}

function colourOf(group: number): string {
  return COLOURS[group] ?? COLOURS.at(-1) ?? INK;
}
