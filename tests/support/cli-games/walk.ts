/** A game whose state is what its players did: it tells whether a room went on or began anew. */
import { defineGame, flag, table, text, u32 } from '@madang/core';

export const walk = defineGame({
  name: 'walk',
  tickRateHz: 20,
  seats: 4,
  // What `madang dev` makes of it is part of what is tested.
  durability: 'none',
  state: { players: table({ name: text(32), steps: u32 }) },
  input: { walk: flag },
  avatars: 'players',
  join(room, seat) {
    room.state.players.add({ name: seat.name, steps: 0 }, { owner: seat });
  },
  control(me, input) {
    if (input.walk) me.steps += 1;
  },
});
