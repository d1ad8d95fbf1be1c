/** Why one end of a line does not read: it reads again when the last pause is over, whichever that is. */
export class Pauses {
  readonly #changed: () => void;
  readonly #ends = new Set<() => void>();

  /** `changed` is told when a pause begins or ends. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isPaused(): boolean {
    return this.#ends.size > 0;
  }

  /** Begins a pause. Answers a function that ends this one and no other. */
  begin(): () => void {
    const end = (): void => {
      if (this.#ends.delete(end)) this.#changed();
    };
    this.#ends.add(end);
    this.#changed();
    return end;
  }

  /** Ends all of them. */
  clear(): void {
    this.#ends.clear();
    this.#changed();
  }
}
