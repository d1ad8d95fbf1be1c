/** Leaderboards that live as long as the process: sorted lists. */
import type { BoardKey, KeptScore, Leaderboards, Score, Standing } from '../../ports/store.ts';
import { checkKeys, rowsAbove, rowsAtMost, scoreAfter } from '../../ports/store-rules.ts';

interface Entry extends Score {
  /** Ascending from the top. */
  readonly height: number;
  /** The number of the change by which it came to its place: of equal heights the lower one is above. */
  readonly came: number;
}

interface Board {
  readonly entries: Map<string, Entry>;
  /** All of them, the top first. */
  readonly sorted: Entry[];
  changes: number;
}

export class MemoryLeaderboards implements Leaderboards {
  readonly #boards = new Map<string, Board>();
  readonly #check: () => void;

  constructor(check: () => void) {
    this.#check = check;
  }

  async submit(key: BoardKey, keep: KeptScore, score: Score): Promise<Standing> {
    const board = this.#board(key, score.user, score.name);
    const known = board.entries.get(score.user);
    const next = scoreAfter(known?.score ?? null, score, keep, key.order);
    if (known !== undefined) board.sorted.splice(indexOf(board, known), 1);
    const entry: Entry =
      next === null && known !== undefined
        ? { ...known, name: score.name }
        : { ...score, ...placeOf(next ?? score.score, key.order, ++board.changes) };
    board.sorted.splice(indexOf(board, entry), 0, entry);
    board.entries.set(score.user, entry);
    this.#boards.set(idOf(key), board);
    return standingAt(entry, indexOf(board, entry));
  }

  async standing(key: BoardKey, user: string): Promise<Standing | null> {
    const board = this.#board(key, user);
    const entry = board.entries.get(user);
    return entry === undefined ? null : standingAt(entry, indexOf(board, entry));
  }

  async top(key: BoardKey, limit: number): Promise<readonly Standing[]> {
    return this.#board(key).sorted.slice(0, rowsAtMost(limit)).map(standingAt);
  }

  async around(key: BoardKey, user: string, limit: number): Promise<readonly Standing[]> {
    const board = this.#board(key, user);
    const entry = board.entries.get(user);
    if (entry === undefined) return [];
    const index = indexOf(board, entry);
    const from = Math.max(0, index - rowsAbove(limit));
    const to = index - rowsAbove(limit) + rowsAtMost(limit);
    return board.sorted.slice(from, to).map((one, offset) => standingAt(one, from + offset));
  }

  async size(key: BoardKey): Promise<number> {
    return this.#board(key).entries.size;
  }

  #board(key: BoardKey, ...texts: readonly string[]): Board {
    this.#check();
    checkKeys(key.name, key.period, ...texts);
    return this.#boards.get(idOf(key)) ?? { entries: new Map(), sorted: [], changes: 0 };
  }
}

function placeOf(score: number, order: BoardKey['order'], came: number): Pick<Entry, 'score' | 'height' | 'came'> {
  return { score, height: order === 'highest' ? -score : score, came };
}

/** Where an entry is in its list, or would be. */
function indexOf({ sorted }: Board, { height, came }: Entry): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && (one.height < height || (one.height === height && one.came < came))) from = middle + 1;
    else to = middle;
  }
  return from;
}

function standingAt({ user, name, score, atMs }: Entry, index: number): Standing {
  return { rank: index + 1, user, name, score, atMs };
}

function idOf({ name, period, order }: BoardKey): string {
  return JSON.stringify([name, period, order]);
}
