/** A small game for the tests of this package: frogs that hop, own secrets and croak. */
import { choice, defineGame, record, table, text, u8, u16 } from '@madang/core';

const definition = {
  name: 'pond',
  tickRateHz: 20,
  seats: 6,
  state: {
    frogs: table({ x: u16, name: text(40), flies: u8.visibleTo('owner') }, { maxRows: 12 }),
    weather: record({ rain: u8 }),
  },
  input: { hop: choice('none', 'left', 'right'), by: u8 },
  commands: { croak: { loudness: u8 } },
  events: { croaked: { loudness: u8 } },
  avatars: 'frogs',
} as const;

export const pond = defineGame({
  ...definition,
  join(room, seat) {
    room.state.frogs.add({ x: 1_000, name: seat.name }, { owner: seat });
  },
  control(frog, { hop, by }) {
    frog.x = (frog.x + (hop === 'left' ? -by : hop === 'right' ? by : 0) + 65_536) % 65_536;
  },
  step({ state }, { tick, random }) {
    state.weather.rain = Math.floor(tick / 20) % 256;
    for (const frog of state.frogs) if (random.chance(0.1)) frog.flies = random.below(256);
  },
  on: {
    croak: (room, _, { loudness }) => room.emit('croaked', { loudness }),
  },
});
