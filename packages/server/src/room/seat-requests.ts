/**
 * What a seat asks to be done exactly once: numbered over all its connections, so that what is sent again after a return is
 * neither lost nor done twice. What was answered is kept for a while, for a client whose line broke before it heard.
 */
import { type Fields, GameError, UNHEARD_MAX, type ValuesOf } from '@madang/core';

/** How a request ended. */
export type Answer =
  | { readonly kind: 'reply'; readonly command: string; readonly reply: ValuesOf<Fields> }
  | { readonly kind: 'done' }
  | { readonly kind: 'refusal'; readonly error: GameError };

/** A request with a key of its author's: whoever repeats the key gets the same answer. */
interface Keyed {
  /** The number that it was asked with first. */
  readonly number: number;
  answer: Answer | null;
  /** Numbers that wait for it. */
  readonly waiting: number[];
}

/** An answer to be written down. */
export interface KeptAnswer {
  readonly number: number;
  /** The author's own, '' for none. */
  readonly key: string;
  readonly answer: Answer;
}

export class SeatRequests {
  #heard = 0;
  /** True after the process was another: what it answered last may not have been written down. */
  #mayHaveAnsweredMore = false;
  #news: KeptAnswer[] = [];
  readonly #answers = new Map<number, Answer>();
  readonly #keyed = new Map<string, Keyed>();

  /** The highest number so far. */
  get heard(): number {
    return this.#heard;
  }

  /**
   * Takes the next number. Answers `new`; the answer that was given, or null where there is none (yet), for a number that came
   * before. Throws BAD_FRAME for one that leaves others out: they would be lost without a word.
   */
  hear(number: number): 'new' | Answer | null {
    if (number <= this.#heard) return this.#answers.get(number) ?? null;
    if (number !== this.#heard + 1 && !this.#mayHaveAnsweredMore) {
      const reason = `request ${number} came after ${this.#heard}`;
      throw new GameError('BAD_FRAME', `This connection cannot go on: ${reason}.`, { reason, offset: 0 });
    }
    this.#mayHaveAnsweredMore = false;
    this.#heard = number;
    return 'new';
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  /** Answers that were given since the last call, to be written down. */
  takeNews(): readonly KeptAnswer[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** All answers that are kept, to be written down as a whole. */
  get kept(): readonly KeptAnswer[] {
    const kept = new Map<number, KeptAnswer>();
    for (const [number, answer] of this.#answers) kept.set(number, { number, key: '', answer });
    // A key may be kept for longer than the answer to its number.
    for (const [key, { number, answer }] of this.#keyed) if (answer !== null) kept.set(number, { number, key, answer });
    return [...kept.values()].sort((a, b) => a.number - b.number);
  }

  /** Goes on from what was written down. What was answered after that, if anything, is asked anew or was lost with its effects. */
  restore(heard: number, kept: readonly KeptAnswer[]): void {
    this.#heard = heard;
    this.#mayHaveAnsweredMore = true;
    for (const { number, key, answer } of kept) {
      this.#keep(number, answer);
      if (key !== '') this.#keyed.set(key, { number, answer, waiting: [] });
    }
    this.#news = [];
  }

  /** Keeps an answer, as long as a client may have to hear it again. Answers the numbers it is for. */
  answered(number: number, answer: Answer, key: string): readonly number[] {
    const keyed = key === '' ? undefined : this.#keyed.get(key);
    const numbers = keyed === undefined ? [number] : [number, ...keyed.waiting.splice(0)];
    if (keyed !== undefined) keyed.answer = answer;
    for (const one of numbers) {
      this.#keep(one, answer);
      this.#news.push({ number: one, key, answer });
      if (this.#news.length > UNHEARD_MAX) this.#news.shift();
    }
    return numbers;
  }

  /**
   * Enters a request with a key. Answers `new` where it is to be done; the answer that this key got; or null where it is being
   * done, and this number will be answered with it.
   */
  enter(number: number, key: string): 'new' | Answer | null {
    if (key === '') return 'new';
    const known = this.#keyed.get(key);
    if (known === undefined) {
      this.#keyed.set(key, { number, answer: null, waiting: [] });
      forgetOldest(this.#keyed);
      return 'new';
    }
    if (known.answer === null) known.waiting.push(number);
    else this.#keep(number, known.answer);
    return known.answer;
  }

  #keep(number: number, answer: Answer): void {
    this.#answers.set(number, answer);
    forgetOldest(this.#answers);
  }
}

function forgetOldest(map: Map<unknown, unknown>): void {
  if (map.size <= UNHEARD_MAX) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
