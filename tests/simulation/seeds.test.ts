/**
 * Whole games under all faults, by seeds: real server, real clients, a bad network, crashes. 20 of them, or MADANG_SEEDS of
 * them; the line that a failure prints runs the one that failed.
 */
import type { Room } from '@madang/server';
import { replay, type SimulateOptions, SimulationFailure, seeds } from '@madang/testing';
import { arena } from '@madang-examples/arena/game';
import { landGrab } from '@madang-examples/land-grab/game';
import { expect, test } from 'vitest';

const BAD = { clients: 8, faults: 'all', network: { roundTripMs: 100, jitterMs: 20 } } as const;
const YARD = { ...BAD, game: landGrab };
// Few pictures a second: prediction is most of what a run of this game costs.
const ARENA = { ...BAD, game: arena, frameRateHz: 10 };

test.each(seeds(20))(
  'land-grab, seed %i: after all faults everybody plays or knows why not, and all agree',
  async (seed) => {
    const { clients, compared } = await replay(seed, YARD);
    expect(clients.every(({ state }) => state === 'playing' || state === 'away')).toBe(true);
    expect(compared).toBeGreaterThan(400);
  },
);

test.each(seeds(20))(
  'arena, seed %i: after all faults everybody plays or knows why not, and all agree',
  async (seed) => {
    const { clients, compared } = await replay(seed, { ...ARENA, durationMs: 10_000 });
    expect(clients.every(({ state }) => state === 'playing' || state === 'away')).toBe(true);
    expect(compared).toBeGreaterThan(400);
  },
);

test('a bug that skips a single bit of what changed is found, and the printed line finds it again', async () => {
  // One change of one row's score is written and never marked, at tick 50 of each room.
  const skipOneBit: SimulateOptions<typeof landGrab>['check'] = ({ room }) => {
    if (room.tick === 50) skipNextMark(room, 'players', 'score');
  };
  const failed = await replay(1, { ...YARD, check: skipOneBit }).catch((problem: unknown) => problem);
  if (!(failed instanceof SimulationFailure)) throw new Error('the bug was not found');
  expect(failed.message).toMatch(/\[I5\] at tick \d+ a change of players \d+ score was not published/);
  const line = /^reproduce: .*$/m.exec(failed.message)?.[0] ?? '';
  expect(line).toContain('MADANG_SEED=1 npx vitest run tests/simulation/seeds.test.ts');
  await expect(replay(line, { game: landGrab, check: skipOneBit })).rejects.toThrow(failed.message);
  // Without the bug the same line finds nothing.
  await replay(line, { game: landGrab });
});

/** The next mark of one column of a table is lost, as with a mask that lacks one bit. */
function skipNextMark(room: Room, name: string, field: string): void {
  const table = room.state.table(name);
  const bit = 1 << table.columns.findIndex((column) => column.name === field);
  const mark = table.mark.bind(table);
  let isSkipped = false;
  Object.assign(table, {
    mark: (place: number, bits: number) => {
      if (isSkipped || (bits & bit) === 0) return mark(place, bits);
      isSkipped = true;
      if (bits !== bit) mark(place, bits & ~bit);
    },
  });
}
