/** The memory of one grid: its cells, which of them changed since it was last published, and what viewers were told. */
import { GameError } from '../errors.ts';
import type { IntCodec } from '../schema/field.ts';
import { whyNot } from '../schema/field.ts';
import type { Grid, GridSchema } from '../schema/state-schema.ts';
import type { Holder, WritePolicy } from './table-store.ts';

export class GridStore implements Grid {
  readonly type = 'grid';
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sendEvery: number;
  readonly cells: Int32Array | Uint32Array;
  /** The cells as of the last publication; in a mirror, and where nobody is told, the cells themselves. */
  readonly sent: Int32Array | Uint32Array;
  /** The publication in which each cell last changed for viewers, by number. */
  readonly changedAt: Int32Array;
  readonly codec: IntCodec<unknown>;
  /** False for a grid that never leaves the server. */
  readonly isShared: boolean;
  readonly touched: Int32Array;
  touchedCount = 0;

  readonly #schema: GridSchema;
  readonly #policy: WritePolicy;
  readonly #isTouched: Uint8Array;

  constructor(name: string, schema: GridSchema, holder: Holder, policy: WritePolicy) {
    const { codec, visibility } = schema.of;
    // Grids are made of whole-number types only; `grid()` has seen to it.
    if (codec.store !== 'int') throw new TypeError(`grid ${name} has no whole-number cells`);
    this.name = name;
    this.width = schema.width;
    this.height = schema.height;
    this.sendEvery = schema.sendEvery;
    this.codec = codec;
    this.isShared = visibility === 'everyone';
    const count = schema.width * schema.height;
    this.cells = codec.signed ? new Int32Array(count) : new Uint32Array(count);
    const publishes = holder === 'server' && this.isShared;
    this.sent = publishes ? this.cells.slice() : this.cells;
    this.changedAt = new Int32Array(publishes ? count : 0);
    this.touched = new Int32Array(count);
    this.#isTouched = new Uint8Array(count);
    this.#schema = schema;
    this.#policy = policy;
  }

  at(x: number, y: number): number {
    return this.#isInside(x, y) ? (this.cells[y * this.width + x] ?? 0) : 0;
  }

  set(x: number, y: number, value: number): void {
    if (!this.#isInside(x, y))
      return this.#refuse(`cell ${x}, ${y} is outside the ${this.width} x ${this.height} grid`);
    const index = y * this.width + x;
    this.put(index, this.#accept(value, this.cells[index] ?? 0));
  }

  fill(value: number): void {
    const accepted = this.#accept(value, Number.NaN);
    if (Number.isNaN(accepted)) return;
    for (let index = 0; index < this.cells.length; index++) this.put(index, accepted);
  }

  /** Stores a value that the cells' type is known to accept. */
  put(index: number, value: number): void {
    if (this.cells[index] === value) return;
    this.cells[index] = value;
    if (this.#isTouched[index] === 1) return;
    this.#isTouched[index] = 1;
    this.touched[this.touchedCount++] = index;
  }

  /** Nothing is marked any more. */
  unmark(): void {
    for (let i = 0; i < this.touchedCount; i++) this.#isTouched[this.touched[i] ?? 0] = 0;
    this.touchedCount = 0;
  }

  /** Takes every cell over as it is, whatever was marked. */
  settleAll(): void {
    this.unmark();
    if (this.sent !== this.cells) this.sent.set(this.cells);
  }

  /** Becomes what another grid of the same schema is. */
  copyFrom(other: GridStore): void {
    this.unmark();
    this.cells.set(other.cells);
  }

  #isInside(x: number, y: number): boolean {
    return Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  #accept(value: number, old: number): number {
    if (!Number.isNaN(this.codec.quantise(value))) return value + 0;
    this.#refuse(whyNot(this.#schema.of, value));
    const clamped = this.codec.clamp(value);
    return clamped ?? old;
  }

  #refuse(reason: string): void {
    const problem = new GameError('BAD_WRITE', `A rule wrote to ${this.name} what cannot be stored: ${reason}.`, {
      table: this.name,
      field: 'cells',
      reason,
    });
    if (this.#policy.badWrites === 'throw') throw problem;
    this.#policy.onClamp(problem);
  }
}
