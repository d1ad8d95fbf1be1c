/** Two games of one file. */
import { defineGame, flag, table, text, u32 } from '@madang/core';

const input = { walk: flag };
const player = { name: text(32), steps: u32 };
const walked = { ...player };

export const walk = defineGame({
  name: 'walk',
  tickRateHz: 20,
  seats: 4,
  state: { players: table(walked) },
  input,
  avatars: 'players',
  join: (room, seat) => void room.state.players.add({ name: seat.name }, { owner: seat }),
});

export const stay = defineGame({
  name: 'stay',
  tickRateHz: 10,
  seats: 2,
  state: { players: table(player) },
  input,
  avatars: 'players',
  join: (room, seat) => void room.state.players.add({ name: seat.name }, { owner: seat }),
});
