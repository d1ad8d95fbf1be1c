/** What a frame costs a page: measured in Chromium, in a page that is nothing but the client. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import type { FrameSamples } from './frame-page.ts';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** Batches of 24 frames; the first ones warm up. */
const BATCHES = 300;
const WARM_UP = 60;

export interface Cost {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly goal?: number;
}

/** Microseconds of a frame, at the median and the 99th percentile of batches. Nothing where there is no Chromium. */
export async function measureFrames(haste: number): Promise<readonly Cost[]> {
  if (!existsSync(CHROMIUM)) return [];
  const script = await bundle(join(import.meta.dirname, 'frame-page.ts'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: script });
    const batches = WARM_UP + Math.ceil(BATCHES / haste);
    const samples = (await page.evaluate(`measureFrames(${batches})`)) as FrameSamples;
    const us = samples.us.slice(WARM_UP).sort((a, b) => a - b);
    const at = (share: number): number => us[Math.min(us.length - 1, Math.floor(share * us.length))] ?? Number.NaN;
    const what = `frame of ${samples.rows} rows, ${samples.predictedTicks} ticks ahead`;
    return [
      { name: `${what}, median`, unit: 'us', ours: at(0.5), goal: 500 },
      { name: `${what}, p99 of batches`, unit: 'us', ours: at(0.99) },
    ];
  } finally {
    await browser.close();
  }
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, target: 'es2023', rollupOptions: { input: entry, output: { format: 'iife' } } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  return outputs.map((one) => (one.type === 'chunk' ? one.code : '')).join('\n');
}
