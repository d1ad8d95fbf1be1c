/** Round number, time left, who is here, and how the connection is. */
import { byId, setText } from '../dom.ts';
import type { Words } from '../words.ts';
import type { World } from '../yard/world.ts';

export type Connection = 'menu' | 'connecting' | 'playing' | 'returning' | 'lost';

/** From here on the clock says that time is short. */
const HURRY_MS = 15_000;

export interface Clock {
  show(world: World, remainingMs: number, words: Words): void;
  connection(state: Connection, words: Words): void;
}

export function createClock(): Clock {
  const clock = byId('clock', HTMLElement);
  const time = byId('time', HTMLElement);
  const round = byId('round', HTMLElement);
  const people = byId('people', HTMLElement);
  const robots = byId('bots', HTMLElement);
  const status = byId('status', HTMLElement);
  const statusText = byId('status-text', HTMLElement);
  return {
    show(world, remainingMs, words) {
      setText(time, clockText(remainingMs));
      setText(round, words.roundNumber(world.round.number));
      clock.classList.toggle('hurry', world.round.phase === 'play' && remainingMs < HURRY_MS);
      clock.classList.toggle('resting', world.round.phase === 'over');
      let bots = 0;
      let all = 0;
      for (const stone of world.players) {
        all += 1;
        if (stone.bot) bots += 1;
      }
      setText(people, words.playerCount(all - bots));
      setText(robots, bots === 0 ? '' : ` · ${words.botCount(bots)}`);
    },
    connection(state, words) {
      status.dataset.connection = state;
      const { live, lost, returning, connecting } = words;
      const texts = { menu: connecting, connecting, playing: live, returning, lost };
      setText(statusText, texts[state]);
    },
  };
}

export function clockText(remainingMs: number): string {
  const seconds = Math.max(0, Math.ceil(remainingMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
