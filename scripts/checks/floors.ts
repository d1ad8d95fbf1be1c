/** Checks the rules of floor-rules.ts on package-lock.json. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkLockfile } from './floor-rules.ts';
import { ROOT } from './workspace.ts';

const problems = checkLockfile(JSON.parse(readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')));
for (const problem of problems) console.error(`package-lock.json: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
