/**
 * `npm run bench -- NAME`: measures Madang beside other projects, in one run on one machine.
 *
 *   --json FILE   writes every figure as a row (see rows.ts)
 *   --strict      exits with 1 when a goal is missed; without it only a broken bench does
 *   --peer-only   leaves our side out
 *   --quick       a tenth of the repetitions, to see that it runs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { describeMissed, formatTable } from './rows.ts';

interface Named {
  /** Loaded only when asked for: a bench imports the peers it measures. */
  load(): Promise<Bench>;
  readonly needsPeers: boolean;
}

const BENCHES: Readonly<Record<string, Named>> = {
  encode: { load: async () => (await import('./encode/encode.bench.ts')).encodeBench, needsPeers: true },
  world: { load: async () => (await import('./world/world.bench.ts')).worldBench, needsPeers: true },
  netcode: { load: async () => (await import('./netcode/netcode.bench.ts')).netcodeBench, needsPeers: false },
  matchmaking: {
    load: async () => (await import('./matchmaking/matchmaking.bench.ts')).matchmakingBench,
    needsPeers: false,
  },
  boards: { load: async () => (await import('./boards/boards.bench.ts')).boardsBench, needsPeers: false },
  durability: {
    load: async () => (await import('./durability/durability.bench.ts')).durabilityBench,
    needsPeers: false,
  },
  rooms: { load: async () => (await import('./rooms/rooms.bench.ts')).roomsBench, needsPeers: true },
};

const FOLDER = import.meta.dirname;
const RESULTS = join(FOLDER, 'results');
const QUICK_HASTE = 10;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      strict: { type: 'boolean', default: false },
      'peer-only': { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  const name = positionals[0] ?? '';
  const named = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (named === undefined || positionals.length > 1) {
    console.error(`Usage: npm run bench -- NAME [--json FILE] [--strict] [--peer-only] [--quick]`);
    console.error(`NAME is one of: ${Object.keys(BENCHES).join(', ')}`);
    return 1;
  }
  const missing = named.needsPeers ? missingPeers() : [];
  if (missing.length > 0) {
    console.error(`The bench compares with ${missing.join(', ')}: install it with "npm run bench:setup".`);
    return 1;
  }

  console.log(
    `${name} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${availableParallelism()} cores, ${process.version}`,
  );
  const bench = await named.load();
  const { rows, charts } = await bench.run({
    peerOnly: values['peer-only'],
    haste: values.quick ? QUICK_HASTE : 1,
    progress: (what) => console.error(`  ${what} ...`),
  });

  console.log(`\n${formatTable(rows)}\n`);
  if (charts.length > 0) mkdirSync(RESULTS, { recursive: true });
  for (const { file, svg } of charts) writeFileSync(join(RESULTS, file), svg);
  if (charts.length > 0) console.log(`Charts: ${charts.map(({ file }) => `bench/results/${file}`).join(', ')}`);
  if (values.json !== undefined) writeFileSync(resolve(values.json), `${JSON.stringify(rows, null, 2)}\n`);

  const missed = describeMissed(rows);
  const judged = rows.filter(({ met }) => met !== null).length;
  for (const sentence of missed) console.log(`Missed: ${sentence}`);
  console.log(judged === 0 ? 'No goal was judged.' : `${judged - missed.length} of ${judged} goals met.`);
  return values.strict && missed.length > 0 ? 1 : 0;
}

/** Peers that are not installed in the version the bench names, as `name version`. */
function missingPeers(): readonly string[] {
  const { dependencies } = readJson(join(FOLDER, 'package.json')) as { dependencies: Readonly<Record<string, string>> };
  return Object.entries(dependencies)
    .filter(([name, version]) => {
      const manifest = join(FOLDER, 'node_modules', name, 'package.json');
      return !existsSync(manifest) || (readJson(manifest) as { version: string }).version !== version;
    })
    .map(([name, version]) => `${name} ${version}`);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
