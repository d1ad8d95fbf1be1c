/** The world of the bench: every player walks all the time, turns by its input, and sees what is near it. */
import { angle, axis, defineGame, near, quantized, table } from '@madang/core';

export const TICK_RATE_HZ = 20;

/** Rows a player sees in the mean, in a world of any size: the side grows with the square root of the players. */
const VISIBLE = 70;
const SIDE_PER_PLAYER = 64;
const SPEED_PER_SECOND = 60;

export function worldOf(players: number) {
  const side = Math.ceil(SIDE_PER_PLAYER * Math.sqrt(players));
  const radius = Math.round(side * Math.sqrt(VISIBLE / players / Math.PI));
  const position = quantized({ min: 0, max: side, step: 1 / 16 });
  const within = (value: number): number => Math.min(side, Math.max(0, value));
  return defineGame({
    name: 'world',
    tickRateHz: TICK_RATE_HZ,
    seats: players,
    state: { movers: table({ x: position, y: position, heading: angle({ bits: 8 }) }, { maxRows: players }) },
    interest: { movers: near({ x: 'x', y: 'y', radius }) },
    input: { turn: axis },
    avatars: 'movers',
    join(room, seat, { random }) {
      const start = { x: random.float() * side, y: random.float() * side, heading: random.float() * 2 * Math.PI };
      room.state.movers.add(start, { owner: seat });
    },
    control(me, { turn }, { dt }) {
      // The edge turns everybody round, so that nobody stands still.
      const isAtEdge = me.x <= 0 || me.x >= side || me.y <= 0 || me.y >= side;
      me.heading += isAtEdge ? Math.PI * 0.6 : (turn + 0.3) * dt;
      me.x = within(me.x + Math.cos(me.heading) * SPEED_PER_SECOND * dt);
      me.y = within(me.y + Math.sin(me.heading) * SPEED_PER_SECOND * dt);
    },
  });
}
