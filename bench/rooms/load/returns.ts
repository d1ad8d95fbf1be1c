/** Players who were cut and come back by themselves, as the SDK does: after full jitter, and not before the server's time. */
import type { Backoff } from './orders.ts';
import type { Player, PlayerEvents, Setback } from './player.ts';

interface Return {
  attempt: number;
  cancelTry: NodeJS.Timeout | null;
}

export class Returns implements PlayerEvents {
  /** From the cut to the first state after it, in the order in which they came. */
  readonly backMs: number[] = [];
  /** Why tries failed, and how often. */
  readonly setbacks = new Map<string, number>();
  tries = 0;
  /** Who sit in the seat they had. */
  seatsKept = 0;
  readonly #backoff: Backoff;
  readonly #returns = new Map<Player, Return>();
  readonly #cutAtMs = performance.now();
  #isOver = false;

  /** The cut is now. */
  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  get elapsedMs(): number {
    return performance.now() - this.#cutAtMs;
  }

  /** One more who comes back. */
  expect(player: Player): void {
    const one: Return = { attempt: 0, cancelTry: null };
    this.#returns.set(player, one);
    this.#comeLater(player, one, 0);
  }

  /** Nobody tries any more. */
  end(): void {
    this.#isOver = true;
  }

  playing(player: Player): void {
    clearTimeout(this.#returns.get(player)?.cancelTry ?? undefined);
    this.backMs.push(this.elapsedMs);
    if (player.hasReturned) this.seatsKept++;
  }

  lost(player: Player, { why, retryAfterMs }: Setback): void {
    this.setbacks.set(why, (this.setbacks.get(why) ?? 0) + 1);
    const one = this.#returns.get(player);
    if (one === undefined) return;
    clearTimeout(one.cancelTry ?? undefined);
    this.#comeLater(player, one, retryAfterMs ?? 0);
  }

  #comeLater(player: Player, one: Return, notBeforeMs: number): void {
    const { baseMs, capMs, tryMs } = this.#backoff;
    const jitterMs = Math.random() * Math.min(capMs, baseMs * 2 ** one.attempt++);
    setTimeout(() => {
      if (this.#isOver) return;
      this.tries++;
      one.cancelTry = setTimeout(() => {
        player.cut();
        this.lost(player, { why: `nothing came within ${tryMs} ms`, retryAfterMs: null });
      }, tryMs);
      player.come();
    }, notBeforeMs + jitterMs);
  }
}
