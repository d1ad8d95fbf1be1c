/**
 * Who is at the other end, for limits: an address that a client cannot choose. What a proxy says of its client is believed
 * only where the proxy is one of ours; what stands further left in its header is what that client claimed.
 */
import { BlockList, isIP } from 'node:net';
import { GameError } from '@madang/core';

export class TrustedProxies {
  readonly #list = new BlockList();

  /** Addresses (`10.0.0.7`, `::1`) and networks (`10.0.0.0/8`) of proxies. Throws BAD_OPTION for anything else. */
  constructor(proxies: readonly string[]) {
    for (const proxy of proxies) {
      const [address = '', prefix, ...rest] = proxy.split('/');
      const family = familyOf(address);
      const bits = prefix === undefined ? bitsOf(family) : Number(prefix);
      const isBad = family === null || rest.length > 0 || prefix === '' || !Number.isInteger(bits);
      if (isBad || bits < 0 || bits > bitsOf(family)) throw badProxy(proxy);
      this.#list.addSubnet(address, bits, family);
    }
  }

  has(address: string): boolean {
    const family = familyOf(address);
    return family !== null && this.#list.check(address, family);
  }

  /**
   * The address of the client behind a connection from `remote`, which sent this X-Forwarded-For header: read from the right,
   * the first that is no proxy of ours. `remote` itself where it is none, or where the header cannot be read that far.
   */
  clientAddress(remote: string, forwardedFor: string | undefined): string {
    let address = remote;
    const claimed = forwardedFor?.split(',') ?? [];
    while (this.has(address)) {
      const next = bareAddress(claimed.pop()?.trim() ?? '');
      if (next === null) return address;
      address = next;
    }
    return address;
  }
}

/**
 * What connections are counted by: an IPv4 address as it is, also where it is written as IPv6; the network of 64 bits of an
 * IPv6 address, since whoever has one address of it has them all. Text that is no address is answered as it is.
 */
export function addressKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address);
  const [a, b, c, d, e, f, g = 0, h = 0] = groups;
  if (a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff) {
    return [g >> 8, g & 0xff, h >> 8, h & 0xff].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of a well-formed IPv6 address. */
function groupsOf(address: string): number[] {
  const [withoutZone = ''] = address.split('%');
  const [left = '', right] = withoutZone.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const before = [...left].flatMap(numbersOf);
  const after = [...(right ?? [])].flatMap(numbersOf);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** One group of digits, or the two that an IPv4 address at the end stands for. */
function numbersOf(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}

/** An address as proxies write it, without brackets and port; null where it is none. */
function bareAddress(text: string): string | null {
  const bare = /^\[(.+)\](?::\d+)?$/u.exec(text)?.[1] ?? /^([\d.]+):\d+$/u.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? null : bare;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}

function bitsOf(family: 'ipv4' | 'ipv6' | null): number {
  return family === 'ipv4' ? 32 : 128;
}

function badProxy(proxy: string): GameError<'BAD_OPTION'> {
  const reason = `${JSON.stringify(proxy)} is neither an address nor a network such as 10.0.0.0/8`;
  return new GameError('BAD_OPTION', `createServer cannot work with these trustedProxies: ${reason}.`, {
    option: 'trustedProxies',
    reason,
  });
}
