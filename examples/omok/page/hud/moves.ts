/** The moves so far, newest at the end and in view. */
import { byId, make } from '../dom.ts';
import { pointName } from '../notation.ts';
import type { Words } from '../words.ts';

export interface Moves {
  show(moves: readonly number[], words: Words): void;
}

export function createMoves(): Moves {
  const list = byId('move-list', HTMLOListElement);
  let shown = '';
  return {
    show(moves, words) {
      const key = `${words.title} ${moves.join(' ')}`;
      if (key === shown) return;
      shown = key;
      if (moves.length === 0) {
        list.replaceChildren(make('li', 'none', words.noMoves));
        return;
      }
      list.replaceChildren(
        ...moves.map((point, index) => {
          const item = make('li', index === moves.length - 1 ? 'last' : '');
          const stone = make('span', 'stone');
          stone.dataset.colour = index % 2 === 0 ? 'black' : 'white';
          item.append(make('span', 'number', String(index + 1)), stone, make('span', '', pointName(point)));
          return item;
        }),
      );
      list.scrollTop = list.scrollHeight;
    },
  };
}
