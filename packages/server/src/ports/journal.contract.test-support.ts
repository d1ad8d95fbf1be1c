/** What every journal promises: one suite, run against each. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Journal, JournalCommit, JournalEnd, JournaledRoom } from './journal.ts';
import { anEntry, anyStep, type Entry, Model, ROOMS, summary } from './journal-model.test-support.ts';

export function aCommit(
  entries: readonly Entry[],
  ends: readonly (Pick<JournalEnd, 'roomId'> & Partial<JournalEnd>)[] = [],
): JournalCommit {
  return {
    entries: entries.map(anEntry),
    ends: ends.map((end) => ({ epoch: 1, isKept: false, wallMs: 9_000, ...end })),
    isSynced: false,
  };
}

/** What a room's entries say, in words. */
export async function wordsOf(
  journal: Journal,
  roomId: string,
  from: 'last-snapshot' | 'start' = 'start',
): Promise<readonly string[]> {
  return (await journal.read(roomId, from)).map((bytes) => new TextDecoder().decode(bytes));
}

/** `open` gives a journal of its own each time, with nothing in it. */
export function journalContract(name: string, open: () => Promise<Journal>): void {
  const opened = async (use: (journal: Journal) => Promise<void>): Promise<void> => {
    const journal = await open();
    try {
      await use(journal);
    } finally {
      await journal.close();
    }
  };
  const names = (rooms: readonly JournaledRoom[]): readonly string[] => rooms.map(({ roomId }) => roomId);

  describe(`journal: ${name}`, () => {
    test('what was committed is read in order, from the start and from the last snapshot', () =>
      opened(async (journal) => {
        expect(await journal.commit(aCommit([{ roomId: 'a', seq: 1 }]))).toEqual({ lost: [] });
        const history = { keepsHistory: true, roomId: 'a' };
        await journal.commit(
          aCommit([
            { ...history, seq: 2 },
            { ...history, seq: 3, isSnapshot: true },
          ]),
        );
        await journal.commit({ ...aCommit([{ ...history, seq: 4 }]), isSynced: true });
        expect(await wordsOf(journal, 'a')).toEqual(['a:1', 'a:2', 'a:3', 'a:4']);
        expect(await wordsOf(journal, 'a', 'last-snapshot')).toEqual(['a:3', 'a:4']);
        expect(await journal.unfinished()).toEqual([
          {
            roomId: 'a',
            game: 'chess',
            epoch: 1,
            seq: 4,
            tick: 40,
            sizeBytes: 12,
            openedWallMs: 1_001,
            endedWallMs: null,
          },
        ]);
        expect(await wordsOf(journal, 'nobody')).toEqual([]);
      }));

    test('a room that keeps no history takes no more room than since its last snapshot', () =>
      opened(async (journal) => {
        await journal.commit(
          aCommit([
            { roomId: 'a', seq: 1 },
            { roomId: 'a', seq: 2 },
            { roomId: 'b', seq: 1 },
          ]),
        );
        await journal.commit(
          aCommit([
            { roomId: 'a', seq: 3, isSnapshot: true },
            { roomId: 'a', seq: 4 },
          ]),
        );
        expect(await wordsOf(journal, 'a')).toEqual(['a:3', 'a:4']);
        expect(await wordsOf(journal, 'b')).toEqual(['b:1']);
        expect((await journal.unfinished()).map(({ sizeBytes }) => sizeBytes)).toEqual([6, 3]);
      }));

    test('[ST13] a commit whose outcome is unknown can be repeated, also with more in it', () =>
      opened(async (journal) => {
        const first = aCommit([
          { roomId: 'a', seq: 1 },
          { roomId: 'a', seq: 2 },
          { roomId: 'b', seq: 1 },
        ]);
        for (let i = 0; i < 3; i++) expect(await journal.commit(first)).toEqual({ lost: [] });
        const more = { ...first, entries: [...first.entries, anEntry({ roomId: 'a', seq: 3, isSnapshot: true })] };
        for (let i = 0; i < 3; i++) expect(await journal.commit(more)).toEqual({ lost: [] });
        expect(await wordsOf(journal, 'a')).toEqual(['a:3']);
        const last = aCommit([{ roomId: 'a', seq: 4 }], [{ roomId: 'a' }, { roomId: 'b', isKept: true }]);
        for (let i = 0; i < 3; i++) expect(await journal.commit(last)).toEqual({ lost: [] });
        expect(names(await journal.unfinished())).toEqual([]);
        expect(await wordsOf(journal, 'a')).toEqual([]);
        expect(names(await journal.recordings(9))).toEqual(['b']);
      }));

    test('[ST16] [PC04] who had a room before it was taken over is told so, and writes nothing; other rooms go on', () =>
      opened(async (journal) => {
        await journal.commit(
          aCommit([
            { roomId: 'a', seq: 1 },
            { roomId: 'b', seq: 1 },
          ]),
        );
        expect(await journal.claim('a')).toBe(2);
        const late = aCommit(
          [
            { roomId: 'a', seq: 2 },
            { roomId: 'b', seq: 2 },
          ],
          [{ roomId: 'a' }],
        );
        expect(await journal.commit(late)).toEqual({ lost: ['a'] });
        expect(await journal.commit(aCommit([{ roomId: 'a', seq: 2, isSnapshot: true }]))).toEqual({ lost: ['a'] });
        expect(await journal.commit(aCommit([{ roomId: 'a', seq: 2, epoch: 2, bytes: Uint8Array.of(65) }]))).toEqual({
          lost: [],
        });
        expect(await wordsOf(journal, 'a')).toEqual(['a:1', 'A']);
        expect(await wordsOf(journal, 'b')).toEqual(['b:1', 'b:2']);
        expect(await journal.claim('a')).toBe(3);
        expect((await journal.unfinished()).map(({ epoch }) => epoch)).toEqual([3, 1]);
      }));

    test('[PC04] a number that an earlier owner wrote last is not taken for one that is repeated', () =>
      opened(async (journal) => {
        await journal.commit(
          aCommit([
            { roomId: 'a', seq: 1 },
            { roomId: 'a', seq: 2 },
          ]),
        );
        await journal.claim('a');
        for (const isSnapshot of [false, true]) {
          const late = aCommit([{ roomId: 'a', seq: 2, epoch: 2, isSnapshot }]);
          expect(await journal.commit(late)).toEqual({ lost: ['a'] });
        }
        expect(await wordsOf(journal, 'a')).toEqual(['a:1', 'a:2']);
      }));

    test('[ST20] a room whose last entries are missing goes on with a snapshot, and with nothing else', () =>
      opened(async (journal) => {
        await journal.commit(aCommit([{ roomId: 'a', seq: 1 }]));
        expect(await journal.commit(aCommit([{ roomId: 'a', seq: 3 }]))).toEqual({ lost: ['a'] });
        const kept = { roomId: 'a', keepsHistory: true };
        expect(await journal.commit(aCommit([{ ...kept, seq: 5, isSnapshot: true }]))).toEqual({ lost: [] });
        expect(await wordsOf(journal, 'a')).toEqual(['a:1', 'a:5']);
        expect((await journal.unfinished())[0]?.sizeBytes).toBe(6);
      }));

    test('a room whose first commit was given up begins with its next snapshot', () =>
      opened(async (journal) => {
        expect(await journal.commit(aCommit([{ roomId: 'a', seq: 2 }]))).toEqual({ lost: ['a'] });
        const snapshot = aCommit([{ roomId: 'a', seq: 3, isSnapshot: true, begins: true }]);
        for (let i = 0; i < 2; i++) expect(await journal.commit(snapshot)).toEqual({ lost: [] });
        expect(await wordsOf(journal, 'a')).toEqual(['a:3']);
      }));

    test('[ST16] a room that has ended or was removed does not come back, whoever still writes to it', () =>
      opened(async (journal) => {
        const rooms = ['ended', 'kept', 'removed'];
        await journal.commit(aCommit(rooms.map((roomId) => ({ roomId, seq: 1 }))));
        for (const roomId of rooms) expect(await journal.claim(roomId)).toBe(2);
        const ends = [
          { roomId: 'ended', epoch: 2 },
          { roomId: 'kept', epoch: 2, isKept: true },
        ];
        expect(await journal.commit(aCommit([], ends))).toEqual({ lost: [] });
        await journal.remove('removed');
        for (const roomId of rooms) {
          const late = aCommit([{ roomId, seq: 2, isSnapshot: true }]);
          expect(await journal.commit(late)).toEqual({ lost: [roomId] });
        }
        expect(names(await journal.unfinished())).toEqual([]);
        expect(await wordsOf(journal, 'kept')).toEqual(['kept:1']);
      }));

    test('a room that ended is gone, or a recording that nobody writes to', () =>
      opened(async (journal) => {
        const both = [
          { roomId: 'gone', seq: 1 },
          { roomId: 'kept', seq: 1 },
        ];
        await journal.commit(aCommit(both, [{ roomId: 'gone' }, { roomId: 'kept', isKept: true }]));
        expect(names(await journal.unfinished())).toEqual([]);
        expect(await wordsOf(journal, 'gone')).toEqual([]);
        expect(await journal.commit(aCommit([{ roomId: 'kept', seq: 2 }]))).toEqual({ lost: [] });
        expect(await wordsOf(journal, 'kept')).toEqual(['kept:1']);
        expect(await journal.claim('kept')).toBeNull();
        expect(await journal.claim('gone')).toBeNull();
        expect((await journal.recordings(9))[0]).toMatchObject({ roomId: 'kept', endedWallMs: 9_000 });
      }));

    test('unfinished rooms come in the order of their beginning, recordings with the newest first, by the page', () =>
      opened(async (journal) => {
        for (const roomId of ['c', 'a', 'b', 'd']) await journal.commit(aCommit([{ roomId, seq: 1 }]));
        expect(names(await journal.unfinished())).toEqual(['c', 'a', 'b', 'd']);
        for (const [roomId, wallMs] of [
          ['a', 30],
          ['c', 10],
          ['d', 20],
        ] as const) {
          await journal.commit(aCommit([], [{ roomId, isKept: true, wallMs }]));
        }
        expect(names(await journal.unfinished())).toEqual(['b']);
        expect(names(await journal.recordings(2))).toEqual(['a', 'd']);
        expect(names(await journal.recordings(2, { endedWallMs: 20, roomId: 'd' }))).toEqual(['c']);
        expect(names(await journal.recordings(0))).toEqual([]);
      }));

    test('recordings of rooms that ended together are all found, by pages of any size', () =>
      opened(async (journal) => {
        const ids = ['e', 'b', 'd', 'a', 'c', 'f'];
        const ends = ids.map((roomId) => ({ roomId, isKept: true, wallMs: roomId === 'f' ? 20 : 10 }));
        await journal.commit(
          aCommit(
            ids.map((roomId) => ({ roomId, seq: 1 })),
            ends,
          ),
        );
        for (const limit of [1, 2, 4, 9]) {
          const found: string[] = [];
          let page = await journal.recordings(limit);
          while (page.length > 0) {
            found.push(...names(page));
            const { endedWallMs, roomId } = page.at(-1) ?? { endedWallMs: null, roomId: '' };
            page = await journal.recordings(limit, { endedWallMs: endedWallMs ?? 0, roomId });
          }
          expect(found).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
        }
      }));

    test('a long recording is read whole, in order, whatever the size of its entries', () =>
      opened(async (journal) => {
        const sizes = [...Array(200).fill(7), 700_000, 700_000, 3_000_000, 0, ...Array(63).fill(0), 1_048_576, 1];
        const entries = sizes.map((size: number, at) => {
          // One number was given up.
          const seq = at < 100 ? at + 1 : at + 2;
          const bytes = new Uint8Array(size).fill(at);
          return { roomId: 'a', seq, bytes, isSnapshot: at === 0 || at === 100, keepsHistory: true };
        });
        await journal.commit(aCommit(entries, [{ roomId: 'a', isKept: true }]));
        const looks = (all: readonly Uint8Array[]) => all.map((bytes) => [bytes.length, bytes[0]]);
        const whole = entries.map(({ bytes }) => bytes);
        expect(looks(await journal.read('a', 'start'))).toEqual(looks(whole));
        expect(looks(await journal.read('a', 'last-snapshot'))).toEqual(looks(whole.slice(100)));
      }));

    test('recordings go when they are too old, and the oldest where there are too many bytes', () =>
      opened(async (journal) => {
        const times = { a: 10, b: 20, c: 30, d: 40 };
        for (const [roomId, wallMs] of Object.entries(times)) {
          const bytes = new Uint8Array(100);
          await journal.commit(aCommit([{ roomId, seq: 1, bytes }], [{ roomId, isKept: true, wallMs }]));
        }
        await journal.commit(aCommit([{ roomId: 'live', seq: 1, bytes: new Uint8Array(1_000) }]));
        expect(await journal.prune({ endedBeforeWallMs: 0, maxBytes: 400 })).toBe(0);
        expect(await journal.prune({ endedBeforeWallMs: 20, maxBytes: 400 })).toBe(1);
        expect(names(await journal.recordings(9))).toEqual(['d', 'c', 'b']);
        expect(await journal.prune({ endedBeforeWallMs: 20, maxBytes: 299 })).toBe(1);
        expect(names(await journal.recordings(9))).toEqual(['d', 'c']);
        expect(await journal.prune({ endedBeforeWallMs: 0, maxBytes: 0 })).toBe(2);
        expect(names(await journal.unfinished())).toEqual(['live']);
      }));

    test('a journal that is removed is gone, whether its room has ended or not', () =>
      opened(async (journal) => {
        await journal.commit(
          aCommit(
            [
              { roomId: 'a', seq: 1 },
              { roomId: 'b', seq: 1 },
            ],
            [{ roomId: 'b', isKept: true }],
          ),
        );
        for (const roomId of ['a', 'b', 'nobody']) await journal.remove(roomId);
        expect([...(await journal.unfinished()), ...(await journal.recordings(9))]).toEqual([]);
        expect(await wordsOf(journal, 'a')).toEqual([]);
        for (const isSnapshot of [false, true]) {
          expect(await journal.commit(aCommit([{ roomId: 'a', seq: 2, isSnapshot }]))).toEqual({ lost: ['a'] });
        }
        expect(names(await journal.unfinished())).toEqual([]);
      }));

    test("bytes are the journal's own: they may be written over after the call, and what was read after that", () =>
      opened(async (journal) => {
        const buffer = new TextEncoder().encode('__hello__');
        const committed = journal.commit(aCommit([{ roomId: 'a', seq: 1, bytes: buffer.subarray(2, 7) }]));
        buffer.fill(0);
        await committed;
        const [read] = await journal.read('a', 'start');
        expect(read).toEqual(new TextEncoder().encode('hello'));
        read?.fill(0);
        expect(await wordsOf(journal, 'a')).toEqual(['hello']);
      }));

    test('names are text and nothing else [AU20]', () =>
      opened(async (journal) => {
        for (const roomId of ["'; DROP TABLE madang_journal_rooms; --", '__proto__', '%', '', '방']) {
          await journal.commit(aCommit([{ roomId, seq: 1, bytes: new Uint8Array(0) }]));
          expect(await journal.read(roomId, 'start')).toEqual([new Uint8Array(0)]);
        }
        expect(await journal.unfinished()).toHaveLength(5);
      }));

    test('an empty commit, and one of a megabyte', () =>
      opened(async (journal) => {
        expect(await journal.commit(aCommit([]))).toEqual({ lost: [] });
        const bytes = new Uint8Array(1_000_000).map((_, at) => at * 7);
        await journal.commit({ ...aCommit([{ roomId: 'a', seq: 1, bytes }]), isSynced: true });
        expect(Buffer.compare((await journal.read('a', 'start'))[0] ?? new Uint8Array(0), bytes)).toBe(0);
      }));

    test('closing twice is fine and comes after what was asked; using it afterwards is not', async () => {
      const journal = await open();
      const committed = journal.commit(aCommit([{ roomId: 'a', seq: 1 }]));
      await Promise.all([journal.close(), journal.close()]);
      expect(await committed).toEqual({ lost: [] });
      await expect(journal.unfinished()).rejects.toMatchObject({ kind: 'closed' });
      await expect(journal.commit(aCommit([{ roomId: 'a', seq: 2 }]))).rejects.toMatchObject({ kind: 'closed' });
    });

    test('whatever is committed, repeated, claimed, ended and removed: it holds what a list of all that was accepted says', () =>
      opened(async (journal) => {
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(anyStep(), { maxLength: 25 }), async (steps) => {
            // One journal for all runs, as opening some takes long; each run has rooms of its own.
            const prefix = `${runs++}-`;
            const model = new Model(prefix);
            for (const step of steps) {
              const roomId = step.what === 'commit' ? '' : prefix + step.roomId;
              if (step.what === 'commit') {
                const commit = model.made(step);
                expect([...(await journal.commit(commit)).lost].sort()).toEqual(model.commit(commit));
              } else if (step.what === 'claim') {
                expect(await journal.claim(roomId)).toBe(model.claim(roomId));
              } else {
                await journal.remove(roomId);
                model.rooms.delete(roomId);
              }
            }
            const ofRun = ({ roomId }: JournaledRoom): boolean => roomId.startsWith(prefix);
            expect((await journal.unfinished()).filter(ofRun).map(summary)).toEqual(model.unfinished());
            expect((await journal.recordings(9_999)).filter(ofRun).map(summary).sort()).toEqual(model.recordings());
            for (const roomId of ROOMS.map((room) => prefix + room)) {
              expect(await wordsOf(journal, roomId)).toEqual(model.read(roomId, 'start'));
              expect(await wordsOf(journal, roomId, 'last-snapshot')).toEqual(model.read(roomId, 'last-snapshot'));
            }
          }),
          { numRuns: 100 },
        );
      }));
  });
}
