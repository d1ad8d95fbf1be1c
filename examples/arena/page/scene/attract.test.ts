import { expect, test } from 'vitest';
import { createAttract } from './attract.ts';
import type { Effects } from './effects.ts';

test('behind the menu bots fight by the game’s own rules, and what happens is shown while somebody looks', () => {
  const shown: string[] = [];
  const note = (what: string) => (): void => void shown.push(what);
  const effects: Effects = {
    shot: () => shown.push('shot'),
    unshoot: note('unshoot'),
    hit: note('hit'),
    burst: note('burst'),
    destroyed: note('destroyed'),
    picked: note('picked'),
    appeared: note('appeared'),
    draw: note('draw'),
    clear: note('clear'),
  };
  let isSeen = false;
  const attract = createAttract(['민지', 'Ada'], effects, () => isSeen);
  const first = attract.at(1000);
  expect([...first.ships].map(({ name }) => name).slice(0, 3)).toEqual(['민지', 'Ada', '민지']);
  const begun = attract.tick;
  for (let nowMs = 1016; nowMs < 9000; nowMs += 16) attract.at(nowMs);
  expect(attract.tick - begun).toBeGreaterThan(200);
  expect(shown).toEqual([]);
  isSeen = true;
  for (let nowMs = 9000; nowMs < 25_000; nowMs += 16) attract.at(nowMs);
  expect(shown).toContain('shot');
  expect(shown).toContain('hit');
});

test('time that passed on a hidden page is not made up for', () => {
  const attract = createAttract(['Ada'], {} as Effects, () => false);
  attract.at(1000);
  const before = attract.tick;
  attract.at(3_600_000);
  expect(attract.tick - before).toBeLessThan(3);
});
