import { defineGame, record, refuse, request, table, text, u32 } from '@madang/core';

export const auction = defineGame({
  name: 'auction',
  tickRateHz: 10,
  seats: 8,
  durability: 'strict',
  recordings: 'keep-with-inputs',
  state: { lot: record({ price: u32, holder: text(128) }), bidders: table({ name: text(128) }) },
  input: {},
  avatars: 'bidders',
  commands: { bid: request({ price: u32 }, { price: u32 }) },
  timers: { hammer: (room) => room.close(`sold to ${room.state.lot.holder}`) },
  join(room, seat) {
    room.state.bidders.add({ name: seat.name }, { owner: seat });
  },
  on: {
    bid(room, seat, { price }) {
      const { lot } = room.state;
      if (price <= lot.price) refuse(`${lot.price} is bid already`);
      lot.price = price;
      lot.holder = seat.name;
      room.timers.start('hammer', 60);
      return { price };
    },
  },
});
