/** Who may not come in: users and addresses, for a time or for good. */

export type BanTarget = { readonly userId: string } | { readonly address: string };

export interface Ban {
  readonly target: BanTarget;
  /** Milliseconds since the epoch; null: for good. */
  readonly untilMs: number | null;
  /** What the banned are told. */
  readonly reason: string;
}

/**
 * Keeps bans. It is asked at every connection and answers at once: one that keeps them in a database holds a copy here
 * and writes behind. Bans that are over may be forgotten; whoever asks looks at `untilMs`.
 */
export interface BanList {
  readonly all: readonly Ban[];
  /** The ban of exactly this user or address, or null. */
  find(target: BanTarget): Ban | null;
  /** Keeps a ban in place of the one of the same target. */
  put(ban: Ban): void;
  /** Answers whether there was one. */
  remove(target: BanTarget): boolean;
}

/** Bans that last as long as the process. */
export class MemoryBanList implements BanList {
  readonly #bans = new Map<string, Ban>();

  get all(): readonly Ban[] {
    return [...this.#bans.values()];
  }

  find(target: BanTarget): Ban | null {
    return this.#bans.get(banKey(target)) ?? null;
  }

  put(ban: Ban): void {
    this.#bans.set(banKey(ban.target), ban);
  }

  remove(target: BanTarget): boolean {
    return this.#bans.delete(banKey(target));
  }
}

/** No two targets have the same. */
export function banKey(target: BanTarget): string {
  return 'userId' in target ? `user ${target.userId}` : `address ${target.address}`;
}
