import { choice, defineGame, record, table, text } from '@madang/core';

const mode = choice('calm', 'wild');

export const cards = defineGame({
  name: 'cards',
  tickRateHz: 10,
  seats: 4,
  state: { table: record({ mode }), players: table({ name: text(128) }) },
  input: {},
  avatars: 'players',
  options: 'table',
  listed: 'table',
  match: { teams: 2, teamSize: 1, criteria: { mode }, acceptMs: 10_000 },
  join(room, seat) {
    room.state.players.add({ name: seat.name }, { owner: seat });
  },
});
