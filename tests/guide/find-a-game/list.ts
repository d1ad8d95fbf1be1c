import type { Lobby } from '@madang/client/lobby';
import { cards } from './game.ts';

export function listTables(lobby: Lobby, draw: (lines: readonly string[]) => void) {
  return lobby.watch(cards, { where: { mode: 'wild' }, isOpen: true, sort: 'fullest' }, (rooms) => {
    draw(rooms.map(({ id, taken, seats, about }) => `${id}: ${about.mode}, ${taken} of ${seats}`));
  });
}
