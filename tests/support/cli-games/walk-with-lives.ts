/** The game of walk.ts with a field more. */
import { defineGame, flag, table, text, u8, u32 } from '@madang/core';

export const walk = defineGame({
  name: 'walk',
  tickRateHz: 20,
  seats: 4,
  durability: 'none',
  state: { players: table({ name: text(32), steps: u32, lives: u8 }) },
  input: { walk: flag },
  avatars: 'players',
  join(room, seat) {
    room.state.players.add({ name: seat.name, steps: 0 }, { owner: seat });
  },
  control(me, input) {
    if (input.walk) me.steps += 1;
  },
  step(room) {
    for (const player of room.state.players) if (player.lives === 0) player.lives = 3;
  },
});
