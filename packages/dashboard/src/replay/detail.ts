/** One row: what its fields are at this moment, and what one of them was around it. */
import type { HistoryPoint, Replay } from '@madang/client/replay';
import { drawChart, rangeOf } from './chart.ts';
import { colourOf } from './colours.ts';
import { byId, make, setText } from './dom.ts';
import { fieldOf, isNumber, rowOf, type SeenPart, textOf } from './values.ts';
import type { Words } from './words.ts';

/** What is shown of the history: so many seconds before and after, of long recordings. */
const AROUND_SECONDS = 30;

/** What is looked at to find a field that is worth a chart: so many seconds before and after, of so many fields. */
const LOOK_SECONDS = 5;
const LOOKS_MAX = 8;

export interface Selection {
  readonly part: SeenPart;
  readonly id: number;
}

export class Detail {
  readonly #replay: Replay;
  readonly #words: () => Words;
  readonly #values = new Map<string, HTMLElement>();
  #selection: Selection | null = null;
  #field = '';
  /** The field that was chosen last of each part. */
  readonly #chosen = new Map<string, string>();
  #history: { readonly points: readonly HistoryPoint[]; readonly from: number; readonly to: number } | null = null;

  constructor(replay: Replay, words: () => Words) {
    this.#replay = replay;
    this.#words = words;
  }

  get selection(): Selection | null {
    return this.#selection;
  }

  select(selection: Selection | null): void {
    this.#selection = selection;
    this.#history = null;
    byId('detail', HTMLElement).hidden = selection === null;
    if (selection === null) return;
    const { part } = selection;
    this.#field = this.#chosen.get(part.name) ?? this.#liveliest(selection);
    this.#build(part);
  }

  show(): void {
    const selection = this.#selection;
    if (selection === null) return;
    const { part, id } = selection;
    const words = this.#words();
    const row = rowOf(this.#replay, part, id);
    const title = part.type === 'record' ? part.name : words.rowOf(part.name, id & 0xffff);
    setText(byId('detail-title', HTMLElement), row === undefined ? `${title} – ${words.notThere}` : title);
    for (const [name, value] of this.#values) setText(value, row === undefined ? '–' : textOf(fieldOf(row, name)));
    this.#showHistory(selection, row?.owner ?? 0, row === undefined ? '–' : textOf(fieldOf(row, this.#field)));
  }

  #build(part: SeenPart): void {
    this.#values.clear();
    const fields = part.fields.map(({ name }) => {
      const button = make('button', 'field');
      button.type = 'button';
      const value = make('span', 'field-value');
      this.#values.set(name, value);
      button.append(make('span', 'field-name', name), value);
      button.setAttribute('aria-pressed', String(name === this.#field));
      button.addEventListener('click', () => this.#choose(name));
      return button;
    });
    byId('fields', HTMLElement).replaceChildren(...fields);
  }

  /** A number that changes around this moment, and says more than where the row is; or else any field. */
  #liveliest({ part, id }: Selection): string {
    const { tick, about } = this.#replay;
    const around = LOOK_SECONDS * about.tickRateHz;
    const isPlace = (name: string): boolean => name === 'x' || name === 'y';
    const numbers = part.fields.filter(isNumber).map(({ name }) => name);
    const changes = (name: string): boolean =>
      this.#replay.history(part.name, id, name, tick - around, tick + around).length > 1;
    const lively = [...numbers.filter((name) => !isPlace(name)), ...numbers.filter(isPlace)]
      .slice(0, LOOKS_MAX)
      .find(changes);
    return lively ?? numbers[0] ?? part.fields[0]?.name ?? '';
  }

  #choose(name: string): void {
    this.#field = name;
    if (this.#selection !== null) this.#chosen.set(this.#selection.part.name, name);
    this.#history = null;
    for (const [field, value] of this.#values)
      value.parentElement?.setAttribute('aria-pressed', String(field === name));
    this.show();
  }

  #showHistory({ part, id }: Selection, owner: number, now: string): void {
    const { tick, about, firstTick, lastTick } = this.#replay;
    const around = AROUND_SECONDS * about.tickRateHz;
    const kept = this.#history;
    // Read anew once the moment comes near an end of what is known.
    const room = around / 4;
    const isKnown =
      kept !== null &&
      (tick - kept.from >= room || kept.from === firstTick) &&
      (kept.to - tick >= room || kept.to === lastTick);
    const { points, from, to } = isKnown
      ? kept
      : this.#read(part, id, Math.max(firstTick, tick - around), Math.min(lastTick, tick + around));
    const canvas = byId('chart', HTMLCanvasElement);
    drawChart(canvas, points, { from, to, tick }, owner === 0 ? '#1f4a3d' : colourOf(owner));
    const words = this.#words();
    canvas.setAttribute('aria-label', words.chartSaid(this.#field, now));
    const range = rangeOf(points);
    const text = range === null || range[0] === range[1] ? '' : words.between(textOf(range[0]), textOf(range[1]));
    setText(byId('chart-text', HTMLElement), points.length < 2 ? words.steady : `${this.#field}  ${text}`);
  }

  #read(part: SeenPart, id: number, from: number, to: number) {
    const points = this.#replay.history(part.name, id, this.#field, from, to);
    this.#history = { points, from, to };
    return this.#history;
  }
}
