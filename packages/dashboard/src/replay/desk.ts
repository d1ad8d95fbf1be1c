/** The desk on which one recording lies, with everything it is looked at with. */
import type { Replay } from '@madang/client/replay';
import { Board } from './board.ts';
import { Detail, type Selection } from './detail.ts';
import { byId, setText } from './dom.ts';
import { People } from './people.ts';
import { Tables } from './tables.ts';
import { Transport } from './transport.ts';
import { partsOf } from './values.ts';
import { clockText, type Words } from './words.ts';

/** Tables are read by people: ten times a second is enough for them. */
const TABLES_EVERY_MS = 100;

export class Desk {
  readonly replay: Replay;
  readonly #transport: Transport;
  readonly #board: Board;
  readonly #people: People;
  readonly #detail: Detail;
  readonly #tables: Tables;
  readonly #words: () => Words;
  readonly #undo = new AbortController();
  readonly #canvas = byId('board', HTMLCanvasElement);
  #followed = 0;
  #isNear = false;
  #hasNames = true;
  #isDue = false;
  #tablesAtMs = 0;

  constructor(replay: Replay, words: () => Words) {
    this.replay = replay;
    this.#words = words;
    this.#board = new Board(this.#canvas, replay);
    this.#detail = new Detail(replay, words);
    this.#detail.select(null);
    this.#transport = new Transport(replay, words);
    this.#people = new People(replay, words, (seat) => this.follow(seat));
    this.#tables = new Tables(replay, words, {
      select: (selection) => this.#select(selection),
      seek: (tick) => replay.seek(tick),
    });
    const { signal } = this.#undo;
    const isOn = (id: string, run: (is: boolean) => void): void => {
      const button = byId(id, HTMLButtonElement);
      button.addEventListener(
        'click',
        () => {
          const is = button.getAttribute('aria-pressed') !== 'true';
          button.setAttribute('aria-pressed', String(is));
          run(is);
          this.draw();
        },
        { signal },
      );
    };
    byId('near', HTMLElement).setAttribute('aria-pressed', 'false');
    isOn('near', (is) => {
      this.#isNear = is;
    });
    isOn('names', (is) => {
      this.#hasNames = is;
    });
    this.#hasNames = byId('names', HTMLElement).getAttribute('aria-pressed') === 'true';
    byId('detail-close', HTMLElement).addEventListener('click', () => this.#select(null), { signal });
    this.#canvas.addEventListener('click', (event) => this.#pick(event), { signal });
    const undo = replay.onState(() => this.draw());
    signal.addEventListener('abort', undo);
    const sizes = new ResizeObserver(() => {
      this.#transport.drawMarks();
      this.draw();
    });
    sizes.observe(this.#canvas);
    signal.addEventListener('abort', () => sizes.disconnect());
    byId('no-board', HTMLElement).hidden = this.#board.isSeen;
    this.#canvas.hidden = !this.#board.isSeen;
    this.draw();
  }

  close(): void {
    this.#transport.close();
    this.#undo.abort();
  }

  follow(seat: number): void {
    this.#followed = seat;
    if (seat !== 0) {
      this.#isNear = true;
      byId('near', HTMLElement).setAttribute('aria-pressed', 'true');
    }
    this.draw();
  }

  /** In another language. */
  rename(): void {
    this.#tables.rename();
    this.#tablesAtMs = 0;
    this.draw();
  }

  /** True for a key that means something here. */
  key({ key, shiftKey }: KeyboardEvent, isOnSlider: boolean): boolean {
    const transport = this.#transport;
    switch (key) {
      case ' ':
      case 'k':
        transport.toggle();
        return true;
      case 'ArrowLeft':
      case 'ArrowRight': {
        if (isOnSlider) return false;
        const way = key === 'ArrowLeft' ? -1 : 1;
        if (shiftKey) transport.skip(way);
        else transport.step(way);
        return true;
      }
      case 'j':
      case 'l':
        transport.skip(key === 'j' ? -10 : 10);
        return true;
      case 'Home':
      case 'End':
        this.replay.seek(key === 'Home' ? this.replay.firstTick : this.replay.lastTick);
        return true;
      case '<':
      case '>':
        transport.shift(key === '<' ? -1 : 1);
        return true;
      case 'f':
        this.#followNext();
        return true;
      default:
        return false;
    }
  }

  /** With the next picture, however much happens until then. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (!this.#undo.signal.aborted) this.#draw();
    });
  }

  #draw(): void {
    const { replay } = this;
    const { selection } = this.#detail;
    const selected = selection === null ? null : { part: selection.part.name, id: selection.id };
    this.#board.draw({ followed: this.#followed, isNear: this.#isNear, hasNames: this.#hasNames, selected });
    this.#transport.show();
    const html = document.documentElement;
    html.dataset.tick = String(replay.tick);
    html.dataset.playing = String(replay.speed > 0);
    const nowMs = performance.now();
    const isPlaying = replay.speed > 0;
    if (isPlaying && nowMs - this.#tablesAtMs < TABLES_EVERY_MS) return;
    this.#tablesAtMs = nowMs;
    this.#people.show(this.#followed);
    this.#detail.show();
    this.#tables.show(selection);
    const words = this.#words();
    byId('near', HTMLButtonElement).disabled = this.#followed === 0 && selection === null;
    const following = byId('following', HTMLElement);
    const name = replay.people.get(this.#followed)?.name;
    following.hidden = name === undefined;
    if (name !== undefined) setText(following, words.following(name));
    this.#canvas.setAttribute('aria-label', words.boardSaid(replay.people.size, this.#board.placed.length));
    if (!isPlaying) setText(byId('said', HTMLElement), words.said(clockText(replay.seconds), false));
  }

  #pick({ offsetX, offsetY }: MouseEvent): void {
    const found = this.#board.at(offsetX, offsetY);
    this.#select(found === null ? null : { part: found.part, id: found.row.id });
  }

  #select(selection: Selection | null): void {
    // The parts of one replay are made once for each reader of them.
    const part =
      selection === null ? undefined : partsOf(this.replay.schema).find(({ name }) => name === selection.part.name);
    this.#detail.select(selection === null || part === undefined ? null : { part, id: selection.id });
    this.#tablesAtMs = 0;
    this.draw();
  }

  #followNext(): void {
    const seats = [...this.replay.people.keys(), 0];
    this.follow(seats[(seats.indexOf(this.#followed) + 1) % seats.length] ?? 0);
  }
}
