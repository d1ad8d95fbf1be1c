/**
 * The rules about who may know whom, as pure functions over file texts:
 *
 * - packages import along the arrows below, by published names, and only what their package.json declares;
 * - no two files of a package need each other at run time;
 * - core touches nothing outside itself: time, chance and I/O arrive as arguments;
 * - packages keep no mutable state at module level, so two servers can live in one process;
 * - no comment silences the compiler for a whole line or file, or leaves work behind as a note.
 */
import { posix } from 'node:path';
import {
  globalUses,
  type ImportOf,
  importsOf,
  lineAt,
  type ParsedFile,
  parseSource,
  type SourceFile,
} from './syntax.ts';
import type { Manifest, Workspace } from './workspace.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface Repository {
  readonly files: readonly SourceFile[];
  readonly workspaces: readonly Workspace[];
  readonly rootManifest: Manifest;
}

/** Folder of each package, and the packages it may import. A new package starts with a line here. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  server: ['core'],
  client: ['core'],
  socketio: ['core', 'server'],
  redis: ['core', 'server'],
  postgres: ['core', 'server'],
  testing: ['core', 'server', 'client'],
  dashboard: ['core', 'client'],
  cli: ['core', 'server', 'client', 'socketio', 'postgres', 'testing', 'dashboard'],
};

/** Tests of these may drive the package they are in through the public test kit. */
const TEST_KIT = 'testing';

/** These run in browsers too. */
const WITHOUT_NODE = /^packages\/(core|client)\/src\/|^examples\/[^/]+\/(page\/|game\.ts$)/;

const CORE_FORBIDDEN = new Set(
  (
    'Date performance Temporal setTimeout setInterval setImmediate queueMicrotask ' +
    'process console crypto fetch globalThis window self'
  ).split(' '),
);

export function checkBoundaries(repository: Repository): readonly Violation[] {
  const files = repository.files.map(parseSource);
  const violations = [
    ...files.flatMap((file) => checkImports(file, repository)),
    ...findCycles(files),
    ...files.flatMap(checkPurity),
    ...files.flatMap(checkModuleState),
    ...files.flatMap(checkComments),
  ];
  return violations.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

export function isTestFile(path: string): boolean {
  return /\.(test|test-support)\.(ts|mjs)$/.test(path);
}

// --- imports -------------------------------------------------------------------------------------------------------

function checkImports(file: ParsedFile, repository: Repository): readonly Violation[] {
  const home = homeOf(file.path);
  return importsOf(file).flatMap((found) => {
    const message = importProblem(file.path, home, found, repository);
    return message === null ? [] : [{ file: file.path, line: lineAt(file.text, found.start), message }];
  });
}

/** The folder a file's relative imports may not leave: its package, its example, or `tests` and the like. */
function homeOf(path: string): string {
  const [area = '', name = ''] = path.split('/');
  return area === 'packages' || area === 'examples' ? `${area}/${name}` : area;
}

function importProblem(path: string, home: string, found: ImportOf, repository: Repository): string | null {
  const { specifier } = found;
  const isTest = isTestFile(path);
  const packageName = home.startsWith('packages/') ? home.slice('packages/'.length) : null;
  if (specifier === null) {
    return packageName === 'core' && !isTest ? 'core may not import what only the running program knows' : null;
  }
  if (specifier.startsWith('.')) return relativeProblem(path, home, specifier);
  if (specifier.startsWith('node:')) {
    return WITHOUT_NODE.test(path) && !isTest ? `${specifier} does not exist in browsers, where this runs too` : null;
  }

  const imported = packageOf(specifier);
  const target = repository.workspaces.find(({ manifest }) => manifest.name === imported);
  if (packageName !== null) {
    const problem = arrowProblem(packageName, isTest, imported, target);
    if (problem !== null) return problem;
  }
  if (target !== undefined) {
    const entry = `.${specifier.slice(imported.length)}`;
    if (target.manifest.exports?.[entry] === undefined) {
      return `${specifier} is not a published name: ${target.folder}/package.json does not export "${entry}"`;
    }
  }
  return declarationProblem(path, home, imported, target, repository);
}

function relativeProblem(path: string, home: string, specifier: string): string | null {
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith(`${home}/`)) return `${specifier} leaves ${home}: import the published name instead`;
  if (isTestFile(target) && !isTestFile(path)) return `${specifier} is a test: only tests may import it`;
  return null;
}

function arrowProblem(
  packageName: string,
  isTest: boolean,
  imported: string,
  target: Workspace | undefined,
): string | null {
  const allowed = ARROWS[packageName];
  if (allowed === undefined) return `packages/${packageName} has no line in the table of arrows`;
  if (target !== undefined) {
    const targetName = target.folder.split('/')[1] ?? '';
    const isPackage = target.folder.startsWith('packages/');
    if (isPackage && (allowed.includes(targetName) || (isTest && targetName === TEST_KIT))) return null;
    return `${packageName} may not import ${imported} (allowed: ${allowed.join(', ') || 'nothing'})`;
  }
  if (packageName === 'core' && !isTest) return `core may import nothing, and this is ${imported}`;
  return null;
}

function declarationProblem(
  path: string,
  home: string,
  imported: string,
  target: Workspace | undefined,
  { workspaces, rootManifest }: Repository,
): string | null {
  const own = workspaces.find(({ folder }) => folder === home)?.manifest;
  // What only we run may use the tools of the repository; what others install or load may not.
  const isOurs = own === undefined || isTestFile(path) || path.endsWith('/vite.config.ts');
  const declared = {
    ...own?.dependencies,
    ...(isOurs && { ...own?.devDependencies, ...allDependencies(rootManifest) }),
  };
  if (imported in declared) return null;
  // An optional peer is for the subpath that bears its name: whoever does not import that need not have it.
  if (imported in (own?.peerDependencies ?? {}) && path.startsWith(`${home}/src/${imported}/`)) return null;
  // The root manifest need not list our own packages: as workspaces they are installed in any case.
  if (own === undefined && target !== undefined) return null;
  return `${imported} is not declared in ${own === undefined ? 'package.json' : `${home}/package.json`}`;
}

function allDependencies(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.devDependencies };
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

// --- cycles --------------------------------------------------------------------------------------------------------

/** Each ring of files that need each other at run time, reported once, at the file where the search entered it. */
function findCycles(files: readonly ParsedFile[]): readonly Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const violations: Violation[] = [];
  const state = new Map<string, 'on-trail' | 'done'>();

  const visit = (file: ParsedFile, trail: readonly string[]): void => {
    state.set(file.path, 'on-trail');
    const trailHere = [...trail, file.path];
    for (const found of importsOf(file)) {
      if (found.typeOnly || !found.specifier?.startsWith('.')) continue;
      const target = byPath.get(posix.join(posix.dirname(file.path), found.specifier));
      if (target === undefined) continue;
      if (state.get(target.path) === 'on-trail') {
        const ring = [...trailHere.slice(trailHere.indexOf(target.path)), target.path];
        const message = `import cycle: ${ring.map((path) => posix.relative(homeOf(file.path), path)).join(' -> ')}`;
        violations.push({ file: file.path, line: lineAt(file.text, found.start), message });
      } else if (!state.has(target.path)) {
        visit(target, trailHere);
      }
    }
    state.set(file.path, 'done');
  };

  for (const file of files) if (!state.has(file.path)) visit(file, []);
  return violations;
}

// --- purity and state ----------------------------------------------------------------------------------------------

function checkPurity(file: ParsedFile): readonly Violation[] {
  if (!file.path.startsWith('packages/core/src/') || isTestFile(file.path)) return [];
  return globalUses(file).flatMap(({ name, property, start }) => {
    const line = lineAt(file.text, start);
    if (CORE_FORBIDDEN.has(name)) {
      return [{ file: file.path, line, message: `core may not use ${name}: take it as an argument` }];
    }
    // Math used whole, as in `const { random } = Math`, could hide the one function that is not pure.
    if (name === 'Math' && (property === 'random' || property === null)) {
      const what = property === null ? 'Math as a value' : 'Math.random';
      return [{ file: file.path, line, message: `core may not use ${what}: take random numbers as an argument` }];
    }
    return [];
  });
}

function checkModuleState(file: ParsedFile): readonly Violation[] {
  if (!/^packages\/[^/]+\/src\//.test(file.path) || isTestFile(file.path)) return [];
  return file.body.flatMap((statement) => {
    const declaration = (statement.declaration ?? statement) as typeof statement;
    const kind = declaration.type === 'VariableDeclaration' ? declaration.kind : 'const';
    if (kind !== 'let' && kind !== 'var') return [];
    const message = `no ${kind} at module level: two servers in one process would share it`;
    return [{ file: file.path, line: lineAt(file.text, declaration.start), message }];
  });
}

function checkComments(file: ParsedFile): readonly Violation[] {
  return file.comments.flatMap(({ value, start }) => {
    const found = /@ts-(?:ignore|nocheck)|\b(?:TODO|FIXME)\b/.exec(value);
    if (found === null) return [];
    const line = lineAt(file.text, start + 2 + found.index);
    return [{ file: file.path, line, message: `no ${found[0]} in comments` }];
  });
}
