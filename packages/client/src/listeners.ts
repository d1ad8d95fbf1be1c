/** Those who want to hear of one thing. */
export class Listeners<T> {
  readonly #runs = new Set<(value: T) => void>();

  /** Answers a function that takes `run` off again. */
  add(run: (value: T) => void): () => void {
    // A function of its own per call, so that the same `run` added twice is told twice.
    const own = (value: T): void => run(value);
    this.#runs.add(own);
    return () => this.#runs.delete(own);
  }

  /** Tells all; one that throws does not keep the others from hearing, and its error is reported by the platform. */
  tell(value: T): void {
    for (const run of [...this.#runs]) {
      try {
        run(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
