/** Ships that drift, and shoot: enough of a game for prediction and lag compensation to be wrong about, if they can be. */
import { angle, axis, defineGame, flag, quantized, rowId, table, u16 } from '@madang/core';

export const SIZE = 2048;
export const STEP = 1 / 16;
const SPEED_MAX = 400;

/** What the server looked at for a seat that fired: the tick it did it in, and the tick of others it was shown. */
export type Seen = (seat: number, tick: number, atTick: number) => void;

/** The game; `seen` is told of each look into the past. */
export function drift(seen: Seen) {
  return defineGame({
    name: 'drift',
    tickRateHz: 30,
    seats: 16,
    state: {
      ships: table(
        {
          x: quantized({ min: 0, max: SIZE, step: STEP }),
          y: quantized({ min: 0, max: SIZE, step: STEP }),
          vx: quantized({ min: -512, max: 512, step: STEP }).drawn('step'),
          vy: quantized({ min: -512, max: 512, step: STEP }).drawn('step'),
          heading: angle({ bits: 10 }),
          firing: flag,
          /** The newest input that this ship has heard of. */
          mark: u16,
        },
        { maxRows: 128 },
      ),
    },
    input: { thrustX: axis, thrustY: axis, fire: flag, mark: u16 },
    events: { shot: { by: rowId } },
    avatars: 'ships',
    rewind: { ships: { x: 'x', y: 'y' } },
    rewindMs: 1_000,
    join(room, seat, { random }) {
      room.state.ships.add({ x: 512 + random.below(1024), y: 512 + random.below(1024) }, { owner: seat });
    },
    control(ship, { thrustX, thrustY, fire, mark }, { dt, emit }) {
      ship.mark = mark;
      ship.firing = fire;
      ship.vx = speed(ship.vx, thrustX, dt);
      ship.vy = speed(ship.vy, thrustY, dt);
      const x = ship.x + ship.vx * dt;
      const y = ship.y + ship.vy * dt;
      if (x < 0 || x > SIZE) ship.vx = -ship.vx;
      else ship.x = x;
      if (y < 0 || y > SIZE) ship.vy = -ship.vy;
      else ship.y = y;
      if (fire) emit('shot', { by: ship.id });
    },
    step(room, { tick, seenBy }) {
      for (const seat of room.seats) {
        if (room.state.ships.ownedBy(seat)?.firing) seenBy(seat, (_past, atTick) => seen(seat.number, tick, atTick));
      }
    },
  });
}

function speed(before: number, thrust: number, dt: number): number {
  return Math.min(SPEED_MAX, Math.max(-SPEED_MAX, (before + thrust * 900 * dt) * 0.98));
}
