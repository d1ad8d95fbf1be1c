import { defineGame, type Game, near, type SeededRandom, seededRandom, table, u8, u16, u32 } from '@madang/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyGame, doAnything, SEATS } from './any-game.test-support.ts';
import { Audience, Watcher } from './audience.test-support.ts';

/** Players come, look away, change teams, leave and come back, while rules do anything. */
class Show {
  readonly audience: Audience;
  readonly watchers: Watcher[] = [];
  readonly #random: SeededRandom;

  constructor(seed: number, peerBytesPerSecond?: number) {
    this.#random = seededRandom(seed);
    this.audience = new Audience(anyGame(this.#random, peerBytesPerSecond));
  }

  step(): void {
    const random = this.#random;
    this.#comeAndGo();
    for (let deeds = random.below(7); deeds > 0; deeds--) doAnything(this.audience.state, random);
    this.audience.publish();
    for (const watcher of this.watchers) {
      if (watcher.hasTaken && random.chance(0.25)) continue;
      this.audience.take(watcher, random.chance(0.04) ? random.pick(['gap', 'checksum'] as const) : null);
    }
  }

  /** Nobody does anything any more, and everybody reads. */
  rest(sendings: number): void {
    for (let i = 0; i < sendings; i++) {
      this.audience.publish();
      for (const watcher of this.watchers) this.audience.take(watcher);
    }
  }

  #comeAndGo(): void {
    const random = this.#random;
    const { watchers, audience } = this;
    const isFree = (number: number): boolean => watchers.every(({ seat }) => seat.number !== number);
    const number = 1 + random.below(SEATS);
    if (isFree(number) && random.chance(0.4)) {
      watchers.push(new Watcher(audience, { number, team: random.below(3) }, random.chance(0.7)));
    }
    const at = random.below(Math.max(1, watchers.length));
    const watcher = watchers[at];
    if (watcher === undefined) return;
    const fate = random.float();
    if (fate < 0.06) watcher.seat.team = random.below(3);
    else if (fate < 0.1) this.#leave(at, watcher);
    else if (fate < 0.14) this.#resume(at, watcher);
  }

  #leave(at: number, { seat }: Watcher): void {
    const avatars = this.audience.state.table('people');
    for (let mine = avatars.ownedBy(seat); mine !== undefined; mine = avatars.ownedBy(seat)) avatars.remove(mine);
    this.audience.state.disown(seat);
    this.watchers.splice(at, 1);
  }

  /** The same player on another connection, which may still have the mirror of the one before. */
  #resume(at: number, { seat, isNative, mirror }: Watcher): void {
    const again = new Watcher(this.audience, seat, isNative);
    if (this.#random.chance(0.5)) again.mirror = mirror;
    this.watchers[at] = again;
  }
}

const anyShow = fc.record({ seed: fc.integer(), steps: fc.nat(60) });

describe('whatever rules do and players miss', () => {
  test('[GA19] everybody is told exactly what may be seen of any game, and no frame ever held anything else', () => {
    fc.assert(
      fc.property(anyShow, ({ seed, steps }) => {
        const show = new Show(seed);
        for (let i = 0; i < steps; i++) show.step();
        show.rest(3);
        for (const watcher of show.watchers) expect(show.audience.isWaiting(watcher)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('a budget delays rows and never shows a wrong one; in quiet everything arrives', () => {
    fc.assert(
      fc.property(anyShow, fc.integer({ min: 256, max: 4_000 }), ({ seed, steps }, bytesPerSecond) => {
        const show = new Show(seed, bytesPerSecond);
        for (let i = 0; i < steps; i++) show.step();
        show.rest(200);
        for (const watcher of show.watchers) expect(show.audience.isWaiting(watcher)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what only some may see of a row', () => {
  const secrets = { purse: u32.visibleTo('owner'), plan: u32.visibleTo('team') };
  const camp = defineGame({
    name: 'camp',
    tickRateHz: 10,
    seats: 2,
    state: {
      people: table({ x: u16, y: u16, team: u8, ...secrets }, { team: 'team' }),
      tents: table({ team: u8, ...secrets }, { team: 'team' }),
    },
    input: {},
    avatars: 'people',
    interest: { people: near({ x: 'x', y: 'y', radius: 100 }) },
  }) as unknown as Game;
  const open = defineGame({ ...camp, name: 'open', interest: {} } as never) as unknown as Game;

  /** A player of team 1 at 0, 0, with a mate at 500, 0, and a tent of each team. */
  function pitch(game: Game) {
    const audience = new Audience(game);
    const { state } = audience;
    const mine = { purse: 10, plan: 11, team: 1 };
    state.table('people').add({ x: 0, ...mine } as never, { owner: { number: 1 } });
    const mate = state.table('people').add({ x: 500, ...mine } as never, { owner: { number: 2 } });
    for (const team of [1, 2]) state.table('tents').add({ team, plan: team } as never);
    const watcher = new Watcher(audience, { number: 1, team: 1 }, true);
    const plans = (name: string) => [...watcher.mirror.store.table(name)].map((row) => (row as { plan?: number }).plan);
    audience.publish();
    audience.take(watcher);
    return { audience, watcher, mate, plans };
  }

  test.each([
    ['near', camp],
    ['all', open],
  ])('is told again with a whole state, also where it has not changed (%s)', (_, game) => {
    const { audience, watcher, plans } = pitch(game);
    audience.publish();
    audience.take(watcher, 'gap');
    expect(plans('tents')).toEqual([1, undefined]);
    expect(plans('people')[0]).toBe(11);
  });

  test.each([
    ['near', camp],
    ['all', open],
  ])('follows a player who changes teams while nothing else happens (%s)', (_, game) => {
    const { audience, watcher, plans } = pitch(game);
    for (const [team, expected] of [
      [2, [undefined, 2]],
      [0, [undefined, undefined]],
      [1, [1, undefined]],
    ] as const) {
      watcher.seat.team = team;
      audience.publish();
      audience.take(watcher);
      expect(plans('tents')).toEqual(expected);
    }
  });

  test('is told of a row that comes near, also where it has not changed', () => {
    const { audience, watcher, mate, plans } = pitch(camp);
    expect(plans('people')).toEqual([11]);
    Object.assign(mate, { x: 50 });
    audience.publish();
    audience.take(watcher);
    expect(plans('people')).toEqual([11, 11]);
  });

  test('is told to who was away when it changed', () => {
    const { audience, watcher, mate, plans } = pitch(open);
    Object.assign(mate, { plan: 99 });
    audience.publish();
    Object.assign(mate, { x: 400 });
    audience.publish();
    audience.take(watcher);
    expect(plans('people')).toEqual([11, 99]);
  });
});
