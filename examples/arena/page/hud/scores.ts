/** The board of the round: the leaders, and always oneself. Rows move to their new place, so overtaking shows. */
import { byId, make, setText } from '../dom.ts';
import { lightOf } from '../scene/palette.ts';
import type { Scene } from '../scene/scene.ts';
import type { Words } from '../words.ts';
import { type Standing, standingsOf, visibleStandings } from './standings.ts';

interface Row {
  readonly element: HTMLElement;
  readonly rank: HTMLElement;
  readonly name: HTMLElement;
  readonly score: HTMLElement;
}

export interface Scores {
  show(scene: Scene, me: number, words: Words): void;
}

export function createScores(): Scores {
  const list = byId('score-list', HTMLOListElement);
  const rows = new Map<number, Row>();

  function rowOf({ id, colour, bot }: Standing): Row {
    const known = rows.get(id);
    if (known !== undefined) return known;
    const element = make('li', 'score');
    const light = make('i', bot ? 'light bot' : 'light');
    light.style.setProperty('--light', lightOf(colour));
    const [rank, name, score] = [make('span', 'rank'), make('span', 'name'), make('span', 'count')];
    element.append(rank, light, name, score);
    list.append(element);
    const row = { element, rank, name, score };
    rows.set(id, row);
    return row;
  }

  return {
    show(scene, me, words) {
      const most = getComputedStyle(list).getPropertyValue('--rows').trim();
      const shown = visibleStandings(standingsOf(scene.ships), me, Number(most) || 6);
      for (const [id, row] of rows) {
        if (shown.some((standing) => standing.id === id)) continue;
        row.element.remove();
        rows.delete(id);
      }
      for (const [place, standing] of shown.entries()) {
        const row = rowOf(standing);
        row.element.style.setProperty('--place', String(place));
        row.element.classList.toggle('mine', standing.id === me);
        setText(row.rank, String(standing.rank));
        setText(row.name, standing.id === me ? `${standing.name} (${words.you})` : standing.name);
        setText(row.score, String(standing.score));
      }
      list.style.setProperty('--places', String(shown.length));
    },
  };
}
