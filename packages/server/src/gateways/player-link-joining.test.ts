/** How a connection comes by its seat and loses it: identities, returns, and who is kept out. */
import { GameError } from '@madang/core';
import { describe, expect, test, vi } from 'vitest';
import type { VerifiedUser } from '../identity/user.ts';
import type { OpenDoorOptions } from './door.test-support.ts';
import { clockwork, player } from './player-link.test-support.ts';
import type { PlayerLink } from './player-link.ts';

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
    for (let i = 0; i < 3; i++) expect(returned().spoken.ended).toBeNull();
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
