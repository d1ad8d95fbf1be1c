/** A small room of movers whose rules take as long as they are told to. The load has it too: it joins by its fingerprint. */
import { axis, defineGame, quantized, table } from '@madang/core';

export const TICK_RATE_HZ = 60;
export const SEATS = 8;

const SIDE = 1_000;
const SPEED_PER_SECOND = 120;
const place = quantized({ min: 0, max: SIDE, step: 1 / 64 });
const within = (value: number): number => Math.min(SIDE, Math.max(0, value));

/** `stepped` is called in each tick, before everything else that `step` does. */
export function tickGame(stepped: (roomId: string, tick: number) => void) {
  return defineGame({
    name: 'tick',
    tickRateHz: TICK_RATE_HZ,
    seats: SEATS,
    state: { movers: table({ x: place, y: place }, { maxRows: SEATS }) },
    input: { turn: axis },
    avatars: 'movers',
    join(room, seat, { random }) {
      room.state.movers.add({ x: random.float() * SIDE, y: random.float() * SIDE }, { owner: seat });
    },
    step(room, { tick, dt }) {
      stepped(room.id, tick);
      let heading = tick / 30;
      for (const mover of room.state.movers) {
        heading++;
        mover.x = within(mover.x + SPEED_PER_SECOND * dt * Math.cos(heading));
        mover.y = within(mover.y + SPEED_PER_SECOND * dt * Math.sin(heading));
      }
    },
  });
}
