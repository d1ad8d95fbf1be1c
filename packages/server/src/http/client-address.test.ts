import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, TrustedProxies } from './client-address.ts';

describe('the address of a client', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '192.168.1.7', '2001:db8::/32']);

  test('[HS24] is that of the connection where no proxy of ours stands, whatever it claims', () => {
    for (const claimed of ['1.2.3.4', '10.0.0.1', '203.0.113.9, 10.0.0.1', '', undefined]) {
      expect(proxies.clientAddress('203.0.113.5', claimed)).toBe('203.0.113.5');
    }
  });

  test.each([
    ['1.2.3.4', '1.2.3.4'],
    ['6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['6.6.6.6,1.2.3.4 , 192.168.1.7,10.9.9.9', '1.2.3.4'],
    ['1.2.3.4:5678', '1.2.3.4'],
    ['[2001:dead::1]:443', '2001:dead::1'],
    ['2001:dead::1', '2001:dead::1'],
    ['6.6.6.6, 2001:db8::5', '6.6.6.6'],
    // Nothing that could be an attacker's word: the last that one of ours has vouched for.
    ['6.6.6.6, unknown', '10.0.0.1'],
    ['6.6.6.6, 1.2.3.4.5', '10.0.0.1'],
    ['6.6.6.6, ', '10.0.0.1'],
    ['', '10.0.0.1'],
    [undefined, '10.0.0.1'],
    ['10.0.0.9', '10.0.0.9'],
  ])('[HS24] behind a proxy of ours that says %j is %s', (claimed, address) => {
    expect(proxies.clientAddress('10.0.0.1', claimed)).toBe(address);
  });

  test('[HS24] a proxy of ours is one as well where its IPv4 address is written as IPv6', () => {
    expect(proxies.clientAddress('::ffff:10.0.0.1', '1.2.3.4')).toBe('1.2.3.4');
  });

  test.each([
    '',
    'localhost',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0.0/1.5',
    '*',
  ])('cannot be believed of a proxy named %j: the server does not start', (proxy) => {
    expect(() => new TrustedProxies([proxy])).toThrowError(
      expect.objectContaining({ code: 'BAD_OPTION', details: expect.objectContaining({ option: 'trustedProxies' }) }),
    );
  });
});

describe('connections are counted', () => {
  test.each([
    ['203.0.113.5', '203.0.113.5'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['::ffff:cb00:7105', '203.0.113.5'],
    ['0:0:0:0:0:ffff:cb00:7105', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %j under %j', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('under one key for every address of an IPv6 network, and another for the next network', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), (network, host, other) => {
        fc.pre(network.some((one) => one !== '0'));
        const key = addressKey([...network, ...host].join(':'));
        expect(addressKey([...network, ...other].join(':'))).toBe(key);
        expect(addressKey(['1f', ...network.slice(1), ...host].join(':')) === key).toBe(network[0] === '1f');
      }),
    );
  });
});
