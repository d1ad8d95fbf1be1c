/** The kinds of rooms as games of ours. The load has them too: it joins by their fingerprint. */
import { defineGame, type Game, quantized, table } from '@madang/core';
import { type Kind, type Setting, SIDE, walk } from './setting.ts';

const place = quantized({ min: 0, max: SIDE, step: 1 / 64 });

export function gamesOf(setting: Setting): readonly Game[] {
  return Object.entries(setting).map(([name, kind]) => gameOf(name, kind));
}

export function gameOf(name: string, { seats, tickRateHz, sendRateHz }: Kind): Game {
  return defineGame({
    name,
    tickRateHz,
    sendRateHz,
    seats,
    state: { movers: table({ x: place, y: place }, { maxRows: seats }) },
    input: {},
    avatars: 'movers',
    join(room, seat, { random }) {
      room.state.movers.add({ x: random.float() * SIDE, y: random.float() * SIDE }, { owner: seat });
    },
    step(room, { tick }) {
      let number = 0;
      for (const mover of room.state.movers) walk(mover, tick, number++);
    },
  }) as unknown as Game;
}
