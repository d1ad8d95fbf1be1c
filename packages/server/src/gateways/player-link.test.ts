import { choice, defineGame, type Game, type GameError, type RepairReason, record, table, u8, u16 } from '@madang/core';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { host } from '../room/room.test-support.ts';
import { MESSAGES_BURST, OUTBOX_HARD_BYTES, OUTBOX_SLOW_MS, OUTBOX_SOFT_BYTES, REFUSALS_BURST } from './limits.ts';
import { PlayerLink, type Speech } from './player-link.ts';

/** A game that never stands still. */
const clockwork = defineGame({
  name: 'clockwork',
  tickRateHz: 10,
  seats: 4,
  state: { hands: table({ at: u8 }), clock: record({ ticks: u16 }) },
  input: { dir: choice('none', 'left') },
  events: { beep: { tick: u16 }, news: { tick: u16 } },
  eventPolicy: { beep: 'latest' },
  step(room, { tick }) {
    room.state.clock.ticks += 1;
    room.emit('beep', { tick });
    room.emit('news', { tick });
  },
});

/** What a client was told, in order and in kind. */
interface Spoken {
  bufferedBytes: number;
  readonly order: string[];
  readonly updates: (RepairReason | null)[];
  readonly events: string[];
  readonly refused: GameError[];
  ended: { readonly error: GameError; readonly closeCode: number } | null;
}

function player(game: Game = clockwork) {
  const made = host([game]);
  const spoken: Spoken = { bufferedBytes: 0, order: [], updates: [], events: [], refused: [], ended: null };
  const speech: Speech = {
    get bufferedBytes() {
      return spoken.bufferedBytes;
    },
    welcome: () => void spoken.order.push('welcome'),
    update: (_view, repair) => void spoken.updates.push(repair),
    event: ({ name, payload }) =>
      void spoken.events.push(`${name} ${String(payload.tick)} after ${spoken.updates.length}`),
    said: () => {},
    refuse: (error) => {
      spoken.order.push('refuse');
      spoken.refused.push(error);
    },
    end: (error, closeCode) => {
      spoken.ended = { error, closeCode };
    },
  };
  const link = new PlayerLink({ rooms: made.rooms, clock: made.clock, log: pino({ level: 'silent' }) }, speech);
  return { ...made, spoken, link };
}

const fail = (): never => {
  throw new Error('never seen');
};

describe('a connection', () => {
  test('that does not join in time is closed', () => {
    const { clock, spoken } = player();
    clock.advance(5_000);
    expect(spoken.ended).toMatchObject({ closeCode: 4408, error: { code: 'JOIN_TIMEOUT' } });
  });

  test('[PR10] has one seat: a second join ends it and frees nobody else’s', () => {
    const { rooms, link, spoken } = player();
    link.join({});
    link.join({});
    expect(spoken.ended).toMatchObject({ closeCode: 4400, error: { code: 'ALREADY_JOINED' } });
    expect(rooms.all.reduce((taken, room) => taken + room.taken, 0)).toBe(0);
  });

  test('that cannot be taken in is told why and closed, also where it is the game that failed', () => {
    const broken = defineGame({
      ...clockwork,
      name: 'broken',
      create() {
        throw new Error('a bug');
      },
    });
    const { link, spoken } = player(broken);
    expect(link.join({})).toMatchObject({ code: 'GAME_FAULT' });
    expect(spoken.ended).toMatchObject({ closeCode: 1008, error: { code: 'GAME_FAULT' } });
  });

  test('that is over takes no seat any more', () => {
    const { rooms, link } = player();
    link.gone();
    expect(link.join({})).toMatchObject({ code: 'LINK_LOST' });
    expect(rooms.all).toEqual([]);
  });

  test('hears its welcome before anything else, refusals of what it sent too early included', () => {
    const { clock, link, spoken } = player();
    link.join({});
    link.handle(9, () => link.seat('input').input({ dir: 'sideways' }));
    clock.advance(100);
    expect(spoken.order).toEqual(['welcome', 'refuse']);
  });

  test('stays open after a refusal and closes when refusals come too often', () => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(100);
    for (let i = 0; i < REFUSALS_BURST; i++) link.handle(1, () => link.seat('input').input({ dir: i }));
    expect(spoken.refused.length).toBe(REFUSALS_BURST);
    expect(spoken.ended).toBeNull();
    link.handle(1, () => link.seat('input').input(null));
    expect(spoken.ended).toMatchObject({ closeCode: 4429, error: { code: 'RATE_LIMITED' } });
  });

  test('that floods is closed, and its allowance fills with time', () => {
    const { clock, link, spoken } = player();
    link.join({});
    for (let second = 0; second < 5; second++) {
      for (let i = 0; i < 60; i++) link.handle(1, () => {});
      clock.advance(1_000);
    }
    expect(spoken.ended).toBeNull();
    for (let i = 0; i <= MESSAGES_BURST; i++) link.handle(1, () => {});
    expect(spoken.ended).toMatchObject({ closeCode: 4429 });
  });

  test('for which our own code fails is told so without a word of the cause', () => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(100);
    link.handle(1, fail);
    expect(spoken.refused[0]?.message).not.toContain('never seen');
    expect(spoken.refused[0]?.code).toBe('GAME_FAULT');
  });
});

describe('a peer that does not read', () => {
  test('is sent nothing more over the soft limit, and what it missed once it reads again', () => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(200);
    const before = spoken.updates.length;
    spoken.bufferedBytes = OUTBOX_SOFT_BYTES + 1;
    clock.advance(1_000);
    expect(spoken.updates.length).toBe(before);
    spoken.bufferedBytes = 0;
    clock.advance(200);
    expect(spoken.updates.slice(before)).toEqual([null, null]);
  });

  test('is told afterwards of all events, or of the latest where only that counts, and after the state', () => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(200);
    spoken.events.length = 0;
    const before = spoken.updates.length;
    spoken.bufferedBytes = OUTBOX_SOFT_BYTES + 1;
    clock.advance(300);
    expect(spoken.events).toEqual([]);
    spoken.bufferedBytes = 0;
    clock.advance(100);
    const after = `after ${before + 1}`;
    expect(spoken.events).toEqual([
      `news 3 ${after}`,
      `news 4 ${after}`,
      `beep 5 ${after}`,
      `news 5 ${after}`,
      `beep 6 ${after}`,
      `news 6 ${after}`,
    ]);
  });

  test.each(['gap', 'checksum'] as const)(
    '[PR14] is sent the whole state at most twice a second, however often it asks because of a %s',
    (because) => {
      const { clock, link, spoken } = player();
      link.join({});
      clock.advance(100);
      for (let i = 0; i < 50; i++) {
        link.handle(1, () => link.repair(because));
        clock.advance(100);
      }
      const wholes = spoken.updates.filter((repair) => repair === because).length;
      expect(wholes).toBeGreaterThan(5);
      expect(wholes).toBeLessThanOrEqual(11);
      // Deltas between two wholes help a copy that is merely wrong, and not one that missed something.
      expect(spoken.updates.length - wholes > 1).toBe(because === 'checksum');
    },
  );

  test.each([
    ['holds more than the hard limit', OUTBOX_HARD_BYTES + 1, 100],
    ['stays over the soft limit for too long', OUTBOX_SOFT_BYTES + 1, OUTBOX_SLOW_MS + 200],
  ])('is given up when it %s, and may come back', (_, bufferedBytes, waitMs) => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(200);
    spoken.bufferedBytes = bufferedBytes;
    clock.advance(waitMs);
    expect(spoken.ended).toMatchObject({ closeCode: 4508, error: { code: 'TOO_SLOW' } });
  });
});
