/** A game that ends and is recorded, and fails in ways that no rule does when it is told to. */
import { defineGame, flag, table, text, u32 } from '@madang/core';

export const walk = defineGame({
  name: 'walk',
  tickRateHz: 20,
  seats: 4,
  recordings: 'keep-with-inputs',
  state: { players: table({ name: text(32), steps: u32 }) },
  input: { walk: flag },
  avatars: 'players',
  join(room, seat) {
    room.state.players.add({ name: seat.name, steps: 0 }, { owner: seat });
  },
  control(me, input) {
    if (input.walk) me.steps += 1;
  },
  step(room) {
    for (const player of room.state.players) if (player.steps >= 100_000) room.close('the walk is over');
  },
});

process.on('SIGUSR2', () => {
  if (process.env.FAULT === 'reject') Promise.reject(new Error('nobody caught this'));
  else setInterval(() => fail(), 5);
});

function fail(): never {
  throw new Error('nobody caught this');
}
