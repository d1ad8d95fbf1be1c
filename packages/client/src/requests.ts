/**
 * What a player asks to be done exactly once: numbered over all lines of a seat, kept until it is answered, and sent again when
 * the seat is back. The server does what it has heard already no second time, and answers it again.
 */
import { type Fields, GameError, UNHEARD_MAX, type ValuesOf } from '@madang/core';
import type { Timers } from './timers.ts';

/** A request's fate. */
interface Waiting {
  readonly frame: Uint8Array;
  readonly done: (reply: ValuesOf<Fields>) => void;
  /** Null where nobody waits: what is refused is then everybody's to hear. */
  readonly failed: ((reason: GameError) => void) | null;
  cancelTimeout(): void;
}

export class Requests {
  readonly #timers: Timers;
  readonly #send: (frame: Uint8Array) => void;
  /** In the order of their numbers. */
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  /** Why nothing can be asked any more. */
  #over: GameError | null = null;

  constructor(timers: Timers, send: (frame: Uint8Array) => void) {
    this.#timers = timers;
    this.#send = send;
  }

  /**
   * Sends what `frame` makes of a number, and forgets it once it is answered; does nothing once the seat is gone. Throws
   * INPUT_QUEUE_FULL.
   */
  tell(frame: (number: number) => Uint8Array): void {
    const nobody = (): void => {};
    if (this.#over === null) this.#enter(frame, nobody, null, nobody);
  }

  /** Sends it and resolves with the reply. Rejects with the refusal, TIMEOUT, or the end of the seat. Throws as `tell` does. */
  ask(frame: (number: number) => Uint8Array, timeoutMs: number): Promise<ValuesOf<Fields>> {
    if (this.#over !== null) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const number = this.#number + 1;
      const cancelTimeout = this.#timers.after(timeoutMs, () => {
        // The server may still do it: what is known is only that nobody waits any more.
        const late = this.#waiting.get(number);
        if (late !== undefined) this.#waiting.set(number, { ...late, done: () => {}, failed: () => {} });
        reject(new GameError('TIMEOUT', `No answer came within ${timeoutMs} ms.`, { afterMs: timeoutMs }));
      });
      try {
        this.#enter(frame, resolve, reject, cancelTimeout);
      } catch (error) {
        cancelTimeout();
        throw error;
      }
    });
  }

  /** The server has answered. */
  answered(number: number, reply: ValuesOf<Fields>): void {
    this.#take(number)?.done(reply);
  }

  /** The server has refused. True where somebody waited for it. */
  refused(number: number, reason: GameError): boolean {
    const waiting = this.#take(number);
    waiting?.failed?.(reason);
    return waiting !== undefined && waiting.failed !== null;
  }

  /**
   * The seat is there, or back (`isReturn`): counts on from what the server has heard, and sends again what it has not answered. A server
   * that went on from its journal may have forgotten what it answered last.
   */
  resume(heard: number, isReturn: boolean): void {
    const [first] = this.#waiting.keys();
    // All before the first that waits was answered, and so heard: another seat knows nothing of them.
    if (first !== undefined && heard < first - 1 && !isReturn) {
      const reason = 'the seat is another one';
      this.#refuseAll(new GameError('LINK_LOST', 'The line was lost before the server answered.', { reason }));
    }
    if (this.#waiting.size === 0) this.#number = heard;
    for (const { frame } of this.#waiting.values()) this.#send(frame);
  }

  /** The seat is gone. */
  end(reason: GameError): void {
    this.#over = reason;
    this.#refuseAll(reason);
  }

  #refuseAll(reason: GameError): void {
    for (const number of [...this.#waiting.keys()]) this.refused(number, reason);
  }

  #enter(
    frame: (number: number) => Uint8Array,
    done: Waiting['done'],
    failed: Waiting['failed'],
    cancelTimeout: () => void,
  ): void {
    if (this.#waiting.size >= UNHEARD_MAX) {
      const queued = this.#waiting.size;
      throw new GameError('INPUT_QUEUE_FULL', `${queued} requests wait for the server already.`, { queued });
    }
    const bytes = frame(this.#number + 1);
    this.#number++;
    this.#waiting.set(this.#number, { frame: bytes, done, failed, cancelTimeout });
    this.#send(bytes);
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    waiting?.cancelTimeout();
    return waiting;
  }
}
