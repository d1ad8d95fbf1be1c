import { Recording } from '@madang/core/journal';
import { resimulate } from '@madang/server';
import { MemoryJournal } from '@madang/server/memory';
import { openWorld } from '@madang/testing';
import { expect, test } from 'vitest';
import { arena } from './game.ts';

test('a battle of people and bots on lines of 120 ms, recorded, is played again by the rules to the same state in every tick', async () => {
  const journal = new MemoryJournal();
  const world = await openWorld({
    game: arena,
    clients: 4,
    seed: 11,
    frameRateHz: 20,
    network: { roundTripMs: 120, jitterMs: 30 },
    server: { journal, alwaysOpen: [] },
  });
  await world.advance(20_000);
  const [room] = world.server.rooms.all;
  const shots = world.clients.length;
  expect(room?.people.length).toBe(shots);
  await world.advance(200);
  const recording = new Recording(Buffer.concat(await journal.read(room?.id ?? '', 'start')));
  expect(recording.lastTick).toBeGreaterThan(19 * arena.tickRateHz);
  expect(resimulate(recording, arena)).toEqual({
    ticks: recording.lastTick - recording.firstTick,
    difference: null,
  });
  await world.close();
});
