/** The game of the bench as one of ours. The load and the riders have it too: they join by its fingerprint. */
import { choice, defineGame, type Game, near, quantized, table } from '@madang/core';
import { DIRECTIONS, PLACE_STEP, type Setting, startPlace, WORDS, walk } from '../setting.ts';

/** What is played in the rooms of this setting. */
export function gameOf(setting: Setting) {
  const { kind, seats, tickRateHz, sendRateHz, spectators, side, world } = setting;
  const place = quantized({ min: 0, max: side, step: PLACE_STEP });
  return defineGame({
    name: kind,
    tickRateHz,
    sendRateHz,
    seats,
    spectators,
    state: { movers: table({ x: place, y: place }, { maxRows: seats }) },
    interest: world === null ? {} : { movers: near({ x: 'x', y: 'y', radius: world.radius }) },
    input: { dir: choice(...DIRECTIONS) },
    words: Object.fromEntries(DIRECTIONS.map((dir, direction) => [WORDS[direction], { dir }])),
    avatars: 'movers',
    join(room, seat, { random }) {
      room.state.movers.add(
        startPlace(setting, () => random.float()),
        { owner: seat },
      );
    },
    control(me, { dir }) {
      walk(me, DIRECTIONS.indexOf(dir), side);
    },
  });
}

/** The same for those who need no more than any game. */
export function anyGameOf(setting: Setting): Game {
  const { control, ...still } = gameOf(setting);
  // Where nothing moves there is nothing to play, as at the peers.
  return (setting.isMoving ? { ...still, control } : still) as unknown as Game;
}
