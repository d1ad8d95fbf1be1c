/** How many bytes each column of a table has taken, as far as it was measured: one in several publications is. */
export class FieldCosts {
  /** By column, bytes of the publications that were measured. */
  readonly bytes: Float64Array;

  constructor(columns: number) {
    this.bytes = new Float64Array(columns);
  }

  add(column: number, bytes: number): void {
    this.bytes[column] = (this.bytes[column] ?? 0) + bytes;
  }

  /** Each column's part of the whole; all 0 before anything was measured. */
  get shares(): readonly number[] {
    const sum = this.bytes.reduce((total, bytes) => total + bytes, 0);
    return Array.from(this.bytes, (bytes) => (sum === 0 ? 0 : bytes / sum));
  }
}
