/** The leaderboards of a server: what counts on each, for how long, and who stands where. They are kept in its store. */
import { GameError } from '@madang/core';
import type { Logger } from 'pino';
import { badOption } from '../identity/refusals.ts';
import { isUserId } from '../identity/user.ts';
import type { BoardKey, KeptScore, Leaderboards, Standing } from '../ports/store.ts';
import { askStore } from '../ports/store-down.ts';
import { playerName } from '../room/player-name.ts';
import { lastPeriodKey, PERIODS, type Period, periodKey } from './period.ts';

/** What a leaderboard is. Another order is another board; what is kept and for how long may change at any time. */
export interface BoardOptions {
  /** What is at the top. */
  readonly order: 'highest' | 'lowest';
  /** What counts of several scores of one player. */
  readonly keep: KeptScore;
  /** When it begins anew, by UTC; weeks begin on Monday. The periods before stay as they were. */
  readonly period: Period;
}

export interface BoardsOptions {
  readonly boards: Readonly<Record<string, BoardOptions>>;
  readonly leaderboards: Leaderboards;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  wallNowMs(): number;
}

/** Part of a board. */
export interface BoardPart {
  /** Rows at most: 1 to 100, 20. */
  readonly limit?: number;
  /** The period that is now, or the one before it. */
  readonly period?: 'this' | 'last';
}

/** Rows of a board, in the order of their ranks. */
export interface BoardRows {
  /** As `2026-11-22`, `2026-W47`, `2026-11` or `ever`; null for the one before `ever`, which has no rows. */
  readonly period: string | null;
  /** Players on the whole board. */
  readonly size: number;
  readonly rows: readonly Standing[];
}

const ROWS_MAX = 100;
const ROWS = 20;

/** Names are part of addresses. */
const BOARD_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u;

/** Rejections are GameErrors: STORE_DOWN where the store fails. */
export class Boards {
  readonly #boards: ReadonlyMap<string, BoardOptions>;
  readonly #options: BoardsOptions;

  /** Throws BAD_OPTION for boards that cannot be. */
  constructor(options: BoardsOptions) {
    this.#options = options;
    this.#boards = new Map(Object.entries(options.boards));
    for (const [name, board] of this.#boards) check(name, board);
  }

  /** What there is, by name. */
  get all(): ReadonlyMap<string, BoardOptions> {
    return this.#boards;
  }

  /**
   * Counts a score of a user in the period that is now, and answers where the user stands then. `name` is shown to everybody. Nothing in a
   * room waits for it: whoever calls it handles its rejection. Rejects with BOARD_UNKNOWN, BAD_SCORE for what is no whole number or nobody's,
   * BAD_NAME, STORE_DOWN: a best or latest score may then be submitted again, a sum may have been counted.
   */
  async submit(board: string, user: string, score: number, { name = '' }: { name?: string } = {}): Promise<Standing> {
    const { keep, period } = this.#board(board);
    if (!isUserId(user)) {
      throw new GameError('BAD_SCORE', 'This score cannot be counted: it is nobody’s.', { reason: 'it is nobody’s' });
    }
    const atMs = this.#options.wallNowMs();
    const key = this.#key(board, periodKey(period, atMs));
    const shown = playerName(name, '');
    return this.#ask((leaderboards) => leaderboards.submit(key, keep, { user, name: shown, score, atMs }));
  }

  /** Where a user stands; null for one who is not there. Rejects with BOARD_UNKNOWN, STORE_DOWN. */
  async standing(board: string, user: string, { period = 'this' }: BoardPart = {}): Promise<Standing | null> {
    const key = this.#periodOf(board, period);
    return key === null ? null : this.#ask((leaderboards) => leaderboards.standing(this.#key(board, key), user));
  }

  /** The best. Rejects with BOARD_UNKNOWN, STORE_DOWN. */
  top(board: string, part: BoardPart = {}): Promise<BoardRows> {
    return this.#rows(board, part, (leaderboards, key, limit) => leaderboards.top(key, limit));
  }

  /** Who stands around a user; nobody where the user is not there. Rejects with BOARD_UNKNOWN, STORE_DOWN. */
  around(board: string, user: string, part: BoardPart = {}): Promise<BoardRows> {
    return this.#rows(board, part, (leaderboards, key, limit) => leaderboards.around(key, user, limit));
  }

  async #rows(
    board: string,
    { limit = ROWS, period = 'this' }: BoardPart,
    ask: (leaderboards: Leaderboards, key: BoardKey, limit: number) => Promise<readonly Standing[]>,
  ): Promise<BoardRows> {
    const name = this.#periodOf(board, period);
    if (name === null) return { period: null, size: 0, rows: [] };
    const key = this.#key(board, name);
    const most = Math.min(ROWS_MAX, Math.max(1, Math.trunc(limit) || ROWS));
    return this.#ask(async (leaderboards) => {
      const [rows, size] = await Promise.all([ask(leaderboards, key, most), leaderboards.size(key)]);
      return { period: name, size, rows };
    });
  }

  #ask<T>(work: (leaderboards: Leaderboards) => Promise<T>): Promise<T> {
    const { log, leaderboards } = this.#options;
    return askStore(log, () => work(leaderboards));
  }

  #key(name: string, period: string): BoardKey {
    return { name, period, order: this.#board(name).order };
  }

  #periodOf(board: string, period: 'this' | 'last'): string | null {
    const nowMs = this.#options.wallNowMs();
    const { period: lasts } = this.#board(board);
    return period === 'this' ? periodKey(lasts, nowMs) : lastPeriodKey(lasts, nowMs);
  }

  #board(name: string): BoardOptions {
    const board = this.#boards.get(name);
    if (board !== undefined) return board;
    const shown = name.slice(0, 64);
    throw new GameError('BOARD_UNKNOWN', `This server has no leaderboard ${JSON.stringify(shown)}.`, { board: shown });
  }
}

function check(name: string, { order, keep, period }: BoardOptions): void {
  const option = `boards.${name}`;
  if (!BOARD_NAME.test(name)) throw badOption(option, 'a name has 1 to 64 letters, digits, _ and -');
  if (!['highest', 'lowest'].includes(order)) throw badOption(`${option}.order`, 'it is highest or lowest');
  if (!['best', 'latest', 'sum'].includes(keep)) throw badOption(`${option}.keep`, 'it is best, latest or sum');
  if (!PERIODS.includes(period)) throw badOption(`${option}.period`, `it is ${PERIODS.join(', ')}`);
}
