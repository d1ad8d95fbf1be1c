/**
 * `npm run bench -- NAME`: measures Madang beside other projects, in one run on one machine.
 *
 *   --json FILE   writes every figure as a row (see rows.ts)
 *   --strict      exits with 1 when a goal is missed; without it only a broken bench does
 *   --peer-only   leaves our side out
 *   --quick       a tenth of the repetitions, to see that it runs
 *   --only PART, --servers A,B   of `server`: some workloads (repeatable), some servers
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, BenchResult } from './bench.ts';
import { describeMachine, thisMachine } from './machine.ts';
import { describeMissed, formatTable } from './rows.ts';

interface Named {
  /** Loaded only when asked for: a bench imports the peers it measures. */
  load(): Promise<Bench>;
  readonly needsPeers: boolean;
}

const BENCHES: Readonly<Record<string, Named>> = {
  encode: { load: async () => (await import('./encode/encode.bench.ts')).encodeBench, needsPeers: true },
  server: { load: async () => (await import('./server/server.bench.ts')).serverBench, needsPeers: true },
  tick: { load: async () => (await import('./tick/tick.bench.ts')).tickBench, needsPeers: false },
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
      only: { type: 'string', multiple: true, default: [] },
      servers: { type: 'string', default: '' },
    },
  });
  const name = positionals[0] ?? '';
  const named = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (named === undefined || positionals.length > 1) {
    console.error('Usage: npm run bench -- NAME [--json FILE] [--strict] [--peer-only] [--quick]');
    console.error('       npm run bench -- server [--only WORKLOAD] [--servers A,B] and the options above');
    console.error(`NAME is one of: ${Object.keys(BENCHES).join(', ')}`);
    return 1;
  }
  const missing = named.needsPeers ? missingPeers() : [];
  if (missing.length > 0) {
    console.error(`The bench compares with ${missing.join(', ')}: install it with "npm run bench:setup".`);
    return 1;
  }

  const bench = await named.load();
  const servers = values.servers.split(',').filter((server) => server !== '');
  const refusal = refusalOf(bench, values.only, servers);
  if (refusal !== null) {
    console.error(`${name} ${refusal}`);
    return 1;
  }

  console.log(`${name} on ${describeMachine(thisMachine())}`);
  const { rows, charts, tables, record } = await bench.run({
    peerOnly: values['peer-only'],
    haste: values.quick ? QUICK_HASTE : 1,
    only: values.only,
    servers,
    progress: (what) => console.error(`  ${what}`),
  });

  if (tables !== undefined) console.log(`\n${tables}`);
  console.log(`\n${formatTable(rows)}\n`);
  // What is kept is of one whole run: a part of it, or a hasty look, says nothing beside the rest.
  const isWhole = !values.quick && !values['peer-only'] && values.only.length + servers.length === 0;
  if (isWhole) keep(name, charts, record);
  if (values.json !== undefined) writeJson(resolve(values.json), record ?? rows);

  const missed = describeMissed(rows);
  const judged = rows.filter(({ met }) => met !== null).length;
  const unjudged = rows.filter(({ goal, met }) => goal !== null && met === null).length;
  for (const sentence of missed) console.log(`Missed: ${sentence}`);
  console.log(judged === 0 ? 'No goal was judged.' : `${judged - missed.length} of ${judged} goals met.`);
  if (unjudged > 0) console.log(`No figure for ${unjudged} goals.`);
  return values.strict && missed.length > 0 ? 1 : 0;
}

/** What is wrong with the parts that are asked for; null where nothing is. */
function refusalOf({ parts }: Bench, only: readonly string[], servers: readonly string[]): string | null {
  if (only.length + servers.length === 0) return null;
  if (parts === undefined) return 'is only run as a whole.';
  const unknown = [
    ...only.filter((name) => !parts.workloads.includes(name)),
    ...servers.filter((name) => !parts.servers.includes(name)),
  ];
  if (unknown.length === 0) return null;
  const known = `Its workloads: ${parts.workloads.join(', ')}. Its servers: ${parts.servers.join(', ')}.`;
  return `has no ${unknown.join(', ')}. ${known}`;
}

/** Writes what a whole run leaves behind into the folder of results. */
function keep(name: string, charts: BenchResult['charts'], record: object | undefined): void {
  const files = charts.map(({ file }) => file);
  if (charts.length > 0 || record !== undefined) mkdirSync(RESULTS, { recursive: true });
  for (const { file, svg } of charts) writeFileSync(join(RESULTS, file), svg);
  if (record !== undefined) {
    files.push(`${name}.json`);
    writeJson(join(RESULTS, `${name}.json`), record);
  }
  if (files.length > 0) console.log(`Written: ${files.map((file) => `bench/results/${file}`).join(', ')}`);
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

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
