import { openWorld, seeds, simulate } from '@madang/testing';
import { expect, test } from 'vitest';
import { yardTag } from './game.ts';

const network = { roundTripMs: 100, jitterMs: 20 };

test.each(seeds(3))('whatever goes wrong, in the end everybody sees the same yard: seed %i', async (seed) => {
  await simulate({ game: yardTag, clients: 4, seed, network, faults: 'all', server: { syncTest: true } });
});

test('who walks alone is where its screen says', async () => {
  const world = await openWorld({ game: yardTag, clients: 1, network });
  await world.advance(30_000);
  expect(world.clients[0]?.room?.net).toMatchObject({ corrections: 0, lateInputs: 0 });
  await world.close();
});
