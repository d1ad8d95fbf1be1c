/** The workspaces of the repository and their source files, read from disk for the checks. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SourceFile } from './syntax.ts';

export const ROOT = resolve(import.meta.dirname, '../..');

/** What the checks need of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  /** From the repository root, such as `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(resolve(ROOT, path), 'utf8'));
}

export function readWorkspaces(): readonly Workspace[] {
  return globSync('{packages,examples}/*/package.json', { cwd: ROOT })
    .map((path) => ({ folder: toPosix(dirname(path)), manifest: readManifest(path) }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

export function readSources(pattern: string): readonly SourceFile[] {
  return globSync(pattern, { cwd: ROOT, exclude: (path) => /(^|[\\/])(node_modules|dist)([\\/]|$)/.test(path) })
    .sort()
    .map((path) => ({ path: toPosix(path), text: readFileSync(resolve(ROOT, path), 'utf8') }));
}

function toPosix(path: string): string {
  return path.replaceAll('\\', '/');
}
