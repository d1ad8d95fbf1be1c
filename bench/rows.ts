/** The figures a bench ends in: as rows for a machine to read, and as a table for people. */

/** One figure. `goal` is an upper limit: on the ratio, or on our own figure where `goalOn` says so. */
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
  /** Null where there is no goal, or nothing to hold against it. */
  readonly met: boolean | null;
}

export type Figure = Omit<Row, 'ratio' | 'met' | 'goal' | 'goalOn'> & { goal?: number; goalOn?: 'ratio' | 'ours' };

/** Completes a figure with its ratio and its verdict. */
export function toRow({ goal = Number.NaN, goalOn = 'ratio', ...figure }: Figure): Row {
  const ratio = figure.ours === null || figure.peer === null ? null : figure.ours / figure.peer;
  const judged = goalOn === 'ratio' ? ratio : figure.ours;
  const hasGoal = !Number.isNaN(goal);
  return {
    ...figure,
    ratio,
    goal: hasGoal ? goal : null,
    goalOn,
    met: hasGoal && judged !== null ? judged <= goal : null,
  };
}

const HEADINGS = ['case', 'metric', 'unit', 'ours', 'peer', 'ratio', 'goal', '', 'compared with'];
const TEXT_COLUMNS = new Set([0, 1, 2, 7, 8]);

/** Columns of plain text, numbers to the right. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return TEXT_COLUMNS.has(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  return [
    row.case,
    row.metric,
    row.unit,
    formatNumber(row.ours),
    formatNumber(row.peer),
    formatNumber(row.ratio),
    row.goal === null ? '' : `${row.goalOn === 'ours' ? 'ours ' : ''}<= ${formatNumber(row.goal)}`,
    row.met === null ? '' : row.met ? 'met' : 'MISSED',
    row.peerName ?? '',
  ];
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
      return `${row.bench} ${row.case} ${row.metric}: ${formatNumber(figure)} ${what}, and the goal is ${formatNumber(row.goal)}`;
    });
}
