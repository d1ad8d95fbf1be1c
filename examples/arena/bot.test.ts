import { type BotMoment, neutral, seededRandom } from '@madang/core';
import { expect, test } from 'vitest';
import { openField } from './arena.test-support.ts';
import { thinkAhead } from './bot.ts';
import { arena } from './game.ts';
import { input } from './input.ts';
import { SHIP } from './measures.ts';
import type { Sticks } from './solo.ts';
import type { state } from './state.ts';

const SECOND = arena.tickRateHz;

/** Bots on so many seats, each tick deciding anew; seats after them hold what `others` says. */
function battle(bots: number, others: (seat: number) => Partial<Sticks> = () => ({})) {
  const field = openField();
  const random = seededRandom(7);
  const held = new Map<number, Sticks>();
  for (let seat = 1; seat <= bots; seat++) {
    field.join();
    held.set(seat, neutral(input));
  }
  return {
    field,
    held,
    play(ticks: number) {
      for (let left = ticks; left > 0; left--) {
        for (const [seat, sticks] of held) {
          const me = field.state.ships.ownedBy({ number: seat });
          if (me === undefined) continue;
          const moment: BotMoment<typeof state, typeof input> = {
            tick: field.tick + 1,
            random,
            state: field.state,
            held: sticks,
          };
          held.set(seat, { ...sticks, ...thinkAhead(me, moment) });
        }
        const sticks = Object.fromEntries([...field.state.ships].map(({ owner }) => [owner, others(owner)]));
        field.play(1, { ...sticks, ...Object.fromEntries(held) });
      }
    },
  };
}

test('bots left to themselves fly about, find one another, and somebody is destroyed now and then', () => {
  const { field, play } = battle(6);
  const visited = new Map<number, Set<string>>();
  for (let second = 0; second < 60; second++) {
    play(SECOND);
    for (const { id, x, y } of field.state.ships) {
      const seen = visited.get(id) ?? new Set();
      visited.set(id, seen.add(`${Math.floor(x / 256)},${Math.floor(y / 256)}`));
    }
  }
  const destroyed = field.events.filter(({ name }) => name === 'destroyed').length;
  expect(destroyed).toBeGreaterThan(5);
  expect(destroyed).toBeLessThan(80);
  expect(field.events.filter(({ name }) => name === 'picked').length).toBeGreaterThan(5);
  for (const cells of visited.values()) expect(cells.size).toBeGreaterThan(8);
});

test('a bot hits somebody who stands still, but one alone does not destroy a moving one at once', () => {
  const still = battle(1);
  const [bot] = still.field.state.ships;
  const target = still.field.join((bot?.x ?? 0) < 1024 ? 500 : 1500, (bot?.y ?? 0) < 1024 ? 500 : 1500);
  Object.assign(bot ?? {}, { x: target.x + 200, y: target.y });
  still.play(6 * SECOND);
  expect(target.hp + target.shield).toBeLessThan(SHIP.hp + SHIP.shieldAtStart);

  let turn = 0;
  const moving = battle(1, () => ({ moveX: Math.floor(turn++ / 20) % 2 === 0 ? 1 : -1 }));
  const [hunter] = moving.field.state.ships;
  const prey = moving.field.join(700, 1480);
  Object.assign(hunter ?? {}, { x: 900, y: 1600 });
  moving.play(2 * SECOND);
  expect(prey.hp).toBeGreaterThan(0);
});

test('a destroyed bot asks for nothing', () => {
  const { field, held, play } = battle(1);
  const [bot] = field.state.ships;
  Object.assign(bot ?? {}, { hp: 0, backAt: field.tick + 100 });
  play(1);
  expect(held.get(1)).toMatchObject({ moveX: 0, moveY: 0, fire: false, bolt: false });
});
