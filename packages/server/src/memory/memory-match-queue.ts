/** The match queue of a single node. */
import type { MatchQueue } from '../ports/match-queue.ts';

interface Entry {
  readonly players: readonly string[];
  /** The match it is claimed for. */
  matchId: string | null;
}

export class MemoryMatchQueue implements MatchQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #players = new Set<string>();
  readonly #claims = new Map<string, readonly string[]>();

  /** Tickets that are in the queue, claimed ones included. */
  get size(): number {
    return this.#entries.size;
  }

  async enter(ticketId: string, players: readonly string[]): Promise<boolean> {
    if (players.some((player) => this.#players.has(player))) return false;
    for (const player of players) this.#players.add(player);
    this.#entries.set(ticketId, { players, matchId: null });
    return true;
  }

  async leave(ticketId: string): Promise<void> {
    this.#remove(ticketId);
  }

  async claim(matchId: string, ticketIds: readonly string[]): Promise<readonly string[]> {
    const missing = ticketIds.filter((id) => this.#entries.get(id)?.matchId !== null);
    if (missing.length > 0) return missing;
    this.#claims.set(matchId, ticketIds);
    this.#setClaim(ticketIds, matchId);
    return [];
  }

  async release(matchId: string): Promise<void> {
    this.#setClaim(this.#endClaim(matchId), null);
  }

  async settle(matchId: string): Promise<void> {
    for (const id of this.#endClaim(matchId)) this.#remove(id);
  }

  #setClaim(ticketIds: readonly string[], matchId: string | null): void {
    for (const id of ticketIds) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) entry.matchId = matchId;
    }
  }

  #endClaim(matchId: string): readonly string[] {
    const ticketIds = this.#claims.get(matchId) ?? [];
    this.#claims.delete(matchId);
    return ticketIds;
  }

  #remove(ticketId: string): void {
    for (const player of this.#entries.get(ticketId)?.players ?? []) this.#players.delete(player);
    this.#entries.delete(ticketId);
  }
}
