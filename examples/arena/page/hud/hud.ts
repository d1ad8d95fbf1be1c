/** The boards over the arena, joined: what changes with each picture, and what is enough ten times a second. */
import type { Look, Scene } from '../scene/scene.ts';
import type { Words } from '../words.ts';
import { type Connection, clockText, createClock } from './clock.ts';
import { createFallen } from './fallen.ts';
import { createFeed, type Feed } from './feed.ts';
import { createRoundOver } from './round-over.ts';
import { createScores } from './scores.ts';
import { createVitals } from './vitals.ts';

const BOARDS_EVERY_MS = 100;

export interface HudLook extends Look {
  readonly remainingMs: number;
  readonly tickMs: number;
}

export interface Hud {
  readonly feed: Feed;
  connection(state: Connection, words: Words): void;
  /** Another room: nothing of the one before is shown. */
  begin(): void;
  /** Other words: what was written is written anew. */
  words(): void;
  /** Answers what the page's title may say of the round, or '' where it said so already. */
  show(scene: Scene, look: HudLook, destroyedBy: number, words: Words): string;
}

export function createHud(): Hud {
  const clock = createClock();
  const scores = createScores();
  const vitals = createVitals();
  const feed = createFeed();
  const fallen = createFallen();
  const over = createRoundOver();
  let shownAtMs = 0;
  let title = '';

  return {
    feed,
    connection(state, words) {
      clock.connection(state, words);
      if (state === 'playing' || state === 'returning') return;
      over.hide();
      fallen.hide();
    },
    begin() {
      feed.clear();
      shownAtMs = 0;
      title = '';
    },
    words() {
      over.hide();
      shownAtMs = 0;
    },
    show(scene, { nowMs, tick, me, remainingMs, tickMs }, destroyedBy, words) {
      const ships = [...scene.ships];
      const own = ships.find(({ id }) => id === me);
      vitals.show(own !== undefined && own.hp > 0 ? own : undefined, tick);
      if (nowMs - shownAtMs < BOARDS_EVERY_MS) return '';
      shownAtMs = nowMs;
      clock.show(scene, remainingMs, words);
      scores.show(scene, me, words);
      const isOver = scene.round.phase === 'over';
      document.documentElement.dataset.phase = scene.round.phase;
      if (isOver) over.show(scene, me, remainingMs, words);
      else over.hide();
      const isDown = own !== undefined && own.hp === 0 && !isOver;
      if (isDown) {
        const by = destroyedBy === me ? undefined : ships.find(({ id }) => id === destroyedBy);
        fallen.show(by, own.backAt - tick, tickMs, words);
      } else fallen.hide();
      const next = clockText(remainingMs);
      if (next === title) return '';
      title = next;
      return next;
    },
  };
}
