/** Which cells somebody's ground encloses completely: those from which no path of sides leads out of the yard's edge. */

/** Ground as this file needs it. */
interface Ground {
  readonly width: number;
  readonly height: number;
  readonly cells: ArrayLike<number>;
}

/**
 * Indices of the cells that are not `colour` and cannot reach the edge without crossing it. Paths go by sides, not by
 * corners, so ground that touches by corners alone does enclose. The edge itself encloses nothing.
 *
 * Floods the outside from every cell of the edge that is not `colour`; what it misses is inside.
 */
export function enclosedBy({ width, height, cells }: Ground, colour: number): number[] {
  const isOutside = new Uint8Array(cells.length);
  const open: number[] = [];
  const visit = (x: number, y: number): void => {
    const cell = y * width + x;
    if (x < 0 || y < 0 || x >= width || y >= height || isOutside[cell] === 1 || cells[cell] === colour) return;
    isOutside[cell] = 1;
    open.push(cell);
  };
  for (let x = 0; x < width; x++) {
    visit(x, 0);
    visit(x, height - 1);
  }
  for (let y = 0; y < height; y++) {
    visit(0, y);
    visit(width - 1, y);
  }
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const x = cell % width;
    const y = (cell - x) / width;
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  const inside: number[] = [];
  for (let cell = 0; cell < cells.length; cell++) {
    if (isOutside[cell] === 0 && cells[cell] !== colour) inside.push(cell);
  }
  return inside;
}
