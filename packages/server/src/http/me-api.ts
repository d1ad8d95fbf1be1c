/** What is mine, over HTTP: who I am, my documents in the collections that the operator opened, and how my matches ended. */
import type { HttpBindings } from '@hono/node-server';
import { GameError, parseJson } from '@madang/core';
import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { badOption } from '../identity/refusals.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentPlace, Store, StoredMatch } from '../ports/store.ts';
import { askStore } from '../ports/store-down.ts';
import { Allowances } from './allowances.ts';
import type { ApiContext, Callers } from './caller.ts';

/** What players may do with their own documents of a collection. */
export type DocumentAccess = 'read' | 'write';

/** Bytes of a document as it is sent. */
const DOCUMENT_BYTES_MAX = 16 * 1024;

/** Writes of one player: settings and progress, now and then. */
const WRITES_PER_SECOND = 2;
const WRITES_BURST = 30;

/** Writes of one address: guests cost nothing, so that anybody could be many. */
const ADDRESS_WRITES_PER_SECOND = 5;
const ADDRESS_WRITES_BURST = 60;

/** All else, of one address. */
const READS_PER_SECOND = 20;
const READS_BURST = 100;

const MATCHES = 20;
const MATCHES_MAX = 100;

/** Keys and collections are part of addresses. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/u;

export interface MeApiOptions {
  readonly store: Pick<Store, 'accounts' | 'documents' | 'matches'>;
  readonly documents: Readonly<Record<string, DocumentAccess>>;
  readonly callers: Callers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Throws BAD_OPTION for collections that cannot be. */
export function checkCollections(documents: Readonly<Record<string, DocumentAccess>>): void {
  for (const [name, access] of Object.entries(documents)) {
    if (!NAME.test(name)) throw badOption(`documents.${name}`, 'a name has 1 to 64 letters, digits, _, . and -');
    if (access !== 'read' && access !== 'write') throw badOption(`documents.${name}`, 'it is read or write');
  }
}

export function serveMe(api: Hono<{ Bindings: HttpBindings }>, options: MeApiOptions): void {
  const { store, callers, clock, log } = options;
  const collections = new Map(Object.entries(options.documents));
  const writes = new Allowances({
    clock,
    what: 'documents to save',
    perSecond: WRITES_PER_SECOND,
    burst: WRITES_BURST,
  });
  const addressWrites = new Allowances({
    clock,
    what: 'documents to save from one address',
    perSecond: ADDRESS_WRITES_PER_SECOND,
    burst: ADDRESS_WRITES_BURST,
  });
  const reads = new Allowances({ clock, what: 'questions', perSecond: READS_PER_SECOND, burst: READS_BURST });

  /** Throws FORBIDDEN for what this player may not do, as if the collection were not there. */
  const placeOf = async (c: ApiContext, to: DocumentAccess): Promise<DocumentPlace> => {
    reads.check(callers.address(c));
    const { id: owner } = await callers.get(c);
    const { collection = '', key = '' } = c.req.param();
    const access = collections.get(collection);
    if (access === undefined || (to === 'write' && access !== 'write')) {
      throw new GameError('FORBIDDEN', `Players may not ${to} documents of this collection.`, { reason: 'collection' });
    }
    if (c.req.param('key') !== undefined && !NAME.test(key)) throw badDocument('a key has letters, digits, _, . and -');
    if (to === 'write') {
      writes.check(owner);
      addressWrites.check(callers.address(c));
    }
    return { owner, collection, key };
  };

  api.get('/api/me', async (c) => {
    reads.check(callers.address(c));
    const { id, name, roles } = await callers.get(c);
    const account = await askStore(log, () => store.accounts.load(id));
    return c.json({ user: { id, name, roles }, createdAtMs: account?.createdAtMs ?? null });
  });
  api.get('/api/me/matches', async (c) => {
    reads.check(callers.address(c));
    const { id } = await callers.get(c);
    const limit = Math.min(MATCHES_MAX, Math.trunc(Number(c.req.query('limit') ?? MATCHES)) || MATCHES);
    const matches = await askStore(log, () => store.matches.ofPlayer(id, limit));
    return c.json({ matches: matches.map((match) => shownMatch(match, id)) });
  });
  api.get('/api/me/documents/:collection', async (c) => {
    const { owner, collection } = await placeOf(c, 'read');
    return c.json({ documents: await askStore(log, () => store.documents.list(owner, collection)) });
  });
  api.get('/api/me/documents/:collection/:key', async (c) => {
    const place = await placeOf(c, 'read');
    const document = await askStore(log, () => store.documents.load(place));
    if (document === null) throw documentUnknown(place);
    return c.json(document.value, 200, { ETag: tagOf(document.version), 'Cache-Control': 'no-store' });
  });
  api.put(
    '/api/me/documents/:collection/:key',
    bodyLimit({ maxSize: DOCUMENT_BYTES_MAX, onError: () => refuseSize() }),
    async (c) => {
      const place = await placeOf(c, 'write');
      const baseVersion = c.req.header('if-none-match') === '*' ? 0 : expectedVersion(c);
      const value = parseJson(await c.req.text());
      const version = await askStore(log, () => store.documents.save(place, value, baseVersion));
      return c.json({ version }, version === 1 ? 201 : 200, { ETag: tagOf(version) });
    },
  );
  api.delete('/api/me/documents/:collection/:key', async (c) => {
    const place = await placeOf(c, 'write');
    const version = expectedVersion(c);
    await askStore(log, () => store.documents.remove(place, version));
    return c.body(null, 204);
  });
}

/** How a match ended for one of its players, without the ids of the others. */
function shownMatch({ id, game, endedAtMs, teams }: StoredMatch, user: string) {
  const mine = teams.find(({ players }) => players.some((player) => player.user === user));
  const me = mine?.players.find((player) => player.user === user);
  return {
    id,
    game,
    endedAtMs,
    place: mine?.place ?? null,
    teams: teams.length,
    hasLeft: me?.hasLeft ?? false,
  };
}

function tagOf(version: number): string {
  return `"${version}"`;
}

/** What a write was decided on; proxies that compress make the tags of answers weak. Throws BAD_MESSAGE for one that does not say: it could undo what somebody else saved. */
function expectedVersion(c: ApiContext): number {
  const tag = /^(?:W\/)?"([1-9]\d{0,14})"$/u.exec(c.req.header('if-match') ?? '');
  if (tag === null) throw badDocument('say If-Match: "VERSION" of the one you know, or If-None-Match: * for a new one');
  return Number(tag[1]);
}

function badDocument(reason: string): GameError<'BAD_MESSAGE'> {
  return new GameError('BAD_MESSAGE', `This document cannot be had so: ${reason}.`, { reason });
}

function documentUnknown({ collection, key }: DocumentPlace): GameError<'DOCUMENT_UNKNOWN'> {
  return new GameError('DOCUMENT_UNKNOWN', 'You have no document of this name.', { collection, key });
}

function refuseSize(): never {
  throw new GameError('MESSAGE_TOO_LARGE', `A document has at most ${DOCUMENT_BYTES_MAX} bytes.`, {
    sizeBytes: DOCUMENT_BYTES_MAX + 1,
    limitBytes: DOCUMENT_BYTES_MAX,
  });
}
