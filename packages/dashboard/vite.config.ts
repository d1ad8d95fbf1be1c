/** Builds the replay page into dist/replay/, to be served at any path. Sources of our packages are bundled as they are. */
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: resolve(import.meta.dirname, 'src/replay'),
  base: './',
  build: {
    outDir: resolve(import.meta.dirname, 'dist/replay'),
    emptyOutDir: true,
    target: 'es2023',
    // The page's policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
