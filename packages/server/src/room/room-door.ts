/** Who may come into a room: whether it is locked, whom it has sent out, and whom its game wants. */
import type { Game, GameError } from '@madang/core';
import { forbidden, kicked, roomLocked } from './refusals.ts';
import type { RulePlay } from './rule-play.ts';
import type { Sitter } from './seat.ts';

/** Users that one room remembers as sent out. */
const KICKED_MAX = 1_000;

export interface DoorOptions {
  readonly roomId: string;
  readonly game: Game;
  readonly rules: RulePlay;
  /** Told when it was locked or unlocked. */
  changed(): void;
}

export class RoomDoor {
  readonly #options: DoorOptions;
  /** Users who were sent out, in that order. */
  readonly #kicked = new Set<string>();
  #sentOut: string[] | null = null;
  #isLocked = false;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  lock(isLocked: boolean): void {
    if (this.#isLocked === isLocked) return;
    this.#isLocked = isLocked;
    this.#options.changed();
  }

  /** This user is not let in again. Who has shown no identity cannot be known again. */
  sendOut(user: string | null): void {
    if (user === null) return;
    this.#kicked.add(user);
    this.#sentOut = null;
    const [first] = this.#kicked;
    if (this.#kicked.size > KICKED_MAX && first !== undefined) this.#kicked.delete(first);
  }

  /** Users who were sent out, in that order: the same list while it does not change. */
  get sentOut(): string[] {
    this.#sentOut ??= [...this.#kicked];
    return this.#sentOut;
  }

  /** As it was before the process ended. */
  restore(isLocked: boolean, sentOut: readonly string[]): void {
    this.#isLocked = isLocked;
    for (const user of sentOut) this.#kicked.add(user);
  }

  hasSentOut(user: string | null): boolean {
    return user !== null && this.#kicked.has(user);
  }

  /** Throws KICKED, ROOM_LOCKED. */
  check(user: string | null): void {
    if (this.hasSentOut(user)) throw kicked(this.#options.roomId, '');
    if (this.#isLocked) throw roomLocked(this.#options.roomId);
  }

  /** Why the game does not want somebody in; null where it does, or does not ask. Part of a tick. */
  authorize({ name, user, roles, rating }: Sitter, isSpectator: boolean): GameError | null {
    const { game, rules } = this.#options;
    if (game.authorize === undefined) return null;
    let isWelcome: unknown = false;
    const fault = rules.run('authorize', () => {
      isWelcome = game.authorize?.(rules.scope, { name, user, roles, rating, isSpectator }, rules.moment);
      return isWelcome;
    });
    if (fault === null && isWelcome === true) return null;
    return forbidden(fault?.code === 'REFUSED' ? fault.message : 'this room does not let you in');
  }
}
