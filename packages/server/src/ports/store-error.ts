/** What went wrong between this server and where it keeps things. */

/**
 * - `busy`: somebody else holds it, or too much waits. `timeout`: it did not answer in time. `gone`: it cannot be reached.
 *   `full`, `read-only`: it cannot be written now. These pass by themselves; what was asked was not done.
 * - `unknown-outcome`: it went away before it answered, and may have done what was asked.
 * - `io`, `corrupt`: what it holds cannot be trusted until it was opened anew and checked.
 * - `refused`: what was asked cannot be done, now or later. `closed`: it was closed by us.
 */
export type StoreErrorKind =
  | 'busy'
  | 'timeout'
  | 'gone'
  | 'full'
  | 'read-only'
  | 'unknown-outcome'
  | 'io'
  | 'corrupt'
  | 'refused'
  | 'closed';

/** What calls of a store or a journal reject with; its message is for the operator and may name files and hosts. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
