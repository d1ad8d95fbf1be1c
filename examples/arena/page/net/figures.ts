/** The net overlay's figures: what each is, how it reads, and how it went over the last half minute. */
import { byId, make, setText } from '../dom.ts';
import type { Words } from '../words.ts';
import { drawSparkline, Series } from './sparkline.ts';

/** What is measured at one moment; undefined for what is not known. */
export interface Sample {
  readonly roundTripMs: number | undefined;
  readonly jitterMs: number | undefined;
  readonly marginMs: number | undefined;
  readonly inputLeadTicks: number | undefined;
  readonly correctionsPerMinute: number | undefined;
  readonly predictionErrorSteps: number | undefined;
  readonly interpolationDelayMs: number | undefined;
  readonly bytesInPerSecond: number | undefined;
  readonly bytesOutPerSecond: number | undefined;
  readonly serverTickMs: number | undefined;
  readonly serverTickMaxMs: number | undefined;
}

type Plain = { readonly [K in keyof Words]: Words[K] extends string ? K : never }[keyof Words];

interface Figure {
  readonly key: keyof Sample;
  readonly label: Plain;
  readonly tip: Plain;
  /** The least that fills a plot: noise around nothing must not look like a storm. */
  readonly scale: number;
  /** True for what is worse the lower it is. */
  readonly isWorseBelow?: number;
  text(value: number, words: Words, sample: Sample): string;
}

const ms = (value: number): string => `${value.toFixed(value < 9.95 ? 1 : 0)} ms`;
const perSecond = (bytes: number): string =>
  bytes < 1000 ? `${bytes.toFixed(0)} B/s` : `${(bytes / 1000).toFixed(1)} kB/s`;

const FIGURES: readonly Figure[] = [
  { key: 'roundTripMs', label: 'roundTrip', tip: 'roundTripTip', scale: 50, text: ms },
  { key: 'jitterMs', label: 'jitter', tip: 'jitterTip', scale: 10, text: ms },
  { key: 'marginMs', label: 'margin', tip: 'marginTip', scale: 50, isWorseBelow: 0, text: ms },
  {
    key: 'inputLeadTicks',
    label: 'inputLead',
    tip: 'inputLeadTip',
    scale: 6,
    text: (value, words) => `${value.toFixed(1)} ${words.unitTicks}`,
  },
  { key: 'interpolationDelayMs', label: 'interpolation', tip: 'interpolationTip', scale: 100, text: ms },
  {
    key: 'correctionsPerMinute',
    label: 'corrections',
    tip: 'correctionsTip',
    scale: 10,
    text: (value, words) => `${value.toFixed(0)} ${words.unitPerMinute}`,
  },
  {
    key: 'predictionErrorSteps',
    label: 'predictionError',
    tip: 'predictionErrorTip',
    scale: 32,
    text: (value, words) => `${value.toFixed(0)} ${words.unitSteps}`,
  },
  { key: 'bytesInPerSecond', label: 'bytesIn', tip: 'bytesInTip', scale: 4000, text: perSecond },
  { key: 'bytesOutPerSecond', label: 'bytesOut', tip: 'bytesOutTip', scale: 1000, text: perSecond },
  {
    key: 'serverTickMs',
    label: 'serverTick',
    tip: 'serverTickTip',
    scale: 2,
    text: (value, _words, { serverTickMaxMs }) =>
      `${value.toFixed(2)} ms${serverTickMaxMs === undefined ? '' : ` · ${serverTickMaxMs.toFixed(1)}`}`,
  },
];

export interface Figures {
  words(words: Words): void;
  /** Remembers a sample; draws it when somebody looks. */
  take(sample: Sample, words: Words, isSeen: boolean): void;
}

export function createFigures(): Figures {
  const list = byId('net-figures', HTMLElement);
  const rows = FIGURES.map((figure) => {
    const row = make('div', 'figure');
    const [label, value, plot] = [make('dt'), make('dd'), make('canvas')];
    plot.setAttribute('aria-hidden', 'true');
    row.append(label, plot, value);
    row.dataset.figure = figure.key;
    list.append(row);
    return { figure, row, label, value, plot, series: new Series() };
  });
  return {
    words(words) {
      for (const { figure, row, label } of rows) {
        setText(label, words[figure.label]);
        row.title = words[figure.tip];
      }
    },
    take(sample, words, isSeen) {
      for (const { figure, row, value, plot, series } of rows) {
        const now = sample[figure.key];
        series.add(now);
        if (!isSeen) continue;
        setText(value, now === undefined ? words.notMeasured : figure.text(now, words, sample));
        row.classList.toggle('bad', now !== undefined && now < (figure.isWorseBelow ?? Number.NEGATIVE_INFINITY));
        drawSparkline(plot, series, figure.scale);
      }
    },
  };
}
