/** The weekly leaderboards of land-grab and arena: each player's best round. */
import type { BoardOptions, MadangServer, ServerEvent } from '@madang/server';
import type { Logger } from 'pino';

const BEST_OF_THE_WEEK: BoardOptions = { order: 'highest', keep: 'best', period: 'week' };

/** By the names of their games. */
export const BOARDS: Readonly<Record<string, BoardOptions>> = {
  'land-grab': BEST_OF_THE_WEEK,
  arena: BEST_OF_THE_WEEK,
};

/** What of a server rounds are heard and counted by. */
export interface RoundsServer {
  readonly boards: Pick<MadangServer['boards'], 'submit'>;
  readonly rooms: { get(id: string): { readonly people: readonly Person[] } | undefined };
}

interface Person {
  readonly name: string;
  readonly user: string | null;
}

export class BestRounds {
  readonly #server: RoundsServer;
  readonly #log: Logger;

  constructor(server: RoundsServer, log: Logger) {
    this.#server = server;
    this.#log = log;
  }

  /** Looks at what a game told its players: the winner of a round is counted, unless it is a bot. */
  hear({ game, roomId, name, payload }: ServerEvent): void {
    if (!Object.hasOwn(BOARDS, game) || name !== 'roundOver') return;
    const { name: winner, score } = payload;
    if (typeof winner !== 'string' || typeof score !== 'number') return;
    const person = this.#server.rooms.get(roomId)?.people.find((one) => one.name === winner);
    if (person === undefined) return;
    // Whoever came without an identity is known by name only: here that may be anybody, and it is only a game.
    const user = person.user ?? `name:${winner}`;
    this.#server.boards.submit(game, user, score, { name: winner }).catch((err: unknown) => {
      this.#log.warn({ err }, 'a round could not be counted');
    });
  }
}
