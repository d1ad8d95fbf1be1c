import { choice, defineGame, quantized, rowId, table, text, u16 } from '@madang/core';

const metres = quantized({ min: 0, max: 100, step: 1 / 16 });

export const tag = defineGame({
  name: 'tag',
  tickRateHz: 20,
  seats: 8,
  state: { players: table({ name: text(128), x: metres, tags: u16 }) },
  input: { dir: choice('none', 'left', 'right') },
  events: { tagged: { by: rowId, who: rowId } },
  avatars: 'players',
  join(room, seat, { random }) {
    room.state.players.add({ name: seat.name, x: random.below(100) }, { owner: seat });
  },
  control(me, { dir }, { dt }) {
    const metresPerSecond = { none: 0, left: -5, right: 5 }[dir];
    me.x = Math.min(100, Math.max(0, me.x + metresPerSecond * dt));
  },
  step(room, { random }) {
    for (const by of room.state.players) {
      for (const who of room.state.players) {
        if (by.id >= who.id || Math.abs(by.x - who.x) > 0.5) continue;
        by.tags += 1;
        who.x = random.below(100);
        room.emit('tagged', { by: by.id, who: who.id });
      }
    }
  },
});
