/** Something that may not be, found in a simulation. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** Virtual milliseconds since the world began. */
  readonly atMs: number;

  constructor(problem: string, atMs: number, cause?: unknown) {
    super(problem, cause === undefined ? {} : { cause });
    this.atMs = atMs;
  }
}
