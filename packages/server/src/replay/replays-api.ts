/** Recordings over HTTP: what there is, and each as everyone could see it or as the asking user could. */
import type { HttpBindings } from '@hono/node-server';
import { GameError } from '@madang/core';
import type { Hono } from 'hono';
import { Allowances } from '../http/allowances.ts';
import type { ApiContext, Callers } from '../http/caller.ts';
import type { Clock } from '../ports/clock.ts';
import type { RecordingPlace } from '../ports/journal.ts';
import { type ReplayBytes, Replays, type ReplaysOptions } from './replays.ts';

/** Of one address: lists, and recordings, of which each is megabytes. */
const LISTS = { perSecond: 5, burst: 30 };
const RECORDINGS = { perSecond: 0.5, burst: 20 };

/** Recordings on their way at once, in all and to one address: each holds memory until it is through. */
const UNDER_WAY_MAX = 16;
const UNDER_WAY_PER_ADDRESS_MAX = 3;

/** A recording that has not been taken in this time is not waited for. */
const TAKEN_WITHIN_MS = 120_000;

const RETRY_AFTER_MS = 5_000;

const LIST_DEFAULT = 20;
const LIST_MAX = 50;

/** Recordings do not change; they may be deleted. */
const CACHE_SECONDS = 3_600;

export interface ReplaysApiOptions extends ReplaysOptions {
  readonly callers: Callers;
  readonly clock: Clock;
}

export function serveReplays(api: Hono<{ Bindings: HttpBindings }>, options: ReplaysApiOptions): void {
  const { callers, clock } = options;
  const replays = new Replays(options);
  const lists = new Allowances({ clock, what: 'lists of recordings', ...LISTS });
  const recordings = new Allowances({ clock, what: 'recordings', ...RECORDINGS });
  const underWay = new UnderWay(clock);

  api.get('/api/replays', async (c) => {
    lists.check(callers.address(c));
    const { limit, before, ...rest } = c.req.query();
    checkQuestion(rest);
    if (limit !== undefined && !/^\d{1,15}$/u.test(limit)) throw badQuestion('limit is a whole number');
    const after = before === undefined ? undefined : readPlace(before);
    const user = await callers.find(c);
    const most = limit === undefined ? LIST_DEFAULT : Math.min(LIST_MAX, Math.max(1, Number(limit)));
    const { replays: listed, last } = await replays.list(user?.id ?? null, most, after);
    c.header('Vary', 'Authorization');
    return c.json({ replays: listed, before: last === null ? null : placeText(last) });
  });

  api.get('/api/replays/:roomId', async (c) => {
    const { as, ...rest } = c.req.query();
    checkQuestion(rest);
    if (as !== undefined && as !== 'me') throw badQuestion('as can be me');
    recordings.check(callers.address(c));
    const roomId = c.req.param('roomId');
    const user = as === 'me' ? await callers.get(c) : await callers.find(c);
    underWay.begin(callers.address(c), c);
    const isMine = as === 'me' && user !== null;
    const found = isMine ? await replays.ofUser(roomId, user.id) : await replays.everyones(roomId, user?.id ?? null);
    return answer(c, found);
  });
}

function answer(c: ApiContext, { bytes, isPublic }: ReplayBytes): Response {
  return c.body(bytes, 200, {
    'Content-Type': 'application/octet-stream',
    'Cache-Control': `${isPublic ? 'public' : 'private'}, max-age=${CACHE_SECONDS}`,
    Vary: 'Authorization',
  });
}

/** Answers that are being made or sent. */
class UnderWay {
  readonly #clock: Clock;
  readonly #ofAddress = new Map<string, number>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts an answer until it is through. Throws SERVER_BUSY where there are too many. */
  begin(address: string, c: ApiContext): void {
    const { outgoing } = c.env;
    const its = this.#ofAddress.get(address) ?? 0;
    if (this.#count >= UNDER_WAY_MAX || its >= UNDER_WAY_PER_ADDRESS_MAX) {
      const sentence = 'Too many recordings are being sent just now; come back in a moment.';
      throw new GameError('SERVER_BUSY', sentence, { retryAfterMs: RETRY_AFTER_MS });
    }
    this.#count++;
    this.#ofAddress.set(address, its + 1);
    const cancel = this.#clock.after(TAKEN_WITHIN_MS, () => outgoing.destroy());
    outgoing.once('close', () => {
      cancel();
      this.#count--;
      const left = (this.#ofAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#ofAddress.set(address, left);
      else this.#ofAddress.delete(address);
    });
  }
}

/** Throws BAD_MESSAGE for a question that is none. */
function checkQuestion(rest: Readonly<Record<string, string>>): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw badQuestion(`${unknown.slice(0, 32)} is not known`);
}

/** Where a page ends, as those who ask for the next one hand it back. */
function placeText({ endedWallMs, roomId }: RecordingPlace): string {
  return `${endedWallMs}.${roomId}`;
}

/** Throws BAD_MESSAGE. */
function readPlace(text: string): RecordingPlace {
  const [, endedWallMs, roomId] = /^(\d{1,15})\.(.{1,64})$/u.exec(text) ?? [];
  if (endedWallMs === undefined || roomId === undefined) throw badQuestion('before is what a list before it said');
  return { endedWallMs: Number(endedWallMs), roomId };
}

function badQuestion(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', `This recording cannot be shown: ${reason}.`, { reason });
}
