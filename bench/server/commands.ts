/** How each server is started. */
import { fileURLToPath } from 'node:url';
import { ONE_CORE_OPTIONS, TWO_CORES_OPTIONS } from '../children.ts';
import type { ServerId } from './figures.ts';

const PYTHON = '/usr/bin/python3';
const BUN = fileURLToPath(new URL('../node_modules/@oven/bun-linux-x64/bin/bun', import.meta.url));

/** The program and its arguments, but for the setting, which is the last of them. `nodeOptions` are for servers that Node runs. */
export function commandOf(server: ServerId, isPinned: boolean, nodeOptions: readonly string[]): readonly string[] {
  const node = (file: string, ...args: readonly string[]): readonly string[] => [
    process.execPath,
    ...nodeOptions,
    script(file),
    ...args,
  ];
  const ours = (...args: readonly string[]): readonly string[] => [
    process.execPath,
    ...(isPinned ? ONE_CORE_OPTIONS : TWO_CORES_OPTIONS),
    ...nodeOptions,
    script('madang.ts'),
    ...args,
  ];
  switch (server) {
    case 'madang':
    case 'madang-websocket':
      return ours();
    case 'madang-socketio':
      return ours('socketio');
    case 'colyseus':
      return node('colyseus.ts');
    case 'colyseus-quantized':
      return node('colyseus.ts', 'quantized');
    case 'socketio':
      return node('socketio.ts');
    case 'flask':
      return [PYTHON, script('flask_server.py')];
    case 'tornado':
      return [PYTHON, script('tornado_server.py')];
    case 'ws-send':
      return node('floor.ts', 'send');
    case 'ws-framed':
      return node('floor.ts', 'framed');
    case 'net':
      return node('net.ts');
    case 'bun':
      return [BUN, script('bun.ts')];
  }
}

function script(file: string): string {
  return fileURLToPath(new URL(`servers/${file}`, import.meta.url));
}
