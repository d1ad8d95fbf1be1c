/** Who sees whom in a world: the game's own part of interest management, for servers that only keep views. */

/** What somebody sees. */
export interface Eyes<Mover> {
  add(mover: Mover): unknown;
  remove(mover: Mover): unknown;
}

interface Viewer<Mover> {
  readonly eyes: Eyes<Mover>;
  readonly seen: Set<Mover>;
}

/** Who is seen stays seen until farther off than this many radii: nobody comes and goes at the edge. */
const LEAVE_RADII = 1.1;

/** Square cells as wide as the farthest sight, so that only the nine around a viewer have to be searched. */
export class Sight<Mover extends { readonly x: number; readonly y: number }> {
  readonly #enterSquared: number;
  readonly #leaveSquared: number;
  readonly #cell: number;
  readonly #across: number;
  readonly #viewers = new Map<Mover, Viewer<Mover>>();
  readonly #cells: Mover[][];

  constructor(radius: number, side: number) {
    this.#cell = radius * LEAVE_RADII;
    this.#enterSquared = radius ** 2;
    this.#leaveSquared = this.#cell ** 2;
    this.#across = Math.floor(side / this.#cell) + 1;
    this.#cells = Array.from({ length: this.#across ** 2 }, () => []);
  }

  /** Somebody new, who sees themself at once and the others from the next look on. */
  enter(mover: Mover, eyes: Eyes<Mover>): void {
    eyes.add(mover);
    this.#viewers.set(mover, { eyes, seen: new Set([mover]) });
  }

  leave(mover: Mover): void {
    this.#viewers.delete(mover);
    for (const { eyes, seen } of this.#viewers.values()) if (seen.delete(mover)) eyes.remove(mover);
  }

  /** Brings what all see up to where they are now. */
  look(): void {
    for (const cell of this.#cells) cell.length = 0;
    for (const mover of this.#viewers.keys()) this.#cellAt(this.#index(mover.x), this.#index(mover.y)).push(mover);
    for (const [mover, viewer] of this.#viewers) this.#lookFrom(mover, viewer);
  }

  #lookFrom(mover: Mover, { eyes, seen }: Viewer<Mover>): void {
    for (const other of seen) {
      if (distanceSquared(mover, other) <= this.#leaveSquared) continue;
      seen.delete(other);
      eyes.remove(other);
    }
    const [column, line] = [this.#index(mover.x), this.#index(mover.y)];
    for (let y = Math.max(0, line - 1); y <= Math.min(this.#across - 1, line + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(this.#across - 1, column + 1); x++) {
        for (const other of this.#cellAt(x, y)) {
          if (distanceSquared(mover, other) > this.#enterSquared || seen.has(other)) continue;
          seen.add(other);
          eyes.add(other);
        }
      }
    }
  }

  #index(place: number): number {
    return Math.floor(place / this.#cell);
  }

  #cellAt(column: number, line: number): Mover[] {
    return this.#cells[line * this.#across + column] ?? [];
  }
}

function distanceSquared(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}
