import type { Connection } from '@madang/client';
import type { Lobby } from '@madang/client/lobby';
import { cards } from './game.ts';

export async function playSomebody(lobby: Lobby, server: Connection, say: (line: string) => void) {
  const search = lobby.queue(cards, { criteria: { mode: 'wild' } });
  search.onProgress(({ position, waiting }) => say(`${position} of ${waiting}`));
  search.onProposed((match) => {
    if (match === null) return say('somebody did not want to; looking on');
    say(`${match.accepted} of ${match.players} are ready`);
    if (match.accepted === 0) match.accept();
  });
  const { ticket } = await search.matched;
  return server.join(cards, { ticket });
}
