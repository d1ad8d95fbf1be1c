/** The board of who holds how much: the leaders, and always oneself. Rows move to their new place, so overtaking shows. */
import { byId, make, setText } from '../dom.ts';
import type { Words } from '../words.ts';
import { chalkOf } from '../yard/palette.ts';
import { initialOf, type Stone, type World } from '../yard/world.ts';

export interface Standing {
  readonly id: number;
  readonly name: string;
  readonly colour: number;
  readonly score: number;
  readonly wins: number;
  readonly bot: boolean;
  readonly rank: number;
}

/** Copies, best first; equal scores share a rank and keep the order of their rows. */
export function standingsOf(players: Iterable<Stone>): readonly Standing[] {
  const sorted = [...players]
    .map(({ id, name, colour, score, wins, bot }) => ({ id, name, colour, score, wins, bot, rank: 0 }))
    .sort((a, b) => b.score - a.score || a.id - b.id);
  return sorted.map((row) => ({ ...row, rank: sorted.findIndex((other) => other.score === row.score) + 1 }));
}

/** The leaders, with oneself in the last place if not among them. */
export function visibleStandings(all: readonly Standing[], me: number, most: number): readonly Standing[] {
  const top = all.slice(0, most);
  const mine = all.find(({ id }) => id === me);
  if (mine === undefined || top.some(({ id }) => id === me)) return top;
  return [...top.slice(0, most - 1), mine];
}

interface Row {
  readonly element: HTMLElement;
  readonly rank: HTMLElement;
  readonly swatch: HTMLElement;
  readonly name: HTMLElement;
  readonly you: HTMLElement;
  readonly share: HTMLElement;
  readonly bar: HTMLElement;
}

export interface Scores {
  show(world: World, me: number, words: Words): void;
}

export function createScores(): Scores {
  const list = byId('score-list', HTMLOListElement);
  const rows = new Map<number, Row>();

  function rowOf(id: number): Row {
    const known = rows.get(id);
    if (known !== undefined) return known;
    const element = make('li', 'score');
    const bar = make('i', 'bar');
    const rank = make('span', 'rank');
    const swatch = make('span', 'swatch');
    const name = make('span', 'name');
    const you = make('span', 'you');
    const share = make('span', 'share');
    element.append(bar, rank, swatch, name, you, share);
    list.append(element);
    const row = { element, rank, swatch, name, you, share, bar };
    rows.set(id, row);
    return row;
  }

  return {
    show(world, me, words) {
      const compact = getComputedStyle(list).getPropertyValue('--compact').trim() === '1';
      const shown = visibleStandings(standingsOf(world.players), me, compact ? 3 : 8);
      const cells = world.tiles.width * world.tiles.height;
      const most = Math.max(1, shown[0]?.score ?? 1);
      for (const [id, row] of rows) {
        if (shown.some((standing) => standing.id === id)) continue;
        row.element.remove();
        rows.delete(id);
      }
      for (const [place, standing] of shown.entries()) {
        const row = rowOf(standing.id);
        row.element.style.setProperty('--place', String(place));
        row.element.classList.toggle('mine', standing.id === me);
        row.bar.style.transform = `scaleX(${(standing.score / most).toFixed(3)})`;
        dress(row.swatch, standing);
        row.bar.style.backgroundColor = chalkOf(standing.colour).base;
        setText(row.rank, String(standing.rank));
        setText(row.name, standing.name);
        setText(row.you, standing.id === me ? words.you : '');
        setText(row.share, `${((standing.score / cells) * 100).toFixed(standing.score / cells < 0.0995 ? 1 : 0)}%`);
      }
      list.style.setProperty('--places', String(shown.length));
    },
  };
}

/** A swatch repeats what the stone shows: colour, weave, letter, and its form for people and bots. */
export function dress(swatch: HTMLElement, who: { name: string; colour: number; bot: boolean }): void {
  const chalk = chalkOf(who.colour);
  swatch.dataset.weave = chalk.weave;
  swatch.classList.toggle('bot', who.bot);
  swatch.style.setProperty('--chalk', chalk.base);
  swatch.style.setProperty('--mark', chalk.mark);
  swatch.style.setProperty('--ink', chalk.ink);
  setText(swatch, initialOf(who.name));
}
