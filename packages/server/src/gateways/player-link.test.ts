import {
  choice,
  defineGame,
  type Game,
  GameError,
  type InputReport,
  type RepairReason,
  record,
  table,
  u8,
  u16,
  type WelcomeFrame,
} from '@madang/core';
import pino from 'pino';
import { describe, expect, test, vi } from 'vitest';
import type { VerifiedUser } from '../identity/user.ts';
import { Counters } from '../node/counters.ts';
import { host } from '../room/room.test-support.ts';
import type { Answer } from '../room/seat-requests.ts';
import { type OpenDoorOptions, openDoor } from './door.test-support.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { PlayerLink, type Speech } from './player-link.ts';

const {
  inputsPerTick: INPUTS_PER_TICK,
  messagesBurstSeconds: MESSAGES_BURST_SECONDS,
  messagesPerSecond: MESSAGES_PER_SECOND,
  outboxHardBytes: OUTBOX_HARD_BYTES,
  outboxSlowMs: OUTBOX_SLOW_MS,
  outboxSoftBytes: OUTBOX_SOFT_BYTES,
  refusalsBurst: REFUSALS_BURST,
} = DEFAULT_LIMITS;

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

const fast = defineGame({ ...clockwork, name: 'fast', tickRateHz: 128, sendRateHz: 128, step: () => {} });

/** What a client was told, in order and in kind. */
interface Spoken {
  bufferedBytes: number;
  readonly order: string[];
  readonly updates: (RepairReason | null)[];
  readonly events: string[];
  readonly reports: InputReport[];
  readonly refused: GameError[];
  readonly welcomes: WelcomeFrame[];
  readonly answers: { readonly number: number; readonly answer: Answer }[];
  ended: { readonly error: GameError; readonly closeCode: number } | null;
}

interface PlayerOptions extends OpenDoorOptions {
  readonly buggify?: (point: string) => boolean;
  /** True for one that speaks as native clients do. */
  readonly isNative?: boolean;
}

function player(
  game: Game = clockwork,
  { buggify = () => false, isNative = false, ...doorOptions }: PlayerOptions = {},
) {
  const made = host([game]);
  const { rooms, clock } = made;
  const log = pino({ level: 'silent' });
  const door = openDoor(clock, log, doorOptions);
  /** Another connection to the same server. */
  const connect = () => {
    const spoken: Spoken = {
      bufferedBytes: 0,
      order: [],
      updates: [],
      events: [],
      reports: [],
      refused: [],
      welcomes: [],
      answers: [],
      ended: null,
    };
    const speech: Speech = {
      get bufferedBytes() {
        return spoken.bufferedBytes;
      },
      welcome(welcome) {
        spoken.order.push('welcome');
        spoken.welcomes.push(welcome);
      },
      update: (_view, repair) => void spoken.updates.push(repair),
      timing(report) {
        spoken.order.push('timing');
        spoken.reports.push(report);
      },
      event: ({ name, payload }) =>
        void spoken.events.push(`${name} ${String(payload.tick)} after ${spoken.updates.length}`),
      said: () => {},
      more: isNative
        ? {
            people: () => {},
            chat: () => ({ sizeBytes: 0, send: () => {} }),
            answer(number, answer) {
              spoken.order.push('answer');
              spoken.answers.push({ number, answer });
            },
          }
        : null,
      refuse: (error) => {
        spoken.order.push('refuse');
        spoken.refused.push(error);
      },
      end: (error, closeCode) => {
        spoken.ended = { error, closeCode };
      },
    };
    const limits = DEFAULT_LIMITS;
    const counters = new Counters({ clock, log });
    const link = new PlayerLink({ rooms, door, clock, log, buggify, limits, counters }, speech, 'memory');
    return { spoken, link };
  };
  return { ...made, ...connect(), connect };
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

describe('a player who does not look', () => {
  /** One who has seen a few states and rests from now on. */
  function resting(game: Game = clockwork) {
    const made = player(game);
    made.link.join({});
    made.clock.advance(300);
    made.link.handle(1, () => made.link.rest());
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
    link.handle(1, () => link.repair('gap'));
    clock.advance(400);
    expect(spoken.updates).toEqual(['gap', null, null, null]);
  });

  test('that rests and looks again at every tick is sent the whole state at most twice a second', () => {
    const { clock, link, spoken } = resting();
    for (let i = 0; i < 50; i++) {
      link.handle(1, () => link.repair('gap'));
      clock.advance(50);
      link.handle(1, () => link.rest());
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

describe('a player whose connection is lost', () => {
  const taken = ({ rooms }: ReturnType<typeof player>): number => rooms.all.reduce((sum, room) => sum + room.taken, 0);
  const ways: readonly [string, (link: PlayerLink) => void][] = [
    ['that broke', (link) => link.gone()],
    ['that we ended', (link) => link.end(new GameError('TOO_SLOW', '', { bufferedBytes: 1, limitBytes: 1 }))],
  ];

  test.each(ways)(
    'keeps its seat for a connection %s, where its client can come back, and comes back to it',
    (_, lose) => {
      const made = player(clockwork, { isNative: true });
      made.link.join({});
      made.clock.advance(100);
      lose(made.link);
      made.clock.advance(500);
      expect(taken(made)).toBe(1);
      const again = made.connect();
      again.link.join({ way: 'return', room: made.spoken.welcomes[0]?.token });
      made.clock.advance(100);
      expect(again.spoken.welcomes).toMatchObject([{ seat: 1, isReturn: true }]);
      expect(taken(made)).toBe(1);
    },
  );

  test.each(ways)('gives its seat up at once for a connection %s, where its client cannot come back', (_, lose) => {
    const made = player();
    made.link.join({});
    made.clock.advance(100);
    lose(made.link);
    expect(taken(made)).toBe(0);
  });

  test('[AU08] and who has come back elsewhere is told REPLACED with 4409 on the connection before', () => {
    const made = player(clockwork, { isNative: true });
    made.link.join({});
    made.clock.advance(100);
    const again = made.connect();
    again.link.join({ way: 'return', room: made.spoken.welcomes[0]?.token });
    expect(made.spoken.ended).toMatchObject({ closeCode: 4409, error: { code: 'REPLACED' } });
    made.link.gone();
    made.clock.advance(5_000);
    expect(again.spoken.ended).toBeNull();
    expect(taken(made)).toBe(1);
  });

  test('[AU07] may use its token again until it has said something after its welcome, and then no more', () => {
    const made = player(clockwork, { isNative: true });
    made.link.join({});
    made.clock.advance(100);
    const token = made.spoken.welcomes[0]?.token;
    const returned = () => {
      const { link, spoken } = made.connect();
      link.join({ way: 'return', room: token });
      // What comes before the welcome shows nothing.
      link.handle(1, () => {});
      made.clock.advance(100);
      return { link, spoken };
    };
    returned();
    const { link, spoken } = returned();
    expect(spoken.ended).toBeNull();
    link.handle(1, () => {});
    expect(returned().spoken.ended).toMatchObject({ closeCode: 4410, error: { code: 'SEAT_GONE' } });
    expect(spoken.ended).toBeNull();
  });
});

describe('who shows an identity', () => {
  const slowly = (answer: () => Promise<VerifiedUser | null>): OpenDoorOptions => ({ identity: { verify: answer } });
  const ann = { id: 'ann', name: 'Ann' };

  test('takes its seat once it is known, under its name', async () => {
    const { clock, rooms, link, spoken } = player(
      clockwork,
      slowly(() => Promise.resolve(ann)),
    );
    const joined = vi.fn();
    link.join({ identity: 'x' }, joined);
    expect(rooms.all).toEqual([]);
    await clock.advanceAsync(200);
    expect(joined.mock.calls).toEqual([[null]]);
    expect(spoken.order).toEqual(['welcome']);
  });

  test('is refused in time where nobody says who it is, and takes no seat later', async () => {
    const verdict = Promise.withResolvers<VerifiedUser | null>();
    const { clock, rooms, link, spoken } = player(
      clockwork,
      slowly(() => verdict.promise),
    );
    link.join({ identity: 'x' });
    await clock.advanceAsync(5_000);
    expect(spoken.ended).not.toBeNull();
    verdict.resolve(ann);
    await clock.advanceAsync(1_000);
    expect(rooms.all).toEqual([]);
  });

  test('and is gone before it is known takes no seat', async () => {
    const verdict = Promise.withResolvers<VerifiedUser | null>();
    const { clock, rooms, link } = player(
      clockwork,
      slowly(() => verdict.promise),
    );
    const joined = vi.fn();
    link.join({ identity: 'x' }, joined);
    link.gone();
    verdict.resolve(ann);
    await clock.advanceAsync(100);
    expect(joined.mock.calls).toEqual([[expect.objectContaining({ code: 'LINK_LOST' })]]);
    expect(rooms.all).toEqual([]);
  });

  test('[PR10] and joins again meanwhile is ended, and takes no seat', async () => {
    const { clock, rooms, link, spoken } = player(
      clockwork,
      slowly(() => Promise.resolve(ann)),
    );
    link.join({ identity: 'x' });
    link.join({});
    expect(spoken.ended).toMatchObject({ closeCode: 4400, error: { code: 'ALREADY_JOINED' } });
    await clock.advanceAsync(100);
    expect(rooms.all).toEqual([]);
  });

  test('and that nobody knows is told so: 4401', async () => {
    const { clock, link, spoken } = player(
      clockwork,
      slowly(() => Promise.resolve(null)),
    );
    link.join({ identity: 'x' });
    await clock.advanceAsync(100);
    expect(spoken.ended).toMatchObject({ closeCode: 4401, error: { code: 'UNAUTHENTICATED' } });
  });

  test('has so many connections and no more; one that ended counts no more', async () => {
    const { clock, rooms, connect } = player(
      clockwork,
      slowly(() => Promise.resolve(ann)),
    );
    const all = Array.from({ length: 9 }, connect);
    for (const { link } of all) link.join({ identity: 'x' });
    await clock.advanceAsync(100);
    expect(all.map(({ spoken }) => spoken.ended?.error.code)).toEqual([
      ...Array(8).fill(undefined),
      'TOO_MANY_CONNECTIONS',
    ]);
    all[0]?.link.gone();
    const next = connect();
    next.link.join({ identity: 'x' });
    await clock.advanceAsync(100);
    expect(next.spoken.ended).toBeNull();
    expect(rooms.all.reduce((sum, { taken }) => sum + taken, 0)).toBe(8);
  });
});

describe('at the door', () => {
  test('who comes while the server has too much to do is told when to come back', () => {
    const { rooms, link, spoken } = player(clockwork, { mayJoin: () => 700 });
    link.join({});
    expect(spoken.ended).toMatchObject({
      closeCode: 1013,
      error: { code: 'SERVER_BUSY', details: { retryAfterMs: 700 } },
    });
    expect(rooms.all).toEqual([]);
  });

  test('who shows no identity stays out where one is required', async () => {
    const { clock, rooms, link, spoken } = player(clockwork, {
      isIdentityRequired: true,
      identity: { guests: true, required: true },
    });
    link.join({});
    await clock.advanceAsync(100);
    expect(spoken.ended).toMatchObject({ closeCode: 4401, error: { code: 'UNAUTHENTICATED' } });
    expect(rooms.all).toEqual([]);
  });

  test.each(['room', 'claim', 'return'] as const)(
    '[AU10] an address that tries out what to %s by is shut out for a while',
    (way) => {
      const { clock, connect } = player();
      const tried = (): string | undefined => {
        const { link, spoken } = connect();
        link.join({ way, room: 'guess' });
        return spoken.ended?.error.code;
      };
      const codes = Array.from({ length: 100 }, tried);
      expect(codes.at(-1)).toBe('RATE_LIMITED');
      expect(codes.filter((code) => code !== 'RATE_LIMITED').length).toBeLessThan(50);
      clock.advance(3_600_000);
      expect(tried()).not.toBe('RATE_LIMITED');
    },
  );
});
