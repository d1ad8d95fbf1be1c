/** Everything there is at this moment, a tab for each table and record, and one for what was told. */
import type { Replay, ReplayEvent } from '@madang/client/replay';
import { colourOf, eventColour } from './colours.ts';
import type { Selection } from './detail.ts';
import { byId, make, setText } from './dom.ts';
import { type AnyRow, fieldOf, partsOf, rowsOf, type SeenPart, textOf } from './values.ts';
import { clockText, type Words } from './words.ts';

/** Rows and events that are shown at once: nobody reads more, and pages with thousands are slow. */
const ROWS_MAX = 120;
const EVENTS_AROUND = 40;

/** The tab that is no table. */
const EVENTS = '';

export class Tables {
  readonly #replay: Replay;
  readonly #parts: readonly SeenPart[];
  readonly #words: () => Words;
  readonly #select: (selection: Selection) => void;
  readonly #seek: (tick: number) => void;
  readonly #tabs = new Map<string, HTMLButtonElement>();
  #open = EVENTS;
  readonly #rows = new Map<number, { readonly line: HTMLTableRowElement; readonly cells: readonly HTMLElement[] }>();
  #shownEvents = '';

  constructor(
    replay: Replay,
    words: () => Words,
    on: { select(selection: Selection): void; seek(tick: number): void },
  ) {
    this.#replay = replay;
    this.#words = words;
    this.#select = on.select;
    this.#seek = on.seek;
    this.#parts = partsOf(replay.schema);
    this.#listTabs();
    this.#choose(this.#parts[0]?.name ?? EVENTS);
  }

  /** Words of another language. */
  rename(): void {
    setText(this.#tabs.get(EVENTS) ?? make('i'), this.#words().events);
    this.#shownEvents = '';
  }

  show(selected: Selection | null): void {
    const part = this.#parts.find(({ name }) => name === this.#open);
    if (part === undefined) this.#showEvents();
    else this.#showRows(part, selected);
  }

  #listTabs(): void {
    const names = [...this.#parts.map(({ name }) => name), EVENTS];
    for (const name of names) {
      const tab = make('button', 'tab', name === EVENTS ? this.#words().events : name);
      tab.type = 'button';
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', 'sheet');
      tab.addEventListener('click', () => this.#choose(name));
      tab.addEventListener('keydown', ({ key }) => {
        if (key !== 'ArrowRight' && key !== 'ArrowLeft') return;
        const next =
          names[(names.indexOf(name) + (key === 'ArrowRight' ? 1 : names.length - 1)) % names.length] ?? name;
        this.#choose(next);
        this.#tabs.get(next)?.focus();
      });
      this.#tabs.set(name, tab);
    }
    byId('tabs', HTMLElement).replaceChildren(...this.#tabs.values());
  }

  #choose(name: string): void {
    this.#open = name;
    this.#rows.clear();
    this.#shownEvents = '';
    for (const [each, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
    }
    const sheet = byId('sheet', HTMLElement);
    sheet.replaceChildren();
    sheet.setAttribute('aria-label', name === EVENTS ? this.#words().events : name);
    const part = this.#parts.find((one) => one.name === name);
    if (part !== undefined)
      sheet.append(part.type === 'record' ? make('table', 'values') : tableOf(part), make('p', 'rest'));
    this.show(null);
  }

  #showRows(part: SeenPart, selected: Selection | null): void {
    const rows = rowsOf(this.#replay, part);
    const table = byId('sheet', HTMLElement).querySelector('table');
    const rest = byId('sheet', HTMLElement).querySelector('.rest');
    if (table === null || rest === null) return;
    if (part.type === 'record') return this.#showRecord(part, rows[0], table);
    const words = this.#words();
    const body = table.tBodies[0] ?? table.createTBody();
    const shown = rows.slice(0, ROWS_MAX);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, { line }] of this.#rows) {
      if (ids.has(id)) continue;
      line.remove();
      this.#rows.delete(id);
    }
    shown.forEach((row, index) => {
      const { line, cells } = this.#rows.get(row.id) ?? this.#addRow(part, row, body);
      if (body.rows[index] !== line) body.insertBefore(line, body.rows[index] ?? null);
      line.setAttribute('aria-selected', String(selected?.part.name === part.name && selected.id === row.id));
      const [dot, ...values] = cells;
      dot?.style.setProperty('--colour', colourOf(row.owner));
      for (const [at, { name }] of part.fields.entries()) setText(values[at] ?? line, textOf(fieldOf(row, name)));
    });
    setText(
      rest,
      rows.length === 0 ? words.noRows : rows.length > ROWS_MAX ? words.moreRows(rows.length - ROWS_MAX) : '',
    );
  }

  #showRecord(part: SeenPart, row: AnyRow | undefined, table: HTMLTableElement): void {
    if (row === undefined) return;
    if (table.rows.length === 0) {
      for (const { name } of part.fields) {
        const line = table.insertRow();
        const head = make('th', 'column', name);
        head.scope = 'row';
        const value = make('td');
        const button = make('button', 'value');
        button.type = 'button';
        button.addEventListener('click', () => this.#select({ part, id: 1 }));
        value.append(button);
        line.append(head, value);
      }
    }
    part.fields.forEach(({ name }, at) => {
      const button = table.rows[at]?.querySelector('button');
      if (button != null) setText(button, textOf(fieldOf(row, name)));
    });
  }

  #addRow(part: SeenPart, { id }: AnyRow, body: HTMLTableSectionElement) {
    const line = body.insertRow();
    const first = make('th');
    first.scope = 'row';
    const button = make('button', 'row-id');
    button.type = 'button';
    const dot = make('span', 'person-dot');
    button.append(dot, make('span', '', String(id & 0xffff)));
    first.append(button);
    line.append(first);
    line.addEventListener('click', () => this.#select({ part, id }));
    const cells: HTMLElement[] = [dot, ...part.fields.map(() => line.insertCell())];
    const added = { line, cells };
    this.#rows.set(id, added);
    return added;
  }

  #showEvents(): void {
    const { events, tick, firstTick, about } = this.#replay;
    const next = firstAfter(events, tick);
    const from = Math.max(0, next - EVENTS_AROUND);
    const around = events.slice(from, next + EVENTS_AROUND);
    const key = `${from} ${around.length} ${next}`;
    if (key === this.#shownEvents) return;
    this.#shownEvents = key;
    const names = [...new Set(events.map(({ name }) => name))];
    const list = make('ol', 'events');
    around.forEach((event, index) => {
      const item = make('li', from + index < next ? 'event is-past' : 'event');
      const button = make('button', 'event-go');
      button.type = 'button';
      const mark = make('span', 'person-dot');
      mark.style.setProperty('--colour', eventColour(names, event.name));
      const seconds = (event.tick - firstTick) / about.tickRateHz;
      button.append(mark, make('span', 'event-time', clockText(seconds)), make('span', 'event-name', event.name));
      button.append(make('span', 'event-payload', payloadText(event)));
      button.addEventListener('click', () => this.#seek(event.tick));
      item.append(button);
      list.append(item);
    });
    const sheet = byId('sheet', HTMLElement);
    sheet.replaceChildren(events.length === 0 ? make('p', 'rest', this.#words().noEvents) : list);
    const last = list.querySelector('.is-past:nth-last-child(1 of .is-past)');
    if (last instanceof HTMLElement) sheet.scrollTop = last.offsetTop - sheet.clientHeight / 2;
  }
}

function tableOf(part: SeenPart): HTMLTableElement {
  const table = make('table', 'rows');
  const head = table.createTHead().insertRow();
  for (const name of ['', ...part.fields.map((field) => field.name)]) {
    const cell = make('th', 'column', name === '' ? '#' : name);
    cell.scope = 'col';
    head.append(cell);
  }
  table.createTBody();
  return table;
}

/** The place of the first event after this tick. */
function firstAfter(events: readonly ReplayEvent[], tick: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.tick ?? 0) <= tick) low = middle + 1;
    else high = middle;
  }
  return low;
}

function payloadText({ payload }: ReplayEvent): string {
  return Object.entries(payload)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ');
}
