import pino from 'pino';
import { expect, test } from 'vitest';
import { BestRounds, type RoundsServer } from './best-rounds.ts';

function rounds(submit: () => Promise<never> = () => Promise.reject(new Error('the disk is gone'))) {
  const submitted: unknown[] = [];
  const logged: string[] = [];
  const people = [
    { name: '도토리', user: null },
    { name: 'Ann', user: 'guest:ann' },
  ];
  const server: RoundsServer = {
    boards: {
      submit: (...all) => {
        submitted.push(all);
        return submit();
      },
    },
    rooms: { get: (id) => (id === 'yard' ? { people } : undefined) },
  };
  const best = new BestRounds(server, pino({}, { write: (line: string) => void logged.push(line) }));
  const over = (payload: Record<string, unknown>, game = 'land-grab', roomId = 'yard', name = 'roundOver'): void =>
    best.hear({ game, roomId, name, payload });
  return { submitted, logged, over };
}

test('the winner of a round is on the leaderboard of the game, by identity or by name', () => {
  const { submitted, over } = rounds();
  over({ winner: 1, name: '도토리', score: 321, number: 7 });
  over({ winner: 2, name: 'Ann', score: 12, number: 7 }, 'arena');
  expect(submitted).toEqual([
    ['land-grab', 'name:도토리', 321, { name: '도토리' }],
    ['arena', 'guest:ann', 12, { name: 'Ann' }],
  ]);
});

test('bots, other games, other events and rooms that are gone are not', () => {
  const { submitted, over } = rounds();
  over({ winner: 3, name: '혜성', score: 9, number: 1 });
  over({ winner: 1, name: 'Ann', score: 9, number: 1 }, 'omok');
  over({ winner: 1, name: 'Ann', score: 9, number: 1 }, 'constructor');
  over({ winner: 1, name: 'Ann', score: 9, number: 1 }, 'arena', 'yard', 'roundStarted');
  over({ winner: 1, name: 'Ann', score: 9, number: 1 }, 'arena', 'elsewhere');
  over({ winner: 0, name: '', score: 0 });
  expect(submitted).toEqual([]);
});

test('a round that cannot be counted is logged and harms nobody', async () => {
  const { logged, over } = rounds();
  over({ winner: 2, name: 'Ann', score: 12 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(logged).toHaveLength(1);
});
