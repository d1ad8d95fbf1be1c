/** A rider on our SDK, reading the confirmed state rather than what it predicts. */
import { connect } from '@madang/client';
import { gameOf } from '../servers/madang-game.ts';
import { DIRECTIONS, type Mover } from '../setting.ts';
import type { BeginRide } from './riding.ts';

export const rideMadang: BeginRide = async ({ port, setting }, on) => {
  const room = await connect(`ws://127.0.0.1:${port}`).join(gameOf(setting), { resume: false });
  room.onState(() => on.state(String(room.me?.id), places(room.state.movers)));
  room.onClose(({ message }) => on.lost(message));
  return { ask: (direction) => room.input({ dir: DIRECTIONS[direction] ?? 'right' }) };
};

function* places(rows: Iterable<Mover & { readonly id: number }>): Iterable<readonly [string, Mover]> {
  for (const row of rows) yield [String(row.id), row];
}
