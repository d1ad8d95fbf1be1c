import { defineGame, type Game } from '@madang/core';
import { describe, expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from './limits.ts';
import { clockwork, player } from './player-link.test-support.ts';

const {
  inputsPerTick: INPUTS_PER_TICK,
  messagesBurstSeconds: MESSAGES_BURST_SECONDS,
  messagesPerSecond: MESSAGES_PER_SECOND,
  outboxHardBytes: OUTBOX_HARD_BYTES,
  outboxSlowMs: OUTBOX_SLOW_MS,
  outboxSoftBytes: OUTBOX_SOFT_BYTES,
  refusalsBurst: REFUSALS_BURST,
} = DEFAULT_LIMITS;

const fast = defineGame({ ...clockwork, name: 'fast', tickRateHz: 128, sendRateHz: 128, step: () => {} });

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
    const joined = vi.fn();
    link.join({}, joined);
    expect(joined.mock.calls).toEqual([[expect.objectContaining({ code: 'GAME_FAULT' })]]);
    expect(spoken.ended).toMatchObject({ closeCode: 1008, error: { code: 'GAME_FAULT' } });
  });

  test('that is over takes no seat any more', () => {
    const { rooms, link } = player();
    link.gone();
    const joined = vi.fn();
    link.join({}, joined);
    expect(joined.mock.calls).toEqual([[expect.objectContaining({ code: 'LINK_LOST' })]]);
    expect(rooms.all).toEqual([]);
  });

  test('hears its welcome before anything else, refusals of what it sent too early included', () => {
    const { clock, link, spoken } = player();
    link.join({});
    link.handle(9, () => link.seat('input').input({ dir: 'sideways' }));
    clock.advance(100);
    expect(spoken.order).toEqual(['welcome', 'refuse']);
  });

  test('hears its welcome before it is told how its inputs came, however early they came', () => {
    const { clock, link, spoken } = player();
    link.join({});
    link.handle(9, () =>
      link.seat('input').inputAt({ tick: 1, seenTick: 0, viewDelayTicks: 0, input: { dir: 'left' } }),
    );
    clock.advance(200);
    expect(spoken.order).toEqual(['welcome', 'timing']);
  });

  test('hears its welcome before any answer to what it asked for too early', () => {
    const { clock, link, spoken } = player(clockwork, { isNative: true });
    link.join({});
    link.handle(9, () => {
      const seat = link.seat('frame');
      if (seat.hears(1)) seat.say('early', 1);
    });
    clock.advance(100);
    expect(spoken.order).toEqual(['welcome', 'answer']);
    expect(spoken.answers).toEqual([{ number: 1, answer: { kind: 'done' } }]);
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
    const perSecond = MESSAGES_PER_SECOND + Math.ceil(INPUTS_PER_TICK * clockwork.tickRateHz);
    for (let i = 0; i < MESSAGES_BURST_SECONDS * perSecond; i++) link.handle(1, () => {});
    expect(spoken.ended).toBeNull();
    link.handle(1, () => {});
    expect(spoken.ended).toMatchObject({ closeCode: 4429, error: { details: { perSecond } } });
  });

  test('that has not joined is closed by a flood that would be none in a game', () => {
    const { link, spoken } = player(fast);
    for (let i = 0; i <= MESSAGES_BURST_SECONDS * MESSAGES_PER_SECOND; i++) link.handle(1, () => {});
    expect(spoken.ended).toMatchObject({ closeCode: 4429, error: { code: 'RATE_LIMITED' } });
  });

  test.each([fast, clockwork])(
    '[GA03] may send an input for each tick by a clock that runs a tenth fast, and talk, in a game of $tickRateHz Hz; not twice that',
    (game) => {
      const { clock, link, spoken } = player(game);
      link.join({});
      const second = (inputs: number): void => {
        for (let i = 0; i < inputs; i++) {
          if (i % 2 === 0) clock.advance(2_000 / inputs);
          link.handle(20, () => link.seat('input').input({ dir: i % 2 === 0 ? 'left' : 'none' }));
        }
      };
      const talking = 50;
      for (let i = 0; i < 20; i++) second(Math.round(1.1 * game.tickRateHz) + talking);
      expect(spoken.ended).toBeNull();
      for (let i = 0; i < 10; i++) second(2 * (Math.round(1.25 * game.tickRateHz) + MESSAGES_PER_SECOND));
      expect(spoken.ended).toMatchObject({ closeCode: 4429 });
    },
  );

  test('[GA04] may send at once what a lag of a second and a half held up, in a game of 128 Hz', () => {
    const { clock, link, spoken } = player(fast);
    link.join({});
    clock.advance(100);
    for (let i = 0; i < 200; i++) link.handle(20, () => link.seat('input').input({ dir: 'left' }));
    expect(spoken.ended).toBeNull();
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
        link.handle(1, () => link.viewer.repair(because));
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

describe('a player who does not look', () => {
  /** One who has seen a few states and rests from now on. */
  function resting(game: Game = clockwork) {
    const made = player(game);
    made.link.join({});
    made.clock.advance(300);
    made.link.handle(1, () => made.link.viewer.rest());
    made.spoken.updates.length = 0;
    made.spoken.events.length = 0;
    return made;
  }

  test('is sent no state, and events as ever', () => {
    const { clock, rooms, spoken } = resting();
    clock.advance(60_000);
    expect(spoken.updates).toEqual([]);
    expect(spoken.events.filter((event) => event.startsWith('news'))).toHaveLength(600);
    expect(rooms.all[0]?.taken).toBe(1);
  });

  test('is sent the whole state once it asks for it, and then what changes', () => {
    const { clock, link, spoken } = resting();
    clock.advance(60_000);
    link.handle(1, () => link.viewer.repair('gap'));
    clock.advance(400);
    expect(spoken.updates).toEqual(['gap', null, null, null]);
  });

  test('that rests and looks again at every tick is sent the whole state at most twice a second', () => {
    const { clock, link, spoken } = resting();
    for (let i = 0; i < 50; i++) {
      link.handle(1, () => link.viewer.repair('gap'));
      clock.advance(50);
      link.handle(1, () => link.viewer.rest());
      clock.advance(50);
    }
    expect(spoken.updates.every((repair) => repair === 'gap')).toBe(true);
    expect(spoken.updates.length).toBeLessThanOrEqual(11);
    expect(spoken.ended).toBeNull();
  });

  test('is given up as anybody who does not read', () => {
    const { clock, spoken } = resting();
    spoken.bufferedBytes = OUTBOX_HARD_BYTES + 1;
    clock.advance(200);
    expect(spoken.ended).toMatchObject({ closeCode: 4508, error: { code: 'TOO_SLOW' } });
  });
});

describe('how inputs came', () => {
  const inputFor = (tick: number) => ({ tick, seenTick: 1, viewDelayTicks: 2, input: { dir: 'left' } }) as const;

  test('is not told to a peer that is full, and not afterwards either: by then it is not so any more', () => {
    const { clock, link, spoken } = player();
    link.join({});
    clock.advance(200);
    spoken.bufferedBytes = OUTBOX_SOFT_BYTES + 1;
    for (let i = 0; i < 20; i++) {
      link.handle(9, () => link.seat('input').inputAt(inputFor(1)));
      clock.advance(100);
    }
    expect(spoken.reports).toEqual([]);
    spoken.bufferedBytes = 0;
    clock.advance(500);
    expect(spoken.reports).toEqual([]);
    expect(spoken.ended).toBeNull();
    link.handle(9, () => link.seat('input').inputAt(inputFor(30)));
    clock.advance(100);
    expect(spoken.reports).toMatchObject([{ tick: 30, late: [] }]);
  });
});
