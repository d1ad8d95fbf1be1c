/** Who may not come in: users and addresses, for a time or for good. */
import { isIP } from 'node:net';
import { addressKey } from '../http/client-address.ts';
import { badOption } from './refusals.ts';

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
 * and writes behind. Bans that are over may be forgotten; whoever asks looks at `untilMs`. Addresses come as connections are counted by
 * them: `192.0.2.1`, and of IPv6 the network, `2001:db8:0:0::/64`.
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

/** The target as connections are looked up by it. Throws BAD_OPTION for an address that is neither one nor a network of 64 bits. */
export function checkedTarget(target: BanTarget): BanTarget {
  if ('userId' in target) return target;
  const key = keyOfAddress(target.address);
  if (key === null)
    throw badOption('address', 'it is neither an IP address nor an IPv6 network such as 2001:db8:1:2::/64');
  return { address: key };
}

/** As `checkedTarget`, of what was stored: what is no address stays as it is, and keeps nobody out. */
export function storedTarget(target: BanTarget): BanTarget {
  return 'userId' in target ? target : { address: keyOfAddress(target.address) ?? target.address };
}

function keyOfAddress(address: string): string | null {
  if (isIP(address) !== 0) return addressKey(address);
  const network = /^(?<first>.+)\/64$/u.exec(address)?.groups?.first ?? '';
  const key = addressKey(network);
  // An IPv4 address that is written as IPv6 has no such network.
  return isIP(network) === 6 && key.endsWith('/64') ? key : null;
}

/** No two targets have the same. */
export function banKey(target: BanTarget): string {
  return 'userId' in target ? `user ${target.userId}` : `address ${target.address}`;
}
