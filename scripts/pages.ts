/**
 * Builds the page of every example and package that has a vite.config.ts, when a source is newer than the last build.
 * `--always` builds regardless. Run by `npm start` and, always, by `npm test`.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const STAMP = join(ROOT, 'node_modules', '.madang-pages.json');

interface Stamp {
  readonly sources: string;
  readonly outputs: readonly string[];
}

const sources = hashSources();
if (process.argv.includes('--always') || !isFresh(sources)) {
  const startedMs = performance.now();
  const pages = globSync('{examples,packages}/*/vite.config.ts', { cwd: ROOT }).sort();
  const outputs: string[] = [];
  for (const config of pages) outputs.push(await buildPage(resolve(ROOT, config, '..')));
  writeFileSync(STAMP, JSON.stringify({ sources, outputs } satisfies Stamp));
  console.log(`Built ${outputs.length} pages in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`);
}

/** Returns the folder the page was written to. */
async function buildPage(folder: string): Promise<string> {
  const { build } = await import('vite');
  let output = join(folder, 'dist');
  process.chdir(folder); // relative paths in a vite.config.ts count from the working directory
  await build({
    configFile: join(folder, 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [
      {
        name: 'madang:output-folder',
        configResolved: (config) => {
          output = resolve(config.root, config.build.outDir);
        },
      },
    ],
  });
  return output;
}

function isFresh(sourcesNow: string): boolean {
  if (!existsSync(STAMP)) return false;
  const stamp: Stamp = JSON.parse(readFileSync(STAMP, 'utf8'));
  return stamp.sources === sourcesNow && stamp.outputs.every((folder) => existsSync(folder));
}

/** Names and times instead of contents: the answer has to cost less than the build it may save. */
function hashSources(): string {
  const files = globSync(
    ['examples/**/*', 'packages/{core,client,dashboard}/{package.json,vite.config.ts,src/**/*}', 'package-lock.json'],
    {
      cwd: ROOT,
      exclude: (path) => /(^|[\\/])(node_modules|dist|data)([\\/]|$)|\.test\.ts$/.test(path),
    },
  );
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    const found = statSync(join(ROOT, file));
    if (found.isFile()) hash.update(`${file} ${found.mtimeMs} ${found.size}\n`);
  }
  return hash.digest('hex');
}
