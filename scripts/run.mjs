/** `node scripts/run.mjs <tool> <arguments>`: runs an installed tool, or `node`, on the pinned runtime. */
import { spawn } from 'node:child_process';
import { BootstrapError, bootstrap, exitCodeOf, main, ROOT } from './bootstrap.mjs';

/** Started through the runtime by path: on Windows the files in node_modules/.bin cannot be spawned directly. */
const TOOLS = /** @type {Record<string, string>} */ ({ biome: 'node_modules/@biomejs/biome/bin/biome' });

await main(async () => {
  const [tool, ...args] = process.argv.slice(2);
  const entry = tool === undefined ? undefined : TOOLS[tool];
  if (tool !== 'node' && entry === undefined) throw new BootstrapError(`Unknown tool: ${tool}`);
  const { node, env } = await bootstrap();
  const child = spawn(node, entry === undefined ? args : [entry, ...args], { cwd: ROOT, env, stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(exitCodeOf(code, signal)));
  });
});
