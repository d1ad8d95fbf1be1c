/**
 * Type-checks every TypeScript project of the repository. They are separate projects because they may use different
 * globals: core none at all, the client and the pages those of a browser, the server those of Node.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const TSC = 'node_modules/typescript/bin/tsc';

const projects = globSync(
  ['tsconfig.json', 'packages/*/tsconfig.json', 'examples/tsconfig.json', 'examples/*/page/tsconfig.json'],
  { cwd: ROOT },
).sort();

const unchecked = globSync('packages/*/package.json', { cwd: ROOT })
  .map((manifest) => manifest.replace('package.json', 'tsconfig.json'))
  .filter((project) => !existsSync(resolve(ROOT, project)));

const outputs = await Promise.all(projects.map(compile));
// A package's sources are also part of every project that imports it, so one mistake is reported several times.
const problems = new Set([
  ...unchecked.map((project) => `${project} is missing: the package is not type-checked`),
  // The lines of one report after its first are indented.
  ...outputs.flatMap((output) => output.trim().split(/\n(?=\S)/)).filter((report) => report !== ''),
]);
for (const problem of problems) console.error(problem);
process.exitCode = problems.size > 0 ? 1 : 0;

/** Resolves to what the compiler complained about. */
function compile(project: string): Promise<string> {
  return new Promise((done, fail) => {
    let output = '';
    const child = spawn(process.execPath, [TSC, '-p', project, '--pretty', 'false'], { cwd: ROOT });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('error', fail);
    child.on('close', (code, signal) => {
      const silentFailure = code !== 0 && output.trim() === '';
      done(silentFailure ? `${project}: the compiler ended with ${signal ?? code}` : output);
    });
  });
}
