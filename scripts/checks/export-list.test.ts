import { expect, test } from 'vitest';
import { listExports } from './export-list.ts';

const list = (files: Readonly<Record<string, string>>) => listExports('src/index.ts', (path) => files[path] ?? null);

test('lists what a file declares, sorted by name', () => {
  const { lines, problems } = list({
    'src/index.ts': `
      export function step() {}
      export class Room {}
      export interface Peer {}
      export type Tick = number;
      export const TICK_SPACE = 1, { a, b: [c] } = x;
      export default function main() {}
      const hidden = 1;
    `,
  });
  expect(problems).toEqual([]);
  expect(lines).toEqual([
    'interface Peer',
    'class Room',
    'const TICK_SPACE',
    'type Tick',
    'const a',
    'const c',
    'function default',
    'function step',
  ]);
});

test('follows re-exports to the declaration, through renames and imports', () => {
  const { lines, problems } = list({
    'src/index.ts': `
      export { a, type B, c as d } from './x.ts';
      export type { E } from './deep/y.ts';
      import { f } from './deep/y.ts';
      export { f };
    `,
    'src/x.ts': `
      export const a = 1;
      export interface B {}
      function c() {}
      export { c };
    `,
    'src/deep/y.ts': "export class E {} export { a as f } from '../x.ts';",
  });
  expect(problems).toEqual([]);
  expect(lines).toEqual(['interface B', 'type of class E', 'const a', 'function d', 'const f']);
});

test('gives a name that is a value and a type a line for each', () => {
  const { lines } = list({
    'src/index.ts': "export { Tick } from './x.ts';",
    'src/x.ts': 'export type Tick = number; export const Tick = 1;',
  });
  expect(lines).toEqual(['const Tick', 'type Tick']);
});

test('names the package when a name is passed on from there', () => {
  expect(list({ 'src/index.ts': "export { GameError } from '@madang/core';" }).lines).toEqual([
    'from @madang/core: GameError',
  ]);
});

test('refuses "export *", and names that lead nowhere', () => {
  const { problems } = list({
    'src/index.ts': "export * from './x.ts'; export { gone } from './x.ts'; export { loop } from './loop.ts';",
    'src/x.ts': 'export const a = 1;',
    'src/loop.ts': "export { loop } from './loop.ts';",
  });
  expect(problems).toHaveLength(3);
  expect(list({}).problems).toEqual(['src/index.ts does not exist']);
});
