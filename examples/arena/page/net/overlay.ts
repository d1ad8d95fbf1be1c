/**
 * The net overlay: what the network does to this player, sliders that make it worse, and switches that show what
 * makes up for it. `M` opens and closes it; it lies beside the game, which goes on.
 */
import type { NetFigures } from '@madang/client';
import type { Weather } from '@madang/client/weather';
import { byId, make, setText } from '../dom.ts';
import type { Words } from '../words.ts';
import { createFigures } from './figures.ts';
import { type TableCost, type Traffic, watchTraffic } from './traffic.ts';

const SAMPLE_EVERY_MS = 200;
const STALL_EVERY_MS = 4_000;
const TABLES_SHOWN = 3;
const FIELDS_SHOWN = 6;

const PRESETS = {
  fair: { roundTripMs: 0, jitterMs: 0, stallMs: 0 },
  far: { roundTripMs: 200, jitterMs: 0, stallMs: 0 },
  rough: { roundTripMs: 120, jitterMs: 60, stallMs: 500 },
} as const;

export interface NetOverlay {
  readonly isOpen: boolean;
  /** One's own ship as the server last said is to be drawn too. */
  readonly showsGhost: boolean;
  readonly isPredictionOff: boolean;
  words(words: Words): void;
  close(): void;
}

export function createNetOverlay(
  source: { readonly net: () => NetFigures | null; readonly roomId: () => string | null },
  weather: Weather,
  changed: () => void,
  /** Where the sliders stand at first: latency, jitter, stalls; as `?ping=150&jitter=30` asks. */
  first: readonly number[],
): NetOverlay {
  const panel = byId('net', HTMLElement);
  const opener = byId('net-open', HTMLButtonElement);
  const ghost = byId('net-ghost', HTMLInputElement);
  const predictionOff = byId('net-unpredicted', HTMLInputElement);
  const figures = createFigures();
  const rates = { in: new Rate(), out: new Rate() };
  let words: Words | null = null;
  let traffic: Traffic | null = null;

  function open(isOpen: boolean): void {
    panel.hidden = !isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
    document.documentElement.dataset.net = isOpen ? 'open' : 'closed';
    changed();
  }

  opener.addEventListener('click', () => open(panel.hidden !== false));
  byId('net-close', HTMLButtonElement).addEventListener('click', () => open(false));
  window.addEventListener('keydown', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') return;
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === 'KeyM') open(panel.hidden !== false);
    else if (event.code === 'Escape' && !panel.hidden) open(false);
  });

  const sliders = [
    slider('latency', (value) => ({ roundTripMs: value })),
    slider('jitter', (value) => ({ jitterMs: value })),
    slider('stall', (value) => ({ stallMs: value, stallEveryMs: value === 0 ? 0 : STALL_EVERY_MS })),
  ] as const;

  function slider(name: string, setting: (value: number) => Partial<Weather>): (value?: number) => void {
    const input = byId(`weather-${name}`, HTMLInputElement);
    const output = byId(`weather-${name}-value`, HTMLElement);
    const apply = (value?: number): void => {
      if (value !== undefined) input.value = String(value);
      Object.assign(weather, setting(Number(input.value)));
      setText(output, `${input.value} ms`);
    };
    input.addEventListener('input', () => apply());
    apply();
    return apply;
  }

  for (const [index, value] of first.entries()) if (value > 0) sliders[index]?.(value);
  for (const [name, { roundTripMs, jitterMs, stallMs }] of Object.entries(PRESETS)) {
    byId(`weather-${name}`, HTMLButtonElement).addEventListener('click', () => {
      for (const [index, value] of [roundTripMs, jitterMs, stallMs].entries()) sliders[index]?.(value);
    });
  }

  watchTraffic(
    source.roomId,
    () => !panel.hidden,
    (answer) => {
      traffic = answer;
      if (words !== null) showTraffic(answer, words);
    },
  );

  setInterval(() => {
    const net = source.net();
    if (net === null || words === null) return;
    const nowMs = performance.now();
    figures.take(
      {
        roundTripMs: net.roundTripMs === 0 ? undefined : net.roundTripMs,
        jitterMs: net.jitterMs,
        marginMs: net.marginMs,
        inputLeadTicks: net.inputLeadTicks,
        interpolationDelayMs: net.interpolationDelayMs,
        correctionsPerMinute: net.correctionsPerMinute,
        predictionErrorSteps: net.predictionErrorSteps,
        bytesInPerSecond: rates.in.of(net.bytesIn, nowMs),
        bytesOutPerSecond: rates.out.of(net.bytesOut, nowMs),
        serverTickMs: traffic?.tickMs?.mean,
        serverTickMaxMs: traffic?.tickMs?.max,
      },
      words,
      !panel.hidden,
    );
  }, SAMPLE_EVERY_MS);

  return {
    get isOpen() {
      return !panel.hidden;
    },
    get showsGhost() {
      return ghost.checked;
    },
    get isPredictionOff() {
      return predictionOff.checked;
    },
    words(next) {
      words = next;
      figures.words(next);
      showTraffic(traffic, next);
    },
    close: () => open(false),
  };
}

/** A rate over the last second, from a count that only grows. */
class Rate {
  readonly #counts: { readonly count: number; readonly atMs: number }[] = [];

  of(count: number, nowMs: number): number | undefined {
    // Another room counts from 0 again.
    if (count < (this.#counts.at(-1)?.count ?? 0)) this.#counts.length = 0;
    this.#counts.push({ count, atMs: nowMs });
    while ((this.#counts[1]?.atMs ?? nowMs) < nowMs - 1_000) this.#counts.shift();
    const [first] = this.#counts;
    if (first === undefined || first.atMs === nowMs) return undefined;
    return ((count - first.count) * 1000) / (nowMs - first.atMs);
  }
}

function showTraffic(traffic: Traffic | null, words: Words): void {
  const list = byId('net-traffic', HTMLElement);
  const tables = traffic?.tables.slice(0, TABLES_SHOWN) ?? [];
  if (tables.length === 0) {
    list.replaceChildren(make('p', 'traffic-none', traffic === null ? words.trafficNone : words.notMeasured));
    return;
  }
  const most = Math.max(...tables.flatMap(({ fields }) => fields.map(({ bytesPerSecond }) => bytesPerSecond)), 1);
  list.replaceChildren(...tables.map((table) => tableOf(table, most)));
}

function tableOf({ name, bytesPerSecond, fields }: TableCost, most: number): HTMLElement {
  const box = make('div', 'traffic-table');
  const head = make('p', 'traffic-head');
  head.append(make('b', '', name), make('span', '', kilobytes(bytesPerSecond)));
  box.append(head);
  for (const field of fields.slice(0, FIELDS_SHOWN)) {
    const line = make('p', 'traffic-field');
    const bar = make('i');
    bar.style.transform = `scaleX(${(field.bytesPerSecond / most).toFixed(3)})`;
    line.append(bar, make('span', 'traffic-name', field.name), make('span', '', kilobytes(field.bytesPerSecond)));
    box.append(line);
  }
  return box;
}

function kilobytes(bytesPerSecond: number): string {
  return bytesPerSecond < 1000 ? `${bytesPerSecond.toFixed(0)} B/s` : `${(bytesPerSecond / 1000).toFixed(1)} kB/s`;
}
