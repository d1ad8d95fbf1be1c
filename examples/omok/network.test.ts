/** Omok over a simulated network: two real clients of a real server, with whatever can go wrong on the way. */
import { type RoomOf, seeds, simulate } from '@madang/testing';
import { describe, expect, test } from 'vitest';
import { BOARD_SIZE } from './board.ts';
import { winningPoints } from './five.ts';
import { omok } from './game.ts';
import type { OmokState } from './state.ts';

/** Nobody thinks for less. */
const THINKING_MS = 300;

interface Seen {
  /** Rounds that were played, by number, with how they ended; `none` while they go on. */
  readonly rounds: Map<number, string>;
  /** What players saw of others' bids. */
  readonly othersBids: Set<number | undefined>;
}

/** Somebody who bids, places stones somewhere, and always wants another round. */
function playerOf({ rounds, othersBids }: Seen) {
  const lastDeedMs = new WeakMap<object, number>();
  return (room: RoomOf<typeof omok>, { nowMs, random }: { nowMs: number; random: { below(n: number): number } }) => {
    const { players, round, board } = room.state;
    rounds.set(round.number, round.ending);
    for (const one of players) if (one.owner !== room.seat) othersBids.add(one.bidSeconds);
    if (nowMs - (lastDeedMs.get(room) ?? 0) < THINKING_MS) return;
    lastDeedMs.set(room, nowMs);
    const me = players.ownedBy({ number: room.seat });
    if (round.phase === 'bidding' && me?.hasBid === false) room.send('bid', { seconds: 1 + random.below(60) });
    if (round.phase === 'over') room.send('rematch', {});
    if (round.phase !== 'playing' || round.turn !== me?.id) return;
    // In a small corner of the board rows of five come soon.
    const [x, y] = [random.below(6), random.below(6)];
    if (board.at(x, y) === 0) room.send('place', { x, y });
  };
}

function checkRound({ board, round, players }: OmokState): void {
  const numbers = Array.from(board.cells)
    .filter((move) => move > 0)
    .sort((a, b) => a - b);
  if (numbers.some((move, index) => move !== index + 1) || numbers.length !== round.moves) {
    throw new Error(`the board holds moves ${numbers.join(' ')}, and ${round.moves} were made`);
  }
  const last = Array.from(board.cells).indexOf(round.moves);
  const won = round.moves > 0 && winningPoints(board, last % BOARD_SIZE, Math.floor(last / BOARD_SIZE)).length > 0;
  if (won !== (round.ending === 'five')) throw new Error(`a row was made: ${won}, and the round says ${round.ending}`);
  if ([...players].filter(({ owner }) => owner !== 0).length > 2) throw new Error('three sit at one board');
}

describe('two at a board', () => {
  test('rounds are bid for, played and played again, and nobody ever learns another’s bid', async () => {
    const seen: Seen = { rounds: new Map(), othersBids: new Set() };
    await simulate({
      game: omok,
      clients: 2,
      seed: 8,
      durationMs: 180_000,
      network: { roundTripMs: 80, jitterMs: 20 },
      server: { syncTest: true },
      player: playerOf(seen),
      check: ({ state }) => checkRound(state),
    });
    expect(seen.rounds.size).toBeGreaterThan(2);
    expect(seen.rounds.get(1)).toBe('five');
    expect([...seen.othersBids]).toEqual([undefined]);
  });

  test.each(seeds(4))('whatever goes wrong, the rules hold and both see the same board: seed %i', async (seed) => {
    await simulate({
      game: omok,
      clients: 2,
      seed,
      durationMs: 60_000,
      network: { roundTripMs: 100, jitterMs: 30, lossPercent: 1 },
      faults: 'all',
      player: playerOf({ rounds: new Map(), othersBids: new Set() }),
      check: ({ state }) => checkRound(state),
    });
  });
});
