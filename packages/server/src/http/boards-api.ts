/** Leaderboards over HTTP: names, scores and ranks, and never who is behind a name. */
import type { HttpBindings } from '@hono/node-server';
import { GameError } from '@madang/core';
import type { Hono } from 'hono';
import type { BoardPart, Boards } from '../boards/boards.ts';
import type { Clock } from '../ports/clock.ts';
import type { Standing } from '../ports/store.ts';
import { Allowances } from './allowances.ts';
import type { ApiContext, Callers } from './caller.ts';

/** Of one address: people look, and pages ask again now and then. */
const PER_SECOND = 20;
const BURST = 100;

export interface BoardsApiOptions {
  readonly boards: Boards;
  readonly callers: Callers;
  readonly clock: Clock;
}

export function serveBoards(api: Hono<{ Bindings: HttpBindings }>, { boards, callers, clock }: BoardsApiOptions): void {
  const questions = new Allowances({ clock, what: 'questions to leaderboards', perSecond: PER_SECOND, burst: BURST });
  api.get('/api/boards', (c) =>
    c.json({ boards: [...boards.all].map(([name, { order, keep, period }]) => ({ name, order, keep, period })) }),
  );
  api.get('/api/boards/:board', async (c) => {
    questions.check(callers.address(c));
    const name = c.req.param('board');
    const part = partOf(c);
    const isAround = c.req.query('around') !== undefined;
    const me = isAround ? await callers.get(c) : await callers.find(c);
    const { period, size, rows } =
      isAround && me !== null ? await boards.around(name, me.id, part) : await boards.top(name, part);
    const shown = ({ rank, user, name: called, score, atMs }: Standing) => ({
      rank,
      name: called,
      score,
      atMs,
      isMe: user === me?.id,
    });
    return c.json({ board: name, period, size, rows: rows.map(shown) });
  });
}

/** Throws BAD_MESSAGE for a question that is none. */
function partOf(c: ApiContext): BoardPart {
  const { around, limit, period, ...rest } = c.req.query();
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw badQuestion(`${unknown.slice(0, 32)} is not known`);
  if (around !== undefined && around !== 'me') throw badQuestion('around can be me');
  if (limit !== undefined && !/^\d{1,6}$/u.test(limit)) throw badQuestion('limit is a whole number');
  if (period !== undefined && period !== 'this' && period !== 'last') throw badQuestion('period can be this or last');
  return { ...(limit === undefined ? {} : { limit: Number(limit) }), ...(period === undefined ? {} : { period }) };
}

function badQuestion(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', `This leaderboard cannot be shown: ${reason}.`, { reason });
}
