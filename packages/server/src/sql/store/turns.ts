/** Work that is done one after another where it is about the same, so that it does not get in its own way. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Does `work` when all that was asked for under this key before has ended, and answers what it does. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = Promise.withResolvers<void>();
    this.#last.set(key, turn.promise);
    try {
      await before;
      return await work();
    } finally {
      if (this.#last.get(key) === turn.promise) this.#last.delete(key);
      turn.resolve();
    }
  }
}
