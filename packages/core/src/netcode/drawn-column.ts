/**
 * One column of a table between two moments of its history: on a straight line, on a curve, round a circle or in steps,
 * as its field is drawn. What depends on the field's type was decided when the column was made, so that reading a value
 * is a few additions: a client reads thousands of them for each frame of its screen.
 */
import { angleBetween, wrapAngle } from '../deterministic/angles.ts';
import { lerp } from '../deterministic/numbers.ts';
import type { Column, TableStore } from '../state/table-store.ts';
import type { Between } from './between.ts';
import type { TableMoment } from './table-history.ts';

const TURN = 2 * Math.PI;

/** What a column's numbers lie on. */
type Shape = 'steps' | 'line' | 'circle';

export class DrawnColumn {
  /**
   * The size of one step of a number, in its units; 0 where values are not counted in steps, or not drawn in between.
   */
  readonly step: number;
  /** A change of more than this is a jump. */
  readonly jumpAbove: number;
  readonly #column: Column;
  readonly #index: number;
  readonly #shape: Shape;
  readonly #isFloat: boolean;
  readonly #isUnsigned: boolean;
  readonly #offset: number;
  readonly #scale: number;
  /** The column that says how fast this one changes; null where it is drawn straight. */
  readonly velocity: DrawnColumn | null;

  /** `isVelocity`: of another column, and read at states only, so that how it is drawn itself says nothing. */
  constructor(table: TableStore, column: Column, isVelocity = false) {
    const { drawing, spec } = column.type;
    this.#column = column;
    this.#index = table.columns.indexOf(column);
    this.#shape =
      drawing.mode === 'step' || column.store === 'boxed' ? 'steps' : spec.type === 'angle' ? 'circle' : 'line';
    this.#isFloat = column.store === 'float';
    this.#isUnsigned = column.store === 'int' && !column.codec.signed;
    this.#offset = spec.type === 'quantized' ? spec.min : 0;
    this.#scale = spec.type === 'quantized' ? spec.step : spec.type === 'angle' ? TURN / 2 ** spec.bits : 1;
    this.step = this.#shape !== 'steps' && column.store === 'int' ? this.#scale : 0;
    // Two numbers so far apart that there is no number for their difference have nothing in between either.
    this.jumpAbove = Math.min(drawing.jumpAbove, Number.MAX_VALUE);
    const velocity = table.columns.find(({ name }) => name === drawing.velocity);
    this.velocity = velocity === undefined || isVelocity ? null : new DrawnColumn(table, velocity, true);
  }

  get name(): string {
    return this.#column.name;
  }

  /** False where values change at once. */
  get isContinuous(): boolean {
    return this.#shape !== 'steps';
  }

  /** The value of a place at one moment, as a number of the field's units; of number columns only. */
  numberIn(moment: TableMoment, place: number): number {
    // The copies are of the kind that the column's store says: history makes them so.
    if (this.#isFloat) return (moment.columns[this.#index] as Float64Array)[place] ?? 0;
    const raw = (moment.columns[this.#index] as Int32Array)[place] ?? 0;
    return this.#offset + (this.#isUnsigned ? raw >>> 0 : raw) * this.#scale;
  }

  /**
   * The value of a place whose row both moments have, or only one of them: then it is what it is there. `seconds` pass
   * from the one moment to the other.
   */
  valueAt(at: Between, place: number, isInFrom: boolean, isInTo: boolean, seconds: number): unknown {
    if (this.#shape !== 'steps') return this.numberAt(at, place, isInFrom, isInTo, seconds);
    return this.#valueIn(isInTo && (at.part >= 1 || !isInFrom) ? at.to : at.from, place);
  }

  /** `valueAt` of a number column. */
  numberAt(at: Between, place: number, isInFrom: boolean, isInTo: boolean, seconds: number): number {
    const { from, to, part } = at;
    if (!isInFrom || part === 1) return this.numberIn(isInTo ? to : from, place);
    const a = this.numberIn(from, place);
    if (!isInTo || part === 0) return a;
    const b = this.numberIn(to, place);
    const isCircle = this.#shape === 'circle';
    const way = isCircle ? shorterWay(b - a) : b - a;
    if (this.#shape === 'steps' || Math.abs(way) > this.jumpAbove) return part >= 1 ? b : a;
    const velocity = this.velocity;
    if (velocity === null) {
      return isCircle ? wrapped(part < 1 ? a + way * part : b + way * (part - 1)) : lerp(a, b, part);
    }
    const slopeTo = velocity.numberIn(to, place) * seconds;
    const value =
      part > 1
        ? b + slopeTo * (part - 1)
        : hermite(a, a + way, velocity.numberIn(from, place) * seconds, slopeTo, part);
    return isCircle ? wrapped(value) : value;
  }

  /** A number of this column with something added to it. */
  shifted(value: number, by: number): number {
    return this.#shape === 'circle' ? wrapAngle(value + by) : value + by;
  }

  /** The shortest way from one value to another; null for a column that is drawn in steps. */
  difference(from: number, to: number): number | null {
    switch (this.#shape) {
      case 'steps':
        return null;
      case 'line':
        return to - from;
      case 'circle':
        return angleBetween(from, to);
    }
  }

  #valueIn(moment: TableMoment, place: number): unknown {
    const raw = moment.columns[this.#index]?.[place];
    const column = this.#column;
    return column.store === 'boxed' ? column.codec.toValue(raw) : column.codec.toValue(Number(raw));
  }
}

/** `angleBetween` of two directions that are 0 up to 2 pi each: without a division. */
function shorterWay(way: number): number {
  if (way > Math.PI) return way - TURN;
  return way <= -Math.PI ? way + TURN : way;
}

/** `wrapAngle`, which has little to do for most. */
function wrapped(radians: number): number {
  return radians >= 0 && radians < TURN ? radians : wrapAngle(radians);
}

/** The cubic through both values with both slopes, given per whole way. */
function hermite(a: number, b: number, slopeA: number, slopeB: number, part: number): number {
  const square = part * part;
  const cube = square * part;
  return (
    (2 * cube - 3 * square + 1) * a +
    (cube - 2 * square + part) * slopeA +
    (3 * square - 2 * cube) * b +
    (cube - square) * slopeB
  );
}
