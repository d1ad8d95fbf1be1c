/** A broken promise: what was thrown, and `--replay LINE` that repeats it. */
export interface Failure {
  readonly line: string;
  readonly error: unknown;
}
