/** That a refused message had no effect at all, as the still room shows it. */
import { expect } from 'vitest';
import { until } from '../support/yard.ts';
import type { World } from './standing.ts';

/** Nobody's input, command or message has reached the rules of the still room, whoever sat in it. */
export function expectUntouched({ inStillLife }: World): void {
  const { count, last, touched } = inStillLife.room.state.marks;
  expect({ count, last, touched }).toEqual({ count: 0, last: '', touched: false });
  expect(inStillLife.heard).toEqual([]);
}

/** Cuts all raw connections; without them the still room is what it was when its hash was `hash`. */
export async function expectAsBefore(world: World, hash: string): Promise<void> {
  await world.settle();
  await until('the still room is as it was', () => world.stillHash() === hash);
  expectUntouched(world);
}
