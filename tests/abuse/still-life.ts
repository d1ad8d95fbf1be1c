/**
 * A game in which nothing moves by itself: no bots, no chance. Whatever becomes of its state, a player did it; and what
 * players do leaves a mark that outlives them, so a message that was refused and still had an effect cannot hide.
 */
import {
  angle,
  axis,
  bool,
  choice,
  defineGame,
  f32,
  f64,
  i8,
  i16,
  i32,
  isSameMessage,
  neutral,
  quantized,
  record,
  request,
  rowId,
  table,
  text,
  u8,
  u16,
  u32,
} from '@madang/core';

/** One input field of every type there is. */
export const everyType = {
  flag: bool,
  tiny: u8,
  small: u16,
  large: u32,
  signedTiny: i8,
  signedSmall: i16,
  signedLarge: i32,
  single: f32,
  double: f64,
  stick: axis,
  steps: quantized({ min: 0, max: 10, step: 0.5 }),
  heading: angle({ bits: 8 }),
  line: text(16),
  pick: choice('none', 'left', 'right'),
  target: rowId,
};

const untouched = neutral(everyType);

export const stillLife = defineGame({
  name: 'still-life',
  tickRateHz: 20,
  // Enough for every case of a table to sit down at once.
  seats: 250,
  state: {
    /** What each player's last input was, as the rules saw it. */
    figures: table({ name: text(128), ...everyType }),
    marks: record({ count: u32, last: text(32), touched: bool }),
  },
  input: everyType,
  commands: {
    mark: { line: text(32), times: u8 },
    /** The player's own row goes; its seat stays. */
    vanish: {},
    /** As `mark`, and answered. */
    count: request({ times: u8 }, { count: u32 }),
  },
  events: { marked: { count: u32 } },
  avatars: 'figures',
  words: { left: { pick: 'left' } },
  join(room, seat) {
    room.state.figures.add({ name: seat.name }, { owner: seat });
  },
  control(me, input) {
    Object.assign(me, input);
  },
  step({ state }) {
    for (const figure of state.figures) {
      if (!isSameMessage(everyType, figure, untouched)) state.marks.touched = true;
    }
  },
  on: {
    mark(room, _seat, { line, times }) {
      room.state.marks.count += times;
      room.state.marks.last = line;
      room.emit('marked', { count: room.state.marks.count });
    },
    count({ state }, _seat, { times }) {
      state.marks.count += times;
      return { count: state.marks.count };
    },
    vanish(room, seat) {
      const mine = room.state.figures.ownedBy(seat);
      if (mine !== undefined) room.state.figures.remove(mine);
    },
  },
});
