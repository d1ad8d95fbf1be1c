/**
 * [ST01] Each call of the journal fails once, in each of the ways in which calls fail: nothing that a strict room acknowledged is missing
 * after a crash, nothing is done twice, and the room goes on.
 */
import { MemoryJournal } from '@madang/server/memory';
import { StoreError, type StoreErrorKind } from '@madang/server/sql';
import { type CallPlan, faulty, openWorld, type RoomOf, type World } from '@madang/testing';
import { describe, expect, test } from 'vitest';
import { keyOf, type LedgerGame, ledgerOf, paymentsIn } from '../support/ledger.ts';

const PLAYED_MS = 700;
/** Commits by which everybody sits and knows it. */
const SEATED_COMMITS = 6;
/** Long enough for a server that could not start to be started again, and for everybody to come back. */
const BACK_MS = 2_500;

/** When a call fails, after it was asked; and how long a frame takes to a client and back. Nothing is tried again within 20 ms. */
const FAILS_MS = 5;
const ROUND_TRIP_MS = 14;

const PASSING: readonly StoreErrorKind[] = ['busy', 'timeout', 'gone', 'full', 'read-only', 'refused', 'closed'];

const fails = (kind: StoreErrorKind, doneAfterMs: number | null): CallPlan => ({
  doneAfterMs,
  answersAfterMs: FAILS_MS,
  error: new StoreError(kind, `this call is ${kind}`),
});

const WAYS: readonly (readonly [string, CallPlan])[] = [
  ...PASSING.map((kind) => [kind, fails(kind, null)] as const),
  ...(['io', 'corrupt', 'unknown-outcome'] as const).flatMap((kind) => [
    [`${kind}, and not done`, fails(kind, null)] as const,
    [`${kind}, and done`, fails(kind, 1)] as const,
  ]),
  ['unknown-outcome, and done when it was asked again', fails('unknown-outcome', 300)],
  ['slow', { doneAfterMs: 400 }],
];

/** Two who pay all the time, over a journal of whose calls of some methods the n-th fails. */
async function play(game: LedgerGame, way: CallPlan, methods: readonly string[], failing: number) {
  const acknowledged: string[] = [];
  let serial = 0;
  let calls = 0;
  let failed = 0;
  const late: { world?: World<LedgerGame> } = {};
  const journal = faulty(new MemoryJournal(), {
    clock: { nowMs: () => late.world?.nowMs ?? 0, after: (ms, run) => late.world?.clock.after(ms, run) ?? (() => {}) },
    fate: ({ method }) => {
      if (late.world === undefined || !methods.includes(method)) return 'ok';
      if (++calls !== failing) return 'ok';
      failed++;
      return way;
    },
  });
  const player = (room: RoomOf<LedgerGame>, { client }: { readonly client: number }): void => {
    const payment = { client, serial: ++serial };
    room.ask('pay', payment, { timeoutMs: 60_000 }).then(
      () => acknowledged.push(keyOf(payment)),
      () => {},
    );
  };
  const world = await openWorld({
    game,
    clients: 2,
    server: { journal },
    player,
    frameRateHz: 20,
    network: { roundTripMs: ROUND_TRIP_MS },
  });
  late.world = world;
  return {
    world,
    /** What was acknowledged so far. */
    acknowledged: (): readonly string[] => [...acknowledged],
    /** How often each payment is in the only room. */
    paid: () => {
      const [room] = world.server.rooms.all;
      return paymentsIn((room?.state.table('payments') ?? []) as Iterable<{ client: number; serial: number }>);
    },
    failed: (): number => failed,
  };
}

/** Kills the server, starts another, and answers what is wrong then. */
async function problemsAfterCrash({
  world,
  acknowledged,
  paid,
}: Awaited<ReturnType<typeof play>>): Promise<readonly string[]> {
  const [before] = world.server.rooms.all;
  const [id, tick] = [before?.id ?? '', before?.tick ?? 0];
  world.crash();
  await world.advance(50);
  world.start();
  await world.advance(BACK_MS);
  const room = world.server.rooms.get(id);
  if (room === undefined) return [`room ${id} is not there`];
  const there = paid();
  const told = acknowledged();
  return [
    ...(room.tick > tick ? [] : [`the room is at tick ${room.tick}, and was at ${tick}`]),
    ...(world.clients.every(({ returned }) => returned === 1) ? [] : ['not everybody came back']),
    ...(room.game.durability === 'strict'
      ? told.filter((key) => !there.has(key)).map((key) => `${key} is missing`)
      : []),
    ...[...there].filter(([, times]) => times > 1).map(([key]) => `${key} is there twice`),
  ];
}

describe.each(['strict', 'async'] as const)('where a room is %s,', (durability) => {
  const game = ledgerOf(durability);

  test.each(WAYS)('each commit in turn may be: %s', async (_, way) => {
    for (let failing = 1; ; failing++) {
      const playing = await play(game, way, ['commit'], failing);
      const { world, acknowledged, paid } = playing;
      await world.advance(PLAYED_MS);
      if (playing.failed() === 0) {
        return expect(failing).toBeGreaterThan(SEATED_COMMITS);
      }
      const before = acknowledged().length;
      await world.advance(1_000);
      const wentOn = acknowledged().length > before && [...paid().values()].every((times) => times === 1);
      expect([failing, wentOn, await problemsAfterCrash(playing)]).toEqual([failing, true, []]);
    }
  });

  test.each(WAYS)('each commit in turn may be, when the process dies right after: %s', async (_, way) => {
    // A seat that is not durable yet cannot be come back to.
    for (let failing = SEATED_COMMITS; ; failing++) {
      const playing = await play(game, way, ['commit'], failing);
      for (let ms = 0; ms < PLAYED_MS && playing.failed() === 0; ms++) await playing.world.advance(1);
      if (playing.failed() === 0) return expect(failing).toBeGreaterThan(SEATED_COMMITS);
      // An answer that should not have been given has come by now, and nothing was tried again.
      await playing.world.advance(FAILS_MS + ROUND_TRIP_MS);
      expect([failing, await problemsAfterCrash(playing)]).toEqual([failing, []]);
    }
  });

  test.each(WAYS)('each call of the next start in turn may be: %s', async (_, way) => {
    for (let failing = 1; ; failing++) {
      const playing = await play(game, way, ['unfinished', 'read', 'claim'], failing);
      await playing.world.advance(PLAYED_MS);
      expect([failing, await problemsAfterCrash(playing)]).toEqual([failing, []]);
      if (playing.failed() > 0) continue;
      return expect(failing).toBeGreaterThan(3);
    }
  });
});
