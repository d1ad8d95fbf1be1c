/**
 * Compares the public names of each package with its exports.txt, so that a change of surface shows in review.
 * `--update` writes the files instead.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { listExports } from './export-list.ts';
import { ROOT, readWorkspaces, type Workspace } from './workspace.ts';

const read = (path: string): string | null => {
  const file = resolve(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

let failed = false;
for (const workspace of readWorkspaces()) {
  if (workspace.folder.startsWith('packages/')) checkPackage(workspace);
}
process.exitCode = failed ? 1 : 0;

function checkPackage({ folder, manifest }: Workspace): void {
  const file = `${folder}/exports.txt`;
  let report = '';
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    const { lines, problems } = listExports(posix.join(folder, target), read);
    for (const problem of problems) fail(problem);
    report += `${report === '' ? '' : '\n'}# ${posix.join(manifest.name, subpath)}\n${lines.map((line) => `${line}\n`).join('')}`;
  }
  if (process.argv.includes('--update')) writeFileSync(resolve(ROOT, file), report);
  else compare(file, report);
}

function compare(file: string, report: string): void {
  const committed = read(file)?.split('\n');
  if (committed === undefined) {
    fail(`${file} is missing; npm run exports:update`);
    return;
  }
  const current = report.split('\n');
  const removed = committed.filter((line) => !current.includes(line));
  const added = current.filter((line) => !committed.includes(line));
  if (committed.join('\n') === report) return;
  fail(`${file} is out of date; if the change is meant, npm run exports:update and commit it`);
  for (const line of removed) console.error(`  - ${line}`);
  for (const line of added) console.error(`  + ${line}`);
}

function fail(message: string): void {
  failed = true;
  console.error(message);
}
