/** Checks the rules of boundary-rules.ts on this repository; prints one line for each violation. */
import { checkBoundaries } from './boundary-rules.ts';
import { readManifest, readSources, readWorkspaces } from './workspace.ts';

const violations = checkBoundaries({
  files: readSources('{packages,examples,tests,scripts}/**/*.{ts,tsx,mjs}'),
  workspaces: readWorkspaces(),
  rootManifest: readManifest('package.json'),
});
for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
process.exitCode = violations.length > 0 ? 1 : 0;
