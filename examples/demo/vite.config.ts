/**
 * Builds the landing page into dist/, and beside it two modules with lasting names, /sdk/client.js and
 * /sdk/land-grab.js, so that the snippets on the page run where they are read. The two share their code.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = resolve(import.meta.dirname, 'page');

export default defineConfig({
  root: page,
  base: '/',
  build: {
    outDir: resolve(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2023',
    // The page's policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // An entry nobody imports would otherwise lose its exports.
      preserveEntrySignatures: 'strict',
      input: {
        page: resolve(page, 'index.html'),
        'sdk/client': fileURLToPath(import.meta.resolve('@madang/client')),
        'sdk/land-grab': fileURLToPath(import.meta.resolve('@madang-examples/land-grab/game')),
      },
      output: {
        entryFileNames: ({ name }) => (name.startsWith('sdk/') ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
