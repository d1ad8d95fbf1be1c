/** Rooms of 50 in which everybody moves in every tick and all see all, with hidden fields and chance: the arena of the bench. */
import { angle, axis, type Durability, defineGame, quantized, request, table, u8, u16, u32 } from '@madang/core';

export const PLAYERS_PER_ROOM = 50;

const SIDE = 2_048;
const SPEED_PER_SECOND = 60;
const position = quantized({ min: 0, max: SIDE, step: 1 / 16 });
const within = (value: number): number => Math.min(SIDE, Math.max(0, value));

export function arenaOf(durability: Durability, tickRateHz = 20) {
  return defineGame({
    name: 'arena50',
    tickRateHz,
    seats: PLAYERS_PER_ROOM,
    durability,
    state: {
      ships: table(
        {
          x: position,
          y: position,
          heading: angle({ bits: 8 }),
          hp: u8,
          ammo: u8.visibleTo('owner'),
          luck: u32.visibleTo('nobody'),
        },
        { maxRows: PLAYERS_PER_ROOM },
      ),
    },
    input: { turn: axis },
    commands: { fire: request({}, { shots: u16 }) },
    avatars: 'ships',
    join(room, seat, { random }) {
      const [x, y] = [random.float() * SIDE, random.float() * SIDE];
      room.state.ships.add({ x, y, heading: random.float() * 6, hp: 100, luck: random.u32() }, { owner: seat });
    },
    control(me, { turn }, { dt }) {
      const isAtEdge = me.x <= 0 || me.x >= SIDE || me.y <= 0 || me.y >= SIDE;
      me.heading += isAtEdge ? Math.PI * 0.6 : (turn + 0.3) * dt;
      me.x = within(me.x + Math.cos(me.heading) * SPEED_PER_SECOND * dt);
      me.y = within(me.y + Math.sin(me.heading) * SPEED_PER_SECOND * dt);
    },
    step(room, { random }) {
      for (const ship of room.state.ships) if (random.chance(0.02)) ship.luck = random.u32();
    },
    on: {
      fire(room, seat) {
        const ship = room.state.ships.ownedBy(seat);
        if (ship !== undefined) ship.ammo = (ship.ammo + 1) % 256;
        return { shots: ship?.ammo ?? 0 };
      },
    },
  });
}
