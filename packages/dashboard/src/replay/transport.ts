/** The timeline and its buttons: where the replay is, and going elsewhere. */
import type { Replay } from '@madang/client/replay';
import { eventColour } from './colours.ts';
import { byId, make, paintOn, setText } from './dom.ts';
import { clockText, type Words } from './words.ts';

const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8];

/** Marks stand this many pixels apart at least. */
const MARK_PX = 3;

export class Transport {
  readonly #replay: Replay;
  readonly #seek = byId('seek', HTMLInputElement);
  readonly #marks = byId('marks', HTMLCanvasElement);
  readonly #play = byId('play', HTMLButtonElement);
  readonly #speeds = new Map<number, HTMLButtonElement>();
  #speed = 1;
  #wasPlaying = 0;
  readonly #words: () => Words;
  readonly #undo = new AbortController();

  constructor(replay: Replay, words: () => Words) {
    this.#replay = replay;
    this.#words = words;
    const { signal } = this.#undo;
    const on = (id: string, run: () => void): void =>
      byId(id, HTMLButtonElement).addEventListener('click', run, { signal });
    const seek = this.#seek;
    seek.min = String(replay.firstTick);
    seek.max = String(replay.lastTick);
    seek.addEventListener('input', () => replay.seek(Number(seek.value)), { signal });
    // While a hand holds the handle, it alone says where the replay is.
    seek.addEventListener('pointerdown', () => this.#hold(), { signal });
    seek.addEventListener('change', () => this.#release(), { signal });
    on('play', () => this.toggle());
    on('back', () => this.step(-1));
    on('on', () => this.step(1));
    on('to-start', () => replay.seek(replay.firstTick));
    this.#listSpeeds();
    this.drawMarks();
  }

  /** Takes its hands off the page. */
  close(): void {
    this.#undo.abort();
    this.#replay.pause();
  }

  toggle(): void {
    const replay = this.#replay;
    if (replay.speed > 0) return replay.pause();
    if (replay.tick >= replay.lastTick) replay.seek(replay.firstTick);
    replay.play(this.#speed);
    this.show();
  }

  step(ticks: number): void {
    this.#replay.pause();
    this.#replay.step(ticks);
  }

  skip(seconds: number): void {
    const { tick, about } = this.#replay;
    this.#replay.seek(tick + seconds * about.tickRateHz);
  }

  /** One speed faster or slower. */
  shift(by: number): void {
    const index = SPEEDS.indexOf(this.#speed);
    this.#set(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index + by))] ?? 1);
  }

  show(): void {
    const { tick, seconds, lengthSeconds, speed, lastTick, torn, end } = this.#replay;
    const words = this.#words();
    this.#seek.max = String(lastTick);
    this.#seek.value = String(tick);
    this.#seek.setAttribute('aria-valuetext', `${clockText(seconds)}, ${words.tickOf(tick)}`);
    setText(byId('clock', HTMLElement), clockText(seconds));
    setText(byId('length', HTMLElement), ` / ${clockText(lengthSeconds)}`);
    setText(byId('tick', HTMLElement), words.tickOf(tick));
    const isPlaying = speed > 0;
    this.#play.classList.toggle('is-playing', isPlaying);
    const label = isPlaying ? words.pause : words.play;
    if (this.#play.getAttribute('aria-label') !== label) {
      this.#play.setAttribute('aria-label', label);
      this.#play.title = label;
    }
    const note = byId('torn', HTMLElement);
    const isAtEnd = tick >= lastTick;
    note.hidden = !(isAtEnd && (torn !== null || end !== null));
    if (!note.hidden) setText(note, torn === null ? words.endedBecause(end ?? '') : words.torn(torn));
  }

  /** Where events were told, on the timeline. */
  drawMarks(): void {
    const surface = paintOn(this.#marks);
    if (surface === null) return;
    const { paint, width, height } = surface;
    const { events, firstTick, lastTick } = this.#replay;
    const names = [...new Set(events.map(({ name }) => name))];
    const lanes = Math.min(3, names.length);
    const drawn = new Set<string>();
    for (const { tick, name } of events) {
      const at = ((tick - firstTick) / Math.max(1, lastTick - firstTick)) * (width - 2);
      const slot = `${name} ${Math.floor(at / MARK_PX)}`;
      if (drawn.has(slot)) continue;
      drawn.add(slot);
      const lane = names.indexOf(name) % lanes;
      paint.fillStyle = eventColour(names, name);
      paint.fillRect(at, 1 + lane * (height / lanes), 2, height / lanes - 1.5);
    }
  }

  #hold(): void {
    this.#wasPlaying = this.#replay.speed;
    this.#replay.pause();
  }

  #release(): void {
    if (this.#wasPlaying > 0) this.#replay.play(this.#wasPlaying);
    this.#wasPlaying = 0;
  }

  #set(speed: number): void {
    this.#speed = speed;
    if (this.#replay.speed > 0) this.#replay.play(speed);
    for (const [each, button] of this.#speeds) button.setAttribute('aria-pressed', String(each === speed));
  }

  #listSpeeds(): void {
    for (const speed of SPEEDS) {
      const button = make('button', 'speed', `${speed}×`);
      button.type = 'button';
      button.setAttribute('aria-pressed', String(speed === this.#speed));
      button.addEventListener('click', () => this.#set(speed));
      this.#speeds.set(speed, button);
    }
    byId('speeds', HTMLElement).replaceChildren(...this.#speeds.values());
  }
}
