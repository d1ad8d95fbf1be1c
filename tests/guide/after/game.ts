import {
  axis,
  clamp,
  defineGame,
  flag,
  hypot,
  quantized,
  type Row,
  rowId,
  table,
  text,
  u16,
  u32,
  type ValuesOf,
} from '@madang/core';

const SIDE = 40;
const METRES_PER_SECOND = 6;
const REACH = 2;
const REST_TICKS = 10;

const metres = quantized({ min: 0, max: SIDE, step: 1 / 64 }).drawn({ jumpAbove: 2 });
const input = { goX: axis, goY: axis, reach: flag };
const player = { name: text(128), x: metres, y: metres, restedAt: u32, tags: u16 };

type Player = Row<typeof player>;
type Asked = Readonly<ValuesOf<typeof input>>;

function walk(me: Player, { goX, goY }: Asked, dt: number): void {
  const stride = (METRES_PER_SECOND * dt) / Math.max(1, hypot(goX, goY));
  me.x = clamp(me.x + goX * stride, 0, SIDE);
  me.y = clamp(me.y + goY * stride, 0, SIDE);
}

/** True at the tick an arm goes out. Then it rests. */
function reaches(me: Player, { reach }: Asked, tick: number): boolean {
  if (!reach || tick < me.restedAt) return false;
  me.restedAt = tick + REST_TICKS;
  return true;
}

function inReach(players: Iterable<{ id: number; x: number; y: number }>, me: Player): readonly number[] {
  const near = [...players].filter(({ id, x, y }) => id !== me.id && hypot(x - me.x, y - me.y) <= REACH);
  return near.map(({ id }) => id);
}

export const yardTag = defineGame({
  name: 'yard-tag',
  tickRateHz: 20,
  seats: 8,
  state: { players: table(player) },
  input,
  events: { reached: { by: rowId }, tagged: { by: rowId, who: rowId } },
  avatars: 'players',
  rewind: { players: { x: 'x', y: 'y' } },
  join(room, seat, { random }) {
    room.state.players.add({ name: seat.name, x: random.below(SIDE), y: random.below(SIDE) }, { owner: seat });
  },
  control(me, asked, now) {
    walk(me, asked, now.dt);
    if (reaches(me, asked, now.tick)) now.emit('reached', { by: me.id });
  },
  step(room, now) {
    for (const seat of room.seats) {
      const me = room.state.players.ownedBy(seat);
      if (me === undefined) continue;
      if (me.restedAt !== now.tick + REST_TICKS) continue;
      for (const id of now.seenBy(seat, ({ players }) => inReach(players, me))) {
        const who = room.state.players.get(id);
        if (who === undefined) continue;
        who.x = now.random.below(SIDE);
        who.y = now.random.below(SIDE);
        me.tags += 1;
        room.emit('tagged', { by: me.id, who: who.id });
      }
    }
  },
});
