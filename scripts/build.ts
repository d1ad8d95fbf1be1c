/**
 * Writes each package as it is published to `dist/<package>/`: JavaScript and declarations instead of sources, and a
 * package.json whose exports point at them. Packages are built in the order of their dependencies, each against the
 * finished declarations of the ones before, as somebody who installs them would see them.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Package {
  /** Name of its folder, in packages/ and in dist/. */
  readonly folder: string;
  readonly manifest: Manifest;
}

rmSync(DIST, { recursive: true, force: true });
const packages = inBuildOrder(readPackages());
for (const one of packages) {
  compile(one);
  writePublished(one);
  console.log(`dist/${one.folder}`);
}

function readPackages(): readonly Package[] {
  return globSync('packages/*/package.json', { cwd: ROOT })
    .sort()
    .map((path) => ({
      folder: basename(resolve(ROOT, path, '..')),
      manifest: JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

function inBuildOrder(all: readonly Package[]): readonly Package[] {
  const ordered: Package[] = [];
  const add = (one: Package): void => {
    if (ordered.includes(one)) return;
    for (const other of all) if (other.manifest.name in (one.manifest.dependencies ?? {})) add(other);
    ordered.push(one);
  };
  for (const one of all) add(one);
  return ordered;
}

function compile({ folder }: Package): void {
  const source = join(ROOT, 'packages', folder);
  const config = join(DIST, `tsconfig.${folder}.json`);
  mkdirSync(DIST, { recursive: true });
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(source, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        rewriteRelativeImportExtensions: true,
        rootDir: join(source, 'src'),
        outDir: join(DIST, folder),
        typeRoots: [join(ROOT, 'node_modules/@types')],
        paths: publishedPaths(),
      },
      include: [join(source, 'src/**/*.ts')],
      exclude: ['test', 'test-support'].map((kind) => join(source, `src/**/*.${kind}.ts`)),
    }),
  );
  const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', config];
  const { status } = spawnSync(process.execPath, tsc, { cwd: ROOT, stdio: 'inherit' });
  rmSync(config);
  if (status !== 0) throw new Error(`packages/${folder} does not compile`);
  rewriteDeclarationImports(join(DIST, folder));
}

/** Our own packages resolve to what is already built, so that no sources of another package are compiled into this one. */
function publishedPaths(): Record<string, readonly string[]> {
  return Object.fromEntries(
    packages.flatMap(({ folder, manifest }) =>
      Object.entries(manifest.exports).map(([subpath, target]) => [
        posix.join(manifest.name, subpath),
        [join(DIST, folder, published(target, '.d.ts'))],
      ]),
    ),
  );
}

/** The compiler rewrites `./room.ts` to `./room.js` in the JavaScript but leaves it as it is in declarations. */
function rewriteDeclarationImports(folder: string): void {
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const rewritten = text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*?)\.ts(['"])/g, '$1.js$2');
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
}

function writePublished({ folder, manifest }: Package): void {
  const out = join(DIST, folder);
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([subpath, target]) => [
      subpath,
      { types: published(target, '.d.ts'), default: published(target, '.js') },
    ]),
  );
  // Pages that `scripts/pages.ts` has built go along.
  const pages = join(ROOT, 'packages', folder, 'dist');
  const hasPages = existsSync(pages);
  if (hasPages) cpSync(pages, join(out, 'pages'), { recursive: true });
  const files = ['**/*.js', '**/*.d.ts', ...(hasPages ? ['pages/**'] : [])];
  const commands = Object.entries(manifest.bin ?? {}).map(([name, target]) => [name, published(target, '.js')]);
  const bin = commands.length === 0 ? {} : { bin: Object.fromEntries(commands) };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ ...manifest, exports, ...bin, files }, null, 2)}\n`);
  copyFileSync(join(ROOT, 'LICENSE'), join(out, 'LICENSE'));
  const readme = [join(ROOT, 'packages', folder, 'README.md'), join(ROOT, 'README.md')].find((path) =>
    existsSync(path),
  );
  if (readme !== undefined) copyFileSync(readme, join(out, 'README.md'));
}

/** `./src/memory/index.ts` is published as `./memory/index.js` and `./memory/index.d.ts`. */
function published(target: string, extension: '.js' | '.d.ts'): string {
  return target.replace(/^\.\/src\//, './').replace(/\.ts$/, extension);
}
