/**
 * GA15: a game's own code fails, in each of its hooks and in every way code can. Its room answers by the policy that
 * room.ts states; a second room of the same game and one of another, on the same server, miss no tick. In virtual time,
 * so that "no tick" is a number.
 */
import { connect, type OpenLink, type Room } from '@madang/client';
import { bool, choice, defineGame, type Game, isGameError, record, table, u32 } from '@madang/core';
import { createServer, type MadangServer, type Room as ServerRoom } from '@madang/server';
import { MemoryTransport, VirtualClock } from '@madang/server/memory';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { uncaughtProblems } from './standing.ts';

/** Every way in which a rule may fail to do its work. */
const FAILURES: Readonly<Record<string, () => never>> = {
  'throws an error': () => {
    throw new Error('a bug');
  },
  'throws nothing': () => {
    throw undefined;
  },
  'throws a text': () => {
    throw 'a bug';
  },
  'throws an object without a prototype': () => {
    throw Object.create(null);
  },
  'throws an error that cannot be read': () => {
    throw new Proxy(new Error('a bug'), {
      get: () => {
        throw new Error('not even this');
      },
    });
  },
  'overflows the stack': () => {
    const deeper = (): never => deeper();
    return deeper();
  },
  // A promise passes for nothing: rules answer nothing, and the language takes any answer for that.
  rejects: () => Promise.reject(new Error('a bug, later')) as never,
  'rejects with nothing': () => Promise.reject() as never,
  'answers a promise that never settles': () => new Promise(() => {}) as never,
  'answers a promise that is none': () =>
    ({
      then: () => {
        throw new Error('not even a promise');
      },
    }) as never,
};

const HOOKS = ['join', 'leave', 'control', 'step', 'poke', 'think'] as const;
type Hook = 'none' | (typeof HOOKS)[number];

/** A game of which one hook fails in rooms where a player has cursed it. */
function cursable(name: string, fail: () => never) {
  return defineGame({
    name,
    tickRateHz: 20,
    seats: 8,
    state: {
      pawns: table({ steps: u32 }),
      beat: record({ count: u32, cursed: choice('none', ...HOOKS) }),
    },
    input: { go: bool },
    commands: { curse: { hook: choice('none', ...HOOKS) }, poke: {} },
    avatars: 'pawns',
    bots: {
      atLeast: 4,
      names: ['bot'],
      think: (_me, { state }) => (state.beat.cursed === 'think' ? fail() : { go: true }),
    },
    join({ state }, seat) {
      state.pawns.add({}, { owner: seat });
      if (state.beat.cursed === 'join') return fail();
    },
    leave({ state }) {
      if (state.beat.cursed === 'leave') return fail();
    },
    control(me, { go }, { state }) {
      if (state.beat.cursed === 'control') return fail();
      if (go) me.steps++;
    },
    step({ state }) {
      // Every tick changes something, so every tick is sent.
      state.beat.count++;
      if (state.beat.cursed === 'step') return fail();
    },
    on: {
      curse({ state }, _seat, { hook }) {
        state.beat.cursed = hook;
      },
      poke({ state }) {
        if (state.beat.cursed === 'poke') return fail();
      },
    },
  });
}

type Cursable = ReturnType<typeof cursable>;
type PlayerIn<G> = G extends Game<infer S, infer I, infer C, infer E, infer A> ? Room<S, I, C, E, A> : never;

/** A room, a player in it, and the ticks that the player was told of. */
interface Watched {
  readonly room: ServerRoom;
  readonly player: PlayerIn<Cursable>;
  readonly ticks: number[];
}

interface Scene {
  readonly clock: VirtualClock;
  readonly server: MadangServer;
  readonly logged: readonly Record<string, unknown>[];
  readonly game: Cursable;
  readonly troubled: Watched;
  readonly sameGame: Watched;
  readonly otherGame: Watched;
  join(room: string, name: string): Promise<PlayerIn<Cursable>>;
  play(ms: number): Promise<void>;
}

async function scene(fail: () => never): Promise<Scene> {
  uncaughtProblems.length = 0;
  const clock = new VirtualClock();
  const transport = new MemoryTransport(clock);
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const game = cursable('cursable', fail);
  const other = cursable('other', fail);
  const server = createServer({ games: [game, other], clock, transport, log, graceMs: 200 });
  await server.start();
  onTestFinished(() => server.stop());
  const connection = connect('memory://scene', { openLink: over(transport), timers: clock });
  const play = async (ms: number): Promise<void> => {
    await clock.advanceAsync(ms);
    // Rejections that nobody handled are reported once the real loop turns.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const joinAs = async (of: Cursable, room: string, name: string): Promise<PlayerIn<Cursable>> => {
    const joining = connection.join(of, { room, name });
    joining.catch(() => {});
    await play(200);
    return joining;
  };
  const watch = async (of: Cursable): Promise<Watched> => {
    const room = server.rooms.open(of);
    const player = await joinAs(of, room.id, 'bystander');
    const ticks: number[] = [];
    player.onState((tick) => ticks.push(tick));
    return { room, player, ticks };
  };
  return {
    clock,
    server,
    logged,
    game,
    troubled: await watch(game),
    sameGame: await watch(game),
    otherGame: await watch(other),
    join: (room, name) => joinAs(game, room, name),
    play,
  };
}

function over(transport: MemoryTransport): OpenLink {
  return (_url, on) => {
    const link = transport.connect({
      open: () => on.open(),
      message: (data) => typeof data !== 'string' && on.frame(data),
      closed: (code, reason) => on.closed(code, reason),
    });
    return { send: (bytes) => link.send(bytes), close: () => link.close() };
  };
}

const TICK_MS = 50;

/** While `trouble` runs for that long, the other rooms run every tick of it and their players hear of every one. */
async function whileOthersPlay({ sameGame, otherGame, play }: Scene, ms: number, trouble: () => void): Promise<void> {
  const others = [sameGame, otherGame].map((watched) => {
    watched.ticks.length = 0;
    return { ...watched, from: watched.room.tick };
  });
  trouble();
  await play(ms);
  for (const { room, player, ticks, from } of others) {
    const expected = Array.from({ length: ms / TICK_MS }, (_, i) => from + 1 + i);
    expect(room.tick - from, `${room.game.name}: ticks run`).toBe(ms / TICK_MS);
    expect(ticks, `${room.game.name}: ticks the player heard of`).toEqual(expected);
    expect(room.faultyTicks).toBe(0);
    expect(room.slippedTicks).toBe(0);
    expect(player.connection).toBe('open');
  }
  expect(uncaughtProblems, 'nothing went past the room').toEqual([]);
}

/** The room is cursed by its player: this hook fails from now on. */
async function curse({ troubled, play }: Scene, hook: Hook): Promise<void> {
  troubled.player.send('curse', { hook });
  await play(2 * TICK_MS);
}

/** Each failure is in the log, with its room, its tick and the hook. */
function expectLogged({ logged, troubled }: Scene, hook: string, count: number): void {
  const faults = logged.filter(({ msg }) => msg === 'game code failed');
  expect(faults).toHaveLength(count);
  for (const fault of faults)
    expect(fault).toMatchObject({ level: 50, room: troubled.room.id, hook, tick: expect.any(Number) });
}

const failures = Object.entries(FAILURES).map(([how, fail]) => ({ how, fail }));

test.for(failures)('GA15: create $how: no room opens, and no other room misses a tick', async ({ fail }) => {
  let isBroken = false;
  const here = await scene(fail);
  const stillborn = defineGame({
    ...cursable('stillborn', fail),
    create() {
      if (isBroken) return fail();
    },
  });
  const server = createServer({
    games: [stillborn],
    clock: here.clock,
    transport: new MemoryTransport(here.clock),
    log: pino({ level: 'silent' }),
  });
  isBroken = true;
  await whileOthersPlay(here, 1_000, () => {
    expect(() => server.rooms.open(stillborn)).toThrowError(expect.objectContaining({ code: 'GAME_FAULT' }));
  });
  expect(server.rooms.all).toEqual([]);
  isBroken = false;
  expect(server.rooms.open(stillborn).tick).toBe(0);
  await server.stop();
});

test.for(failures)(
  'GA15: join $how: the newcomer is told, its seat stays free, the room and all others play on',
  async ({ fail }) => {
    const here = await scene(fail);
    const { room, ticks } = here.troubled;
    await curse(here, 'join');
    const [taken, hash, from] = [room.taken, pawnsIn(here), room.tick];
    ticks.length = 0;
    let refusal: unknown;
    await whileOthersPlay(here, 1_000, () => {
      here.join(room.id, 'newcomer').catch((error: unknown) => {
        refusal = error;
      });
    });
    expect(isGameError(refusal, 'GAME_FAULT')).toBe(true);
    expect(room.taken).toBe(taken);
    expect(pawnsIn(here), 'what the failed join had added is gone').toBe(hash);
    expect(ticks).toEqual(Array.from({ length: 20 }, (_, i) => from + 1 + i));
    expectLogged(here, 'join', 1);
  },
);

test.for(failures)(
  'GA15: leave $how: the player is gone all the same, the room and all others play on',
  async ({ fail }) => {
    const here = await scene(fail);
    const { room, ticks } = here.troubled;
    const guest = await here.join(room.id, 'guest');
    await curse(here, 'leave');
    const [taken, from] = [room.taken, room.tick];
    ticks.length = 0;
    let reason: unknown;
    guest.onClose((error) => {
      reason = error;
    });
    await whileOthersPlay(here, 1_000, () => void guest.leave());
    expect(isGameError(reason, 'LEFT')).toBe(true);
    expect(room.taken).toBe(taken - 1);
    expect(pawnsIn(here), 'a bot has come in its place').toBe(4);
    expect(ticks).toEqual(Array.from({ length: 20 }, (_, i) => from + 1 + i));
    expectLogged(here, 'leave', 1);
  },
);

test.for(failures)('GA15: a command $how: its sender is told, the room and all others play on', async ({ fail }) => {
  const here = await scene(fail);
  const { room, player, ticks } = here.troubled;
  await curse(here, 'poke');
  const from = room.tick;
  ticks.length = 0;
  const errors: unknown[] = [];
  player.onError((error) => errors.push(error.code));
  await whileOthersPlay(here, 1_000, () => {
    for (let i = 0; i < 3; i++) player.send('poke', {});
  });
  expect(errors).toEqual(['GAME_FAULT', 'GAME_FAULT', 'GAME_FAULT']);
  expect(room.faultyTicks).toBe(0);
  expect(ticks).toEqual(Array.from({ length: 20 }, (_, i) => from + 1 + i));
  expectLogged(here, 'on.poke', 3);
});

const RULES = [
  ['control', 'control'],
  ['step', 'step'],
  ['think', 'bots'],
] as const;

test.for(failures.flatMap((failure) => RULES.map(([hook, logged]) => ({ ...failure, hook, logged }))))(
  'GA15: $hook $how: after ten such ticks the room closes with ROOM_FAULT, and no other room misses a tick',
  async ({ fail, hook, logged }) => {
    const here = await scene(fail);
    const { room, player } = here.troubled;
    let reason: unknown;
    player.onClose((error) => {
      reason = error;
    });
    await whileOthersPlay(here, 2_000, () => player.send('curse', { hook }));
    expect(isGameError(reason, 'ROOM_FAULT')).toBe(true);
    expect(room.faultyTicks).toBe(10);
    expect(here.server.rooms.get(room.id)).toBeUndefined();
    expectLogged(here, logged, 10);
    // Somebody new plays on: in the rooms that are left, and in a fresh one.
    const newcomer = await here.join('', 'newcomer');
    expect(newcomer.connection).toBe('open');
    expect(here.server.rooms.open(here.game).tick).toBe(0);
  },
);

test('GA15: nine faulty ticks in a row and a good one are forgiven, again and again', async () => {
  let ticks = 0;
  const here = await scene(() => {
    ticks++;
    if (ticks % 10 !== 0) throw new Error('a bug, mostly');
    return undefined as never;
  });
  await whileOthersPlay(here, 5_000, () => here.troubled.player.send('curse', { hook: 'step' }));
  expect(here.troubled.player.connection).toBe('open');
  expect(here.troubled.room.faultyTicks).toBeGreaterThan(80);
});

function pawnsIn({ troubled }: Scene): number {
  return troubled.player.state.pawns.size;
}
