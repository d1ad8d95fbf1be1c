/**
 * What a page loads of us, minified and gzipped: the client SDK with everything it can do, against its limit; and, for the
 * reader, what declares a game, which every page loads beside it, and both together.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { ROOT } from './workspace.ts';

/** Bytes of @madang/client with all it needs: prediction, interpolation, returning to a seat, requests, people and chat. */
const SDK_BYTES_MAX = 24_000;

/** What a game of every kind of field imports to declare itself. */
const DEFINITIONS =
  'defineGame, table, record, grid, near, all, byTeam, custom, bool, flag, u8, u16, u32, i8, i16, i32, f32, f64, ' +
  'quantized, axis, angle, choice, rowId, text, bytes, list, json';

const CASES: Readonly<Record<string, string>> = {
  'client SDK': `export * from '@madang/client';`,
  'game definitions': `export { ${DEFINITIONS} } from '@madang/core';`,
  'both together': `export * from '@madang/client'; export { ${DEFINITIONS} } from '@madang/core';`,
};

const sizes = new Map<string, number>();
for (const [name, source] of Object.entries(CASES)) sizes.set(name, await gzipBytes(source));
console.log(`size: ${[...sizes].map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} kB`).join(', ')} (gzip)`);

const sdkBytes = sizes.get('client SDK') ?? 0;
if (sdkBytes > SDK_BYTES_MAX) {
  console.error(`size: the client SDK has ${sdkBytes} bytes, and its limit is ${SDK_BYTES_MAX}.`);
  process.exitCode = 1;
}

async function gzipBytes(source: string): Promise<number> {
  // Inside the repository, so that our packages are found.
  const folder = mkdtempSync(join(ROOT, 'examples', '.size-'));
  try {
    const entry = join(folder, 'entry.ts');
    writeFileSync(entry, source);
    const built = await build({
      configFile: false,
      logLevel: 'silent',
      root: folder,
      build: {
        write: false,
        target: 'es2023',
        modulePreload: false,
        minify: true,
        rollupOptions: { input: entry, preserveEntrySignatures: 'strict' },
      },
    });
    const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
    return outputs.reduce((sum, one) => sum + (one.type === 'chunk' ? gzipSync(one.code, { level: 9 }).length : 0), 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
