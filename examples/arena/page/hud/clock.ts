/** Round number, time left, who is here, and how the connection is. */
import { byId, setText } from '../dom.ts';
import type { Scene } from '../scene/scene.ts';
import type { Words } from '../words.ts';

export type Connection = 'menu' | 'watching' | 'connecting' | 'playing' | 'returning' | 'lost';

/** From here on the clock says that time is short. */
const HURRY_MS = 20_000;

export interface Clock {
  show(scene: Scene, remainingMs: number, words: Words): void;
  connection(state: Connection, words: Words): void;
}

export function createClock(): Clock {
  const clock = byId('clock', HTMLElement);
  const time = byId('time', HTMLElement);
  const round = byId('round', HTMLElement);
  const people = byId('people', HTMLElement);
  const status = byId('status', HTMLElement);
  const statusText = byId('status-text', HTMLElement);
  return {
    show(scene, remainingMs, words) {
      setText(time, clockText(remainingMs));
      setText(round, words.roundNumber(scene.round.number));
      clock.classList.toggle('hurry', scene.round.phase === 'play' && remainingMs < HURRY_MS);
      clock.classList.toggle('resting', scene.round.phase === 'over');
      let bots = 0;
      let all = 0;
      for (const { bot } of scene.ships) {
        all += 1;
        if (bot) bots += 1;
      }
      setText(people, words.playerCount(all - bots) + (bots === 0 ? '' : ` · ${words.botCount(bots)}`));
    },
    connection(state, words) {
      status.dataset.connection = state;
      const { live, lost, returning, connecting } = words;
      const texts = { menu: connecting, watching: connecting, connecting, playing: live, returning, lost };
      setText(statusText, texts[state]);
    },
  };
}

export function clockText(remainingMs: number): string {
  const seconds = Math.max(0, Math.ceil(remainingMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
