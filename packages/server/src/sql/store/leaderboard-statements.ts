/**
 * What leaderboards ask of a database. `$1` to `$3` name the board in every statement. Places are compared as pairs, so that one index finds
 * them; what they are compared with comes by sub-selects of one value each, which both databases look up once. The `+` before the second of
 * a pair is for SQLite: beside a value that has a column's type it would use the index for the first only, and read all who are tied.
 */

const IS_BOARD = 'name = $1 AND period = $2 AND rank_order = $3';
const BOARD = `(SELECT id FROM madang_boards WHERE ${IS_BOARD})`;
/** The number of the change that is being made. */
const CHANGE = `(SELECT changes FROM madang_boards WHERE ${IS_BOARD})`;

/** Begins a board; one that is there stays. */
export const NEW_BOARD = `INSERT INTO madang_boards (name, period, rank_order, changes)
  SELECT $1, $2, $3, 0 WHERE ${BOARD} IS NULL ON CONFLICT DO NOTHING`;

/** `$4` is below every height. */
export const NEW_BUCKET = `INSERT INTO madang_score_buckets (board, height, came, size)
  SELECT id, CAST($4 AS BIGINT), 0, 0 FROM madang_boards WHERE ${IS_BOARD} AND changes = 0 ON CONFLICT DO NOTHING`;

/** Counts the next change. Nobody else changes this board until the transaction is over. */
export const NEXT_CHANGE = `UPDATE madang_boards SET changes = changes + 1 WHERE ${IS_BOARD}`;

/** `$4` user, `$5` name, `$6` height, `$7` moment. */
export const ENTER = `INSERT INTO madang_scores (board, user_id, name, height, came, at_ms)
  SELECT id, $4, $5, CAST($6 AS BIGINT), changes, CAST($7 AS BIGINT) FROM madang_boards WHERE ${IS_BOARD}
  ON CONFLICT DO NOTHING`;

/** As ENTER, of a score that came by the change `$8`. */
export const MOVE = `UPDATE madang_scores SET name = $5, height = $6, came = ${CHANGE}, at_ms = $7
  WHERE board = ${BOARD} AND user_id = $4 AND came = $8`;

/** `$4` user, `$5` name. */
export const RENAME = `UPDATE madang_scores SET name = $5 WHERE board = ${BOARD} AND user_id = $4`;

/** The bucket of a place, or the one above that. */
function bucket(columns: string, is: '<=' | '<', height: string, came: string, board = BOARD): string {
  return `SELECT ${columns} FROM madang_score_buckets b WHERE b.board = ${board} AND (b.height, b.came) ${is} (${height}, +${came})
    ORDER BY b.height DESC, b.came DESC LIMIT 1`;
}
const BEGIN = 'b.height, b.came';
const WHOLE = 'b.height, b.came, b.size';

const resize = (by: '+' | '-', height: string, came: string): string =>
  `UPDATE madang_score_buckets SET size = size ${by} 1
    WHERE board = ${BOARD} AND (height, came) = (${bucket(BEGIN, '<=', height, came)})`;

/** `$4` and `$5`: the place that is left. */
export const ONE_LESS = resize('-', '$4', '$5');
export const BUCKET_LEFT = bucket(WHOLE, '<=', '$4', '$5');

/** `$4`: the height that is entered. */
export const ONE_MORE = resize('+', '$4', CHANGE);
export const BUCKET_ENTERED = bucket(WHOLE, '<=', '$4', CHANGE);

/** The place so many (`$6`) below `$4` and `$5`. */
export const PLACE_BELOW = `SELECT height, came FROM madang_scores
  WHERE board = ${BOARD} AND (height, came) >= ($4, $5) ORDER BY height, came LIMIT 1 OFFSET $6`;

/** Changes nothing but that nobody else changes this board. */
export const HOLD = `UPDATE madang_boards SET changes = changes WHERE ${IS_BOARD}`;

/** A new bucket from the place `$4`, `$5` on. */
export const SPLIT = `INSERT INTO madang_score_buckets (board, height, came, size)
  SELECT b.board, CAST($4 AS BIGINT), CAST($5 AS BIGINT), b.size - (
    SELECT COUNT(*) FROM madang_scores s
      WHERE s.board = b.board AND (s.height, s.came) >= (b.height, +b.came) AND (s.height, s.came) < ($4, $5))
  FROM madang_score_buckets b WHERE b.board = ${BOARD} AND (b.height, b.came) = (${bucket(BEGIN, '<=', '$4', '$5')})
  ON CONFLICT DO NOTHING`;

const SIZE_THERE = `(SELECT t.size FROM madang_score_buckets t WHERE t.board = ${BOARD} AND t.height = $4 AND t.came = $5)`;
const IS_ABOVE = `board = ${BOARD} AND (height, came) = (${bucket(BEGIN, '<', '$4', '$5')})`;

/** What the new bucket has is not the one's above it any more. */
export const SPLIT_OFF = `UPDATE madang_score_buckets SET size = size - ${SIZE_THERE} WHERE ${IS_ABOVE}`;

/** The bucket that begins at `$4`, `$5` goes into the one above, where that makes at most `$6`. */
export const MERGE = `UPDATE madang_score_buckets SET size = size + ${SIZE_THERE} WHERE ${IS_ABOVE} AND size + ${SIZE_THERE} <= $6`;
export const MERGED = `DELETE FROM madang_score_buckets WHERE board = ${BOARD} AND height = $4 AND came = $5`;

const MY_PLACE = '(SELECT height FROM me), +(SELECT came FROM me)';
const MY_BUCKET = '(SELECT height FROM bucket), +(SELECT came FROM bucket)';
const MY_BOARD = '(SELECT board FROM me)';

/** `$4`: a user. */
const ME = `me AS MATERIALIZED (
    SELECT board, user_id, name, height, came, at_ms FROM madang_scores WHERE board = ${BOARD} AND user_id = $4
  )`;

/**
 * Somebody's place (`$4` user): a row with its number, or none. Of its bucket no more is read than it holds: without that, one of the
 * databases may choose to read the whole board.
 */
export const STANDING = `WITH ${ME}, bucket AS MATERIALIZED (
    ${bucket(WHOLE, '<=', '(SELECT height FROM me)', '(SELECT came FROM me)', MY_BOARD)}
  )
  SELECT user_id, name, height, came, at_ms, (
      1
      + COALESCE((SELECT CAST(SUM(b.size) AS BIGINT) FROM madang_score_buckets b
        WHERE b.board = ${MY_BOARD} AND (b.height, b.came) < (${MY_BUCKET})), 0)
      + (SELECT COUNT(*) FROM (
        SELECT s.height, s.came FROM madang_scores s WHERE s.board = ${MY_BOARD} AND (s.height, s.came) >= (${MY_BUCKET})
          ORDER BY s.height, s.came LIMIT (SELECT size FROM bucket)
      ) AS near WHERE (near.height, near.came) < (${MY_PLACE}))
    ) AS place
  FROM me`;

/** `$5` rows above somebody (`$4` user), and `$6` from there on. */
export const NEIGHBOURS = `WITH ${ME}, above AS (
    SELECT * FROM madang_scores s WHERE s.board = ${MY_BOARD} AND (s.height, s.came) < (${MY_PLACE})
      ORDER BY s.height DESC, s.came DESC LIMIT $5
  ), below AS (
    SELECT * FROM madang_scores s WHERE s.board = ${MY_BOARD} AND (s.height, s.came) >= (${MY_PLACE})
      ORDER BY s.height, s.came LIMIT $6
  )
  SELECT user_id, name, height, at_ms
    FROM (SELECT * FROM above UNION ALL SELECT * FROM below) AS near ORDER BY height, came`;

/** `$4` rows from the top. */
export const TOP = `SELECT user_id, name, height, at_ms FROM madang_scores WHERE board = ${BOARD}
  ORDER BY height, came LIMIT $4`;

export const SIZE = `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS size FROM madang_score_buckets WHERE board = ${BOARD}`;
