import { defineGame, type Game } from '@madang/core';
import { Recording } from '@madang/core/journal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Witness } from '../room/room.test-support.ts';
import { tokenOf } from '../room/shop.test-support.ts';
import type { SeatHandle } from '../room/viewer.ts';
import { memoryJournal, node, pass, recordingBytes, settled, type TestNode, town } from './journal.test-support.ts';
import { resimulate } from './resimulate.ts';

interface Player {
  readonly name: string;
  seat: SeatHandle;
  witness: Witness;
}

/** What may happen in a town, each with somebody it happens to. */
const ANY_STEP = fc.tuple(
  fc.constantFrom(
    'join',
    'leave',
    'drop',
    'return',
    'move',
    'move',
    'buy',
    'kick',
    'lock',
    'watch',
    'wait',
    'crash',
    'stop',
  ),
  fc.nat(30),
);

describe('a recording with inputs', () => {
  test('is played again by the rules to the same state in every tick, whatever people did and however often the process ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ANY_STEP, { minLength: 1, maxLength: 40 }), fc.nat(), async (steps, seed) => {
        const { game } = town({
          spectators: 2,
          authorize: (_room, _visitor, { random }) => random.chance(0.9),
        } as Partial<Game>);
        const journal = memoryJournal();
        let current = await node(game, journal, { seed });
        const { id } = current.rooms.open(game);
        const players: Player[] = [];
        let requests = 0;
        for (const [step, chosen] of steps) {
          if (current.rooms.all.length === 0) break;
          const player = players[chosen % Math.max(1, players.length)];
          await play(current, step, chosen, player, players, ++requests);
          await pass(current, 30 + chosen * 10);
          if (step !== 'crash' && step !== 'stop') continue;
          await current.feed.flush(1_000);
          if (step === 'stop') current.rooms.stop();
          await current.feed.flush(1_000);
          current = await node(game, journal, { seed: seed + requests });
          // Nobody came for too long.
          if (current.rooms.all.length === 0) break;
        }
        await current.feed.flush(1_000);
        const recording = new Recording(await recordingBytes(journal, id));
        expect(current.rooms.all[0]?.tick ?? recording.lastTick).toBe(recording.lastTick);
        expect(resimulate(recording, game)).toEqual({ ticks: recording.lastTick, difference: null });
      }),
      { numRuns: 60 },
    );
  });

  test('shows where rules that are not deterministic went another way', async () => {
    const chance = { extra: 0 };
    const { game } = town({
      step: ((room: { state: { world: { bought: number } } }, { tick }: { tick: number }) => {
        if (tick === 17) room.state.world.bought += 1 + chance.extra;
      }) as unknown as NonNullable<Game['step']>,
    });
    const recording = await recorded(game);
    expect(resimulate(recording, game)).toEqual({ ticks: 30, difference: null });
    chance.extra = 1;
    expect(resimulate(recording, game)).toEqual({
      ticks: 17,
      difference: { tick: 17, table: 'world', row: 1, field: 'bought' },
    });
  });

  test('is refused without inputs, and by another game', async () => {
    const { game } = town({ recordings: 'keep' });
    const recording = await recorded(game);
    expect(() => resimulate(recording, game)).toThrow(/keep-with-inputs/);
    const other = defineGame({ name: 'village', tickRateHz: 10, seats: 1, state: {}, input: {} }) as unknown as Game;
    expect(() => resimulate(recording, other)).toThrow(/of the game town/);
  });
});

async function recorded(game: Game): Promise<Recording> {
  const journal = memoryJournal();
  const made = await node(game, journal);
  made.rooms.open(game);
  while (made.room.tick < 30) await pass(made, 10);
  await made.feed.flush(1_000);
  await settled();
  return new Recording(await recordingBytes(journal, made.room.id));
}

async function play(
  { rooms, room }: TestNode,
  step: string,
  chosen: number,
  player: Player | undefined,
  players: Player[],
  request: number,
): Promise<void> {
  const user = (name: string) => ({ id: name, name: null, roles: [] });
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch {
      // Refused, as it may be: what counts is that it is refused again.
    }
  };
  if (step === 'join') {
    const name = `P${request}`;
    const witness = new Witness();
    attempt(() =>
      players.push({ name, witness, seat: rooms.join({ room: room.id, name, user: user(name) }, witness) }),
    );
  }
  if (step === 'watch') attempt(() => rooms.join({ room: room.id, isSpectator: true }, new Witness()));
  if (player === undefined) return;
  if (step === 'leave') player.seat.leave();
  if (step === 'drop') player.seat.drop();
  if (step === 'move') player.seat.input({ dir: chosen % 2 === 0 ? 'right' : 'left' });
  if (step === 'buy') attempt(() => player.seat.command('buy', { item: chosen % 5 }));
  if (step === 'kick') attempt(() => player.seat.deed({ do: 'kick', who: 1 + (chosen % 4) }, 0));
  if (step === 'lock') attempt(() => player.seat.deed({ do: 'lock', is: chosen % 2 === 0 }, 0));
  if (step === 'return') {
    const witness = new Witness();
    const wish = { way: 'return', room: tokenOf(player.witness), user: user(player.name) } as const;
    attempt(() => {
      player.seat = rooms.join(wish, witness);
      player.witness = witness;
    });
  }
}
