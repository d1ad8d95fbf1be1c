/** The figures a bench ends in: as rows for a machine to read, and as a table for people. */

/** One figure. `goal` limits the ratio, or our own figure where `goalOn` says so. */
export interface Row {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  /** Null where that side was not run, or has no such figure. */
  readonly ours: number | null;
  readonly peer: number | null;
  readonly peerName: string | null;
  /** Ours divided by the peer's, both from this run. */
  readonly ratio: number | null;
  readonly goal: number | null;
  readonly goalOn: 'ratio' | 'ours';
  readonly goalIs: 'at most' | 'at least';
  /** Null where there is no goal, or nothing to hold against it. */
  readonly met: boolean | null;
}

export type Figure = Omit<Row, 'ratio' | 'met' | 'goal' | 'goalOn' | 'goalIs'> &
  Partial<Pick<Row, 'goalOn' | 'goalIs'>> & { readonly goal?: number };

/** Completes a figure with its ratio and its verdict. */
export function toRow({ goal = Number.NaN, goalOn = 'ratio', goalIs = 'at most', ...figure }: Figure): Row {
  const ratio = figure.ours === null || figure.peer === null ? null : figure.ours / figure.peer;
  const judged = goalOn === 'ratio' ? ratio : figure.ours;
  const hasGoal = !Number.isNaN(goal);
  return {
    ...figure,
    ratio,
    goal: hasGoal ? goal : null,
    goalOn,
    goalIs,
    met: hasGoal && judged !== null ? (goalIs === 'at most' ? judged <= goal : judged >= goal) : null,
  };
}

const HEADINGS = ['case', 'metric', 'unit', 'ours', 'peer', 'ratio', 'goal', '', 'compared with'];
const SIGNS = { 'at most': '<=', 'at least': '>=' };
const TEXT_COLUMNS = new Set([0, 1, 2, 7, 8]);

/** The rows as a table for people. */
export function formatTable(rows: readonly Row[]): string {
  return formatColumns([HEADINGS], rows.map(cellsOf), TEXT_COLUMNS);
}

/** Columns of plain text under one or more lines of headings, numbers to the right. */
export function formatColumns(
  headings: readonly (readonly string[])[],
  cells: readonly (readonly string[])[],
  textColumns: ReadonlySet<number>,
): string {
  const all = [...headings, ...cells];
  const columns = Math.max(...all.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  );
  const lines = all.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return textColumns.has(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return lines.toSpliced(headings.length, 0, rule).join('\n');
}

function cellsOf(row: Row): readonly string[] {
  return [
    row.case,
    row.metric,
    row.unit,
    formatNumber(row.ours),
    formatNumber(row.peer),
    formatNumber(row.ratio),
    row.goal === null ? '' : `${row.goalOn === 'ours' ? 'ours ' : ''}${SIGNS[row.goalIs]} ${formatNumber(row.goal)}`,
    verdictOf(row),
    row.peerName ?? '',
  ];
}

function verdictOf({ goal, met }: Row): string {
  if (met === null) return goal === null ? '' : 'no figure';
  return met ? 'met' : 'MISSED';
}

/** Three significant digits below a thousand; whole numbers above. */
export function formatNumber(value: number | null): string {
  if (value === null) return '-';
  if (value === 0 || Number.isInteger(value)) return value.toLocaleString('en');
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

/** One sentence for each goal that was missed. */
export function describeMissed(rows: readonly Row[]): readonly string[] {
  return rows
    .filter(({ met }) => met === false)
    .map((row) => {
      const figure = row.goalOn === 'ratio' ? row.ratio : row.ours;
      const what = row.goalOn === 'ratio' ? `of ${row.peerName}` : row.unit;
      return `${row.bench} ${row.case} ${row.metric}: ${formatNumber(figure)} ${what}, and the goal is ${row.goalIs} ${formatNumber(row.goal)}`;
    });
}
