import { describe, expect, test } from 'vitest';
import { checkBoundaries } from './boundary-rules.ts';
import type { Workspace } from './workspace.ts';

const workspaces: readonly Workspace[] = [
  { folder: 'packages/core', manifest: { name: '@madang/core', exports: { '.': './src/index.ts' } } },
  {
    folder: 'packages/server',
    manifest: {
      name: '@madang/server',
      exports: { '.': './src/index.ts', './memory': './src/memory/index.ts' },
      dependencies: { '@madang/core': '^0.1.0', ws: '^8.0.0' },
    },
  },
  {
    folder: 'packages/client',
    manifest: {
      name: '@madang/client',
      exports: { '.': './src/index.ts', './react': './src/react/index.ts' },
      dependencies: { '@madang/core': '^0.1.0' },
      peerDependencies: { react: '>=18' },
    },
  },
  {
    folder: 'examples/pong',
    manifest: {
      name: '@madang-examples/pong',
      exports: { './game': './game.ts' },
      dependencies: { '@madang/core': '^0.1.0', '@madang/server': '^0.1.0' },
      devDependencies: { vite: '8.0.0' },
    },
  },
];

/** The messages for a repository of these files, as `file:line message`. */
function check(files: Readonly<Record<string, string>>): readonly string[] {
  return checkBoundaries({
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    workspaces,
    rootManifest: { name: 'root', devDependencies: { vitest: '5.0.0' } },
  }).map(({ file, line, message }) => `${file}:${line} ${message}`);
}

const core = (text: string) => check({ 'packages/core/src/a.ts': text });

describe('arrows', () => {
  test('packages may import along them, by published names', () => {
    expect(
      check({
        'packages/server/src/a.ts': "import { x } from '@madang/core';\nimport 'ws';\nimport 'node:fs';",
        'packages/client/src/a.ts': "import type { X } from '@madang/core';",
        'examples/pong/serve.ts': "import { m } from '@madang/server/memory';\nimport './game.ts';\nimport 'node:fs';",
        'tests/a.test.ts': "import '@madang/server';\nimport '@madang-examples/pong/game';\nimport 'vitest';",
      }),
    ).toEqual([]);
  });

  test('an optional peer may be imported by the subpath of its name, and by nothing else', () => {
    expect(
      check({
        'packages/client/src/react/use-room.ts': "import { useState } from 'react';",
        'packages/client/src/room.ts': "import { useState } from 'react';",
      }),
    ).toEqual(['packages/client/src/room.ts:1 react is not declared in packages/client/package.json']);
  });

  test('packages may not import against them, types included', () => {
    expect(core("import type { S } from '@madang/server';")).toEqual([
      'packages/core/src/a.ts:1 core may not import @madang/server (allowed: nothing)',
    ]);
    expect(check({ 'packages/client/src/a.ts': "\nexport { s } from '@madang/server';" })).toEqual([
      'packages/client/src/a.ts:2 client may not import @madang/server (allowed: core)',
    ]);
    expect(check({ 'packages/client/src/a.ts': "type S = import('@madang/server').S;" })).toHaveLength(1);
  });

  test('packages may not import examples', () => {
    expect(check({ 'packages/server/src/a.ts': "import '@madang-examples/pong/game';" })).toHaveLength(1);
  });

  test('a package without a line in the table is told so', () => {
    expect(check({ 'packages/novel/src/a.ts': "import '@madang/core';" })).toEqual([
      'packages/novel/src/a.ts:1 packages/novel has no line in the table of arrows',
    ]);
  });

  test('only exported entries are published', () => {
    expect(check({ 'examples/pong/serve.ts': "import '@madang/server/src/room.ts';" })).toEqual([
      'examples/pong/serve.ts:1 @madang/server/src/room.ts is not a published name: ' +
        'packages/server/package.json does not export "./src/room.ts"',
    ]);
  });
});

describe('relative imports', () => {
  test('stay inside their package or example', () => {
    expect(check({ 'packages/server/src/room/a.ts': "import '../ports/b.ts';" })).toEqual([]);
    expect(check({ 'packages/server/src/a.ts': "import '../../core/src/b.ts';" })).toHaveLength(1);
    expect(check({ 'examples/pong/game.ts': "await import('../../packages/core/src/index.ts');" })).toEqual([
      'examples/pong/game.ts:1 ../../packages/core/src/index.ts leaves examples/pong: import the published name instead',
    ]);
    expect(check({ 'tests/a.test.ts': "import '../packages/core/src/a.ts';" })).toHaveLength(1);
  });

  test('do not reach from sources into tests', () => {
    expect(check({ 'packages/server/src/a.ts': "import './b.test-support.ts';" })).toHaveLength(1);
    expect(check({ 'packages/server/src/a.test.ts': "import './b.test-support.ts';" })).toEqual([]);
  });
});

describe('declared dependencies', () => {
  test('sources may import only what their own package.json declares', () => {
    expect(check({ 'packages/server/src/a.ts': "import 'pino';" })).toEqual([
      'packages/server/src/a.ts:1 pino is not declared in packages/server/package.json',
    ]);
    expect(check({ 'packages/server/src/a.ts': "import 'vitest';" })).toHaveLength(1);
    expect(check({ 'packages/server/src/a.ts': "import 'fs';" })).toHaveLength(1);
    expect(check({ 'examples/pong/serve.ts': "import 'vite';" })).toHaveLength(1);
  });

  test('tests and page builds may also use the tools', () => {
    expect(
      check({
        'packages/core/src/a.test.ts': "import 'vitest';\nimport 'node:fs';",
        'examples/pong/vite.config.ts': "import 'vite';",
      }),
    ).toEqual([]);
  });

  test('core imports nothing at all, and nothing for browsers imports Node', () => {
    expect(core("import 'ws';")).toEqual(['packages/core/src/a.ts:1 core may import nothing, and this is ws']);
    expect(core('await import(name);')).toHaveLength(1);
    expect(core("import 'node:fs';")).toHaveLength(1);
    expect(check({ 'packages/client/src/a.ts': "import 'node:fs';" })).toHaveLength(1);
    expect(check({ 'examples/pong/page/main.ts': "import 'node:fs';" })).toHaveLength(1);
  });
});

describe('cycles', () => {
  test('of values are reported once', () => {
    expect(
      check({
        'packages/server/src/a.ts': "import { b } from './b.ts';",
        'packages/server/src/b.ts': "\nexport { c } from './c.ts';",
        'packages/server/src/c.ts': "import './a.ts';",
      }),
    ).toEqual(['packages/server/src/c.ts:1 import cycle: src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts']);
  });

  test('of types only are fine', () => {
    expect(
      check({
        'packages/server/src/a.ts': "import type { B } from './b.ts';",
        'packages/server/src/b.ts': "import { a } from './a.ts';",
      }),
    ).toEqual([]);
  });
});

describe('purity of core', () => {
  test.each([
    'const t = Date.now();',
    'const t = new Date();',
    'function f(clock = performance) {}',
    'export const f = () => setTimeout(() => {}, 1);',
    'const { env } = process;',
    'class A { at = Date; }',
    'const x = { process };',
    'const x = { [globalThis.y]: 1 };',
    'declare const crypto: any; crypto.getRandomValues();',
    'for (const x of window) {}',
    'function f(Date: number) {} Date.now();',
    'const r = (Math.random as () => number)();',
    "const r = Math['random']();",
    'const { random } = Math;',
    'label: for (;;) { console.log(); break label; }',
  ])('forbids %s', (text) => {
    expect(core(text)).toHaveLength(1);
  });

  test.each([
    'const x = Math.floor(1.5);',
    'export interface Clock { setTimeout(ms: number): void; now: Date }',
    'export function f(process: { step(): void }) { process.step(); }',
    'const f = (o: { performance: number }) => o.performance;',
    'const f = ({ Date, x: [fetch], ...self }: any) => Date + fetch + self;',
    "const o = { Date: 1, 'process': 2, console() {}, get window() { return 1; } };",
    'class A { fetch() { return this.fetch; } #crypto = 1; }',
    'try { f(); } catch (process) { throw process; }',
    'function f() { const performance = 1; return () => performance; }',
    'for (const process of []) f(process);',
    "import { Date } from './date.ts'; Date();",
    'type T = typeof globalThis; const x = 1 as unknown as Date;',
    'switch (1) { case 1: const process = 1; f(process); }',
  ])('allows %s', (text) => {
    expect(core(text)).toEqual([]);
  });

  test('does not concern tests or other packages', () => {
    expect(check({ 'packages/core/src/a.test.ts': 'Date.now();', 'packages/server/src/a.ts': 'Date.now();' })).toEqual(
      [],
    );
  });
});

describe('module state and comments', () => {
  test('let and var at module level are reported, inside functions they are not', () => {
    expect(
      check({ 'packages/server/src/a.ts': 'export let a = 1;\nvar b = 2;\nfunction f() { let c = 3; return c; }' }),
    ).toEqual([
      'packages/server/src/a.ts:1 no let at module level: two servers in one process would share it',
      'packages/server/src/a.ts:2 no var at module level: two servers in one process would share it',
    ]);
    expect(check({ 'packages/server/src/a.test.ts': 'let a = 1;', 'examples/pong/serve.ts': 'let a = 1;' })).toEqual(
      [],
    );
  });

  test('silencing and postponing comments are reported, also after letters outside ASCII', () => {
    expect(core('// 마당 🎲\n/* a\n * FIXME later */')).toEqual(['packages/core/src/a.ts:3 no FIXME in comments']);
    expect(check({ 'tests/a.test.ts': '// @ts-ignore\nf();' })).toEqual([
      'tests/a.test.ts:1 no @ts-ignore in comments',
    ]);
    expect(core("export const s = 'TODO';\n// @ts-expect-error on purpose")).toEqual([]);
  });
});
