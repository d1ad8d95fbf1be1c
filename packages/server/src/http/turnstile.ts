/**
 * The turnstile: how many connections there are, from where, and how many of them nobody has joined on. Everything that is let in
 * is counted here until it is gone, whichever gateway it is for.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { GameError } from '@madang/core';
import { type Limits, unjoinedMax } from '../gateways/limits.ts';
import type { DoorRefusal, Visitor } from '../ports/gateway.ts';
import type { Random } from '../ports/random.ts';
import { addressKey, type TrustedProxies } from './client-address.ts';

/** TCP connections one address may hold per connection that it may play over: one more is cut without an answer. */
const SOCKETS_PER_CONNECTION = 2;

/** Those that were turned away are asked to come back spread over this time. */
const RETRY_AFTER_MS = { min: 1_000, max: 5_000 };

export interface TurnstileOptions {
  readonly limits: Limits;
  readonly proxies: TrustedProxies;
  readonly random: Random;
}

export class Turnstile {
  readonly #limits: Limits;
  readonly #proxies: TrustedProxies;
  readonly #random: Random;
  /** TCP connections by address; those of our proxies, which carry everybody, are left out. */
  readonly #sockets = new Tally();
  readonly #visitors = new Tally();
  #unjoined = 0;

  constructor({ limits, proxies, random }: TurnstileOptions) {
    this.#limits = limits;
    this.#proxies = proxies;
    this.#random = random;
  }

  /** Players' connections. */
  get visitors(): number {
    return this.#visitors.total;
  }

  /** Those of them on which nobody has joined. */
  get unjoined(): number {
    return this.#unjoined;
  }

  /** Counts a TCP connection until it closes. False, and nothing counted, where its address holds too many already. */
  admitsSocket(socket: Socket): boolean {
    const { remoteAddress = '' } = socket;
    if (this.#proxies.has(remoteAddress)) return true;
    const key = addressKey(remoteAddress);
    if (this.#sockets.of(key) >= SOCKETS_PER_CONNECTION * this.#limits.connectionsPerAddress) return false;
    this.#sockets.add(key);
    socket.once('close', () => this.#sockets.remove(key));
    return true;
  }

  /** Lets a player's connection in, or answers why not: there are too many. */
  enter(request: IncomingMessage): Visitor | DoorRefusal {
    const { connections, connectionsPerAddress } = this.#limits;
    const address = this.addressOf(request);
    const key = addressKey(address);
    if (this.#visitors.of(key) >= connectionsPerAddress) {
      return new GameError(
        'TOO_MANY_CONNECTIONS',
        `There are ${connectionsPerAddress} connections from your address already.`,
        { limit: connectionsPerAddress, retryAfterMs: this.#retryAfterMs() },
      );
    }
    if (this.#visitors.total >= connections || this.#unjoined >= unjoinedMax(this.#limits)) {
      return new GameError('SERVER_BUSY', 'The server takes no more connections for now.', {
        retryAfterMs: this.#retryAfterMs(),
      });
    }
    this.#visitors.add(key);
    this.#unjoined++;
    let state: 'unjoined' | 'joined' | 'gone' = 'unjoined';
    return {
      address,
      get isAdmitted() {
        return state === 'joined';
      },
      admit: () => {
        if (state !== 'unjoined') return;
        state = 'joined';
        this.#unjoined--;
      },
      leave: () => {
        if (state === 'gone') return;
        if (state === 'unjoined') this.#unjoined--;
        state = 'gone';
        this.#visitors.remove(key);
      },
    };
  }

  /** Where a request comes from, behind our own proxies. */
  addressOf({ socket, headers }: IncomingMessage): string {
    const forwardedFor = headers['x-forwarded-for'];
    const claimed = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    return this.#proxies.clientAddress(socket.remoteAddress ?? '', claimed);
  }

  #retryAfterMs(): number {
    const { min, max } = RETRY_AFTER_MS;
    return min + (this.#random.u32() % (max - min));
  }
}

/** How many there are of each key; a key of which there are none takes no memory. */
class Tally {
  readonly #counts = new Map<string, number>();
  total = 0;

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
    this.total++;
  }

  remove(key: string): void {
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
    this.total--;
  }
}
