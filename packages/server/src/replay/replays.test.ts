import { createState, defineGame, type Game, type JsonObject, record, text, u8 } from '@madang/core';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { MemoryJournal } from '../memory/memory-journal.ts';
import { VirtualClock } from '../memory/virtual-clock.ts';
import { CANARY, eventFor, JournalMaker, seatFact, watch } from './journal.test-support.ts';
import { Replays } from './replays.ts';

const duel = defineGame({
  name: 'duel',
  title: { en: 'Duel', ko: '결투' },
  tickRateHz: 10,
  seats: 2,
  state: { round: record({ number: u8 }) },
  input: {},
  events: { told: { line: text(20) } },
  recordings: 'keep',
}) as unknown as Game;

/** Ada and Ben play for ten seconds; Ada goes after half of it. */
function play(head: JsonObject = {}, isOver = true): Uint8Array[] {
  const state = createState(duel.state);
  const round = state.view.round as unknown as { number: number };
  const sitting = (number: number, name: string) => seatFact(number, { name, user: `${CANARY} ${name}` });
  const facts = { 'seat 1': sitting(1, 'Ada'), 'seat 2': sitting(2, 'Ben') };
  const journal = new JournalMaker(duel, state, facts, { code: '', ...head });
  for (let tick = 1; tick <= 100; tick++) {
    round.number = tick;
    const events = tick === 3 ? [eventFor(duel, 1, tick, 'told', { line: 'for Ada only' })] : [];
    journal.tick(tick, tick === 50 ? { 'seat 1': null } : null, events);
    if (tick % 30 === 0) journal.snapshot(tick);
  }
  if (isOver) journal.end(100, 'over');
  return journal.entries;
}

class Shelf {
  readonly journal = new MemoryJournal();
  readonly clock = new VirtualClock();
  readonly replays: Replays;
  reads = 0;
  #wallMs = 1_000;

  constructor(games: readonly Game[] = [duel]) {
    const { journal, clock } = this;
    const log = pino({ level: 'silent' });
    this.replays = new Replays({
      games,
      clock,
      log,
      journal: {
        recordings: (limit, after) => journal.recordings(limit, after),
        read: (roomId, from) => {
          this.reads++;
          return journal.read(roomId, from);
        },
      },
    });
  }

  async add(roomId: string, entries: readonly Uint8Array[], isOver = true, game = 'duel'): Promise<void> {
    this.#wallMs += 1_000;
    const wallMs = this.#wallMs;
    const isSnapshot = (bytes: Uint8Array): boolean => bytes[8] === 1;
    await this.journal.commit({
      entries: entries.map((bytes, index) => ({
        roomId,
        game,
        epoch: 1,
        seq: index + 1,
        tick: 100,
        isSnapshot: isSnapshot(bytes),
        begins: index === 0,
        keepsHistory: true,
        wallMs,
        bytes,
      })),
      ends: isOver ? [{ roomId, epoch: 1, isKept: true, wallMs }] : [],
      isSynced: false,
    });
  }
}

const goneFor = (roomId: string): object => expect.objectContaining({ code: 'ROOM_GONE', details: { roomId } });

function lastRound(bytes: Uint8Array): unknown {
  let last: unknown;
  watch(bytes, (_, { view }) => {
    last = Reflect.get(view.round ?? {}, 'number');
  });
  return last;
}

describe('the list of recordings', () => {
  test('has the newest first, with what they are of, how long they are and who played', async () => {
    const shelf = new Shelf();
    for (const id of ['a', 'b', 'c']) await shelf.add(id, play());
    const first = await shelf.replays.list(null, 2);
    expect(first.replays.map(({ roomId }) => roomId)).toEqual(['c', 'b']);
    expect(first.replays[0]).toEqual({
      roomId: 'c',
      game: 'duel',
      title: { en: 'Duel', ko: '결투' },
      openedWallMs: 4_000,
      endedWallMs: 4_000,
      seconds: 10,
      players: ['Ada', 'Ben'],
    });
    expect(first.last).toEqual({ endedWallMs: 3_000, roomId: 'b' });
    const second = await shelf.replays.list(null, 2, first.last ?? undefined);
    expect([second.replays.map(({ roomId }) => roomId), second.last]).toEqual([['a'], null]);
    expect(JSON.stringify([first, second])).not.toContain(CANARY);
  });

  test('has private rooms only for those who were there', async () => {
    const shelf = new Shelf();
    await shelf.add('open', play());
    await shelf.add('closed', play({ code: 'ABC' }));
    const idsFor = async (user: string | null) =>
      (await shelf.replays.list(user, 9)).replays.map(({ roomId }) => roomId);
    expect(await idsFor(null)).toEqual(['open']);
    expect(await idsFor(`${CANARY} nobody`)).toEqual(['open']);
    // Also for Ada, who went before it was over.
    for (const user of ['Ada', 'Ben']) expect(await idsFor(`${CANARY} ${user}`)).toEqual(['closed', 'open']);
  });

  test('has no games that keep none, or are not there any more', async () => {
    const shelf = new Shelf([{ ...duel, recordings: 'none' }]);
    await shelf.add('a', play());
    await shelf.add('b', play(), true, 'chess');
    expect((await shelf.replays.list(null, 9)).replays).toEqual([]);
    await expect(shelf.replays.everyones('a', null)).rejects.toEqual(goneFor('a'));
  });

  test('reads each recording once', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play());
    await shelf.replays.list(null, 9);
    await shelf.replays.list(null, 9);
    expect(shelf.reads).toBe(1);
  });
});

describe('a recording', () => {
  test('is for everyone what everyone could see, and is made once', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play());
    const { bytes, isPublic } = await shelf.replays.everyones('a', null);
    expect([lastRound(bytes), isPublic]).toEqual([100, true]);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(new RegExp(`${CANARY}|for Ada only`, 'u'));
    expect((await shelf.replays.everyones('a', `${CANARY} Ada`)).bytes).toBe(bytes);
  });

  test('is for who sat there what it could see from there', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play());
    const { bytes, isPublic } = await shelf.replays.ofUser('a', `${CANARY} Ada`);
    expect(isPublic).toBe(false);
    expect(Buffer.from(bytes).toString('latin1')).toContain('for Ada only');
    const ben = await shelf.replays.ofUser('a', `${CANARY} Ben`);
    expect(Buffer.from(ben.bytes).toString('latin1')).not.toContain('for Ada only');
    await expect(shelf.replays.ofUser('a', 'Eve')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('of a private room is there for those who had a seat, and for nobody else', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play({ code: 'ABC' }));
    for (const user of ['Ada', 'Ben']) {
      expect(await shelf.replays.everyones('a', `${CANARY} ${user}`)).toMatchObject({ isPublic: false });
      expect(await shelf.replays.ofUser('a', `${CANARY} ${user}`)).toMatchObject({ isPublic: false });
    }
    for (const user of [null, 'Eve', '']) {
      await expect(shelf.replays.everyones('a', user)).rejects.toEqual(goneFor('a'));
      await expect(shelf.replays.ofUser('a', user ?? 'nobody')).rejects.toEqual(goneFor('a'));
    }
  });

  test('whose head cannot be read is nobody’s', async () => {
    const shelf = new Shelf();
    const [first, ...rest] = play();
    await shelf.add('a', [
      (first ?? new Uint8Array()).map((byte, at) => (at === 30 ? byte ^ 1 : byte)),
      ...rest.slice(0, 5),
    ]);
    expect((await shelf.replays.list(null, 9)).replays).toEqual([]);
    await expect(shelf.replays.everyones('a', null)).rejects.toEqual(goneFor('a'));
  });

  test('is not there of a room that goes on, that never was or that was deleted', async () => {
    const shelf = new Shelf();
    await shelf.add('on', play({}, false), false);
    await shelf.add('a', play());
    await shelf.replays.everyones('a', null);
    await shelf.journal.remove('a');
    for (const id of ['on', 'none', 'a']) {
      await expect(shelf.replays.everyones(id, null)).rejects.toEqual(goneFor(id));
      await expect(shelf.replays.ofUser(id, `${CANARY} Ada`)).rejects.toEqual(goneFor(id));
    }
  });

  test('that a list has shown is read once, and looked for where it may have been deleted since', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play());
    await shelf.replays.list(null, 9);
    shelf.reads = 0;
    await shelf.replays.ofUser('a', `${CANARY} Ada`);
    expect(shelf.reads).toBe(1);
    await shelf.replays.everyones('a', null);
    expect(shelf.reads).toBe(2);
    await shelf.journal.remove('a');
    await expect(shelf.replays.everyones('a', null)).rejects.toEqual(goneFor('a'));
    await shelf.add('b', play());
    await shelf.replays.list(null, 9);
    await shelf.journal.remove('b');
    await expect(shelf.replays.ofUser('b', 'Eve')).rejects.toEqual(goneFor('b'));
    await expect(shelf.replays.everyones('b', null)).rejects.toEqual(goneFor('b'));
  });

  test('waits its turn, up to where too many wait', async () => {
    const shelf = new Shelf();
    for (let index = 0; index < 12; index++) await shelf.add(`room-${index}`, play());
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => shelf.replays.everyones(`room-${index}`, null)),
    );
    const refused = all.filter((one) => one.status === 'rejected');
    expect(refused.length).toBe(4);
    for (const one of refused) expect(one.reason).toMatchObject({ code: 'SERVER_BUSY' });
    await expect(shelf.replays.everyones('room-11', null)).resolves.toMatchObject({ isPublic: true });
  });

  test('is asked for later where the journal fails', async () => {
    const shelf = new Shelf();
    await shelf.add('a', play());
    await shelf.journal.close();
    await expect(shelf.replays.everyones('a', null)).rejects.toMatchObject({ code: 'STORE_DOWN' });
    await expect(shelf.replays.list(null, 9)).rejects.toMatchObject({ code: 'STORE_DOWN' });
  });
});
