/**
 * Leaderboards in a database, exact at any size. Scores are in order by `height`, ascending from the top, then by who came first. Runs of up
 * to a thousand of them are counted in buckets, in the transaction that changes them: a place is the sizes of the buckets above, and how many
 * are above within one's own. A bucket that has grown is split in the middle, one that has shrunk goes into the one above it. Where buckets
 * begin changes no place, so that it does not matter when that is done, or whether.
 */
import type { BoardKey, KeptScore, Leaderboards, Score, Standing } from '../../ports/store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { checkKeys, rowsAbove, rowsAtMost, scoreAfter } from '../../ports/store-rules.ts';
import type { Sql, SqlStatement } from '../sql.ts';
import * as ask from './leaderboard-statements.ts';
import { HEIGHT_MIN } from './schema.ts';
import { type Row, rowOf, rowsOf } from './statements.ts';
import { Turns } from './turns.ts';

/** Scores in a bucket, above which it is split: among a million, about as many as there are buckets. */
const BUCKET_MAX = 1_000;

/** A bucket of less than this share of that goes into another that is at most so full. */
const SHRUNK = 1 / 8;
const MERGED = 1 / 2;

/** Each try fails only where another server has changed the score of the same player meanwhile: one of them always gets through. */
const TRIES = 100;

/** What a statement begins with. */
type BoardParams = readonly [name: string, period: string, order: string];

/** A player's row with its place. */
interface Placed extends Standing {
  /** The change by which it came there. */
  readonly came: number;
}

export class SqlLeaderboards implements Leaderboards {
  readonly #sql: Sql;
  readonly #bucketMax: number;
  readonly #turns = new Turns();

  constructor(sql: Sql, bucketMax: number = BUCKET_MAX) {
    this.#sql = sql;
    this.#bucketMax = bucketMax;
  }

  async submit(key: BoardKey, keep: KeptScore, score: Score): Promise<Standing> {
    const board = paramsOf(key, score.user, score.name);
    return this.#turns.take(JSON.stringify([...board, score.user]), async () => {
      for (let tries = 1; tries <= TRIES; tries++) {
        const known = await this.#placed(key, board, score.user);
        const next = scoreAfter(known?.score ?? null, score, keep, key.order);
        if (known !== null && next === null) return this.#rename(board, known, score.name);
        const moved = await this.#move(key, board, known, { ...score, score: next ?? score.score });
        if (moved !== null) return moved;
      }
      throw new StoreError('busy', 'others keep changing the same score');
    });
  }

  async standing(key: BoardKey, user: string): Promise<Standing | null> {
    const placed = await this.#placed(key, paramsOf(key, user), user);
    return placed === null ? null : withoutCame(placed);
  }

  async top(key: BoardKey, limit: number): Promise<readonly Standing[]> {
    const rows = await rowsOf(this.#sql, { sql: ask.TOP, params: [...paramsOf(key), rowsAtMost(limit)] });
    return rows.map((row, index) => standingOf(key, row, index + 1));
  }

  async around(key: BoardKey, user: string, limit: number): Promise<readonly Standing[]> {
    const above = rowsAbove(limit);
    const me = [...paramsOf(key, user), user];
    const { results } = await this.#sql.transact(
      [
        { sql: ask.STANDING, params: me },
        { sql: ask.NEIGHBOURS, params: [...me, above, rowsAtMost(limit) - above] },
      ],
      { isRead: true },
    );
    const [mine, near] = results.map(({ rows }) => rows);
    const at = near?.findIndex(({ user_id }) => user_id === user) ?? 0;
    return (near ?? []).map((row, index) => standingOf(key, row, Number(mine?.[0]?.place) + index - at));
  }

  async size(key: BoardKey): Promise<number> {
    return Number((await rowOf(this.#sql, { sql: ask.SIZE, params: paramsOf(key) }))?.size ?? 0);
  }

  async #placed(key: BoardKey, board: BoardParams, user: string): Promise<Placed | null> {
    const row = await rowOf(this.#sql, { sql: ask.STANDING, params: [...board, user] });
    return row === null ? null : placedOf(key, row);
  }

  async #rename(board: BoardParams, known: Placed, name: string): Promise<Standing> {
    if (known.name !== name) {
      await this.#sql.transact([{ sql: ask.RENAME, params: [...board, known.user, name] }]);
    }
    return { ...withoutCame(known), name };
  }

  /** A score leaves its place for another, below all others of its height. Null where it was not in its place any more. */
  async #move(key: BoardKey, board: BoardParams, from: Placed | null, to: Score): Promise<Standing | null> {
    const height = heightOf(key, to.score);
    const row = [...board, to.user, to.name, height, to.atMs];
    const left = from === null ? [] : [...board, heightOf(key, from.score), from.came];
    const first: readonly SqlStatement[] = [
      { sql: ask.NEW_BOARD, params: board },
      { sql: ask.NEW_BUCKET, params: [...board, HEIGHT_MIN] },
      { sql: ask.NEXT_CHANGE, params: board },
      { sql: ask.ENTER, params: row, mustChange: true },
    ];
    const again = (known: Placed): readonly SqlStatement[] => [
      { sql: ask.NEXT_CHANGE, params: board },
      { sql: ask.MOVE, params: [...row, known.came], mustChange: true },
      { sql: ask.ONE_LESS, params: left },
    ];
    const { results, failedAt } = await this.#sql.transact([
      ...(from === null ? first : again(from)),
      { sql: ask.ONE_MORE, params: [...board, height] },
      { sql: ask.STANDING, params: [...board, to.user] },
      { sql: ask.BUCKET_ENTERED, params: [...board, height] },
      ...(from === null ? [] : [{ sql: ask.BUCKET_LEFT, params: left }]),
    ]);
    if (failedAt !== null) return null;
    const answers = results.slice(from === null ? 5 : 4).map(({ rows }) => rows[0]);
    const [standing, entered, bucketLeft] = answers;
    if (standing === undefined) throw new StoreError('corrupt', 'a score that was kept is not there');
    // The score counts already, and a bucket of any size is as exact: the next one tries again.
    await this.#balance(board, entered, bucketLeft).catch(() => {});
    return withoutCame(placedOf(key, standing));
  }

  async #balance(board: BoardParams, entered: Row | undefined, left: Row | undefined): Promise<void> {
    if (entered !== undefined && Number(entered.size) > this.#bucketMax) await this.#split(board, entered);
    if (left !== undefined && Number(left.size) < this.#bucketMax * SHRUNK) await this.#merge(board, left);
  }

  /** Both halves again, for a bucket may have grown by more than one since. */
  async #split(board: BoardParams, { height, came, size }: Row): Promise<void> {
    const half = Math.floor(Number(size) / 2);
    const middle = await rowOf(this.#sql, {
      sql: ask.PLACE_BELOW,
      params: [...board, Number(height), Number(came), half],
    });
    if (middle === null) return;
    const begin = [...board, Number(middle.height), Number(middle.came)];
    const { failedAt } = await this.#sql.transact([
      { sql: ask.HOLD, params: board },
      { sql: ask.SPLIT, params: begin, mustChange: true },
      { sql: ask.SPLIT_OFF, params: begin },
    ]);
    if (failedAt !== null || half <= this.#bucketMax) return;
    await this.#split(board, { height: height ?? 0, came: came ?? 0, size: half });
    await this.#split(board, { ...middle, size: Number(size) - half });
  }

  async #merge(board: BoardParams, { height, came }: Row): Promise<void> {
    const begin = [...board, Number(height), Number(came)];
    await this.#sql.transact([
      { sql: ask.HOLD, params: board },
      { sql: ask.MERGE, params: [...begin, Math.floor(this.#bucketMax * MERGED)], mustChange: true },
      { sql: ask.MERGED, params: begin },
    ]);
  }
}

function paramsOf({ name, period, order }: BoardKey, ...texts: readonly string[]): BoardParams {
  checkKeys(name, period, ...texts);
  return [name, period, order];
}

/** Ascending from the top. */
function heightOf({ order }: BoardKey, score: number): number {
  return order === 'highest' ? -score : score;
}

function standingOf({ order }: BoardKey, { user_id, name, height, at_ms }: Row, rank: number): Standing {
  // Adding nothing makes nothing of less than nothing.
  const score = (order === 'highest' ? -Number(height) : Number(height)) + 0;
  return { rank, user: String(user_id), name: String(name), score, atMs: Number(at_ms) };
}

function placedOf(key: BoardKey, row: Row): Placed {
  return { ...standingOf(key, row, Number(row.place)), came: Number(row.came) };
}

function withoutCame({ rank, user, name, score, atMs }: Placed): Standing {
  return { rank, user, name, score, atMs };
}
