/** The versions that a run has measured, as they are installed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const NPM_PACKAGES = [
  '@colyseus/core',
  '@colyseus/schema',
  '@colyseus/ws-transport',
  'socket.io',
  'ws',
  '@oven/bun-linux-x64',
];
const PYTHON_PACKAGES = ['flask-socketio', 'eventlet', 'tornado'];

/** By name; null for what is not installed. */
export function installedVersions(): Readonly<Record<string, string | null>> {
  return Object.fromEntries([
    ...NPM_PACKAGES.map((name) => [name, npmVersion(name)]),
    ...PYTHON_PACKAGES.map((name) => [name, pythonVersion(name)]),
  ]);
}

function npmVersion(name: string): string | null {
  for (const folder of ['../node_modules', '../../node_modules']) {
    try {
      const manifest = readFileSync(new URL(`${folder}/${name}/package.json`, import.meta.url), 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    } catch {}
  }
  return null;
}

function pythonVersion(name: string): string | null {
  const program = `import importlib.metadata as m; print(m.version('${name}'))`;
  const { status, stdout } = spawnSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
