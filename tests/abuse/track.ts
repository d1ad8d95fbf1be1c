/**
 * A track without end: nobody runs faster than one step a tick, and every tick it is looked at how far into the past
 * each player sees. Whatever a player gains by what it sends, or by when, shows here.
 */
import { defineGame, quantized, table, u16, u32 } from '@madang/core';

export const track = defineGame({
  name: 'track',
  tickRateHz: 60,
  seats: 50,
  state: {
    /** Steps in hundredths, and the furthest into the past that this runner was shown, in sixteenths of a tick. */
    runners: table({ x: u32, y: u16, seenAgo: u32 }),
  },
  input: { pace: quantized({ min: 0, max: 1, step: 0.01 }) },
  avatars: 'runners',
  rewind: { runners: { x: 'x', y: 'y' } },
  join: (room, seat) => void room.state.runners.add({}, { owner: seat }),
  control(me, { pace }) {
    me.x += Math.round(pace * 100);
  },
  step(room, { tick, seenBy }) {
    for (const seat of room.seats) {
      const me = room.state.runners.ownedBy(seat);
      const ago = seenBy(seat, (_, atTick) => tick - atTick);
      if (me !== undefined) me.seenAgo = Math.max(me.seenAgo, Math.round(ago * 16));
    }
  },
});
